import { expect, test } from 'vitest';
import { byNumber } from '$lib/order';
import { movedTo, nextSorting, sorted, storedSorting, storeSorting, type Column } from './table';

type Row = { n: number; name: string };
const columns: Column<Row>[] = [
	{ id: 'n', title: 'N', align: 'right', order: byNumber((row) => row.n) },
	{ id: 'name', title: 'Name' },
];
const rows: Row[] = [
	{ n: 1, name: 'a' },
	{ n: 3, name: 'b' },
	{ n: 1, name: 'c' },
];

test('numbers sort largest first, then smallest, then as they came', () => {
	const [column] = columns as [Column<Row>];
	const first = nextSorting(null, column);
	expect(first).toEqual({ column: 'n', descending: true });
	const second = nextSorting(first, column);
	expect(second).toEqual({ column: 'n', descending: false });
	expect(nextSorting(second, column)).toBeNull();
});

test('equal rows keep their order; a column without an order sorts nothing', () => {
	expect(
		sorted(rows, columns, { column: 'n', descending: true })
			.map(({ name }) => name)
			.join(''),
	).toBe('bac');
	expect(sorted(rows, columns, { column: 'name', descending: true })).toBe(rows);
});

test.each([
	['ArrowDown', 0, 1],
	['ArrowUp', 0, 0],
	['End', 0, 9],
	['PageDown', 3, 9],
	['x', 3, null],
])('%s from row %d goes to %s (U4)', (key, at, to) => {
	expect(movedTo(key, at, 10, 15)).toBe(to);
});

test('the order is kept, and nonsense in the storage is no order (U5)', () => {
	storeSorting('t', { column: 'n', descending: true });
	expect(storedSorting('t')).toEqual({ column: 'n', descending: true });
	localStorage.setItem('purser.table.t', '{"column":');
	expect(storedSorting('t')).toBeNull();
});
