/** The fake's queries. */
import type {
	AuditView,
	Commands,
	ErrorView,
	InvoiceView,
	OverviewView,
	Result,
	ThemeChoice,
	UsageFilterInput,
} from '../backend';
import type { Cell } from './cells';
import { PRODUCTS } from './products';
import { routes } from './routes';
import { sums } from './sums';
import { budgetLine, sparkline, stackChart } from './charts';
import { amountOf, countOf, parseAmount, trioOf } from './money';
import { ruleFor, sumOf, versionOn } from './rating';
import {
	accountView,
	cellsOf,
	clientRow,
	dailyCost,
	freshnessOf,
	gatewayName,
	gatewayView,
	invoiceRow,
	invoiceTotals,
	keyRow,
	priceBook,
	ruleView,
	statusOf,
	trioFor,
} from './views';
import { daysBetween, filtered, groups, layersOf, usageRow } from './usage';
import type { FakeInvoice, World } from './world';

export const ok = <T>(data: T): Result<T> => ({ status: 'ok', data });
export const fail = (error: Partial<ErrorView> & { message: string }): Result<never> => ({
	status: 'error',
	error: { code: 'internal', hints: [], field: null, retryable: false, ...error },
});
export const missing = (what: string) =>
	fail({ code: 'not_found', message: `${what} does not exist any more.`, hints: ['Go back to the list.'] });

function overview(world: World): OverviewView {
	const month = cellsOf(world, ({ day }) => day.startsWith(world.month));
	const last = world.day(Number(world.day(0).slice(8)) + 1).slice(0, 7);
	const sum = sumOf(world, month);
	const passed = Number(world.day(0).slice(8));
	const rows = world.clients.map((client) => clientRow(world, client));
	const share = (cost: number) => (sum.cost > 0 ? Math.round((cost / sum.cost) * 1000) : 0);
	const loose = sumOf(
		world,
		month.filter(({ clientId }) => clientId === null),
	).cost;
	const top = rows.map(({ id, name, month, sparkline }) => ({
		clientId: id as string | null,
		name,
		month,
		share: share(parseAmount(month.cost.amount) ?? 0),
		sparkline,
	}));
	if (loose > 0)
		top.push({
			clientId: null,
			name: 'Unattributed',
			month: trioOf(loose, 0),
			share: share(loose),
			sparkline: sparkline(
				dailyCost(
					world,
					cellsOf(world, ({ clientId }) => clientId === null),
				),
			),
		});
	const keys = world.keys.flatMap((key) => (key.budget ? [keyRow(world, key)] : []));
	const alerts = [
		...rows.flatMap(({ id, name, budget }) =>
			budget ? [{ client: name, clientId: id as string | null, key: null as string | null, budget }] : [],
		),
		...keys.flatMap((key) =>
			key.budget ? [{ client: key.client ?? '', clientId: key.clientId, key: key.name, budget: key.budget }] : [],
		),
	];
	return {
		firstRun: world.gateways.length === 0,
		freshness: freshnessOf(world),
		monthName: world.month,
		today: trioFor(
			world,
			month.filter(({ day }) => day === world.day(0)),
		),
		month: trioOf(sum.cost, sum.charge, [...sum.unpriced]),
		runRate: trioOf((sum.cost / passed) * 30, (sum.charge / passed) * 30),
		previousMonth: trioFor(
			world,
			cellsOf(world, ({ day }) => day.startsWith(last)),
		),
		requests: countOf(sum.requests),
		topClients: top.sort((a, b) => b.share - a.share).slice(0, 8),
		budgets: alerts.filter(({ budget }) => budget.percent >= 75).sort((a, b) => b.budget.percent - a.budget.percent),
		gateways: world.gateways.map(({ id, name, state, asOf, problem, hint }) => ({
			gatewayId: id,
			name,
			freshness: { state, asOf },
			problem,
			hint,
		})),
		invoices: world.invoices
			.filter((invoice) => ['draft', 'overdue'].includes(statusOf(world, invoice)))
			.map((invoice) => ({
				invoiceId: invoice.id,
				number: invoice.number,
				client: invoiceRow(world, invoice).client,
				total: invoiceRow(world, invoice).total,
				status: statusOf(world, invoice),
				due: invoice.due,
			})),
		notices: world.notices.filter(({ seenAt, over }) => seenAt === null && !over),
		unattributed: loose > 0 ? amountOf(loose, 'cost') : null,
	};
}

