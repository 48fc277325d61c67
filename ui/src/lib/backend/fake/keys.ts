/** The fake's keys. Gateways that show a secret again tell one secret, then none for a while, and keys queue for it. */
import type { Commands, CreatedKey, KeyStatusView } from '../backend';
import { wait } from './gateways';
import { parseAmount } from './money';
import { fail, missing, ok } from './reading';
import { keyRow } from './views';
import type { FakeKey, World } from './world';

const BOUND = 60;
/** Between two secrets. */
const APART_MS = 20_000;

type KeyCommands = Pick<
	Commands,
	| 'keyCreate'
	| 'keyUpdate'
	| 'keyPause'
	| 'keyResume'
	| 'keyRevoke'
	| 'keyReveal'
	| 'keyRotate'
	| 'keyBudget'
	| 'secretReveal'
	| 'secretStored'
	| 'secretQueue'
	| 'secretDequeue'
>;

export function keyCommands(world: World): KeyCommands {
	const find = (id: string) => world.keys.find((key) => key.id === id);
	const set = async (id: string, status: KeyStatusView, action: string, word: string) => {
		const key = find(id);
		if (!key) return missing('The key');
		const before = key.status;
		key.status = status;
		const undo = status === 'revoked' ? undefined : () => void (key.status = before);
		return ok(
			world.done(
				['keys', 'clients'],
				`Key “${key.name}” ${word}.`,
				{ action, target: key.name, change: `${before} → ${status}` },
				undo,
				BOUND,
			),
		);
	};
	/** When a gateway that tells secrets one at a time tells the next one. */
	let tellsFrom = 0;
	/** Keys whose secret waits, in the order in which they came. */
	const waiting = new Set<string>();
	const shown = (key: FakeKey): CreatedKey => {
		const row = keyRow(world, key);
		const baseUrl = 'https://llm.meridian.example/v1';
		const left = row.canReveal ? Math.ceil((tellsFrom - Date.now()) / 1000) : 0;
		if (left > 0) {
			waiting.add(key.id);
			return { key: row, ticket: null, secretAfterSeconds: left, baseUrl };
		}
		waiting.delete(key.id);
		if (row.canReveal) tellsFrom = Date.now() + APART_MS;
		const ticket = world.id('ticket');
		world.secrets.set(ticket, `sk-fake-${key.fingerprint}${key.fingerprint}${key.label.slice(-4)}`);
		return { key: row, ticket, secretAfterSeconds: null, baseUrl };
	};
	const made = (key: FakeKey) => {
		world.keys.unshift(key);
		const created = shown(key);
		world.done(['keys', 'clients', 'accounts'], '', { action: 'key_create', target: key.name });
		return ok(created);
	};
	return {
		keyCreate: async (input) => {
			if (!input.name.trim()) return fail({ code: 'invalid', field: 'name', message: 'A key needs a name.' });
			if (!world.accounts.some(({ id }) => id === input.accountId))
				return fail({ code: 'invalid', field: 'accountId', message: 'Choose the account the key is for.' });
			const digits = Math.floor(Math.random() * 16 ** 8)
				.toString(16)
				.padStart(8, '0');
			return made({
				id: world.id('key'),
				accountId: input.accountId,
				name: input.name,
				label: `sk-…${digits.slice(-4)}`,
				fingerprint: digits,
				environment: input.environment,
				scope: input.scope,
				status: 'active',
				models: input.models,
				rpm: input.requestsPerMinute,
				tpm: input.tokensPerMinute,
				parallel: input.parallel,
				budget: input.budget,
				expiresAt: input.expiresInDays === null ? null : world.at(-input.expiresInDays),
				createdAt: new Date().toISOString(),
			});
		},
		keyUpdate: async (id, input) => {
			const key = find(id);
			if (!key) return missing('The key');
			Object.assign(key, {
				name: input.name,
				environment: input.environment,
				scope: input.scope,
				models: input.models,
				rpm: input.requestsPerMinute,
				tpm: input.tokensPerMinute,
				parallel: input.parallel,
				budget: input.budget,
			});
			world.done(['keys', 'clients'], '', { action: 'key_update', target: key.name });
			return ok(keyRow(world, key));
		},
		keyPause: (id) => set(id, 'paused', 'key_pause', 'is paused'),
		keyResume: (id) => set(id, 'active', 'key_resume', 'works again'),
		keyRevoke: (id) => set(id, 'revoked', 'key_revoke', 'is revoked for good'),
		keyReveal: async (id) => {
			await wait(300);
			const key = find(id);
			if (!key) return missing('The key');
			const created = shown(key);
			world.done(['keys'], '', { action: 'key_reveal', target: key.name });
			return ok(created);
		},
		keyRotate: async (id) => {
			const key = find(id);
			if (!key) return missing('The key');
			const digits = Math.floor(Math.random() * 16 ** 8)
				.toString(16)
				.padStart(8, '0');
			return made({
				...key,
				id: world.id('key'),
				name: `${key.name}-new`,
				label: `sk-…${digits.slice(-4)}`,
				fingerprint: digits,
				status: 'active',
				createdAt: new Date().toISOString(),
			});
		},
		keyBudget: async (id, budget) => {
			const key = find(id);
			if (!key) return missing('The key');
			if (budget && (parseAmount(budget.amount) ?? -1) < 0)
				return fail({
					code: 'invalid',
					field: 'amount',
					message: `\`${budget.amount}\` is not an amount of money.`,
					hints: ['Write it as 1250.00.'],
				});
			const before = key.budget;
			key.budget = budget;
			return ok(
				world.done(
					['keys', 'clients'],
					`Budget of “${key.name}” ${budget ? 'set' : 'removed'}.`,
					{ action: 'key_budget', target: key.name },
					() => void (key.budget = before),
				),
			);
		},
		secretReveal: async (ticket) => {
			const secret = world.secrets.get(ticket);
			return secret
				? ok(secret)
				: fail({
						code: 'not_found',
						message: 'This secret was already stored and is gone from Purser.',
						hints: ['Rotate the key to get a new one.'],
					});
		},
		secretStored: async (ticket) => {
			world.secrets.delete(ticket);
			return ok(null);
		},
		secretQueue: async () => {
			const keys = [...waiting].flatMap((id) => find(id) ?? []).filter(({ status }) => status !== 'revoked');
			const notBefore = new Date(tellsFrom).toISOString();
			return ok(
				keys.map((key) => {
					const { id, name, label, clientId, client, gateway } = keyRow(world, key);
					return { keyId: id, name, label, clientId, client, gateway, notBefore };
				}),
			);
		},
		secretDequeue: async (id) => {
			waiting.delete(id);
			world.emit('keys');
			return ok(null);
		},
	};
}
