import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
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
	await waitFor(() => screen.getByRole('option', { name: 'LiteLLM' }));
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

const value = (id: string) => screen.getByTestId<HTMLInputElement | HTMLSelectElement>(id).value;
const note = () => screen.getByTestId('detection').textContent?.trim();

/** Makes a command answer only when the test says so. */
function held(name: 'gatewayDetect' | 'gatewayTest') {
	let answer = () => {};
	const real = fake.commands[name] as (...args: unknown[]) => Promise<unknown>;
	const asked = vi.spyOn(fake.commands, name).mockImplementation((async (...args: unknown[]) => {
		await new Promise<void>((go) => (answer = go));
		return real(...args);
	}) as never);
	/** Lets it answer, and the page take notice. */
	async function answered() {
		answer();
		await asked.mock.results[0]?.value;
		await tick();
	}
	return { answered, asked };
}

async function ready() {
	await waitFor(() => screen.getByRole('option', { name: 'Tollgate' }));
	return userEvent.setup();
}

test('what answers at the address fills in the kind and cleans the address', async () => {
	const person = await ready();
	const asked = vi.spyOn(fake.commands, 'gatewayDetect');
	await person.type(screen.getByTestId('gateway-url'), 'llm.example/v1');
	expect(asked, 'half an address may be the whole one of somebody else').not.toHaveBeenCalled();
	await person.tab();
	await waitFor(() => expect(note()).toBe('This is LiteLLM 1.106.2.'));
	expect(value('gateway-product')).toBe('litellm');
	expect(value('gateway-url')).toBe('https://llm.example');
	expect(disabled('gateway-test'), 'this kind needs a credential').toBe(true);
});

test('a pasted address is asked at once', async () => {
	const person = await ready();
	await person.click(screen.getByTestId('gateway-url'));
	await person.paste('https://toll.example/ui');
	await waitFor(() => expect(note()).toBe('This is Tollgate.'));
	expect(disabled('gateway-test'), 'its credential is optional').toBe(false);
	expect(screen.getByText('optional')).not.toBeNull();
});

test('a kind chosen while the answer is on its way stands, and so does the address', async () => {
	const { asked, answered } = held('gatewayDetect');
	const person = await ready();
	await person.type(screen.getByTestId('gateway-url'), 'https://llm.example/v1');
	await person.tab();
	await waitFor(() => expect(asked).toHaveBeenCalledOnce());
	await person.selectOptions(screen.getByTestId('gateway-product'), 'tollgate');
	await answered();
	expect([value('gateway-product'), value('gateway-url')]).toEqual(['tollgate', 'https://llm.example/v1']);
});

test('an answer about another address than the typed one is not heard', async () => {
	const { asked, answered } = held('gatewayDetect');
	const person = await ready();
	await person.type(screen.getByTestId('gateway-url'), 'https://llm.example/v1');
	await person.tab();
	await waitFor(() => expect(asked).toHaveBeenCalledOnce());
	await person.type(screen.getByTestId('gateway-url'), '2');
	await answered();
	expect([value('gateway-product'), value('gateway-url')]).toEqual(['', 'https://llm.example/v12']);
});

test('after a kind was chosen by hand no address is asked', async () => {
	const asked = vi.spyOn(fake.commands, 'gatewayDetect');
	const person = await ready();
	await person.selectOptions(screen.getByTestId('gateway-product'), 'tollgate');
	await person.type(screen.getByTestId('gateway-url'), 'https://llm.example/v1');
	await person.click(screen.getByTestId('gateway-test'));
	await waitFor(() => screen.getByTestId('probe-result'));
	expect(asked).not.toHaveBeenCalled();
	expect(value('gateway-url')).toBe('https://llm.example/v1');
});

test('where nothing answers it is said quietly, and only a test makes an alarm of it', async () => {
	const person = await ready();
	await person.type(screen.getByTestId('gateway-url'), 'https://down.example');
	await person.tab();
	await waitFor(() => expect(note()).toContain('Nothing answers at https://down.example.'));
	expect(screen.queryByRole('alert')).toBeNull();
	await person.click(screen.getByTestId('gateway-test'));
	await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('nothing answers'));
	expect(screen.queryByTestId('detection'), 'it is not said twice').toBeNull();
});

test('of several candidates the first is proposed, and all of them come first in the choice', async () => {
	const person = await ready();
	await person.type(screen.getByTestId('gateway-url'), 'https://either.example');
	await person.tab();
	await waitFor(() => expect(note()).toContain('This may be Tollgate or LiteLLM 1.106.2.'));
	const options = screen.getAllByRole<HTMLOptionElement>('option').map((option) => option.value);
	expect(options).toEqual(['', 'tollgate', 'litellm', 'file']);
	expect(value('gateway-product')).toBe('tollgate');
});

test('a test that is under way when something else is typed does not count', async () => {
	const person = await ready();
	await person.selectOptions(screen.getByTestId('gateway-product'), 'tollgate');
	await person.type(screen.getByTestId('gateway-url'), 'https://toll.example');
	const { answered } = held('gatewayTest');
	await person.click(screen.getByTestId('gateway-test'));
	await person.type(screen.getByTestId('gateway-url'), '/other');
	await answered();
	expect(disabled('form-save'), 'another address was not tested').toBe(true);
});

test('a file is asked for by its path', async () => {
	const person = await ready();
	await person.selectOptions(screen.getByTestId('gateway-product'), 'file');
	expect(screen.queryByTestId('gateway-credential')).toBeNull();
	await person.type(screen.getByTestId('gateway-url'), '/home/ada/usage.csv');
	await person.click(screen.getByTestId('gateway-test'));
	await waitFor(() => screen.getByTestId('probe-result'));
});