export function invoiceView(world: World, invoice: FakeInvoice, theme: ThemeChoice): InvoiceView {
	const row = invoiceRow(world, invoice);
	const { net, tax, cost, cells } = invoiceTotals(world, invoice);
	const filter: UsageFilterInput = {
		first: `${invoice.month}-01`,
		last: `${invoice.month}-31`,
		clients: [],
		gateways: [],
		keys: [],
		models: [],
		group: 'model',
	};
	const lines = groups(filter, cells).map(([model, list]) => {
		const sum = sumOf(world, list);
		const rule = ruleFor(versionOn(world, `${invoice.month}-01`), invoice.clientId, model);
		const quantities = [
			`${sum.input.toLocaleString('en')} input tokens`,
			`${sum.output.toLocaleString('en')} output tokens`,
		];
		return {
			description: `Usage of ${model}`,
			quantities,
			charge: amountOf(sum.charge, 'charge'),
			cost: amountOf(sum.cost, 'cost'),
			trail: rule ? `${rule.selector} ${ruleView(world, rule).text}` : null,
		};
	});
	const extra = invoice.adjustments.map(({ reason, amount }) => ({
		description: reason,
		quantities: [],
		charge: amountOf(parseAmount(amount) ?? 0, 'charge'),
		cost: null,
		trail: null,
	}));
	const taker = world.invoices.find(({ id }) => id === invoice.creditedBy);
	const taken = world.invoices.find(({ id }) => id === invoice.corrects?.id);
	const paid = invoice.payments.reduce((sum, { amount }) => sum + amount, 0);
	const days = daysBetween(`${invoice.month}-01`, `${invoice.month}-31`).filter((day) => day.startsWith(invoice.month));
	return {
		row,
		lines: [...lines, ...extra],
		net: amountOf(net, 'charge'),
		tax: world.agency.taxLabel
			? [`${world.agency.taxLabel} ${world.agency.taxPercent} %`, amountOf(tax, 'charge')]
			: null,
		trio: trioOf(cost, net),
		requests: countOf(sumOf(world, cells).requests),
		adjustments: invoice.adjustments,
		note: invoice.note,
		notices: row.obstacles,
		chart: stackChart(
			`Charge per day, ${invoice.month}`,
			'charge',
			days,
			layersOf(world, filter, cells, days, 'charge'),
			theme,
			freshnessOf(world),
		),
		documents: invoice.number ? ['pdf', 'csv'] : [],
		payments: invoice.payments.map(({ date, amount, note }) => ({ date, amount: amountOf(amount, 'charge'), note })),
		toRefund: invoice.creditedBy && paid > 0 ? amountOf(paid, 'charge') : null,
		corrects: taken ? { id: taken.id, number: taken.number ?? '', reason: invoice.corrects?.reason ?? '' } : null,
		creditedBy: taker ? { id: taker.id, number: taker.number ?? '', reason: taker.corrects?.reason ?? '' } : null,
		drift: null,
	};
}

const PAGE = 100;
/** Cuts a page out of rows; the place to go on is an index. */
export function pageOf<T>(rows: T[], after: string | null): { rows: T[]; next: string | null } {
	const from = Number(after ?? 0);
	return { rows: rows.slice(from, from + PAGE), next: from + PAGE < rows.length ? String(from + PAGE) : null };
}

