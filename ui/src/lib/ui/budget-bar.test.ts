import { expect, test } from 'vitest';
import { barOf } from './budget-bar';

test('under the limit the cap is the end of the bar', () => {
	expect(barOf(40, [50, 75, 90])).toEqual({ filled: 40, cap: 100, ticks: [50, 75, 90], level: 'calm' });
});

test('past the limit the excess is drawn honestly (U17)', () => {
	const bar = barOf(200, [50, 75, 90]);
	expect(bar.filled, 'all of it is used').toBe(100);
	expect(bar.cap, 'the limit lies in the middle').toBe(50);
	expect(bar.ticks, 'warnings shrink with it').toEqual([25, 37.5, 45]);
	expect(bar.level).toBe('over');
});

test.each([
	[74, 'calm'],
	[75, 'warn'],
	[99, 'warn'],
	[100, 'over'],
] as const)('%d %% is %s', (percent, level) => {
	expect(barOf(percent, [50, 75, 90]).level).toBe(level);
});
