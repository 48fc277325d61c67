import { describe, expect, it } from 'vitest';
import { missing, ruleDraft, ruleInput } from './rule-draft';

describe('ruleInput', () => {
	it('sends only what belongs to the kind', () => {
		const draft = { ...ruleDraft(null, null), percent: ' 25 % ', prices: { input_tokens: '3' } };
		expect(ruleInput(draft)).toEqual({ clientId: null, selector: '*', kind: 'markup', percent: '25', prices: [] });
		expect(ruleInput({ ...draft, kind: 'fixed' })).toMatchObject({
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
		};
		expect(ruleInput(ruleDraft(rule, null))).toEqual(rule);
	});
});

describe('missing', () => {
	it('names the field to fill in', () => {
		const rule = ruleInput(ruleDraft(null, null));
		expect(missing(rule)).toBe('percent');
		expect(missing({ ...rule, percent: '0' })).toBeNull();
		expect(missing({ ...rule, selector: '' })).toBe('selector');
		expect(missing({ ...rule, kind: 'fixed' })).toBe('prices');
	});
});
