/** Rules of credit while they are being typed: a promotion is on or off, and keeps what was typed while it is off. */
import type { LedgerRules } from '$lib/backend/backend';

/** The rules of this form; thresholds of low balances have one of their own. */
export type CreditRules = Omit<LedgerRules, 'lowBalance'>;

export interface RulesDraft extends Omit<CreditRules, 'firstDepositDays'> {
	signUp: boolean;
	first: boolean;
	/** Digits. */
	days: string;
}

/** What a promotion says when it is turned on for the first time (S0-16, S1-01). */
const USUAL = { signUpCredit: '10', firstDepositPercent: '100' };

export function rulesDraft(rules: CreditRules): RulesDraft {
	const { firstDepositDays, ...rest } = rules;
	return {
		...rest,
		signUp: rules.signUpCredit !== '',
		first: rules.firstDepositPercent !== '',
		signUpCredit: rules.signUpCredit || USUAL.signUpCredit,
		firstDepositPercent: rules.firstDepositPercent || USUAL.firstDepositPercent,
		days: String(firstDepositDays),
	};
}

/** What to send; `null` while something that is on has no number. */
export function rulesTyped(draft: RulesDraft): CreditRules | null {
	const { signUp, first, days, ...rest } = draft;
	const missing = (on: boolean, text: string) => on && !text.trim();
	if (missing(signUp, rest.signUpCredit) || missing(first, rest.firstDepositPercent) || !/^\d{1,4}$/.test(days))
		return null;
	return {
		minimumDeposit: rest.minimumDeposit,
		signUpCredit: signUp ? rest.signUpCredit : '',
		firstDepositPercent: first ? rest.firstDepositPercent : '',
		firstDepositModels: rest.firstDepositModels,
		firstDepositDays: Number(days),
		carryBelow: rest.carryBelow,
	};
}
