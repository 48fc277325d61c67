/**
 * A backend without a program: an invented agency in memory.
 *
 * For unit tests and for looking at the window in a browser. `?fake=` in the address sets its mood: `first-run`, `empty`,
 * `huge`, `hostile`, `failing`, `slow`, in any mixture (`?fake=huge,failing`).
 */
import type { Backend, Commands } from '../backend';
import { emptyClient } from './defaults';
import { gatewayCommands, wait } from './gateways';
import { keyCommands } from './keys';
import { ledgerCommands } from './ledger';
import { noticeCommands } from './notices';
import { amountOf, parseAmount } from './money';
import { fail, missing, ok, reading } from './reading';
import { statementCommands } from './statements';
import { reconcileCommands } from './reconcile';
import { clientRow } from './views';
import { World, type FakeClient, type Mood } from './world';
import { samplePage } from './sample';
import { invoiceCommands, priceCommands, settingsView } from './writing';

const SLOW_MS = 1_500;

/** The moods an address asks for. */
export function moodsOf(search: string): Set<Mood> {
	return new Set((new URLSearchParams(search).get('fake') ?? '').split(',').filter(Boolean) as Mood[]);
}

type ClientCommands = Pick<
	Commands,
	| 'clientCreate'
	| 'clientUpdate'
	| 'clientFromAccount'
	| 'clientPause'
	| 'clientResume'
	| 'clientClose'
	| 'accountAttribute'
	| 'accountBudget'
	| 'accountEntrust'
>;

function clientCommands(world: World): ClientCommands {
	const tags = ['clients', 'accounts', 'keys'] as const;
	const set = (id: string, status: FakeClient['status'], action: string, word: string) => {
		const client = world.clients.find((one) => one.id === id);
		if (!client) return missing('The client');
		const accounts = world.accounts.filter(({ clientId }) => clientId === id);
		const before = client.status;
		const put = (to: FakeClient['status']) => {
			client.status = to;
			for (const account of accounts) account.paused = to !== 'active';
		};
		put(status);
		return ok(
			world.done(
				[...tags],
				`“${client.input.name}” ${word}.`,
				{ action, target: client.input.name, change: `${before} → ${status}` },
				() => put(before),
				60,
			),
		);
	};
	return {
		clientCreate: async (input) => {
			if (!input.name.trim()) return fail({ code: 'invalid', field: 'name', message: 'A client needs a name.' });
			if (world.clients.some((one) => one.input.name === input.name))
				return fail({
					code: 'conflict',
					field: 'name',
					message: `There is a client \`${input.name}\` already.`,
					hints: ['Choose another name, or open that client.'],
				});
			const client: FakeClient = { id: world.id('cl'), status: 'active', input };
			world.clients.push(client);
			for (const gatewayId of input.gateways)
				world.accounts.push({
					id: world.id('ac'),
					gatewayId,
					name: input.name,
					externalId: world.id('team'),
					clientId: client.id,
					paused: false,
					budget: input.budget,
				});
			world.done([...tags], '', { action: 'client_create', target: input.name });
			return ok(clientRow(world, client));
		},
		clientUpdate: async (id, input) => {
			const client = world.clients.find((one) => one.id === id);
			if (!client) return missing('The client');
			client.input = input;
			world.done([...tags, 'invoices'], '', { action: 'client_update', target: input.name });
			return ok(clientRow(world, client));
		},
		clientFromAccount: async (accountId) => {
			const account = world.accounts.find(({ id }) => id === accountId);
			if (!account) return missing('The account');
			const client: FakeClient = {
				id: world.id('cl'),
				status: 'active',
				input: { ...emptyClient(), name: account.name },
			};
			world.clients.push(client);
			account.clientId = client.id;
			world.done([...tags, 'usage', 'gateways'], '', { action: 'client_from_account', target: account.name });
			return ok(clientRow(world, client));
		},
		clientPause: async (id) => set(id, 'paused', 'client_pause', 'is paused'),
		clientResume: async (id) => set(id, 'active', 'client_resume', 'is served again'),
		clientClose: async (id) => set(id, 'closed', 'client_close', 'is closed'),
		accountAttribute: async (accountId, clientId) => {
			const account = world.accounts.find(({ id }) => id === accountId);
			if (!account) return missing('The account');
			const before = account.clientId;
			account.clientId = clientId;
			const name = world.clients.find(({ id }) => id === clientId)?.input.name;
			return ok(
				world.done(
					[...tags, 'usage', 'gateways'],
					name ? `Account “${account.name}” belongs to “${name}”.` : `Account “${account.name}” belongs to no client.`,
					{ action: 'account_attribute', target: account.name },
					() => void (account.clientId = before),
				),
			);
		},
		accountBudget: async (accountId, budget) => {
			const account = world.accounts.find(({ id }) => id === accountId);
			if (!account) return missing('The account');
			if (budget && (parseAmount(budget.amount) ?? -1) < 0)
				return fail({
					code: 'invalid',
					field: 'amount',
					message: `\`${budget.amount}\` is not an amount of money.`,
					hints: ['Write it as 1250.00.'],
				});
			const before = account.budget;
			account.budget = budget;
			return ok(
				world.done(
					[...tags],
					`Budget of “${account.name}” ${budget ? 'set' : 'removed'}.`,
					{ action: 'account_budget', target: account.name },
					() => void (account.budget = before),
				),
			);
		},
		accountEntrust: async (accountId, credential) => {
			await wait(300);
			const account = world.accounts.find(({ id }) => id === accountId);
			if (!account) return missing('The account');
			if (credential === 'wrong')
				return fail({
					code: 'gateway_refused',
					message: 'this token belongs to another account',
					hints: ['Ask the client for the token of its own account.'],
				});
			return ok(
				world.done([...tags], `Purser can now manage the keys of ${account.name}; its token is in the keychain.`, {
					action: 'account_credential',
					target: account.name,
				}),
			);
		},
	};
}

