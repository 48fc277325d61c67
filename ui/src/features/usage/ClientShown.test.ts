import { screen } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { provideBackend } from '$lib/backend/backend';
import { fakeBackend } from '$lib/backend/fake';
import { forgetQueries } from '$lib/backend/query.svelte';
import { framed } from '$lib/ui/framed';
import ClientShown from './ClientShown.svelte';

beforeEach(() => {
	forgetQueries();
	provideBackend(fakeBackend());
});

it('shows charges and counts and no amount of another role (J4, R29)', async () => {
	const { world } = fakeBackend();
	const clientId = world.clients[0]?.id ?? '';
	framed(ClientShown, { clientId, period: { first: world.day(20), last: world.day(1) } });
	const shown = await screen.findByTestId('client-shown');
	await screen.findByTestId('shown-chart');
	const roles = [...shown.querySelectorAll('[data-role]')].map((amount) => amount.getAttribute('data-role'));
	expect(roles.length, 'every model and the total').toBeGreaterThan(2);
	expect(new Set(roles)).toEqual(new Set(['charge']));
	expect(shown.textContent.replace('no cost and no margin', '')).not.toMatch(/\bcost\b|margin|markup/i);
});
