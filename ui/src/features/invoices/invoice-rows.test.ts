import { describe, expect, it } from 'vitest';
import type { InvoiceRow, InvoiceStatus } from '$lib/backend/backend';
import { inOrder, ready } from './invoice-rows';

const row = (client: string, status: InvoiceStatus, obstacles: string[] = []) =>
	({ client, status, obstacles }) as InvoiceRow;
const ROWS = [
	row('b', 'paid'),
	row('a', 'draft'),
	row('c', 'overdue'),
	row('d', 'draft', ['No price.']),
	row('e', 'open'),
	row('f', 'part_paid'),
	row('g', 'credited'),
];

describe('inOrder', () => {
	it('puts what needs a hand first', () => {
		expect(inOrder(ROWS, null).map(({ client }) => client)).toEqual(['c', 'a', 'd', 'f', 'e', 'b', 'g']);
	});

	it('counts what is paid in part among the open ones', () => {
		expect(inOrder(ROWS, 'open').map(({ client }) => client)).toEqual(['f', 'e']);
	});

	it('keeps to one status, and leaves the list it was given alone', () => {
		expect(inOrder(ROWS, 'draft').map(({ client }) => client)).toEqual(['a', 'd']);
		expect(ROWS[0]?.client).toBe('b');
	});
});

describe('ready', () => {
	it('counts only drafts that nothing stands in the way of', () => {
		expect(ready(ROWS).map(({ client }) => client)).toEqual(['a']);
	});
});
