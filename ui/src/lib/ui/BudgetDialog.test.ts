import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import BudgetDialog from './BudgetDialog.svelte';
import { framed } from './framed';

const done = { status: 'ok', data: { message: 'Changed.', undo: null, effectiveWithinSeconds: 0 } };

it('shows a refusal at its field and stays open', async () => {
	const error = {
		code: 'invalid',
		message: 'A budget is above 0.',
		hints: [],
		field: 'budget.amount',
		retryable: false,
	};
	const save = vi.fn(async () => ({ status: 'error', error }));
	framed(BudgetDialog, { open: true, name: 'acme', budget: null, currency: 'USD', save });
	await userEvent.type(screen.getByTestId('budget-amount'), '-5');
	await userEvent.click(screen.getByTestId('form-save'));
	expect(screen.getByRole('alert').textContent).toBe('A budget is above 0.');
	expect(screen.getByTestId('budget-amount').getAttribute('aria-invalid')).toBe('true');
});

it('saves on Enter; an empty amount takes the limit away', async () => {
	const save = vi.fn(async () => done);
	framed(BudgetDialog, { open: true, name: 'acme', budget: null, currency: 'USD', save });
	await userEvent.click(screen.getByTestId('budget-amount'));
	await userEvent.keyboard('{Enter}');
	expect(save).toHaveBeenCalledWith(null);
});
