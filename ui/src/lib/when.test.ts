import { expect, test } from 'vitest';
import { agoText, dayText, monthText, shiftMonth } from './when';

const NOW = Date.parse('2026-11-21T12:00:00Z');

test.each([
	['2026-11-21T11:59:40Z', 'just now'],
	['2026-11-21T11:57:00Z', '3 min ago'],
	['2026-11-21T09:30:00Z', '2 h ago'],
	['2026-11-18T12:00:00Z', '3 days ago'],
	['2026-11-22T12:00:00Z', 'just now'],
])('%s was %s (U19; a clock that jumped is not an age)', (at, text) => {
	expect(agoText(at, NOW)).toBe(text);
});

test('a date is the same day in every zone', () => {
	expect(dayText('2026-11-01')).toBe('1 Nov 2026');
	expect(monthText('2026-11')).toBe('November 2026');
});

test('months cross the year', () => {
	expect(shiftMonth('2026-01', -1)).toBe('2025-12');
	expect(shiftMonth('2026-12', 1)).toBe('2027-01');
});
