/**
 * Changes to the price book that are not in force: rules to set, rules to remove.
 *
 * Owns: what staging one change does to those staged before. Does not own: what a change costs; see `pricePreview`.
 */
import type { PriceChange, PriceVersionView, RuleInput } from '$lib/backend/backend';

export interface Staged {
	set: readonly RuleInput[];
	remove: readonly RuleInput[];
}

export const NOTHING: Staged = { set: [], remove: [] };

/** Two rules with the same subject replace each other. */
export function subject({ clientId, selector }: RuleInput): string {
	return `${clientId ?? ''}\u0000${selector.trim()}`;
}

const without = (rules: readonly RuleInput[], rule: RuleInput) =>
	rules.filter((other) => subject(other) !== subject(rule));

/** Sets a rule. `replaced` is the rule it was made from: when its subject changed, the old one goes. */
export function withRule(
	{ set, remove }: Staged,
	rule: RuleInput,
	replaced: RuleInput | null,
	inBook: readonly RuleInput[],
): Staged {
	const moved = replaced && subject(replaced) !== subject(rule) ? replaced : null;
	const gone = moved && inBook.some((known) => subject(known) === subject(moved)) ? [moved] : [];
	const kept = moved ? without(set, moved) : set;
	return { set: [...without(kept, rule), rule], remove: [...without(remove, rule), ...gone] };
}

/** Removes a rule: one that is only staged is forgotten. */
export function withoutRule({ set, remove }: Staged, rule: RuleInput, inBook: readonly RuleInput[]): Staged {
	const known = inBook.some((other) => subject(other) === subject(rule));
	return { set: without(set, rule), remove: known ? [...without(remove, rule), rule] : without(remove, rule) };
}

/** Takes one staged change back. */
export function unstaged({ set, remove }: Staged, rule: RuleInput): Staged {
	return { set: without(set, rule), remove: without(remove, rule) };
}

export function isEmpty({ set, remove }: Staged): boolean {
	return set.length + remove.length === 0;
}

/** What to send. */
export function changeOf({ set, remove }: Staged, effectiveFrom: string, note: string): PriceChange {
	return { effectiveFrom, note: note.trim(), set: [...set], remove: [...remove] };
}

/** The edition a change starting on a day builds on; `versions` come latest first. */
export function baseOf(versions: readonly PriceVersionView[], effectiveFrom: string): PriceVersionView | undefined {
	return versions.find((version) => version.effectiveFrom <= effectiveFrom);
}

/** The first day to propose: tomorrow's month would skip usage, so today, unless that is invoiced already. */
export function proposedDay(today: string, earliest: string | null): string {
	return earliest && earliest > today ? earliest : today;
}
