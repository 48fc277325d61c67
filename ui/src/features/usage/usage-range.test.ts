import { describe, expect, it } from 'vitest';
import { isDay, rangeOf, shiftDay } from './usage-range';

describe('rangeOf', () => {
	it.each([
		['7d', '2026-11-15', '2026-11-21'],
		['30d', '2026-10-23', '2026-11-21'],
		['month', '2026-11-01', '2026-11-21'],
		['last_month', '2026-10-01', '2026-10-31'],
		['12m', '2025-12-01', '2026-11-21'],
	] as const)('%s', (preset, first, last) => {
		expect(rangeOf(preset, '2026-11-21')).toEqual({ first, last });
	});

	it('knows the last day of February, and the year before January', () => {
		expect(rangeOf('last_month', '2028-03-31')).toEqual({ first: '2028-02-01', last: '2028-02-29' });
		expect(rangeOf('last_month', '2026-01-05')).toEqual({ first: '2025-12-01', last: '2025-12-31' });
	});
});

describe('days', () => {
	it('moves over the change of the year', () => {
		expect(shiftDay('2026-01-01', -1)).toBe('2025-12-31');
	});

	it('refuses what is no date', () => {
		for (const text of [null, '', '2026-02-30', '21.11.2026', '2026-1-1']) expect(isDay(text)).toBe(false);
		expect(isDay('2026-02-28')).toBe(true);
	});
});
