/** Sums of amounts on the screen. The program adds and rounds them; the window only asks and shows. */
import type { AmountView } from './backend/backend';
import { useQuery } from './backend/query.svelte';

/** One list of sums, by currency and role, for each list of amounts. Call while a component is set up. */
export function useSums(lists: () => readonly (readonly AmountView[])[]): {
	/** The sums of one list; empty until they are known. */
	of(list: number): readonly AmountView[];
} {
	const query = useQuery('amountSums', () => [lists().map((list) => [...list])]);
	return { of: (list) => query.data?.[list] ?? [] };
}

/** Sums as one text: `$1,204.50 + €90.00`. */
export const sumText = (sums: readonly AmountView[]): string => sums.map(({ text }) => text).join(' + ');
