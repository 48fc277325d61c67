/** What can be done to an invoice from its row. */
import BadgeCheck from '@lucide/svelte/icons/badge-check';
import FileDown from '@lucide/svelte/icons/file-down';
import HandCoins from '@lucide/svelte/icons/hand-coins';
import Sheet from '@lucide/svelte/icons/sheet';
import SquareArrowOutUpRight from '@lucide/svelte/icons/square-arrow-out-up-right';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { InvoiceRow } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';
import { go } from '$lib/route.svelte';
import type { MenuAction } from '$lib/ui/Menu.svelte';
import type { InvoiceWork } from './invoice-work.svelte';

export function invoiceActions(invoice: InvoiceRow, work: InvoiceWork): MenuAction[] {
	const documents: MenuAction[] = [
		{ label: m.invoices_open(), icon: SquareArrowOutUpRight, run: () => go(`/invoices/${invoice.id}`) },
		{ label: m.invoices_pdf(), icon: FileDown, run: () => void work.save(invoice.id, 'pdf') },
		{ label: m.invoices_csv(), icon: Sheet, run: () => void work.save(invoice.id, 'csv') },
	];
	if (invoice.status === 'draft') {
		const note = invoice.obstacles[0];
		return [
			...documents,
			{
				label: m.invoices_finalise(),
				icon: BadgeCheck,
				run: () => work.open({ kind: 'finalise', invoice }),
				disabled: Boolean(note),
				note,
			},
			{ label: m.invoices_discard(), icon: Trash2, run: () => work.open({ kind: 'discard', invoice }), danger: true },
		];
	}
	if (invoice.status === 'credit_note') return documents;
	const pay = { label: m.invoices_mark_paid(), icon: HandCoins, run: () => work.open({ kind: 'paid', invoice }) };
	if (invoice.status === 'credited') return [...documents, pay];
	return [
		...documents,
		pay,
		{ label: m.invoices_credit(), icon: Undo2, run: () => work.open({ kind: 'credit', invoice }), danger: true },
	];
}
