import { screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend, type CreatedKey, type KeyRow, type WaitingSecret } from '$lib/backend/backend';
import { forgetQueries, refresh } from '$lib/backend/query.svelte';
import { framed } from '$lib/ui/framed';
import { toasts } from '$lib/ui/toasts.svelte';
import { KeyWork } from './key-work.svelte';
import { toldSecrets } from './told-secrets.svelte';
import WaitingSecrets from './WaitingSecrets.svelte';

const START = Date.parse('2026-11-21T10:00:00Z');
const row = (id: string, seconds: number, clientId: string | null = 'cl_1'): WaitingSecret => ({
	keyId: id,
	name: `name-${id}`,
	label: 'sk-…1234',
	clientId,
	client: clientId && 'Harborlight',
	gateway: 'Edge',
	notBefore: new Date(START + seconds * 1000).toISOString(),
});
const answer = (id: string, ticket: string | null): CreatedKey => ({
	key: { id } as KeyRow,
	ticket,
	secretAfterSeconds: ticket ? null : 600,
	baseUrl: '',
});
const ok = <T>(data: T) => ({ status: 'ok', data });

/** The program's queue. */
let queue: WaitingSecret[];
/** What the gateway answers. */
let ticket: string | null;
const keyReveal = vi.fn(async (id: string) => {
	queue = ticket ? queue.filter(({ keyId }) => keyId !== id) : [row(id, 690)];
	refresh(['keys']);
	return ok(answer(id, ticket));
});
const secretDequeue = vi.fn(async (id: string) => {
	queue = queue.filter(({ keyId }) => keyId !== id);
	refresh(['keys']);
	return ok(null);
});
const secretQueue = vi.fn(async () => ok(queue));

beforeEach(() => {
	vi.useFakeTimers({ now: START });
	vi.clearAllMocks();
	forgetQueries();
	provideBackend({ commands: { keyReveal, secretQueue, secretDequeue } } as unknown as Backend);
	[queue, ticket] = [[row('key_1', 90)], 'ticket'];
});
afterEach(() => {
	vi.useRealTimers();
	while (toldSecrets.told.length > 0) toldSecrets.stored();
	toasts.clear();
});

async function passed(seconds: number) {
	await vi.advanceTimersByTimeAsync(seconds * 1000);
	await tick();
}
async function opened(clientId?: string) {
	framed(WaitingSecrets, { work: new KeyWork(), clientId });
	await passed(0);
}
const button = (id: string) => screen.getByTestId<HTMLButtonElement>(id);
const said = () => screen.getByTestId('waiting-said').textContent;

it('counts down by itself, then offers the secret and says so once', async () => {
	await opened();
	expect(screen.getByRole('timer').textContent).toBe('1:30');
	expect(screen.getByTestId('waiting-key_1').textContent).toContain('Harborlight');
	await passed(25);
	expect(screen.getByRole('timer').textContent).toBe('1:05');
	expect([button('waiting-show-key_1').disabled, said()]).toEqual([true, '']);
	await passed(65);
	expect(screen.queryByRole('timer')).toBeNull();
	expect([button('waiting-show-key_1').disabled, said()]).toEqual([false, 'Can be shown now: name-key_1']);
	expect(secretQueue, 'the program is not asked every second').toHaveBeenCalledOnce();
	expect(keyReveal, 'nor the gateway before somebody wants it').not.toHaveBeenCalled();
	button('waiting-show-key_1').click();
	await passed(0);
	expect(toldSecrets.told.map(({ ticket }) => ticket)).toEqual(['ticket']);
	expect(screen.queryByTestId('waiting-secrets'), 'nobody waits any more').toBeNull();
});

it('waits on when the gateway asks for more time', async () => {
	[queue, ticket] = [[row('key_1', 90)], null];
	await opened();
	await passed(90);
	button('waiting-show-key_1').click();
	await passed(0);
	expect(screen.getByRole('timer').textContent).toBe('10:00');
	expect([toldSecrets.told.length, toasts.shown.length]).toEqual([0, 0]);
});

it('can be dismissed, with a word about where the secret is', async () => {
	await opened();
	screen.getByTestId('waiting-dismiss-key_1').click();
	await passed(0);
	expect(secretDequeue).toHaveBeenCalledWith('key_1');
	expect(screen.queryByTestId('waiting-secrets')).toBeNull();
	expect(toasts.shown[0]?.message).toContain('Show secret');
});

it('lists one client’s keys on its page, and is not there when none waits', async () => {
	queue = [row('key_1', 90), row('key_2', 90, 'cl_2'), row('key_3', 90, null)];
	await opened('cl_2');
	expect(screen.getAllByRole('listitem').map((item) => item.dataset['testid'])).toEqual(['waiting-key_2']);
	queue = queue.filter(({ clientId }) => clientId !== 'cl_2');
	refresh(['keys']);
	await passed(0);
	expect(screen.queryByTestId('waiting-secrets')).toBeNull();
});
