/** What is being done to invoices: which dialog is open, and saving documents. */
import { act, actDone } from '$lib/backend/act';
import { ask, type DocumentKind, type InvoiceRow } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';
import { monthText } from '$lib/when';
import { toasts } from '$lib/ui/toasts.svelte';

export type InvoiceDialog =
	| { kind: 'finalise' | 'paid' | 'discard' | 'credit'; invoice: InvoiceRow }
	| { kind: 'batch'; work: 'draft' | 'finalise' }
	| { kind: 'draft' };

export class InvoiceWork {
	dialog = $state.raw<InvoiceDialog | null>(null);
	/** The document being written. */
	saving = $state<DocumentKind | null>(null);

	open(dialog: InvoiceDialog): void {
		this.dialog = dialog;
	}

	close(): void {
		this.dialog = null;
	}

	async save(id: string, kind: DocumentKind): Promise<void> {
		this.saving = kind;
		const file = await act(ask().invoiceSave(id, kind, null));
		this.saving = null;
		if (file) toasts.done(m.invoices_saved({ path: file.path }));
	}

	async finalise(id: string): Promise<boolean> {
		const view = await act(ask().invoiceFinalise(id));
		if (view) toasts.done(m.invoices_finalised({ number: view.row.number ?? '' }));
		return view !== null;
	}

	async settleDrift(id: string): Promise<string | null> {
		const draft = await act(ask().invoiceSettleDrift(id));
		if (draft) toasts.done(m.invoices_drift_done({ month: monthText(draft.row.month) }));
		return draft?.row.id ?? null;
	}

	discard(id: string): Promise<boolean> {
		return actDone(ask().invoiceDiscard(id));
	}
}
