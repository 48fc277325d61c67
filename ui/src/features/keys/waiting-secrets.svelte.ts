/**
 * Keys whose gateway shows their secret later, with the time that remains.
 *
 * Owns: the seconds. Does not own: who waits and until when; that is the program's queue.
 */
import type { WaitingSecret } from '$lib/backend/backend';
import { useQuery } from '$lib/backend/query.svelte';

/** A key in the queue. */
export interface Waiting extends WaitingSecret {
	/** Milliseconds until its gateway may show the secret; 0 once it may. */
	left: number;
}

/** The queue, counted down by the second while somebody waits. Call while a component is set up. */
export function useWaitingSecrets(): { readonly rows: readonly Waiting[] } {
	const query = useQuery('secretQueue');
	let now = $state(Date.now());
	const some = $derived((query.data ?? []).length > 0);
	const rows = $derived(
		(query.data ?? []).map((row) => ({ ...row, left: Math.max(0, Date.parse(row.notBefore) - now) })),
	);
	$effect(() => {
		if (!some) return;
		now = Date.now();
		const timer = setInterval(() => (now = Date.now()), 1_000);
		return () => clearInterval(timer);
	});
	return {
		get rows() {
			return rows;
		},
	};
}
