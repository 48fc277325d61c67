import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend, type CreatedKey, type KeyRow } from '$lib/backend/backend';
import { ToldSecrets } from './told-secrets.svelte';

const made = (id: string, ticket: string | null): CreatedKey => ({
	key: { id, name: id } as KeyRow,
	ticket,
	secretAfterSeconds: ticket ? null : 60,
	baseUrl: 'https://llm.example',
});
const error = { code: 'gateway_unreachable', message: 'nothing answers', hints: [], field: null, retryable: true };

const keyReveal = vi.fn();
let secrets: ToldSecrets;
beforeEach(() => {
	keyReveal.mockReset();
	provideBackend({ commands: { keyReveal } } as unknown as Backend);
	secrets = new ToldSecrets();
});
const told = () => secrets.told.map(({ ticket }) => ticket);

it('shows what was told, first come first, and leaves out what waits', () => {
	for (const one of [made('a', 'ticket-a'), made('b', null), made('c', 'ticket-c')]) secrets.add(one);
	expect(told()).toEqual(['ticket-a', 'ticket-c']);
	secrets.stored();
	expect(told()).toEqual(['ticket-c']);
});

it('asks one gateway at a time', async () => {
	let answer: (data: unknown) => void = () => undefined;
	keyReveal.mockImplementation(() => new Promise((go) => (answer = go)));
	const asked = secrets.reveal('a');
	expect(secrets.asking).toBe('a');
	expect(await secrets.reveal('b')).toBeNull();
	expect(keyReveal.mock.calls).toEqual([['a']]);
	answer({ status: 'ok', data: made('a', 'ticket-a') });
	expect(await asked).toBeNull();
	expect([told(), secrets.asking]).toEqual([['ticket-a'], null]);
});

it('hands a failure back and can ask again', async () => {
	keyReveal.mockResolvedValueOnce({ status: 'error', error });
	expect(await secrets.reveal('a')).toEqual(error);
	keyReveal.mockResolvedValueOnce({ status: 'ok', data: made('a', 'ticket-a') });
	expect(await secrets.reveal('a')).toBeNull();
	expect(told()).toEqual(['ticket-a']);
});
