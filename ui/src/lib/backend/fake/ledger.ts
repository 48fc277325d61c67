/** Ledgers of invented clients: the first one pays in advance and has used some of it, the others are invoiced. */
import type {
	AmountView,
	Commands,
	CreditKind,
	LedgerAct,
	LedgerEntryView,
	LedgerKind,
	LedgerRules,
	LedgerView,
	LotView,
	NoticeView,
	RunwayView,
} from '../backend';
import { amountOf, parseAmount } from './money';
import { LOW, lowNotices } from './notices';
import { fail, missing, ok } from './reading';
import type { World } from './world';

type LedgerCommands = Pick<
	Commands,
	| 'ledgerGet'
	| 'ledgerPreview'
	| 'ledgerPrepay'
	| 'ledgerDeposit'
	| 'ledgerRefund'
	| 'ledgerAdjust'
	| 'ledgerCharge'
	| 'ledgerRules'
	| 'ledgerRulesSet'
>;

const UNIT = 1_000_000_000;
const BONUS_MODEL = 'gpt-4o-mini';
const credit = (nanos: number): AmountView => amountOf(nanos, 'credit');

interface Ledger {
	from: string | null;
	through: string | null;
	paid: number;
	bonus: number;
	free: number;
	references: string[];
	entries: LedgerEntryView[];
}

const none = (): Ledger => ({
	from: null,
	through: null,
	paid: 0,
	bonus: 0,
	free: 0,
	references: [],
	entries: [],
});

function add(ledger: Ledger, at: string, kind: LedgerKind, nanos: number, reason = ''): LedgerEntryView {
	const entry: LedgerEntryView = {
		number: ledger.entries.length + 1,
		at,
		kind,
		reason,
		amount: credit(nanos),
		parts: [{ lot: 1, text: 'paid credit (lot 1)', amount: credit(nanos) }],
		receipt: null,
		invoiceId: null,
	};
	ledger.entries.push(entry);
	return entry;
}

/** A deposit of 50 with a bonus of 50, and some days of charges. */
function used(world: World): Ledger {
	const ledger = { ...none(), from: world.day(9), paid: 50 * UNIT, bonus: 50 * UNIT };
	add(ledger, `${world.day(9)}T08:30:00Z`, 'deposit', 50 * UNIT, 'by bank transfer');
	add(ledger, `${world.day(9)}T08:30:00Z`, 'promotion', 50 * UNIT);
	for (let ago = 9; ago > 0; ago -= 1) {
		const [model, nanos] = ago % 2 === 0 ? ['claude-sonnet-4-5', 2.1184 * UNIT] : [BONUS_MODEL, 0.7307 * UNIT];
		const entry = add(ledger, `${world.day(ago - 1)}T00:20:00Z`, 'charge', -nanos);
		if (model === BONUS_MODEL) ledger.bonus -= nanos;
		else ledger.paid -= nanos;
		const lot = model === BONUS_MODEL ? 'bonus credit (lot 2)' : 'paid credit (lot 1)';
		entry.parts = [{ lot: model === BONUS_MODEL ? 2 : 1, text: lot, amount: credit(-nanos) }];
		entry.receipt = {
			day: world.day(ago),
			gatewayId: 'gw_1',
			gateway: 'Main',
			model,
			version: 'pv_1',
			rule: '*',
			quantities: ['1,204 requests', '3,881,204 input tokens', '402,118 output tokens'],
			charge: amountOf(nanos, 'charge'),
			entries: [entry.number],
		};
	}
	return ledger;
}

const LOTS: Record<CreditKind, number> = { paid: 1, bonus: 2, free: 3 };

/** What an entry by hand changes, or why it is refused. */
type Effect = { kind: LedgerKind; credit: CreditKind; nanos: number } | { field: string; message: string };

function effectOf(ledger: Ledger, act: LedgerAct, rules: LedgerRules): Effect {
	const typed = act.deposit ?? act.refund ?? act.adjust;
	const nanos = parseAmount(typed.amount);
	const wrong = (message: string, field = 'amount') => ({ field, message });
	if (nanos === null)
		return wrong(`\`${typed.amount}\` is not an amount: write digits with a decimal point, for example 12.50`);
	if (act.deposit) {
		if (nanos < Number(rules.minimumDeposit) * UNIT)
			return wrong(`a deposit is at least ${rules.minimumDeposit} USD: pay in ${rules.minimumDeposit} USD or more`);
		if (act.deposit.reference && ledger.references.includes(act.deposit.reference))
			return wrong('this payment is in the ledger already: nothing is posted twice', 'reference');
		return { kind: 'deposit', credit: 'paid', nanos };
	}
	const noun = act.refund ? 'a refund' : 'an adjustment';
	if (!(act.refund ?? act.adjust).reason.trim())
		return wrong(`${noun} needs a reason: say in a few words why`, 'reason');
	const kind = act.refund ? ('refund' as const) : ('adjustment' as const);
	const charge = ledger.entries.find(({ number }) => number === act.refund?.entry);
	const of = act.refund ? (charge?.parts[0]?.lot === LOTS.bonus ? 'bonus' : 'paid') : act.adjust.kind;
	const change = act.refund && act.refund.entry === null ? -nanos : nanos;
	if (nanos === 0 || (act.refund && nanos < 0)) return wrong('the amount has to be above zero');
	if (ledger[of] + change < 0)
		return wrong(`there is only ${credit(ledger[of]).amount} USD of the ${of} credit left: use at most that`);
	return { kind, credit: of, nanos: change };
}

/** A deposit of 20 of which little is left. */
function low(world: World): Ledger {
	const ledger = { ...none(), from: world.day(12), paid: LOW };
	add(ledger, `${world.day(12)}T08:30:00Z`, 'deposit', 20 * UNIT, 'by card');
	for (let ago = 11; ago > 0; ago -= 1) add(ledger, `${world.day(ago - 1)}T00:20:00Z`, 'charge', -1.4709 * UNIT);
	return ledger;
}

