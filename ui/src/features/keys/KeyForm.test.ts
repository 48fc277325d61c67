import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend, type KeyInput } from '$lib/backend/backend';
import { forgetQueries } from '$lib/backend/query.svelte';
import { framed } from '$lib/ui/framed';
import { toasts } from '$lib/ui/toasts.svelte';
import KeyForm from './KeyForm.svelte';

const ok = (data: unknown) => async () => ({ status: 'ok', data });
const error = { code: 'gateway_unreachable', message: 'Nothing answers.', hints: [], field: null, retryable: true };
const account = { id: 'ac_1', gatewayId: 'gw_1', gateway: 'Frankfurt', name: 'Acme', clientId: 'cl_1', budget: null };
const keyCreate = vi.fn();
const oncreated = vi.fn();

beforeEach(async () => {
	forgetQueries();
	toasts.clear();
	oncreated.mockReset();
	keyCreate.mockReset().mockImplementation(async ({ name }: KeyInput) => ({ status: 'ok', data: { key: { name } } }));
	const commands = {
		accountList: ok([account]),
		modelList: ok([]),
		clientList: ok([{ id: 'cl_1', name: 'Acme' }]),
		keyCreate,
	};
	provideBackend({ commands } as unknown as Backend);
	framed(KeyForm, { key: null, clientId: 'cl_1', oncreated, onclose: vi.fn() });
	await waitFor(() => expect(screen.getByTestId<HTMLInputElement>('key-form-name').placeholder).toBe('acme-prod'));
});

const names = () => keyCreate.mock.calls.map(([input]) => (input as KeyInput).name);

it('takes the proposed name and the only account', async () => {
	await userEvent.click(screen.getByTestId('form-save'));
	expect(keyCreate.mock.calls[0]?.[0]).toMatchObject({ accountId: 'ac_1', name: 'acme-prod', environment: 'prod' });
});

it('makes a set of three', async () => {
	await userEvent.click(screen.getByTestId('key-env-set'));
	await userEvent.click(screen.getByTestId('form-save'));
	await waitFor(() => expect(oncreated).toHaveBeenCalled());
	expect(names()).toEqual(['acme-prod', 'acme-staging', 'acme-dev']);
});

it('shows the secrets of the keys made before a failure, and tells the failure', async () => {
	keyCreate.mockImplementationOnce(async () => ({ status: 'ok', data: { key: { name: 'acme-prod' } } }));
	keyCreate.mockImplementationOnce(async () => ({ status: 'error', error }));
	await userEvent.click(screen.getByTestId('key-env-set'));
	await userEvent.click(screen.getByTestId('form-save'));
	await waitFor(() => expect(oncreated).toHaveBeenCalledWith([{ key: { name: 'acme-prod' } }]));
	expect(toasts.shown.map(({ message }) => message)).toEqual(['Nothing answers.']);
	expect(keyCreate, 'the third is not tried on a gateway that does not answer').toHaveBeenCalledTimes(2);
});

it('sends nothing while a number is none', async () => {
	await userEvent.type(screen.getByTestId('key-form-rpm'), 'many');
	await userEvent.click(screen.getByTestId('form-save'));
	expect(screen.getByRole('alert').textContent).toContain('whole number');
	expect(keyCreate).not.toHaveBeenCalled();
});
