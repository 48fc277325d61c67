import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend } from '$lib/backend/backend';
import { fakeBackend } from '$lib/backend/fake';
import { forgetQueries } from '$lib/backend/query.svelte';
import { framed } from '$lib/ui/framed';
import HandOver from './HandOver.svelte';

/** What only the agency knows: spent, and the ceiling on cost. */
const SPENT = '4137.62';
const CEILING = '8675.30';

beforeEach(() => {
	forgetQueries();
	provideBackend(fakeBackend());
});

async function card(change: object): Promise<string> {
	const written = vi.fn().mockResolvedValue(undefined);
	vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: written } });
	const { world, commands } = fakeBackend();
	const keys = await commands.keyList({
		clientId: null,
		gatewayId: null,
		search: '',
		withRevoked: false,
		after: null,
	});
	if (keys.status !== 'ok' || !keys.data.rows[0]) throw new Error(`no key in ${world.month}`);
	const cost = (text: string) => ({ amount: text, currency: 'USD', text: `$${text}`, role: 'cost', negative: false });
	const budget = { ...keys.data.rows[0].budget, limit: cost(CEILING), spent: cost(SPENT), warnAt: [] };
	const key = { ...keys.data.rows[0], monthCost: cost(SPENT), budget, ...change };
	framed(HandOver, { key, baseUrl: 'https://llm.example.com' });
	const shown = (await screen.findByTestId('handover')).textContent;
	await userEvent.click(screen.getByTestId('handover-copy'));
	return `${shown}\n${String(written.mock.calls[0]?.[0] ?? '')}`;
}

it('hands over no cost and no ceiling on it (R29, S4-12)', async () => {
	const text = await card({});
	expect(text).toContain('llm.example.com');
	for (const canary of [SPENT, CEILING, 'USD', '$8', '$4']) expect(text, canary).not.toContain(canary);
});

it('would tell if it did', async () => {
	expect(await card({ models: [`gpt-${SPENT}`] })).toContain(SPENT);
});
