/** What the window is shown of the fake's world. */
import type {
	AccountView,
	AmountRole,
	BudgetInput,
	BudgetView,
	ClientRow,
	FreshnessView,
	GatewayView,
	InvoiceRow,
	InvoiceStatus,
	KeyRow,
	PriceBookView,
	ProbeView,
	RuleInput,
	RuleView,
	TrioView,
} from '../backend';
import type { Cell } from './cells';
import { sparkline } from './charts';
import { amountOf, countOf, parseAmount, trioOf } from './money';
import { sumOf } from './rating';
import type { FakeAccount, FakeClient, FakeGateway, FakeInvoice, FakeKey, World } from './world';

const BOUND = 60;

export function freshnessOf(world: World, gatewayIds?: string[]): FreshnessView {
	const order = ['fresh', 'stale', 'never', 'failing'];
	const concerned = world.gateways.filter(({ id }) => !gatewayIds || gatewayIds.includes(id));
	const worst = concerned.map(({ state }) => state).sort((a, b) => order.indexOf(b) - order.indexOf(a))[0];
	const times = concerned.flatMap(({ asOf }) => (asOf ? [asOf] : [])).sort();
	return { state: worst ?? 'never', asOf: times[0] ?? null };
}

export const cellsOf = (world: World, fits: (cell: Cell) => boolean) => world.cells.filter(fits);

export function trioFor(world: World, cells: readonly Cell[]): TrioView {
	const { cost, charge, unpriced } = sumOf(world, cells);
	return trioOf(cost, charge, [...unpriced]);
}

export function dailyCost(world: World, cells: readonly Cell[], days = 30): number[] {
	const sums = new Map<string, number>();
	for (const { day, cost } of cells) sums.set(day, (sums.get(day) ?? 0) + cost);
	return Array.from({ length: days }, (_, at) => sums.get(world.day(days - 1 - at)) ?? 0);
}

function spentIn(world: World, cells: readonly Cell[], period: string): number {
	const from = { daily: world.day(0), weekly: world.day(6), monthly: `${world.month}-01` }[period] ?? '';
	return sumOf(
		world,
		cells.filter(({ day }) => day >= from),
	).cost;
}

export function budgetOf(world: World, budget: BudgetInput | null, cells: readonly Cell[]): BudgetView | null {
	if (!budget) return null;
	const limit = parseAmount(budget.amount) ?? 0;
	const spent = spentIn(world, cells, budget.period);
	const tomorrow = `${world.day(-1)}T00:00:00Z`;
	return {
		limit: amountOf(limit, 'budget'),
		spent: amountOf(spent, 'cost'),
		period: budget.period,
		percent: limit > 0 ? Math.round((spent / limit) * 100) : 0,
		warnAt: budget.warnAt.length > 0 ? budget.warnAt : [50, 75, 90],
		enforcement: budget.period === 'total' ? 'advisory' : 'gateway',
		stopStatus: budget.period === 'total' ? null : 429,
		resetsAt: budget.period === 'total' ? null : tomorrow,
		gatewaySays: null,
	};
}

export function accountView(world: World, account: FakeAccount): AccountView {
	const { id, gatewayId, name, externalId, clientId, paused, budget } = account;
	const keys = new Set(world.keys.filter((key) => key.accountId === id).map((key) => key.id));
	const cells = cellsOf(world, (cell) => cell.keyId !== null && keys.has(cell.keyId));
	return {
		id,
		gatewayId,
		gateway: gatewayName(world, gatewayId),
		name,
		externalId,
		gone: false,
		takesCredential: isTollgate(world, gatewayId),
		takesBudget: true,
		clientId,
		paused,
		budget: budgetOf(world, budget, cells),
	};
}

export const gatewayName = (world: World, id: string) =>
	world.gateways.find((gateway) => gateway.id === id)?.name ?? id;

export function clientRow(world: World, client: FakeClient): ClientRow {
	const accounts = world.accounts.filter(({ clientId }) => clientId === client.id);
	const ids = accounts.map(({ id }) => id);
	const cells = cellsOf(world, ({ clientId }) => clientId === client.id);
	const month = cells.filter(({ day }) => day.startsWith(world.month));
	const budgets = accounts.flatMap((account) => accountView(world, account).budget ?? []);
	return {
		id: client.id,
		name: client.input.name,
		status: client.status,
		gateways: accounts.map(({ gatewayId }) => gatewayName(world, gatewayId)),
		keys: world.keys.filter(({ accountId, status }) => ids.includes(accountId) && status !== 'revoked').length,
		month: trioFor(world, month),
		requests: countOf(sumOf(world, month).requests),
		budget: budgets.sort((a, b) => b.percent - a.percent)[0] ?? null,
		sparkline: sparkline(dailyCost(world, cells)),
		zone: client.input.zone,
		freshness: freshnessOf(
			world,
			accounts.map(({ gatewayId }) => gatewayId),
		),
	};
}

