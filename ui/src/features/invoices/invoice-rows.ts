/** Invoices of a month in the order and the groups in which they are worked off. */
import type { InvoiceRow, InvoiceStatus } from '$lib/backend/backend';
import { byAmount, byText } from '$lib/order';
import { m } from '$lib/paraglide/messages';
import type { Column } from '$lib/ui/table';

export const STATUSES = ['draft', 'open', 'overdue', 'paid'] as const satisfies readonly InvoiceStatus[];

const ORDER: readonly InvoiceStatus[] = ['overdue', 'draft', 'part_paid', 'open', 'paid', 'credited', 'credit_note'];

/** Whether an invoice is counted under a status: one that is paid in part is open, too. */
export function isUnder(row: InvoiceRow, status: InvoiceStatus): boolean {
	return row.status === status || (status === 'open' && row.status === 'part_paid');
}

/** Whether money is still expected for it. */
export function isOwed(row: InvoiceRow): boolean {
	return row.status === 'open' || row.status === 'part_paid' || row.status === 'overdue';
}

/** What needs a hand first; within a status by client. */
export function inOrder(rows: readonly InvoiceRow[], status: InvoiceStatus | null): readonly InvoiceRow[] {
	const wanted = status ? rows.filter((row) => isUnder(row, status)) : [...rows];
	const byClient = byText<InvoiceRow>((row) => row.client);
	return wanted.sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || byClient(a, b));
}

/** Drafts that can be finalised now. */
export function ready(rows: readonly InvoiceRow[]): readonly InvoiceRow[] {
	return rows.filter(({ status, obstacles }) => status === 'draft' && obstacles.length === 0);
}

export function invoiceColumns(withMonth: boolean): Column<InvoiceRow>[] {
	const month: Column<InvoiceRow> = { id: 'month', title: m.invoices_month(), order: byText((row) => row.month) };
	return [
		{ id: 'number', title: m.invoices_number(), order: byText((row) => row.number) },
		{ id: 'client', title: m.invoices_client(), order: byText((row) => row.client) },
		...(withMonth ? [month] : []),
		{ id: 'status', title: m.invoices_status(), order: byText((row) => row.status) },
		{ id: 'issued', title: m.invoices_issued(), order: byText((row) => row.issued) },
		{ id: 'due', title: m.invoices_due(), order: byText((row) => row.due) },
		{ id: 'open', title: m.invoices_open_amount(), align: 'right', order: byAmount((row) => row.open) },
		{ id: 'margin', title: m.role_margin(), align: 'right', order: byAmount((row) => row.margin) },
		{ id: 'total', title: m.invoices_total(), align: 'right', order: byAmount((row) => row.total) },
		{ id: 'menu', title: m.invoices_actions(), width: '2.5rem', silent: true },
	];
}
