/** Why figures differ, and why margin leaks, for people. */
import type { LeakReason, ReconcileCause, ReconcileStep } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';

export const CAUSES: Record<ReconcileCause, { title: () => string; means: () => string }> = {
	missing: { title: m.reconcile_missing, means: m.reconcile_missing_means },
	duplicate: { title: m.reconcile_duplicate, means: m.reconcile_duplicate_means },
	aborted: { title: m.reconcile_aborted, means: m.reconcile_aborted_means },
	unattributed: { title: m.reconcile_unattributed, means: m.reconcile_unattributed_means },
	counter_error: { title: m.reconcile_counter_error, means: m.reconcile_counter_error_means },
	rounding: { title: m.reconcile_rounding, means: m.reconcile_rounding_means },
	unexplained: { title: m.reconcile_unexplained, means: m.reconcile_unexplained_means },
};

export const LEAKS: Record<LeakReason, () => string> = {
	no_rule: m.leak_no_rule,
	unattributed: m.leak_unattributed,
	private: m.leak_private,
	below_cost: m.leak_below_cost,
	closed: m.leak_closed,
	no_cost: m.leak_no_cost,
};

/** The verb on a proposal's button; who has to be asked is outside of the program. */
export const STEPS: Record<ReconcileStep, (() => string) | null> = {
	pull_again: m.reconcile_pull_again,
	attribute: m.reconcile_attribute,
	look: m.reconcile_look,
	ask: null,
};
