/**
 * Queries with a small cache.
 *
 * Owns: what was last read, whether it is being read, and reading again what a `Changed` event made stale.
 * Does not own: any write; see `act.ts`.
 */
import { onDestroy, untrack } from 'svelte';
import { ask, theBackend, type Commands, type ErrorView, type Result, type TagView } from './backend';
import { settle } from './errors';
import { PROVIDES, type QueryName } from './tags';

type Arguments<N extends QueryName> = Parameters<Commands[N]>;
type Answer<N extends QueryName> =
	Awaited<ReturnType<Commands[N]>> extends infer R ? (R extends { status: 'ok'; data: infer D } ? D : never) : never;

/** What a screen sees of a query. */
export interface Query<T> {
	/** The last answer; kept while a newer one is on its way, also when that failed. */
	readonly data: T | undefined;
	/** Why the last reading failed. */
	readonly error: ErrorView | undefined;
	/** Nothing to show yet. */
	readonly loading: boolean;
	/** Something is shown and a newer answer is on its way. */
	readonly refreshing: boolean;
	/** Reads again. */
	refetch(): Promise<void>;
}

class Entry<T> {
	data = $state.raw<T>();
	error = $state.raw<ErrorView>();
	busy = $state(false);
	outdated = true;
	users = 0;
	#generation = 0;

	constructor(
		readonly tags: readonly TagView[],
		readonly run: () => Promise<Result<T>>,
	) {}

	/** Reads; of two readings under way only the later one counts. */
	async fetch(): Promise<void> {
		const generation = ++this.#generation;
		this.outdated = false;
		this.busy = true;
		const result = await settle(this.run());
		if (generation !== this.#generation) return;
		this.busy = false;
		if (result.status === 'ok') [this.data, this.error] = [result.data, undefined];
		else [this.error, this.outdated] = [result.error, true];
	}
}

const entries = new Map<string, Entry<unknown>>();
/** Answers nobody looks at are kept for the way back, up to this many. */
const KEPT = 40;

function entryOf<N extends QueryName>(name: N, args: Arguments<N>): Entry<Answer<N>> {
	const key = JSON.stringify([name, ...args]);
	const known = entries.get(key);
	if (known) return known as Entry<Answer<N>>;
	const command = ask()[name] as unknown as (...args: Arguments<N>) => Promise<Result<Answer<N>>>;
	const entry = new Entry<Answer<N>>(PROVIDES[name], () => command(...args));
	entries.set(key, entry as Entry<unknown>);
	for (const [old, { users }] of entries) {
		if (entries.size <= KEPT) break;
		if (users === 0 && old !== key) entries.delete(old);
	}
	return entry;
}

/** Marks what shows these kinds as stale, and reads again what is on the screen. */
export function refresh(tags: readonly TagView[]): void {
	for (const entry of entries.values()) {
		if (!entry.tags.some((tag) => tags.includes(tag))) continue;
		entry.outdated = true;
		if (entry.users > 0) void entry.fetch();
	}
	for (const hear of listeners) hear(tags);
}

const listeners = new Set<(tags: readonly TagView[]) => void>();

/** Calls back when one of these kinds changed; for state that is not a query. Call while a component is set up. */
export function onRefresh(kinds: readonly TagView[], hear: () => void): void {
	const listener = (tags: readonly TagView[]) => tags.some((tag) => kinds.includes(tag)) && hear();
	listeners.add(listener);
	onDestroy(() => listeners.delete(listener));
}

/** Forgets everything; for tests and for a change of backend. */
export function forgetQueries(): void {
	entries.clear();
}

/** Starts listening to what changed behind the window. */
export function followChanges(): Promise<() => void> {
	return theBackend().onChanged(({ tags }) => refresh(tags));
}

/**
 * Reads with a command, and again whenever its arguments or what it shows change. Call while a component is set up.
 *
 * `args` may be left out for a command without any; it may answer `null` while there is nothing to ask yet. While new
 * arguments are being read the previous answer stays on the screen.
 */
export function useQuery<N extends QueryName>(name: N, args?: () => Arguments<N> | null): Query<Answer<N>> {
	let entry = $state.raw<Entry<Answer<N>>>();
	let previous = $state.raw<Answer<N>>();
	$effect.pre(() => {
		const wanted = args ? args() : ([] as unknown as Arguments<N>);
		if (!wanted) return;
		const next = untrack(() => entryOf(name, wanted));
		next.users += 1;
		untrack(() => {
			previous = entry?.data ?? previous;
			entry = next;
			if (next.outdated && !next.busy) void next.fetch();
		});
		return () => void (next.users -= 1);
	});
	return {
		get data() {
			return entry?.data ?? previous;
		},
		get error() {
			return entry?.error;
		},
		get loading() {
			return entry?.data === undefined && previous === undefined && entry?.error === undefined;
		},
		get refreshing() {
			return entry?.busy === true && (entry.data ?? previous) !== undefined;
		},
		refetch: () => entry?.fetch() ?? Promise.resolve(),
	};
}

/** What a screen sees of a list that comes in pages. */
export interface Pages<T, P> {
	/** Rows of every page read so far. */
	readonly rows: T[];
	/** The first page as it came, for what stands beside its rows. */
	readonly first: P | undefined;
	readonly error: ErrorView | undefined;
	readonly loading: boolean;
	/** Whether there is a further page. */
	readonly more: boolean;
	/** Reads the next page. */
	next(): Promise<void>;
	/** Reads again from the top. */
	refetch(): Promise<void>;
}

type PagedName = {
	[N in QueryName]: Answer<N> extends { rows: unknown[]; next: string | null } ? N : never;
}[QueryName];
type RowOf<N extends PagedName> = Answer<N> extends { rows: (infer T)[] } ? T : never;

/** Reads a list page by page; `args` turns the place to go on from into the command's arguments. */
export function usePages<N extends PagedName>(
	name: N,
	args: (after: string | null) => Arguments<N>,
): Pages<RowOf<N>, Answer<N>> {
	type Page = { rows: RowOf<N>[]; next: string | null };
	let pages = $state.raw<Page[]>([]);
	let error = $state.raw<ErrorView>();
	let loading = $state(true);
	let generation = 0;
	const command = ask()[name] as unknown as (...args: Arguments<N>) => Promise<Result<Page>>;

	async function read(count: number): Promise<void> {
		const mine = ++generation;
		const fresh: Page[] = [];
		do {
			const result = await settle(command(...args(fresh.at(-1)?.next ?? null)));
			if (mine !== generation) return;
			if (result.status === 'error') return void ([error, loading] = [result.error, false]);
			fresh.push(result.data);
		} while (fresh.length < count && fresh.at(-1)?.next);
		[pages, error, loading] = [fresh, undefined, false];
	}

	async function next(): Promise<void> {
		const after = pages.at(-1)?.next;
		if (!after || loading) return;
		const mine = generation;
		loading = true;
		const result = await settle(command(...args(after)));
		if (mine !== generation) return;
		loading = false;
		if (result.status === 'ok') pages = [...pages, result.data];
		else error = result.error;
	}

	$effect.pre(() => {
		args(null);
		untrack(() => {
			loading = true;
			void read(1);
		});
	});
	onRefresh(PROVIDES[name], () => void read(Math.max(1, pages.length)));
	return {
		get rows() {
			return pages.flatMap((page) => page.rows);
		},
		get first() {
			return pages[0] as Answer<N> | undefined;
		},
		get error() {
			return error;
		},
		get loading() {
			return loading;
		},
		get more() {
			return Boolean(pages.at(-1)?.next);
		},
		next,
		refetch: () => read(1),
	};
}
