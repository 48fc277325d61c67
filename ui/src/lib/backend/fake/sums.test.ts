import { describe, expect, it } from 'vitest';
import type { AmountView } from '../backend';
import { sumText } from '$lib/sums.svelte';
import { sums } from './sums';

const amount = (text: string, currency = 'USD'): AmountView => ({
	amount: text,
	currency,
	text,
	role: 'charge',
	negative: text.startsWith('-'),
});

describe('sums', () => {
	it('adds exactly where floats would not', () => {
		expect(sums([amount('0.1'), amount('0.2')])[0]?.amount).toBe('0.3');
		expect(sums([amount('9007199254740993'), amount('0.000000001')])[0]?.amount).toBe('9007199254740993.000000001');
	});

	it('rounds half away from zero only in what is shown', () => {
		expect(sums([amount('0.005')])[0]).toMatchObject({ amount: '0.005', text: '$0.01' });
		expect(sums([amount('-1234.565')])[0]).toMatchObject({ text: '-$1,234.57', negative: true });
		expect(sums([amount('-0.001')])[0]?.text).toBe('$0.00');
	});

	it('never adds different currencies', () => {
		expect(sumText(sums([amount('10'), amount('5', 'CHF'), amount('1.5')]))).toBe('$11.50 + CHF 5.00');
	});

	it('has no sum of nothing', () => {
		expect(sums([])).toEqual([]);
	});
});
