/** The state of several gateways in one. */
import type { FreshnessState, FreshnessView } from './backend/backend';

const WORSE: readonly FreshnessState[] = ['fresh', 'stale', 'never', 'failing'];

/** The worst state, and the oldest time anything was synced. */
export function worstFreshness(all: readonly FreshnessView[]): FreshnessView {
	const state = all.map((one) => one.state).reduce((a, b) => (WORSE.indexOf(b) > WORSE.indexOf(a) ? b : a), 'fresh');
	const times = all.flatMap(({ asOf }) => (asOf ? [asOf] : [])).sort();
	return { state: all.length === 0 ? 'never' : state, asOf: times[0] ?? null };
}