export function keyRow(world: World, key: FakeKey): KeyRow {
	const account = world.accounts.find(({ id }) => id === key.accountId);
	const client = world.clients.find(({ id }) => id === account?.clientId);
	const cells = cellsOf(world, ({ keyId }) => keyId === key.id);
	const month = cells.filter(({ day }) => day.startsWith(world.month));
	return {
		id: key.id,
		name: key.name,
		label: key.label,
		fingerprint: key.fingerprint,
		environment: key.environment,
		scope: key.scope,
		clientId: client?.id ?? null,
		client: client?.input.name ?? null,
		gatewayId: account?.gatewayId ?? '',
		gateway: gatewayName(world, account?.gatewayId ?? ''),
		status: account?.paused && key.status === 'active' ? 'account_paused' : key.status,
		models: key.models,
		requestsPerMinute: key.rpm,
		tokensPerMinute: key.tpm,
		parallel: key.parallel,
		budget: budgetOf(world, key.budget, cells),
		monthCost: amountOf(sumOf(world, month).cost, 'cost'),
		expiresAt: key.expiresAt,
		createdAt: key.createdAt,
		canPause: true,
		canReveal: isTollgate(world, account?.gatewayId),
		pauseBoundSeconds: BOUND,
	};
}

/** Whether the gateway is the invented kind whose accounts manage their own keys. */
const isTollgate = (world: World, id: string | undefined) =>
	world.gateways.some((gateway) => gateway.id === id && gateway.product === 'Tollgate');

/** What a test finds on a gateway of this kind, by its title. */
export function probeOf(title: string | undefined): ProbeView {
	const tollgate = title === 'Tollgate';
	const can = [
		'account_list',
		'account_write',
		'account_pause',
		'key_list',
		'key_write',
		'key_pause',
		'key_models',
		'key_rate_limit',
		'key_expiry',
		'usage_requests',
		'usage_days',
		'model_list',
	];
	const cannot = ['key_scope', 'usage_days_by_model'];
	(tollgate ? cannot : can).push('route_list', 'route_backups', 'route_health');
	(tollgate ? can : cannot).push('account_credential', 'key_reveal');
	(tollgate ? cannot : can).push('account_models');
	return {
		version: tollgate ? null : '1.106.2',
		readOnly: false,
		capabilities: [
			...can.map((code) => ({ code, supported: true })),
			...cannot.map((code) => ({ code, supported: false })),
		],
		budgetPeriods: [
			{ period: 'daily', enforcement: 'gateway' },
			{ period: 'weekly', enforcement: 'gateway' },
			{ period: 'monthly', enforcement: 'gateway' },
			{ period: 'total', enforcement: 'advisory' },
		],
		accountBudgetPeriods: tollgate ? [] : [{ period: 'monthly', enforcement: 'gateway' }],
		pauseBoundSeconds: BOUND,
		clockSkewSeconds: 2,
		findings: [
			{
				level: 'warning',
				code: 'cost_margin',
				message: 'The proxy adds a margin of its own (cost_margin_config); the cost Purser reads already holds it.',
			},
			{
				level: 'note',
				code: 'no_licence',
				message: 'This proxy runs without an enterprise licence: nothing Purser needs is missing.',
			},
		],
	};
}

export function gatewayView(world: World, gateway: FakeGateway): GatewayView {
	const accounts = world.accounts.filter(({ gatewayId }) => gatewayId === gateway.id);
	const ids = accounts.map(({ id }) => id);
	return {
		id: gateway.id,
		name: gateway.name,
		product: gateway.product,
		baseUrl: gateway.baseUrl,
		freshness: { state: gateway.state, asOf: gateway.asOf },
		problem: gateway.problem,
		hint: gateway.hint,
		hasCredential: gateway.hasCredential,
		probe: gateway.state === 'never' ? null : probeOf(gateway.product),
		accounts: accounts.length,
		unattributed: accounts.filter(({ clientId }) => clientId === null).length,
		keys: world.keys.filter(({ accountId }) => ids.includes(accountId)).length,
	};
}