function auditRows(world: World, clientId: string | null, gatewayId: string | null): AuditView[] {
	const client = world.clients.find(({ id }) => id === clientId)?.input.name;
	const gateway = gatewayId === null ? undefined : gatewayName(world, gatewayId);
	return world.audit.filter(
		({ target }) =>
			(!client || target === client || target.startsWith(client.split(' ')[0]?.toLowerCase() ?? '')) &&
			(!gateway || target === gateway),
	);
}

type Reading = Pick<
	Commands,
	| 'overview'
	| 'clientList'
	| 'clientGet'
	| 'accountList'
	| 'keyList'
	| 'usageChart'
	| 'usageTable'
	| 'budgetChart'
	| 'requestPage'
	| 'invoiceList'
	| 'invoiceGet'
	| 'priceBook'
	| 'gatewayList'
	| 'gatewayProducts'
	| 'modelList'
	| 'routeList'
	| 'keyRoutes'
	| 'auditList'
	| 'zoneList'
	| 'palette'
	| 'amountSums'
>;

export function reading(world: World): Reading {
	return {
		overview: async () => ok(overview(world)),
		amountSums: async (lists) => ok(lists.map((list) => sums(list))),
		clientList: async () => ok(world.clients.map((client) => clientRow(world, client))),
		clientGet: async (id) => {
			const client = world.clients.find((one) => one.id === id);
			if (!client) return missing('The client');
			const accounts = world.accounts.filter(({ clientId }) => clientId === id);
			const rules =
				versionOn(world, world.day(0))?.rules.filter((rule) => rule.clientId === null || rule.clientId === id) ?? [];
			const last = world.day(Number(world.day(0).slice(8)) + 1).slice(0, 7);
			return ok({
				row: clientRow(world, client),
				details: client.input,
				accounts: accounts.map((account) => accountView(world, account)),
				keys: world.keys
					.filter(({ accountId }) => accounts.some((account) => account.id === accountId))
					.map((key) => keyRow(world, key)),
				rules: rules
					.map((rule) => ruleView(world, rule))
					.sort((a, b) => Number(Boolean(b.clientId)) - Number(Boolean(a.clientId))),
				invoices: world.invoices.filter(({ clientId }) => clientId === id).map((invoice) => invoiceRow(world, invoice)),
				activity: auditRows(world, id, null).slice(0, 20),
				previousMonth: trioFor(
					world,
					cellsOf(world, (cell) => cell.clientId === id && cell.day.startsWith(last)),
				),
			});
		},
		accountList: async () => ok(world.accounts.map((account) => accountView(world, account))),
		keyList: async (filter) => {
			const wanted = filter.search.toLowerCase();
			const rows = world.keys
				.map((key) => keyRow(world, key))
				.filter(
					(key) =>
						(!filter.clientId || key.clientId === filter.clientId) &&
						(!filter.gatewayId || key.gatewayId === filter.gatewayId) &&
						(filter.withRevoked || key.status !== 'revoked') &&
						`${key.name} ${key.label} ${key.fingerprint ?? ''} ${key.client ?? ''}`.toLowerCase().includes(wanted),
				);
			return ok(pageOf(rows, filter.after));
		},
		usageChart: async (filter, role, theme) => {
			const days = daysBetween(filter.first, filter.last);
			const cells = filtered(world, filter);
			return ok(
				stackChart(
					`${role === 'cost' ? 'Cost' : 'Charge'} per day by ${filter.group}, ${filter.first} to ${filter.last}`,
					role,
					days,
					layersOf(world, filter, cells, days, role),
					theme,
					freshnessOf(world),
				),
			);
		},
		usageTable: async (filter) => {
			const cells = filtered(world, filter);
			const whole = cells.reduce((sum, { cost }) => sum + cost, 0);
			const rows = groups(filter, cells).map(([id, list]) => usageRow(world, filter, list, id, whole));
			return ok({ rows, total: usageRow(world, filter, cells, null, whole), freshness: freshnessOf(world) });
		},
		budgetChart: async (clientId, theme) => {
			const budget = world.accounts.find((account) => account.clientId === clientId && account.budget)?.budget;
			if (!budget) return ok(null);
			const days = daysBetween(`${world.month}-01`, world.day(0));
			const cells = cellsOf(world, (cell) => cell.clientId === clientId);
			const values = days.map((day) =>
				cells.filter((cell) => cell.day === day).reduce((sum, { cost }) => sum + cost, 0),
			);
			return ok(
				budgetLine(
					`Cost this month against the budget`,
					days,
					values,
					parseAmount(budget.amount) ?? 0,
					theme,
					freshnessOf(world),
				),
			);
		},
		requestPage: async (filter, after) => {
			const cells = filtered(world, filter).sort((a, b) => b.day.localeCompare(a.day));
			const { rows, next } = pageOf(cells, after);
			const view = (cell: Cell, at: number) => ({
				at: `${cell.day}T${String(22 - (at % 20)).padStart(2, '0')}:${String((at * 7) % 60).padStart(2, '0')}:11Z`,
				client: world.clients.find(({ id }) => id === cell.clientId)?.input.name ?? null,
				key: world.keys.find(({ id }) => id === cell.keyId)?.name ?? null,
				model: cell.model,
				gateway: gatewayName(world, cell.gatewayId),
				inputTokens: String(Math.round(cell.input / cell.requests)),
				outputTokens: String(Math.round(cell.output / cell.requests)),
				cost: amountOf(cell.cost / cell.requests, 'cost', 'USD', 6),
				succeeded: at % 31 !== 7,
				durationMillis: 300 + ((at * 173) % 4000),
			});
			return ok({ rows: rows.map(view), next });
		},
		invoiceList: async (month, clientId) =>
			ok(
				world.invoices
					.filter((invoice) => (!month || invoice.month === month) && (!clientId || invoice.clientId === clientId))
					.map((invoice) => invoiceRow(world, invoice)),
			),
		invoiceGet: async (id, theme) => {
			const invoice = world.invoices.find((one) => one.id === id);
			return invoice ? ok(invoiceView(world, invoice, theme)) : missing('The invoice');
		},
		priceBook: async () => ok(priceBook(world)),
		gatewayList: async () => ok(world.gateways.map((gateway) => gatewayView(world, gateway))),
		gatewayProducts: async () => ok([...PRODUCTS]),
		modelList: async () => ok(world.models),
		routeList: async (gatewayId) => ok(routes(world, (route) => !gatewayId || route.gatewayId === gatewayId)),
		keyRoutes: async (keyId) => {
			const key = world.keys.find(({ id }) => id === keyId);
			if (!key) return missing('The key');
			const mayCall = (model: string) => key.models.length === 0 || key.models.includes(model);
			const account = world.accounts.find(({ id }) => id === key.accountId);
			return ok(routes(world, (route) => route.gatewayId === account?.gatewayId && mayCall(route.model)));
		},
		auditList: async (filter) =>
			ok({ ...pageOf(auditRows(world, filter.clientId, filter.gatewayId), filter.after), intact: true }),
		zoneList: async () => ok(Intl.supportedValuesOf('timeZone')),
		palette: async (text) => {
			const wanted = text.toLowerCase();
			const hits = [
				...world.clients.map(({ id, input }) => ({ kind: 'client', id, title: input.name, detail: input.city })),
				...world.keys.map((key) => ({ kind: 'key', id: key.id, title: key.name, detail: key.label })),
				...world.invoices.map((invoice) => ({
					kind: 'invoice',
					id: invoice.id,
					title: invoice.number ?? 'Draft',
					detail: `${invoiceRow(world, invoice).client} · ${invoice.month}`,
				})),
				...world.gateways.map(({ id, name, baseUrl }) => ({ kind: 'gateway', id, title: name, detail: baseUrl })),
			];
			return ok(hits.filter(({ title, detail }) => `${title} ${detail}`.toLowerCase().includes(wanted)).slice(0, 12));
		},
	};
}
