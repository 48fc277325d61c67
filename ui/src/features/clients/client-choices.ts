/** How VAT and e-invoices of a client are called. */
import type { EInvoiceChoice, LanguageChoice, TaxChoice } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';

const TAX: Record<TaxChoice, () => string> = {
	agency: m.clients_tax_agency,
	none: m.clients_tax_none,
	zero: m.clients_tax_zero,
	exempt: m.clients_tax_exempt,
	reverse_charge: m.clients_tax_reverse_charge,
	intra_community: m.clients_tax_intra_community,
	export: m.clients_tax_export,
	out_of_scope: m.clients_tax_out_of_scope,
};

const E_INVOICE: Record<EInvoiceChoice, () => string> = {
	automatic: m.clients_e_invoice_automatic,
	none: m.clients_e_invoice_none,
	factur_x: m.clients_e_invoice_factur_x,
	x_rechnung: m.clients_e_invoice_x_rechnung,
	peppol: m.clients_e_invoice_peppol,
};

const LANGUAGE: Record<LanguageChoice, () => string> = {
	agency: m.clients_language_agency,
	english: m.language_en,
	german: m.language_de,
	chinese: m.language_zh_cn,
};

/** A tax treatment in words. */
export function taxText(choice: TaxChoice): string {
	return TAX[choice]();
}

/** An e-invoice in words. */
export function eInvoiceText(choice: EInvoiceChoice): string {
	return E_INVOICE[choice]();
}

/** Every tax treatment, the usual one first. */
export function taxChoices(): { value: TaxChoice; label: string }[] {
	return (Object.keys(TAX) as TaxChoice[]).map((value) => ({ value, label: taxText(value) }));
}

/** Every e-invoice, the usual one first. */
export function eInvoiceChoices(): { value: EInvoiceChoice; label: string }[] {
	return (Object.keys(E_INVOICE) as EInvoiceChoice[]).map((value) => ({ value, label: eInvoiceText(value) }));
}

/** A language of documents in words. */
export function languageText(choice: LanguageChoice): string {
	return LANGUAGE[choice]();
}

/** Every language of documents, the agency's first. */
export function languageChoices(): { value: LanguageChoice; label: string }[] {
	return (Object.keys(LANGUAGE) as LanguageChoice[]).map((value) => ({ value, label: languageText(value) }));
}
