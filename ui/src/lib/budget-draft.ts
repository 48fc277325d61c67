/** A budget while it is being typed. */
import type { BudgetInput, BudgetView } from './backend/backend';

export interface BudgetDraft {
	/** Decimal text; empty is no budget. */
	amount: string;
	/** `daily`, `weekly`, `monthly` or `total`. */
	period: string;
	/** Warnings in per cent, apart by commas. */
	warnAt: string;
}

export const PERIODS = ['daily', 'weekly', 'monthly', 'total'] as const;
export const NO_BUDGET: BudgetDraft = { amount: '', period: 'monthly', warnAt: '50, 75, 90' };

/** What to show of a budget that is set. */
export function draftOf(budget: BudgetView | null | undefined): BudgetDraft {
	if (!budget) return { ...NO_BUDGET };
	return { amount: budget.limit.amount, period: budget.period, warnAt: budget.warnAt.join(', ') };
}

/** What was typed; none when the amount is empty. Whether it makes sense is the program's to say. */
export function budgetInput({ amount, period, warnAt }: BudgetDraft): BudgetInput | null {
	if (!amount.trim()) return null;
	const warnings = warnAt
		.split(/[,;\s]+/)
		.filter((part) => /^\d{1,3}$/.test(part))
		.map(Number);
	return { amount: amount.trim().replaceAll(',', ''), period, warnAt: warnings };
}
