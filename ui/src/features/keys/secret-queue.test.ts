import { beforeEach, describe, expect, it, vi } from 'vitest';
import { provideBackend, type Backend, type CreatedKey, type KeyRow } from '$lib/backend/backend';
import { SecretQueue } from './secret-queue.svelte';

const key = (id: string) => ({ id, name: id }) as KeyRow;
const made = (id: string, ticket: string | null, secretAfterSeconds: number | null = null): CreatedKey => ({
	key: key(id),
	ticket,
	secretAfterSeconds,
	baseUrl: 'https://llm.example',
});
const ok = (data: CreatedKey) => ({ status: 'ok', data });
const error = { code: 'gateway_unreachable', message: 'nothing answers', hints: [], field: null, retryable: true };

const keyReveal = vi.fn();
let queue: SecretQueue;
beforeEach(() => {
	keyReveal.mockReset();
	provideBackend({ commands: { keyReveal } } as unknown as Backend);
	queue = new SecretQueue();
});
const waiting = () => queue.waiting.map(({ key, due }) => [key.id, due]);
const told = () => queue.told.map(({ ticket }) => ticket);

describe('secrets that are told later', () => {
	it('are asked for when their time is over, and not before', async () => {
		queue.add(made('a', null, 30), 1_000);
		expect(waiting()).toEqual([['a', 31_000]]);
		await queue.next(30_999);
		expect(keyReveal).not.toHaveBeenCalled();
		keyReveal.mockResolvedValue(ok(made('a', 'ticket-a')));
		await queue.next(31_000);
		expect([waiting(), told()]).toEqual([[], ['ticket-a']]);
	});

	it('wait anew when the gateway asks for more time', async () => {
		queue.add(made('a', null, 30), 0);
		keyReveal.mockResolvedValue(ok(made('a', null, 60)));
		await queue.next(30_000);
		expect(waiting()).toEqual([['a', 90_000]]);
	});

	it('come one after the other: none is asked for while another is asked for or shown', async () => {
		for (const id of ['a', 'b']) queue.add(made(id, null, 5), 0);
		let answer: (data: unknown) => void = () => undefined;
		keyReveal.mockImplementation(() => new Promise((go) => (answer = go)));
		const asked = queue.next(9_000);
		await queue.next(9_000);
		expect(keyReveal.mock.calls, 'one question at a time').toEqual([['a']]);
		answer(ok(made('a', 'ticket-a')));
		await asked;
		await queue.next(10_000);
		expect(keyReveal, 'the first is still to be stored').toHaveBeenCalledTimes(1);
		queue.stored();
		keyReveal.mockResolvedValue(ok(made('b', 'ticket-b')));
		await queue.next(11_000);
		expect(told()).toEqual(['ticket-b']);
	});

	it('are not asked for by themselves after a failure, only by hand', async () => {
		queue.add(made('a', null, 5), 0);
		keyReveal.mockResolvedValue({ status: 'error', error });
		await queue.next(5_000);
		await queue.next(6_000);
		expect(keyReveal, 'a gateway that is down is not hammered').toHaveBeenCalledTimes(1);
		expect(queue.of('a')?.problem?.message).toBe('nothing answers');
		keyReveal.mockResolvedValue(ok(made('a', 'ticket-a')));
		await queue.reveal(key('a'), 7_000);
		expect(told()).toEqual(['ticket-a']);
	});

	it('are forgotten when dismissed', async () => {
		queue.add(made('a', null, 5), 0);
		queue.dismiss('a');
		await queue.next(9_000);
		expect(keyReveal).not.toHaveBeenCalled();
	});
});
