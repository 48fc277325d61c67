import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend } from '$lib/backend/backend';
import { framed } from '$lib/ui/framed';
import LowBalanceSection from './LowBalanceSection.svelte';

const rules = { minimumDeposit: '7', carryBelow: '20', lowBalance: '5, 0' };
const ledgerRulesSet = vi.fn();

beforeEach(() => {
	ledgerRulesSet.mockReset().mockImplementation(async (data: unknown) => ({ status: 'ok', data }));
	provideBackend({ commands: { ledgerRulesSet } } as unknown as Backend);
});

async function typed(text: string): Promise<void> {
	framed(LowBalanceSection, { rules });
	const save = screen.getByTestId<HTMLButtonElement>('low-balance-save');
	expect(save.disabled, 'nothing was changed').toBe(true);
	await userEvent.clear(screen.getByTestId('low-balance'));
	await userEvent.type(screen.getByTestId('low-balance'), text);
	await userEvent.click(save);
}

it('changes the thresholds and leaves the other rules of credit as they are', async () => {
	await typed(' 10, 2 ');
	expect(ledgerRulesSet).toHaveBeenCalledWith({ ...rules, lowBalance: '10, 2' });
});

it('says at the field what does not fit', async () => {
	const error = { code: 'invalid', message: 'write amounts', hints: [], field: 'lowBalance', retryable: false };
	ledgerRulesSet.mockResolvedValue({ status: 'error', error });
	await typed('five');
	expect(await screen.findByText(/write amounts/i)).toBeTruthy();
});
