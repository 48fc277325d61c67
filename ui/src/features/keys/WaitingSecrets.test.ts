import { screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend, type CreatedKey, type KeyRow } from '$lib/backend/backend';
import { framed } from '$lib/ui/framed';
import { toasts } from '$lib/ui/toasts.svelte';
import { KeyWork } from './key-work.svelte';
import { secretQueue } from './secret-queue.svelte';
import WaitingSecrets from './WaitingSecrets.svelte';

const key = { id: 'key_1', name: 'acme-prod', gateway: 'Edge', clientId: 'cl_1' } as KeyRow;
const made = (ticket: string | null): CreatedKey => ({
	key,
	ticket,
	secretAfterSeconds: ticket ? null : 90,
	baseUrl: '',
});
const keyReveal = vi.fn(async () => ({ status: 'ok', data: made('ticket') }));
let work: KeyWork;

beforeEach(() => {
	vi.useFakeTimers();
	keyReveal.mockClear();
	provideBackend({ commands: { keyReveal } } as unknown as Backend);
	work = new KeyWork();
	work.show([made(null)]);
	framed(WaitingSecrets, { work });
});
afterEach(() => {
	vi.useRealTimers();
	secretQueue.dismiss(key.id);
	while (secretQueue.told.length > 0) secretQueue.stored();
	toasts.clear();
});

async function passed(seconds: number) {
	await vi.advanceTimersByTimeAsync(seconds * 1000);
	await tick();
}

it('counts down and asks again by itself', async () => {
	expect(screen.getByRole('timer').textContent).toBe('1:30');
	await passed(25);
	expect(screen.getByRole('timer').textContent).toBe('1:05');
	expect(keyReveal).not.toHaveBeenCalled();
	await passed(66);
	expect(keyReveal).toHaveBeenCalledWith('key_1');
	expect(secretQueue.told.map(({ ticket }) => ticket)).toEqual(['ticket']);
	expect(screen.queryByTestId('waiting-secrets'), 'nothing is waited for any more').toBeNull();
});

it('does not interrupt a dialog', async () => {
	work.create();
	await passed(120);
	expect(keyReveal).not.toHaveBeenCalled();
	work.close();
	await passed(2);
	expect(keyReveal).toHaveBeenCalledOnce();
});

it('can be dismissed, with a word about where the secret is', async () => {
	screen.getByTestId('waiting-dismiss-key_1').click();
	await tick();
	expect(screen.queryByTestId('waiting-secrets')).toBeNull();
	expect(toasts.shown[0]?.message).toContain('Show secret');
	await passed(120);
	expect(keyReveal).not.toHaveBeenCalled();
});
