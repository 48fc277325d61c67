import { describe, expect, it } from 'vitest';
import type { PriceVersionView, RuleInput } from '$lib/backend/backend';
import { baseOf, changeOf, isEmpty, NOTHING, proposedDay, unstaged, withoutRule, withRule } from './staged';

const rule = (selector: string, percent: string, clientId: string | null = null): RuleInput => ({
	clientId,
	selector,
	kind: 'markup',
	percent,
	prices: [],
	list: null,
	commission: null,
	conditions: null,
});
const BOOK = [rule('*', '20'), rule('gpt-*', '30')];

describe('staging', () => {
	it('replaces the rule of the same subject, staged or not', () => {
		const once = withRule(NOTHING, rule('*', '25'), BOOK[0] ?? null, BOOK);
		const twice = withRule(once, rule('*', '26'), rule('*', '25'), BOOK);
		expect(changeOf(twice, '2026-12-01', ' why ')).toEqual({
			effectiveFrom: '2026-12-01',
			note: 'why',
			set: [rule('*', '26')],
			remove: [],
		});
	});

	it('keeps the rule of a client apart from the one for everyone', () => {
		const staged = withRule(withRule(NOTHING, rule('*', '25'), null, BOOK), rule('*', '5', 'cl_1'), null, BOOK);
		expect(staged.set).toHaveLength(2);
	});

	it('removes the old rule when its selector is changed', () => {
		const staged = withRule(NOTHING, rule('gpt-4*', '30'), rule('gpt-*', '30'), BOOK);
		expect(staged).toEqual({ set: [rule('gpt-4*', '30')], remove: [rule('gpt-*', '30')] });
	});

	it('forgets a removed rule that was only staged, and stages the removal of one in the book', () => {
		const added = withRule(NOTHING, rule('o3', '9'), null, BOOK);
		expect(isEmpty(withoutRule(added, rule('o3', '9'), BOOK))).toBe(true);
		expect(withoutRule(NOTHING, rule('*', '20'), BOOK).remove).toEqual([rule('*', '20')]);
	});

	it('lets a removed rule come back', () => {
		const removed = withoutRule(NOTHING, rule('*', '20'), BOOK);
		expect(withRule(removed, rule('*', '21'), null, BOOK)).toEqual({ set: [rule('*', '21')], remove: [] });
		expect(isEmpty(unstaged(removed, rule('*', '20')))).toBe(true);
	});
});

describe('days', () => {
	const version = (effectiveFrom: string) => ({ effectiveFrom }) as PriceVersionView;

	it('builds on the edition in force on the first day', () => {
		const versions = [version('2026-12-01'), version('2026-06-01')];
		expect(baseOf(versions, '2026-11-21')?.effectiveFrom).toBe('2026-06-01');
		expect(baseOf(versions, '2026-12-01')?.effectiveFrom).toBe('2026-12-01');
		expect(baseOf(versions, '2026-01-01')).toBeUndefined();
	});

	it('never proposes a day that is invoiced', () => {
		expect(proposedDay('2026-11-21', '2026-12-01')).toBe('2026-12-01');
		expect(proposedDay('2026-11-21', '2026-11-01')).toBe('2026-11-21');
		expect(proposedDay('2026-11-21', null)).toBe('2026-11-21');
	});
});
