/** What is being done to invoices: which dialog is open, and saving documents. */
import { act, actDone } from '$lib/backend/act';
import { ask, type DocumentKind, type InvoiceRow } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';
import { toasts } from '$lib/ui/toasts.svelte';

export type InvoiceDialog =
	| { kind: 'finalise' | 'paid' | 'discard'; invoice: InvoiceRow }
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

	discard(id: string): Promise<boolean> {
		return actDone(ask().invoiceDiscard(id));
	}
}
