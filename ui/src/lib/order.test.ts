import { expect, test } from 'vitest';
import { byAmount, compareDecimals } from './order';
import { amountOf } from './backend/fake/money';

test.each([
	['0.1', '0.10', 0],
	['2', '10', -1],
	['-2', '-10', 1],
	['-0.5', '0.2', -1],
	['12345678901234567890.01', '12345678901234567890.001', 1],
	['000.5', '0.05', 1],
])('compares %s with %s exactly', (a, b, order) => {
	expect(Math.sign(compareDecimals(a, b)), 'order of the texts').toBe(order);
	expect(Math.sign(compareDecimals(b, a)) + order, 'the other way round').toBe(0);
});

test('a row without an amount comes before rows with one', () => {
	const order = byAmount((amount: ReturnType<typeof amountOf> | null) => amount);
	expect(order(null, amountOf(-1e9, 'margin'))).toBeLessThan(0);
});
