import { expect, test } from 'vitest';
import { daysOf, monthOf } from './period';

test('a month ends on its own last day', () => {
	expect(daysOf('2026-11')).toEqual({ first: '2026-11-01', last: '2026-11-30' });
	expect(daysOf('2026-12').last).toBe('2026-12-31');
	expect(daysOf('2028-02').last).toBe('2028-02-29');
});

test('an address without a month that was shows the current one', () => {
	const now = Date.parse('2026-11-21T10:00:00Z');
	expect(monthOf('2026-10', now)).toBe('2026-10');
	for (const text of [null, '', '2026-13', '2026-12', 'October']) expect(monthOf(text, now)).toBe('2026-11');
});
