import { describe, expect, it } from 'vitest';
import { budgetInput, draftOf, NO_BUDGET } from './budget-draft';

describe('budgetInput', () => {
	it('is none while no amount is typed', () => {
		expect(budgetInput(NO_BUDGET)).toBeNull();
		expect(budgetInput({ ...NO_BUDGET, amount: '  ' })).toBeNull();
	});

	it('keeps the amount as text, without the commas between thousands', () => {
		expect(budgetInput({ amount: ' 1,250.50 ', period: 'daily', warnAt: '50 90' })).toEqual({
			amount: '1250.50',
			period: 'daily',
			warnAt: [50, 90],
		});
	});

	it('hands an absurd amount on, for the program to refuse', () => {
		expect(budgetInput({ ...NO_BUDGET, amount: '-5' })?.amount).toBe('-5');
	});
});

describe('draftOf', () => {
	it('offers a monthly budget where none is set', () => {
		expect(draftOf(null)).toEqual({ amount: '', period: 'monthly', warnAt: '50, 75, 90' });
	});

	it('does not hand out the shared draft, so that typing in one form does not show in another', () => {
		expect(draftOf(null)).not.toBe(NO_BUDGET);
	});
});
