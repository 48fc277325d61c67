/** The fake's reconciliation: a gateway whose totals and whose bill differ from its rows in every way there is. */
import type {
	AmountView,
	BillView,
	Commands,
	LeakReason,
	LeakRow,
	ReconcileCause,
	ReconcileInput,
	ReconcileProposal,
	ReconcileSide,
	ReconcileView,
	SplitFinding,
	SplitView,
} from '../backend';
import type { Cell } from './cells';
import { amountOf, countOf } from './money';
import { sumOf } from './rating';
import { fail, missing, ok } from './reading';
import { cellsOf, freshnessOf, gatewayName } from './views';
import type { World } from './world';

type ReconcileCommands = Pick<
	Commands,
	'reconcile' | 'leakReport' | 'billList' | 'billPreview' | 'billImport' | 'billRemove' | 'syncAgain'
>;

const CAUSES: ReconcileCause[] = [
	'missing',
	'duplicate',
	'aborted',
	'unattributed',
	'counter_error',
	'rounding',
	'unexplained',
];

type Share = [ReconcileCause, number, number];

const cost = (nanos: number): AmountView => {
	const amount = amountOf(nanos, 'cost');
	// The program tells amounts to the nano-unit and writes no zeros behind.
	return { ...amount, amount: amount.amount.includes('.') ? amount.amount.replace(/\.?0+$/, '') : amount.amount };
};

/** Every digit, as the program writes what is to add up. */
const exact = (nanos: number): AmountView => ({ ...cost(nanos), text: amountOf(nanos, 'cost', 'USD', 9).text });

function split(world: World, side: ReconcileSide, rows: number, shares: Share[], cells: Cell[]): SplitView {
	const found: SplitFinding[] = shares.map(([cause, count, amount], place) => {
		const cell = cells[(place * 37) % Math.max(1, cells.length)];
		const key = world.keys.find(({ id }) => id === cell?.keyId);
		const client = world.clients.find(({ id }) => id === cell?.clientId);
		const nobody = cause === 'unattributed' && place % 2 === 1;
		return {
			cause,
			day: cell?.day ?? null,
			account: nobody ? 'legacy-chatbot' : (client?.input.name ?? null),
			clientId: nobody ? null : (client?.id ?? null),
			client: nobody ? null : (client?.input.name ?? null),
			keyId: key?.id ?? null,
			key: key?.name ?? null,
			keyGone: cause === 'unattributed' && !nobody,
			model: cell?.model ?? null,
			count: countOf(count),
			amount: cost(amount),
			example: cause === 'rounding' ? null : `req_${String(1000 + place * 317)}`,
			chargedAsTold: cause === 'counter_error',
		};
	});
	const difference = shares.reduce((sum, [, , amount]) => sum + amount, 0);
	const parts = CAUSES.map((cause) => {
		const of = shares.filter(([one]) => one === cause);
		const add = (place: 1 | 2) => of.reduce((sum, share) => sum + share[place], 0);
		return { cause, count: countOf(add(1)), amount: exact(add(2)) };
	});
	return {
		side,
		told: exact(rows + difference),
		rows: exact(rows),
		difference: exact(difference),
		parts,
		findings: found.sort((a, b) => Math.abs(Number(b.amount.amount)) - Math.abs(Number(a.amount.amount))),
		more: 0,
	};
}

function proposals({ first, last, gatewayId }: ReconcileInput, billed: boolean): ReconcileProposal[] {
	const days = { first, last };
	const told: ReconcileProposal[] = [
		{
			cause: 'unattributed',
			sentence: 'Say whose account “legacy-chatbot” is, so that its usage is charged.',
			step: 'attribute',
			command: 'purser account attribute ac_12 CLIENT',
			...days,
		},
		{
			cause: 'counter_error',
			sentence:
				'Ask the gateway’s operator about the counter of key “prod”. Clients are charged by what it says until it is put right.',
			step: 'ask',
			command: null,
			...days,
		},
	];
	if (!billed) return told;
	return [
		...told,
		{
			cause: 'missing',
			sentence: `Pull ${first} to ${last} again: 61 requests may have been told late.`,
			step: 'pull_again',
			command: `purser sync ${gatewayId} --from ${first} --to ${last}`,
			...days,
		},
		{
			cause: 'duplicate',
			sentence: 'Ask whoever sent the bill for a credit: 3 requests are billed again.',
			step: 'ask',
			command: null,
			...days,
		},
	];
}

