import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type AccountView } from '$lib/backend/backend';
import { fakeBackend } from '$lib/backend/fake';
import EntrustDialog from './EntrustDialog.svelte';
import { framed } from './framed';

let fake = fakeBackend();
const onclose = vi.fn();
beforeEach(() => {
	fake = fakeBackend();
	provideBackend(fake);
	onclose.mockClear();
	const account = { id: 'ac_x2', name: 'internal-tests', gateway: 'Edge relay' } as AccountView;
	framed(EntrustDialog, { account, onclose });
});
const field = () => screen.getByTestId<HTMLInputElement>('entrust-credential');

it('hands the token over once and keeps nothing of it', async () => {
	const entrust = vi.spyOn(fake.commands, 'accountEntrust');
	expect(field().type).toBe('password');
	await userEvent.type(field(), 'canary-token');
	await userEvent.keyboard('{Enter}');
	expect(field().value, 'gone from the page while it is on its way').toBe('');
	await waitFor(() => expect(onclose).toHaveBeenCalled());
	expect(entrust.mock.calls).toEqual([['ac_x2', 'canary-token']]);
	expect(document.body.innerHTML).not.toContain('canary-token');
});

it('tells a refusal at the field, which is empty again', async () => {
	await userEvent.type(field(), 'wrong');
	await userEvent.click(screen.getByTestId('form-save'));
	await waitFor(() =>
		expect(screen.getByRole('alert').textContent).toContain('This token belongs to another account.'),
	);
	expect(field().getAttribute('aria-invalid')).toBe('true');
	expect(field().value).toBe('');
	expect(onclose).not.toHaveBeenCalled();
});
