/** The fake's commands: they change the world, note it, and can mostly be undone. */
import type { BatchResult, Commands, PastDueView, PriceChange, RuleInput, SettingsView } from '../backend';
import { amountOf, parseAmount } from './money';
import { fail, invoiceView, missing, ok } from './reading';
import { chargeBy, ruleFor, versionOn } from './rating';
import { cellsOf, invoiceRow, openOf, priceBook, statusOf } from './views';
import type { World } from './world';

export function settingsView(world: World): SettingsView {
	return {
		agency: world.agency,
		vault: world.vault,
		vaultProblem: world.vault === 'keychain' ? null : 'No Secret Service answers on this session’s bus.',
		dataDir: '/home/operator/.local/share/purser',
		documentsDir: '/home/operator/Documents/Purser',
		version: '0.1.0',
		syncMinutes: world.syncMinutes,
	};
}

type PriceCommands = Pick<Commands, 'pricePreview' | 'priceSet'>;
const same = (a: RuleInput, b: RuleInput) => a.clientId === b.clientId && a.selector === b.selector;

function rulesAfter(world: World, change: PriceChange): RuleInput[] {
	const before = versionOn(world, change.effectiveFrom)?.rules ?? [];
	const kept = before.filter((rule) => ![...change.set, ...change.remove].some((other) => same(rule, other)));
	return [...kept, ...change.set];
}

export function priceCommands(world: World): PriceCommands {
	return {
		pricePreview: async (change) => {
			const month = world.day(Number(world.day(0).slice(8)) + 1).slice(0, 7);
			const version = { id: '', effectiveFrom: '', createdAt: '', note: '', rules: rulesAfter(world, change) };
			const whole = { before: 0, after: 0 };
			const effects = world.clients.flatMap((client) => {
				const cells = cellsOf(world, (cell) => cell.clientId === client.id && cell.day.startsWith(month));
				const sum = (of: typeof version | undefined) =>
					cells.reduce((total, cell) => total + (chargeBy(ruleFor(of, client.id, cell.model), cell) ?? 0), 0);
				const [before, after] = [sum(versionOn(world, `${month}-01`)), sum(version)];
				whole.before += before;
				whole.after += after;
				const unpriced = [...new Set(cells.map(({ model }) => model))].filter(
					(model) => !ruleFor(version, client.id, model),
				);
				return before === after
					? []
					: [
							{
								clientId: client.id,
								client: client.input.name,
								before: amountOf(before, 'charge'),
								after: amountOf(after, 'charge'),
								difference: amountOf(after - before, 'charge'),
								unpriced,
							},
						];
			});
			return ok({
				month,
				effects,
				before: amountOf(whole.before, 'charge'),
				after: amountOf(whole.after, 'charge'),
				difference: amountOf(whole.after - whole.before, 'charge'),
			});
		},
		priceSet: async (change) => {
			if (!change.effectiveFrom)
				return fail({ code: 'invalid', field: 'effectiveFrom', message: 'A change of prices needs a first day.' });
			const rules = rulesAfter(world, change);
			world.versions = [
				...world.versions.filter(({ effectiveFrom }) => effectiveFrom !== change.effectiveFrom),
				{
					id: world.id('pv'),
					effectiveFrom: change.effectiveFrom,
					createdAt: new Date().toISOString(),
					note: change.note,
					rules,
				},
			];
			world.done(['prices', 'clients', 'invoices'], '', {
				action: 'price_set',
				target: 'Price book',
				change: change.note,
			});
			return ok(priceBook(world));
		},
	};
}

type InvoiceCommands = Pick<
	Commands,
	| 'invoiceDraft'
	| 'invoiceDraftMonth'
	| 'invoiceEdit'
	| 'invoiceDiscard'
	| 'invoiceFinalise'
	| 'invoiceFinaliseMonth'
	| 'invoiceSave'
	| 'invoicePay'
	| 'invoiceMonthCancel'
	| 'invoiceDiscardMonth'
	| 'invoiceCredit'
	| 'invoiceDrifts'
	| 'invoiceSettleDrift'
	| 'invoiceContinue'
	| 'pastDueList'
	| 'pastDueGet'
	| 'pastDueHold'
	| 'pastDueLift'