function view(world: World, input: ReconcileInput, bill: BillView | undefined): ReconcileView {
	const { first, last, gatewayId } = input;
	const here = cellsOf(world, (cell) => cell.gatewayId === gatewayId && cell.day >= first && cell.day <= last);
	const owned = here.filter(({ clientId }) => clientId !== null);
	const nobody = sumOf(
		world,
		here.filter(({ clientId }) => clientId === null),
	).cost;
	const sum = sumOf(world, owned);
	const unit = 1_234_567 * world.scale;
	const gateway: Share[] = [
		['counter_error', 1, unit * 812],
		['unattributed', 214, nobody],
		['rounding', 0, 37],
	];
	const billed: Share[] = [
		['missing', 61, unit * 9 + 11],
		['duplicate', 3, unit * 2],
		['aborted', 12, unit * 5 + 7],
		['unattributed', 37, unit * 3],
		['unattributed', 214, nobody],
		['rounding', 0, 41],
		['unexplained', 1, -unit],
	];
	const splits = [split(world, 'gateway', sum.cost, gateway, owned)];
	if (bill) splits.push(split(world, 'bill', sum.cost, billed, owned));
	return {
		gatewayId,
		gateway: gatewayName(world, gatewayId),
		first,
		last,
		empty: here.length === 0,
		notes:
			last >= world.day(0) ? ['Days from today on are not over, or not yet told to their end, and are left out.'] : [],
		gatewayTotal: cost(sum.cost + gateway.reduce((all, [, , part]) => all + part, 0)),
		rows: cost(sum.cost),
		requests: countOf(sum.requests),
		nobody: cost(nobody),
		counted: cost(sum.cost + unit * 812),
		charged: amountOf(sum.charge, 'charge'),
		unpriced: [...sum.unpriced],
		bill: bill ?? null,
		billed: bill ? cost(sum.cost + billed.reduce((all, [, , part]) => all + part, 0)) : null,
		splits,
		proposals: here.length === 0 ? [] : proposals(input, bill !== undefined),
		freshness: freshnessOf(world),
	};
}

function leaks(world: World, gatewayId: string | null, first: string, last: string): LeakRow[] {
	const groups = new Map<string, Cell[]>();
	for (const cell of cellsOf(world, ({ day }) => day >= first && day <= last)) {
		if (gatewayId && cell.gatewayId !== gatewayId) continue;
		const group = [cell.clientId, cell.gatewayId, cell.model].join(' ');
		groups.set(group, [...(groups.get(group) ?? []), cell]);
	}
	return [...groups.values()].flatMap((cells): LeakRow[] => {
		const [one] = cells;
		const sum = sumOf(world, cells);
		const lost = sum.cost - sum.charge;
		if (!one || lost <= 0) return [];
		const reason: LeakReason =
			one.clientId === null ? 'unattributed' : sum.unpriced.size > 0 ? 'no_rule' : 'below_cost';
		return [
			{
				clientId: one.clientId,
				client: world.clients.find(({ id }) => id === one.clientId)?.input.name ?? 'Unattributed',
				gatewayId: one.gatewayId,
				gateway: gatewayName(world, one.gatewayId),
				model: one.model,
				reason,
				requests: countOf(sum.requests),
				cost: amountOf(sum.cost, 'cost'),
				charge: amountOf(sum.charge, 'charge'),
				amount: amountOf(lost, 'margin'),
			},
		];
	});
}

const total = (rows: readonly LeakRow[]) => rows.reduce((sum, { amount }) => sum + Number(amount.amount) * 1e9, 0);

export function reconcileCommands(world: World): ReconcileCommands {
	let bills: BillView[] = [];
	return {
		reconcile: async (input) => {
			if (world.moods.has('failing'))
				return fail({ code: 'storage', message: 'The database cannot be read.', hints: ['Try again.'] });
			return ok(
				view(
					world,
					input,
					bills.find(({ id }) => id === input.billId),
				),
			);
		},
		leakReport: async (gatewayId, first, last) => {
			const rows = leaks(world, gatewayId, first, last).sort(
				(a, b) => Number(b.amount.amount) - Number(a.amount.amount),
			);
			return ok({
				first,
				last,
				leaks: rows,
				leaked: amountOf(total(rows), 'margin'),
				costless: [],
				costlessTotal: amountOf(0, 'charge'),
				cost: amountOf(0, 'cost'),
				freshness: freshnessOf(world),
			});
		},
		billList: async () => ok(bills),
		billPreview: async () =>
			ok({
				columns: [
					{ header: 'request_id', field: 'request_id' },
					{ header: 'started_at', field: 'time' },
					{ header: 'model', field: 'model' },
					{ header: 'usd', field: 'cost' },
				],
				sample: [['req_1', '2026-11-02T08:14:11Z', 'gpt-4o', '0.0134']],
				rows: 12_204,
				problems: [],
				cost: amountOf(1_204_330_000_000, 'cost'),
			}),
		billImport: async ({ gatewayId, path }) => {
			const name = path.split('/').at(-1) ?? path;
			const known = bills.find((bill) => bill.name === name && bill.gatewayId === gatewayId);
			if (known) return ok({ bill: known, known: true });
			const bill: BillView = {
				id: world.id('bill'),
				gatewayId,
				gateway: gatewayName(world, gatewayId),
				name,
				lines: countOf(12_204),
				cost: amountOf(1_204_330_000_000, 'cost'),
				first: `${world.month}-01`,
				last: world.day(1),
				importedAt: world.at(0),
			};
			bills = [bill, ...bills];
			world.done(['usage'], '', { action: 'bill_import', target: name });
			return ok({ bill, known: false });
		},
		billRemove: async (id) => {
			const bill = bills.find((one) => one.id === id);
			if (!bill) return missing('The bill');
			bills = bills.filter((one) => one !== bill);
			return ok(
				world.done(['usage'], `The bill “${bill.name}” is removed.`, { action: 'bill_remove', target: bill.name }),
			);
		},
		syncAgain: async (gatewayId) =>
			ok({ lines: [{ gateway: gatewayName(world, gatewayId), rows: 61, problem: null, hint: null }], complete: true }),
	};
}
