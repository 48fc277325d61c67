import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { provideBackend } from '$lib/backend/backend';
import { fakeBackend } from '$lib/backend/fake';
import { followChanges, forgetQueries } from '$lib/backend/query.svelte';
import { framed } from '$lib/ui/framed';
import ReconcilePage from './ReconcilePage.svelte';

/** Nano-units of `$1,234.567890123`. */
function nanos(text: string): bigint {
	const negative = /^[-−]/.test(text.trim());
	const size = BigInt(text.replace(/[^0-9]/g, ''));
	return negative ? -size : size;
}

function shownAmounts(testid: string): bigint[] {
	const lines = within(screen.getByTestId(testid)).getAllByRole('row').slice(1);
	return lines.map((line) => nanos(within(line).getAllByRole('cell').at(-1)?.textContent ?? ''));
}

beforeEach(() => {
	forgetQueries();
	location.hash = '#/reconcile';
	provideBackend(fakeBackend());
});

it('shows parts that add up to the difference, to the last digit', async () => {
	framed(ReconcilePage, {});
	await screen.findByTestId('split-gateway-parts');
	const [told = 0n, rows = 0n, ...parts] = shownAmounts('split-gateway-parts');
	const difference = parts.pop();
	expect(difference, 'told less rows').toBe(told - rows);
	expect(parts, 'every cause has a line').toHaveLength(7);
	expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(difference);
});

it('compares with a bill once one is imported, and changes nothing by itself', async () => {
	const stop = await followChanges();
	framed(ReconcilePage, {});
	await userEvent.click(await screen.findByTestId('bill-import'));
	await userEvent.type(await screen.findByTestId('bill-path'), '/tmp/upstream.csv');
	await userEvent.click(screen.getByTestId('bill-preview'));
	await screen.findByTestId('import-summary');
	await userEvent.click(screen.getByTestId('form-save'));
	await screen.findByTestId('split-bill-parts');
	expect(screen.getByTestId('section-proposals').textContent).toContain('Purser has changed nothing.');
	stop();
});