type OtherCommands = Pick<
	Commands,
	| 'settings'
	| 'settingsAgency'
	| 'settingsSync'
	| 'branding'
	| 'brandingPreview'
	| 'settingsBranding'
	| 'settingsLogo'
	| 'vaultSession'
	| 'painted'
	| 'undo'
	| 'usageExport'
	| 'importPreview'
	| 'importApply'
>;

function otherCommands(world: World): OtherCommands {
	return {
		settings: async () => ok(settingsView(world)),
		settingsAgency: async (input) => {
			if (input.taxPercent && parseAmount(input.taxPercent) === null)
				return fail({
					code: 'invalid',
					field: 'taxPercent',
					message: `\`${input.taxPercent}\` is not a rate.`,
					hints: ['Write it as 19 or 8.1.'],
				});
			world.agency = input;
			world.done(['settings', 'invoices'], '', { action: 'settings_agency', target: input.name });
			return ok(settingsView(world));
		},
		settingsSync: async (minutes) => {
			world.syncMinutes = minutes;
			world.emit('settings');
			return ok(settingsView(world));
		},
		branding: async () => ok(world.branding),
		brandingPreview: async (input, language) => ok(samplePage(world.agency.name, input, language)),
		settingsBranding: async (branding) => {
			world.branding = { ...world.branding, branding };
			world.done(['settings'], '', { action: 'settings_branding', target: 'look of documents' });
			return ok(world.branding);
		},
		settingsLogo: async (file) => {
			const logo = file && `data:image/${file.startsWith('iVBOR') ? 'png' : 'svg+xml'};base64,${file}`;
			world.branding = { ...world.branding, logo, logoBytes: Math.ceil(((file?.length ?? 0) * 3) / 4) };
			world.done(['settings'], '', { action: 'settings_logo', target: 'look of documents' });
			return ok(world.branding);
		},
		vaultSession: async () => {
			world.vault = 'session';
			world.emit('settings');
			return ok(settingsView(world));
		},
		painted: async () => ok(null),
		undo: async (ticket) => {
			const undo = world.undos.get(ticket);
			world.undos.delete(ticket);
			return undo ? ok(undo()) : fail({ code: 'not_found', message: 'This can no longer be undone.' });
		},
		usageExport: async (filter, format) =>
			ok({
				path: `/home/operator/Documents/Purser/usage-${filter.first}-${filter.last}.${format === 'csv' ? 'csv' : 'jsonl'}`,
				bytes: 18_204,
			}),
		importPreview: async () =>
			ok({
				columns: [
					{ header: 'started_at', field: 'time' },
					{ header: 'team', field: 'account' },
					{ header: 'model', field: 'model' },
					{ header: 'usd', field: 'cost' },
					{ header: 'region', field: 'ignore' },
				],
				sample: [['2026-11-02T08:14:11Z', 'acme', 'gpt-4o', '0.0134', 'eu']],
				rows: 48_112,
				problems: [],
				cost: amountOf(1_204_330_000_000, 'cost'),
			}),
		importApply: async () => ok({ inserted: 48_112, restated: 0, unchanged: 0 }),
	};
}

/** Makes the fake; `search` is the query of the page's address. */
export function fakeBackend(search = ''): Backend & { world: World } {
	const world = new World(moodsOf(search));
	const made: Commands = {
		...reading(world),
		...clientCommands(world),
		...keyCommands(world),
		...priceCommands(world),
		...invoiceCommands(world),
		...ledgerCommands(world),
		...noticeCommands(world),
		...statementCommands(world),
		...reconcileCommands(world),
		...gatewayCommands(world),
		...otherCommands(world),
	};
	const commands = world.moods.has('slow') ? slowed(made) : made;
	const following =
		<T>(set: Set<T>) =>
		async (hear: T) => {
			set.add(hear);
			return () => void set.delete(hear);
		};
	return { world, commands, onChanged: following(world.changed), onProgress: following(world.progress) };
}

function slowed(commands: Commands): Commands {
	const late = Object.entries(commands).map(([name, run]) => {
		const command = run as (...args: unknown[]) => Promise<unknown>;
		return [name, async (...args: unknown[]) => (await wait(SLOW_MS), command(...args))];
	});
	return Object.fromEntries(late) as Commands;
}