>;

const keysOf = (world: World, clientId: string) =>
	world.keys.filter((key) =>
		world.accounts.some(({ id, clientId: whose }) => id === key.accountId && whose === clientId),
	);

function pastDue(world: World, clientId: string): PastDueView {
	const late = world.invoices.filter((one) => one.clientId === clientId && statusOf(world, one) === 'overdue');
	const held = (id: string) => world.held.has(id);
	return {
		clientId,
		client: world.clients.find(({ id }) => id === clientId)?.input.name ?? '',
		open: amountOf(
			late.reduce((sum, one) => sum + openOf(world, one), 0),
			'charge',
		),
		days: 3,
		invoices: late.map(({ number }) => number ?? ''),
		keys: keysOf(world, clientId).map((key) => ({
			keyId: key.id,
			name: key.name,
			held: held(key.id),
			effect: held(key.id) ? 'paused while past due' : 'would be paused: all it may call is billable',
		})),
	};
}

export function invoiceCommands(world: World): InvoiceCommands {
	const find = (id: string) => world.invoices.find((invoice) => invoice.id === id);
	const draft = (clientId: string, month: string) => {
		const known = world.invoices.find((invoice) => invoice.clientId === clientId && invoice.month === month);
		if (known) return known;
		const made = {
			id: world.id('in'),
			clientId,
			month,
			number: null,
			issued: null,
			due: null,
			payments: [],
			paid: false,
			adjustments: [],
			note: '',
		};
		world.invoices.unshift(made);
		return made;
	};
	const finalise = (id: string): string | null => {
		const invoice = find(id);
		if (!invoice || invoice.number) return 'It is final already.';
		const obstacle = invoiceRow(world, invoice).obstacles[0];
		if (obstacle) return obstacle;
		const last = Math.max(
			139,
			...world.invoices.flatMap(({ number }) => (number ? [Number(number.split('-')[1])] : [])),
		);
		Object.assign(invoice, {
			number: `${world.agency.invoiceSeries}-${String(last + 1).padStart(4, '0')}`,
			issued: world.day(0),
			due: world.day(-14),
		});
		return null;
	};
	const batch = (clientId: string, invoiceId: string | null, problem: string | null): BatchResult => ({
		client: world.clients.find(({ id }) => id === clientId)?.input.name ?? '',
		invoiceId,
		number: invoiceId ? (find(invoiceId)?.number ?? null) : null,
		outcome: problem ? 'refused' : invoiceId && find(invoiceId)?.number ? 'final' : 'drafted',
		problem,
	});
	const tell = (action: string, target: string) => void world.done(['invoices', 'prices'], '', { action, target });
	return {
		invoiceDraft: async (clientId, month) => {
			const made = draft(clientId, month);
			tell('invoice_draft', month);
			return ok(invoiceView(world, made, 'light'));
		},
		invoiceDraftMonth: async (month) => {
			const results = world.clients.map(({ id }) =>
				cellsOf(world, (cell) => cell.clientId === id && cell.day.startsWith(month)).length > 0
					? batch(id, draft(id, month).id, null)
					: batch(id, null, 'It had no usage in this month.'),
			);
			tell('invoice_draft_month', month);
			return ok(results);
		},
		invoiceEdit: async (id, adjustments, note) => {
			const invoice = find(id);
			if (!invoice) return missing('The invoice');
			const wrong = adjustments.find(({ amount }) => parseAmount(amount) === null);
			if (wrong)
				return fail({
					code: 'invalid',
					field: 'adjustments',
					message: `\`${wrong.amount}\` is not an amount of money.`,
					hints: ['Write it as -12.50.'],
				});
			Object.assign(invoice, { adjustments, note });
			tell('invoice_edit', id);
			return ok(invoiceView(world, invoice, 'light'));
		},
		invoiceDiscard: async (id) => {
			world.invoices = world.invoices.filter((invoice) => invoice.id !== id);
			return ok(world.done(['invoices'], 'The draft is discarded.', { action: 'invoice_discard', target: id }));
		},
		invoiceFinalise: async (id) => {
			const invoice = find(id);
			if (!invoice) return missing('The invoice');
			const problem = finalise(id);
			if (problem)
				return fail({
					code: 'conflict',
					message: `The invoice cannot be finalised: ${problem}`,
					hints: ['Put it right, then finalise.'],
				});
			tell('invoice_finalise', invoice.number ?? id);
			return ok(invoiceView(world, invoice, 'light'));
		},
		invoiceFinaliseMonth: async (month) => {
			const results = world.invoices
				.filter((invoice) => invoice.month === month && !invoice.number)
				.map((invoice) => {
					const problem = finalise(invoice.id);
					return batch(invoice.clientId, invoice.id, problem);
				});
			tell('invoice_finalise_month', month);
			return ok(results);
		},
		invoiceSave: async (id, kind, dir) =>
			ok({ path: `${dir ?? '/home/operator/Documents/Purser'}/${find(id)?.number ?? id}.${kind}`, bytes: 61_244 }),
		invoicePay: async (id, { date, amount, note }) => {
			const invoice = find(id);
			if (!invoice) return missing('The invoice');
			const open = openOf(world, invoice);
			const paid = amount.trim() === '' ? open : parseAmount(amount);
			if (paid === null || paid === 0 || paid > open)
				return fail({
					code: 'invalid',
					field: 'amount',
					message: `Only ${amountOf(open, 'charge').text} is open.`,
					hints: ['Note what is open here.'],
				});
			const payment = { date, amount: paid, note };
			invoice.payments.push(payment);
			const said = `A payment of invoice ${invoice.number ?? ''} was noted.`;
			const action = { action: 'invoice_paid', target: invoice.number ?? id };
			return ok(world.done(['invoices'], said, action));
		},
		invoiceMonthCancel: async () => ok(null),
		invoiceDiscardMonth: async (month) => {
			const kept = world.invoices.filter(({ number, month: its }) => number !== null || its !== month);
			const said = `${world.invoices.length - kept.length} drafts of ${month} were thrown away.`;
			world.invoices = kept;
			return ok(world.done(['invoices'], said, { action: 'invoice_discard_month', target: month }));
		},
		invoiceCredit: async (id, reason) => {
			const invoice = find(id);
			if (!invoice) return missing('The invoice');
			const taken = world.invoices.filter(({ corrects }) => corrects).length + 1;
			const note = {
				...invoice,
				id: world.id('in'),
				number: `${world.agency.creditSeries}-${String(taken).padStart(4, '0')}`,
				issued: world.day(0),
				due: world.day(0),
				payments: [],
				corrects: { id, reason },
			};
			invoice.creditedBy = note.id;
			world.invoices.unshift(note);
			tell('invoice_credit', note.number);
			return ok(invoiceView(world, note, 'light'));
		},
		invoiceDrifts: async () => ok([]),
		invoiceSettleDrift: async () => fail({ code: 'conflict', message: 'There is nothing to make up for.', hints: [] }),
		pastDueList: async () => ok([]),
		pastDueGet: async (clientId) => ok(pastDue(world, clientId)),
		pastDueHold: async (clientId) => {
			for (const key of keysOf(world, clientId)) world.held.add(key.id);
			tell('past_due', clientId);
			return ok(pastDue(world, clientId));
		},
		pastDueLift: async (clientId) => {
			for (const key of keysOf(world, clientId)) world.held.delete(key.id);
			tell('past_due', clientId);
			return ok(pastDue(world, clientId));
		},
		invoiceContinue: async (series) =>
			fail({ code: 'conflict', message: `No number of series ${series} is missing.`, hints: [] }),
	};
}
