import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { provideBackend } from '$lib/backend/backend';
import { fakeBackend } from '$lib/backend/fake';
import { framed } from '$lib/ui/framed';
import ConnectDialog from './ConnectDialog.svelte';

let fake = fakeBackend('?fake=first-run');
const onclose = vi.fn();
beforeEach(() => {
	fake = fakeBackend('?fake=first-run');
	provideBackend(fake);
	onclose.mockClear();
	framed(ConnectDialog, { onclose });
});

const disabled = (id: string) => screen.getByTestId<HTMLButtonElement>(id).disabled;

async function typed(address: string, key: string) {
	const person = userEvent.setup();
	await waitFor(() => screen.getByTestId('gateway-url'));
	await person.type(screen.getByTestId('gateway-url'), address);
	await person.type(screen.getByTestId('gateway-credential'), key);
	await person.click(screen.getByTestId('gateway-test'));
	return person;
}

test('nothing is saved before the test, and the test shows what was found (U40)', async () => {
	const connect = vi.spyOn(fake.commands, 'gatewayConnect');
	const person = await typed('https://llm.example', 'sk-admin');
	await waitFor(() => screen.getByTestId('probe-result'));
	expect(connect).not.toHaveBeenCalled();
	expect(disabled('form-save')).toBe(false);
	await person.type(screen.getByTestId('gateway-url'), '/other');
	expect(disabled('form-save'), 'another address was not tested').toBe(true);
});

test('connecting clears the credential from the page', async () => {
	const person = await typed('https://llm.example', 'sk-admin');
	await waitFor(() => expect(disabled('form-save')).toBe(false));
	await person.click(screen.getByTestId('form-save'));
	await waitFor(() => expect(onclose).toHaveBeenCalled());
	expect(
		fake.world.gateways.map(({ name }) => name),
		'named after its kind when no name was typed',
	).toEqual(['LiteLLM']);
});

test('a wrong key is told at its field', async () => {
	await typed('https://llm.example', 'wrong');
	await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('does not accept this key'));
	expect(disabled('form-save')).toBe(true);
});
