/** A price rule while it is being typed. */
import type {
	ChargeKind,
	ConditionsInput,
	ListInput,
	PayerName,
	QuantityView,
	RuleInput,
	StepInput,
	TierKind,
} from '$lib/backend/backend';

/** Models that the source of the commission leaves free, proposed for a new rule. */
const FREE = 'claude-*, anthropic/*';
const SHARE = '20';

export interface RuleDraft {
	/** Empty is for everyone. */
	clientId: string;
	selector: string;
	kind: ChargeKind;
	percent: string;
	/** Price per meter, the rule's own or the list's; empty is none. */
	prices: Record<string, string>;
	/** Empty is the price book's. */
	listCurrency: string;
	exchange: { rate: string; date: string; source: string };
	payer: PayerName;
	/** Separated by commas. */
	free: string;
	tiers: TierKind;
	steps: StepInput[];
	included: QuantityView[];
	minimum: string;
	flatFee: string;
}

/** A new rule's draft, or what an existing rule says. */
export function ruleDraft(rule: RuleInput | null, clientId: string | null): RuleDraft {
	const agreed = rule?.conditions;
	return {
		clientId: rule?.clientId ?? clientId ?? '',
		selector: rule?.selector ?? '*',
		kind: rule?.kind ?? 'markup',
		percent: rule?.percent ?? '',
		prices: Object.fromEntries((rule?.prices ?? []).map(({ meter, price }) => [meter, price])),
		listCurrency: rule?.list?.currency ?? '',
		exchange: { ...(rule?.list?.exchange ?? { rate: '', date: '', source: '' }) },
		payer: rule?.commission?.payer ?? 'agency',
		free: rule?.commission?.free.join(', ') ?? FREE,
		tiers: agreed?.tiers ?? 'graduated',
		steps: (agreed?.steps ?? []).map((step) => ({ ...step })),
		included: (agreed?.included ?? []).map((one) => ({ ...one })),
		minimum: agreed?.minimum ?? '',
		flatFee: agreed?.flatFee ?? '',
	};
}

/** A share is proposed for a new commission; any other percentage is for the person to say. */
export function withKind(draft: RuleDraft, kind: ChargeKind): RuleDraft {
	if (kind === 'commission' && !draft.percent) return { ...draft, kind, percent: SHARE };
	return draft.kind === 'commission' && draft.percent === SHARE ? { ...draft, kind, percent: '' } : { ...draft, kind };
}

/** Whether the kind has a price per unit that quantities could be included in or change. */
export const hasUnitPrices = (kind: ChargeKind) => kind === 'fixed' || kind === 'discount';

/** Whether the kind refers to somebody's list. */
export const hasList = (kind: ChargeKind) => kind === 'discount' || kind === 'commission';

/** Whether another currency was typed than the price book's. */
export const isForeign = (currency: string, book: string) =>
	currency.trim() !== '' && currency.trim().toUpperCase() !== book;

/** What was typed; only what belongs to its kind. */
export function ruleInput(draft: RuleDraft, book: string): RuleInput {
	const { clientId, selector, kind, percent, prices } = draft;
	const typed = Object.entries(prices).filter(([, price]) => price.trim());
	const free = draft.free.split(',').map((selector) => selector.trim());
	return {
		clientId: clientId || null,
		selector: selector.trim(),
		kind,
		percent: kind === 'fixed' ? null : percent.replaceAll('%', '').trim(),
		prices: kind === 'markup' ? [] : typed.map(([meter, price]) => ({ meter, price: price.trim() })),
		list: hasList(kind) ? listInput(draft, book) : null,
		commission: kind === 'commission' ? { payer: draft.payer, free: free.filter((selector) => selector) } : null,
		conditions: conditionsInput(draft),
	};
}

function listInput({ listCurrency, exchange }: RuleDraft, book: string): ListInput {
	const currency = listCurrency.trim().toUpperCase() || book;
	const { rate, date, source } = exchange;
	return {
		currency,
		exchange: currency === book ? null : { rate: rate.trim(), date, source: source.trim() },
	};
}

function conditionsInput(draft: RuleDraft): ConditionsInput | null {
	const [minimum, flatFee] = [draft.minimum.trim() || null, draft.flatFee.trim() || null];
	const stepped = hasUnitPrices(draft.kind);
	const steps = stepped ? draft.steps.filter(({ above, rate }) => above.trim() || rate.trim()) : [];
	const included = stepped ? draft.included.filter(({ quantity }) => quantity.trim()) : [];
	if (!minimum && !flatFee && steps.length === 0 && included.length === 0) return null;
	return { tiers: steps.length > 0 ? draft.tiers : null, steps, included, minimum, flatFee };
}

/** Which field still misses its content; the program judges the rest in the preview. */
export function missing(rule: RuleInput): 'selector' | 'percent' | 'prices' | 'exchange' | null {
	if (!rule.selector) return 'selector';
	if (rule.kind !== 'fixed' && !rule.percent) return 'percent';
	if (rule.kind !== 'markup' && rule.prices.length === 0) return 'prices';
	const exchange = rule.list?.exchange;
	return exchange && !(exchange.rate && exchange.date && exchange.source) ? 'exchange' : null;
}
