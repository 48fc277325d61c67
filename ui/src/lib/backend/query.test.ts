import { render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { provideBackend } from './backend';
import { fakeBackend } from './fake';
import { followChanges } from './query.svelte';
import QueryProbe from './QueryProbe.svelte';

let fake = fakeBackend();
beforeEach(async () => {
	fake = fakeBackend();
	provideBackend(fake);
	await followChanges();
});

test('a change refetches the queries it touches, and only those', async () => {
	const list = vi.spyOn(fake.commands, 'clientList');
	const settings = vi.spyOn(fake.commands, 'settings');
	render(QueryProbe);
	await waitFor(() => expect(screen.getByTestId('count').textContent).toBe('12'));
	expect([list.mock.calls.length, settings.mock.calls.length]).toEqual([1, 1]);
	await fake.commands.clientPause('cl_1');
	await waitFor(() => expect(screen.getByTestId('first').textContent).toBe('paused'));
	expect(settings, 'settings did not change').toHaveBeenCalledTimes(1);
});

test('a failed refetch keeps what was shown and says why', async () => {
	const list = vi.spyOn(fake.commands, 'clientList');
	render(QueryProbe);
	await waitFor(() => expect(screen.getByTestId('count').textContent).toBe('12'));
	list.mockResolvedValueOnce({
		status: 'error',
		error: { code: 'storage', message: 'The disk is full.', hints: [], field: null, retryable: true },
	});
	fake.world.emit('clients');
	await waitFor(() => expect(screen.getByTestId('error').textContent).toBe('The disk is full.'));
	expect(screen.getByTestId('count').textContent, 'never a zero for want of an answer').toBe('12');
});
