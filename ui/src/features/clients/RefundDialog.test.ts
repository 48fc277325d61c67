import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend, type LedgerEntryView, type LedgerView } from '$lib/backend/backend';
import { framed } from '$lib/ui/framed';
import RefundDialog from './RefundDialog.svelte';

const usd = (text: string) => ({ amount: text, currency: 'USD', text: `$${text}`, role: 'credit', negative: false });
const ledger = { clientId: 'cl_1', client: 'Acme', paid: usd('12.00') } as LedgerView;
const charge = {
	number: 7,
	kind: 'charge',
	receipt: { model: 'gpt-4o', charge: usd('2.50'), entries: [7] },
} as unknown as LedgerEntryView;
const preview = {
	kinds: ['refund'],
	changes: [{ lot: 1, kind: 'paid', text: 'paid credit (lot 1)', before: usd('12.00'), after: usd('13.00') }],
};
const ledgerPreview = vi.fn();
const ledgerRefund = vi.fn();

beforeEach(() => {
	ledgerPreview.mockReset().mockResolvedValue({ status: 'ok', data: preview });
	ledgerRefund.mockReset().mockResolvedValue({ status: 'ok', data: ledger });
	provideBackend({ commands: { ledgerPreview, ledgerRefund } } as unknown as Backend);
});

it('shows what a refund does before it has a reason, and is not sent without one (S3-05)', async () => {
	framed(RefundDialog, { ledger, charge, onclose: vi.fn() });
	await userEvent.type(await screen.findByTestId('refund-amount'), '1');
	const shown = await screen.findByTestId('credit-effect');
	expect(shown.textContent).toContain('$13.00');
	expect((screen.getByTestId('form-save') as HTMLButtonElement).disabled, 'no reason yet').toBe(true);
	await userEvent.type(screen.getByTestId('refund-reason'), 'outage');
	await userEvent.click(screen.getByTestId('form-save'));
	await waitFor(() => expect(ledgerRefund).toHaveBeenCalledWith('cl_1', { amount: '1', reason: 'outage', entry: 7 }));
});

it('says at its field what was refused, and stays open', async () => {
	const message = 'there is only 2.50 USD of this charge left: use at most that';
	const error = { code: 'invalid', message, hints: [], field: 'amount', retryable: false };
	ledgerRefund.mockResolvedValue({ status: 'error', error });
	const onclose = vi.fn();
	framed(RefundDialog, { ledger, charge: null, onclose });
	await userEvent.type(await screen.findByTestId('refund-amount'), '9');
	await userEvent.type(screen.getByTestId('refund-reason'), 'closed');
	await userEvent.click(screen.getByTestId('form-save'));
	expect((await screen.findByRole('alert')).textContent).toContain('There is only 2.50 USD');
	expect(onclose).not.toHaveBeenCalled();
});
