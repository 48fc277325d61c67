import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend } from '$lib/backend/backend';
import { forgetQueries } from '$lib/backend/query.svelte';
import { framed } from '$lib/ui/framed';
import MetadataDialog from './MetadataDialog.svelte';

const kept = {
	clientId: 'cl_1',
	client: 'Acme Ltd',
	requests: 4_011,
	dayTotals: 27,
	through: '2026-11-16',
	kept: 88,
	erasedThrough: null,
	invoices: 3,
	ledgerEntries: 12,
};
const metadataErase = vi.fn();

beforeEach(() => {
	forgetQueries();
	metadataErase.mockReset().mockResolvedValue({ status: 'ok', data: { message: 'Erased.', undo: null } });
	const metadataGet = async () => ({ status: 'ok', data: kept });
	provideBackend({ commands: { metadataGet, metadataErase } } as unknown as Backend);
});

it('says what goes and what stays, and erases only by the name of the client (S0-06)', async () => {
	framed(MetadataDialog, { clientId: 'cl_1', onclose: vi.fn() });
	const told = (await screen.findByTestId('metadata-effects')).textContent;
	for (const count of ['4,011', '27', '88', '12', '3 final invoices']) expect(told).toContain(count);
	const erase = screen.getByTestId<HTMLButtonElement>('metadata-erase');
	expect(erase.disabled, 'nothing is erased by a click alone').toBe(true);
	await userEvent.type(screen.getByTestId('metadata-name'), 'Acme Ltd');
	await userEvent.click(erase);
	expect(metadataErase).toHaveBeenCalledWith('cl_1', 'Acme Ltd');
});
