import { describe, expect, it } from 'vitest';
import { missing, ruleDraft, ruleInput, withKind } from './rule-draft';

describe('ruleInput', () => {
	it('sends only what belongs to the kind', () => {
		const draft = { ...ruleDraft(null, null), percent: ' 25 % ', prices: { input_tokens: '3' } };
		const none = { list: null, commission: null, conditions: null };
		const plain = { clientId: null, selector: '*', kind: 'markup', percent: '25', prices: [], ...none };
		expect(ruleInput(draft, 'USD')).toEqual(plain);
		expect(ruleInput({ ...draft, kind: 'fixed' }, 'USD')).toMatchObject({
			percent: null,
			prices: [{ meter: 'input_tokens', price: '3' }],
		});
	});

	it('gives back a known rule unchanged', () => {
		const rule = {
			clientId: 'cl_1',
			selector: 'gpt-*',
			kind: 'fixed' as const,
			percent: null,
			prices: [{ meter: 'images', price: '0.04' }],
			list: null,
			commission: null,
			conditions: {
				tiers: 'volume' as const,
				steps: [{ meter: 'images', above: '1000', rate: '0.03' }],
				included: [{ meter: 'images', quantity: '50' }],
				minimum: '100',
				flatFee: null,
			},
		};
		expect(ruleInput(ruleDraft(rule, null), 'USD')).toEqual(rule);
		const exchange = { rate: '1.08', date: '2026-10-30', source: 'ECB' };
		const listed = { ...rule, kind: 'discount' as const, percent: '15', list: { currency: 'EUR', exchange } };
		expect(ruleInput(ruleDraft(listed, null), 'USD')).toEqual(listed);
		const commission = { payer: 'client' as const, free: ['claude-*'] };
		const conditions = { ...rule.conditions, tiers: null, steps: [], included: [] };
		const shared = { ...listed, kind: 'commission' as const, commission, conditions };
		expect(ruleInput(ruleDraft(shared, null), 'USD')).toEqual(shared);
	});

	it('leaves the exchange rate out where there is nothing to exchange', () => {
		const draft = { ...ruleDraft(null, null), kind: 'discount' as const, listCurrency: 'usd' };
		expect(ruleInput(draft, 'USD').list).toEqual({ currency: 'USD', exchange: null });
	});

	it('proposes a share for a commission and takes it back', () => {
		const commission = withKind(ruleDraft(null, null), 'commission');
		expect([commission.percent, commission.free]).toEqual(['20', 'claude-*, anthropic/*']);
		expect(withKind(commission, 'markup').percent).toBe('');
	});
});

describe('missing', () => {
	it('names the field to fill in', () => {
		const rule = ruleInput(ruleDraft(null, null), 'USD');
		expect(missing(rule)).toBe('percent');
		expect(missing({ ...rule, percent: '0' })).toBeNull();
		expect(missing({ ...rule, selector: '' })).toBe('selector');
		expect(missing({ ...rule, kind: 'fixed' })).toBe('prices');
		const prices = [{ meter: 'images', price: '1' }];
		const list = { currency: 'EUR', exchange: { rate: '1.1', date: '', source: 'ECB' } };
		expect(missing({ ...rule, kind: 'discount', percent: '15', prices, list })).toBe('exchange');
	});
});
