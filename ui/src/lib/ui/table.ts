/** What a table needs to know of its columns, and the arithmetic of its rows. */
import type { Order } from '$lib/order';

export interface Column<T> {
	id: string;
	title: string;
	/** Numbers stand right. */
	align?: 'left' | 'right';
	/** CSS width: `8rem`, `20%`. */
	width?: string;
	/** How to sort by it; a column without one cannot be sorted. */
	order?: Order<T>;
	/** The title is for screen readers only: a column of menus. */
	silent?: boolean;
}

export interface Sorting {
	column: string;
	descending: boolean;
}

/** A heading with a capital: roles such as `cost` are written small elsewhere. */
export function heading(title: string): string {
	return title.charAt(0).toLocaleUpperCase() + title.slice(1);
}

/** A click on a heading: first descending for numbers, ascending for text; then the other way; then as it came. */
export function nextSorting<T>(now: Sorting | null, column: Column<T>): Sorting | null {
	const first = column.align === 'right';
	if (now?.column !== column.id) return { column: column.id, descending: first };
	return now.descending === first ? { column: column.id, descending: !first } : null;
}

/** Rows in order; equal rows keep the order they came in. */
export function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], sorting: Sorting | null): readonly T[] {
	const order = columns.find((column) => column.id === sorting?.column)?.order;
	if (!sorting || !order) return rows;
	return [...rows].sort(sorting.descending ? (a, b) => order(b, a) : order);
}

/** Where a key moves the current row to; `null` when it is not a key of movement. */
export function movedTo(key: string, at: number, count: number, page: number): number | null {
	const last = count - 1;
	const moves: Record<string, number> = {
		ArrowDown: at + 1,
		ArrowUp: at - 1,
		PageDown: at + page,
		PageUp: at - page,
		Home: 0,
		End: last,
	};
	const wanted = moves[key];
	return wanted === undefined ? null : Math.max(0, Math.min(last, wanted));
}

const KEY = 'purser.table.';

/** The order a table was left in (U5). */
export function storedSorting(table: string): Sorting | null {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(KEY + table) ?? 'null');
		if (typeof kept !== 'object' || kept === null) return null;
		const { column, descending } = kept as Partial<Sorting>;
		return typeof column === 'string' ? { column, descending: descending === true } : null;
	} catch {
		return null;
	}
}

export function storeSorting(table: string, sorting: Sorting | null): void {
	if (sorting) localStorage.setItem(KEY + table, JSON.stringify(sorting));
	else localStorage.removeItem(KEY + table);
}
