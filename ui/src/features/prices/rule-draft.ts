/** A price rule while it is being typed. */
import type { ChargeKind, RuleInput } from '$lib/backend/backend';

export interface RuleDraft {
	/** Empty is for everyone. */
	clientId: string;
	selector: string;
	kind: ChargeKind;
	percent: string;
	/** Price per meter; empty is none. */
	prices: Record<string, string>;
}

/** A new rule's draft, or what an existing rule says. */
export function ruleDraft(rule: RuleInput | null, clientId: string | null): RuleDraft {
	return {
		clientId: rule?.clientId ?? clientId ?? '',
		selector: rule?.selector ?? '*',
		kind: rule?.kind ?? 'markup',
		percent: rule?.percent ?? '',
		prices: Object.fromEntries((rule?.prices ?? []).map(({ meter, price }) => [meter, price])),
	};
}

/** What was typed; only what belongs to its kind. */
export function ruleInput({ clientId, selector, kind, percent, prices }: RuleDraft): RuleInput {
	const typed = Object.entries(prices).filter(([, price]) => price.trim());
	return {
		clientId: clientId || null,
		selector: selector.trim(),
		kind,
		percent: kind === 'markup' ? percent.replaceAll('%', '').trim() : null,
		prices: kind === 'fixed' ? typed.map(([meter, price]) => ({ meter, price: price.trim() })) : [],
	};
}

/** Which field still misses its content; the program judges the rest in the preview. */
export function missing(rule: RuleInput): 'selector' | 'percent' | 'prices' | null {
	if (!rule.selector) return 'selector';
	if (rule.kind === 'markup') return rule.percent ? null : 'percent';
	return rule.prices.length > 0 ? null : 'prices';
}