/** At what was charged in the last seven days. */
function runwayOf(world: World, ledger: Ledger): RunwayView | null {
	if (ledger.from === null || ledger.through !== null) return null;
	const recent = ledger.entries.filter(({ kind, at }) => kind === 'charge' && at >= world.day(6));
	const spent = recent.reduce((sum, { amount }) => sum - (parseAmount(amount.amount) ?? 0), 0);
	const left = ledger.paid + ledger.free;
	const full = Math.min(7, Math.max(0, Math.round((Date.parse(world.day(0)) - Date.parse(ledger.from)) / 86_400_000)));
	const days = spent > 0 ? Math.floor((left * full) / spent) : 0;
	const paced = spent <= 0 ? 'nothing_spent' : days > 365 ? 'more_than_a_year' : 'days';
	return {
		state: left <= 0 ? 'used_up' : full < 2 ? 'unknown' : paced,
		days,
		spendable: credit(left),
		spent: amountOf(spent, 'charge'),
		ofDays: full,
		through: full > 0 ? world.day(1) : null,
	};
}

const lot = (number: number, kind: LotView['kind'], left: number, ends: string | null): LotView => ({
	number,
	kind,
	models: kind === 'bonus' ? [BONUS_MODEL] : [],
	amount: credit(left),
	left: credit(left),
	creditedAt: '',
	expiresAt: ends,
});

export function ledgerCommands(world: World): LedgerCommands {
	const ledgers = new Map<string, Ledger>();
	world.notices = lowNotices(world);
	let rules: LedgerRules = {
		minimumDeposit: '5',
		signUpCredit: '',
		firstDepositPercent: '100',
		firstDepositModels: BONUS_MODEL,
		firstDepositDays: 90,
		carryBelow: '20',
		lowBalance: '5, 0',
	};
	const of = (clientId: string): Ledger => {
		const known = ledgers.get(clientId);
		if (known) return known;
		const [first, second] = world.clients;
		const made = clientId === first?.id ? used(world) : clientId === second?.id ? low(world) : none();
		ledgers.set(clientId, made);
		return made;
	};
	const view = (clientId: string, last: number | null): LedgerView => {
		const ledger = of(clientId);
		const lots = [
			lot(2, 'bonus', ledger.bonus, `${world.day(-81)}T08:30:00Z`),
			lot(1, 'paid', ledger.paid, null),
			lot(3, 'free', ledger.free, null),
		];
		return {
			clientId,
			client: world.clients.find(({ id }) => id === clientId)?.input.name ?? '',
			prepaidFrom: ledger.from,
			prepaidThrough: ledger.through,
			paid: credit(ledger.paid),
			bonus: credit(ledger.bonus),
			free: credit(ledger.free),
			owed: amountOf(0, 'charge'),
			carried: amountOf(0, 'charge'),
			notices: [],
			alerts: world.notices.filter((notice) => notice.clientId === clientId && !notice.over),
			runway: runwayOf(world, ledger),
			lots: lots.filter(({ left }) => Number(left.amount) > 0),
			entries: ledger.entries.toReversed().slice(0, last ?? ledger.entries.length),
			entryCount: ledger.entries.length,
		};
	};
	const told = (clientId: string, action: string) => {
		world.done(['ledgers', 'notices'], '', { action, target: view(clientId, 0).client });
		return ok(view(clientId, 20));
	};
	const wrong = (field: string, message: string) => fail({ code: 'invalid', field, message });
	const post = (client: string, act: LedgerAct, action: string, reason: string) => {
		const ledger = of(client);
		const effect = effectOf(ledger, act, rules);
		if ('message' in effect) return wrong(effect.field, effect.message);
		if (act.deposit) ledger.references.push(act.deposit.reference);
		ledger[effect.credit] += effect.nanos;
		add(ledger, new Date().toISOString(), effect.kind, effect.nanos, reason);
		const lifted = (notice: NoticeView) => notice.clientId === client && ledger.paid > 5 * UNIT;
		world.notices = world.notices.map((notice) => (lifted(notice) ? { ...notice, over: true } : notice));
		return told(client, action);
	};
	return {
		ledgerGet: async (client, last) =>
			world.clients.some(({ id }) => id === client) ? ok(view(client, last)) : missing('The client'),
		ledgerPrepay: async (client, on) => {
			Object.assign(of(client), on ? { from: world.day(0), through: null } : { through: world.day(1) });
			return told(client, 'ledger_prepay');
		},
		ledgerPreview: async (client, act) => {
			const effect = effectOf(of(client), act, rules);
			if ('message' in effect) return wrong(effect.field, effect.message);
			const before = of(client)[effect.credit];
			return ok({
				kinds: [effect.kind],
				changes: [
					{
						lot: LOTS[effect.credit],
						kind: effect.credit,
						text: `${effect.credit} credit (lot ${LOTS[effect.credit]})`,
						before: credit(before),
						after: credit(before + effect.nanos),
					},
				],
			});
		},
		ledgerDeposit: async (client, typed) => post(client, { deposit: typed }, 'ledger_deposit', typed.note),
		ledgerRefund: async (client, typed) => post(client, { refund: typed }, 'ledger_refund', typed.reason),
		ledgerAdjust: async (client, typed) => post(client, { adjust: typed }, 'ledger_adjust', typed.reason),
		ledgerCharge: async (client) => ok(client === null ? [] : [view(client, 20)]),
		ledgerRules: async () => ok(rules),
		ledgerRulesSet: async (typed) => {
			rules = typed;
			world.emit('settings');
			return ok(rules);
		},
	};
}
