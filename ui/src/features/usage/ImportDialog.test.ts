import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend } from '$lib/backend/backend';
import { forgetQueries } from '$lib/backend/query.svelte';
import { framed } from '$lib/ui/framed';
import ImportDialog from './ImportDialog.svelte';

const ok = (data: unknown) => async () => ({ status: 'ok', data });
const cost = { amount: '12.5', currency: 'USD', text: '$12.50', role: 'cost', negative: false };
const columns = [
	{ header: 'when', field: 'time' },
	{ header: 'llm', field: 'model' },
];
const importPreview = vi.fn();
const importApply = vi.fn();

beforeEach(() => {
	forgetQueries();
	importPreview.mockReset();
	importApply.mockReset().mockImplementation(ok({ inserted: 2, restated: 0, unchanged: 0 }));
	const commands = {
		gatewayList: ok([{ id: 'gw_9', name: 'Bills', product: 'File' }]),
		gatewayProducts: ok([{ product: 'file', title: 'File' }]),
		importPreview,
		importApply,
	};
	provideBackend({ commands } as unknown as Backend);
});

async function previewed(problems: unknown[]): Promise<void> {
	importPreview.mockImplementation(ok({ columns, sample: [['2026-10-01', 'gpt-4o']], rows: 2, problems, cost }));
	framed(ImportDialog, { onclose: vi.fn() });
	await userEvent.type(await screen.findByTestId('import-path'), '/tmp/u.csv');
	await userEvent.click(screen.getByTestId('import-preview'));
	await screen.findByTestId('import-summary');
}

it('imports with the columns that were previewed', async () => {
	await previewed([]);
	await userEvent.click(screen.getByTestId('form-save'));
	expect(importApply).toHaveBeenCalledWith('gw_9', '/tmp/u.csv', columns);
});

it('imports nothing while a row is wrong, and names its line', async () => {
	await previewed([{ line: 7, column: 'when', reason: 'This is no time.' }]);
	expect(screen.getByTestId('import-problems').textContent).toContain('Line 7');
	expect((screen.getByTestId('form-save') as HTMLButtonElement).disabled, 'nothing is half imported').toBe(true);
});