export function ruleView(world: World, rule: RuleInput): RuleView {
	const prices = rule.prices.map(({ meter, price }) => `${meter.replace(/_/g, ' ')} $${price} per million`).join(', ');
	const texts = {
		markup: `+${rule.percent} %`,
		fixed: prices,
		discount: `${rule.percent} % off list: ${prices}`,
		commission: `${rule.percent} % of savings against ${prices}`,
	};
	const { flatFee, minimum, steps = [], included = [] } = rule.conditions ?? {};
	const conditions = [
		...included.map(({ meter, quantity }) => `${quantity} ${meter.replace(/_/g, ' ')} included`),
		...steps.map(({ meter, above, rate }) => `above ${above} ${meter.replace(/_/g, ' ')}: ${rate}`),
		...(minimum ? [`at least $${minimum} a month`] : []),
		...(flatFee ? [`$${flatFee} flat a month`] : []),
	];
	return {
		clientId: rule.clientId,
		client: world.clients.find(({ id }) => id === rule.clientId)?.input.name ?? null,
		selector: rule.selector,
		kind: rule.kind,
		text: texts[rule.kind],
		conditions,
		input: rule,
	};
}

export function priceBook(world: World): PriceBookView {
	const today = world.day(0);
	const inForce = [...world.versions]
		.filter(({ effectiveFrom }) => effectiveFrom <= today)
		.sort((a, b) => b.effectiveFrom.localeCompare(a.effectiveFrom))[0];
	return {
		currency: world.agency.currency,
		versions: [...world.versions]
			.sort((a, b) => b.effectiveFrom.localeCompare(a.effectiveFrom))
			.map((version) => ({
				...version,
				inForce: version === inForce,
				rules: version.rules.map((rule) => ruleView(world, rule)),
			})),
		models: world.models,
		earliest: `${world.month}-01`,
	};
}

/** Not paid yet, in nano-units. */
export function openOf(world: World, invoice: FakeInvoice): number {
	if (invoice.paid || !invoice.number || invoice.corrects || invoice.creditedBy) return 0;
	const { net, tax } = invoiceTotals(world, invoice);
	return net + tax - invoice.payments.reduce((sum, { amount }) => sum + amount, 0);
}

export function statusOf(world: World, invoice: FakeInvoice): InvoiceStatus {
	if (!invoice.number) return 'draft';
	if (invoice.corrects) return 'credit_note';
	if (invoice.creditedBy) return 'credited';
	if (openOf(world, invoice) <= 0) return 'paid';
	if ((invoice.due ?? '9') < world.day(0)) return 'overdue';
	return invoice.payments.length > 0 ? 'part_paid' : 'open';
}

export function invoiceTotals(
	world: World,
	invoice: FakeInvoice,
): { net: number; tax: number; cost: number; cells: Cell[] } {
	const cells = cellsOf(world, (cell) => cell.clientId === invoice.clientId && cell.day.startsWith(invoice.month));
	const { cost, charge } = sumOf(world, cells);
	const cents = (nano: number) => Math.round(nano / 1e7) * 1e7;
	const net = cents(charge) + invoice.adjustments.reduce((sum, { amount }) => sum + (parseAmount(amount) ?? 0), 0);
	return { net, tax: cents((net * Number(world.agency.taxPercent || 0)) / 100), cost, cells };
}

export function invoiceRow(world: World, invoice: FakeInvoice): InvoiceRow {
	const { net, tax, cost } = invoiceTotals(world, invoice);
	const client = world.clients.find(({ id }) => id === invoice.clientId);
	const over = invoice.month < world.month;
	const money = (value: number, role: AmountRole) => amountOf(value, role);
	return {
		id: invoice.id,
		number: invoice.number,
		clientId: invoice.clientId,
		client: client?.input.name ?? invoice.clientId,
		month: invoice.month,
		status: statusOf(world, invoice),
		total: money(invoice.corrects ? -net - tax : net + tax, 'charge'),
		open: money(openOf(world, invoice), 'charge'),
		margin: money(net - cost, 'margin'),
		issued: invoice.issued,
		due: invoice.due,
		obstacles: [
			...(over ? [] : ['The month is not over yet.']),
			...(client?.input.street ? [] : ['The client has no address.']),
		],
	};
}
