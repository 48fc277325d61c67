/** A client while it is being typed. */
import type { ClientInput } from '$lib/backend/backend';
import { budgetInput, NO_BUDGET, type BudgetDraft } from '$lib/budget-draft';

export interface ClientDraft extends Omit<ClientInput, 'termsDays' | 'budget'> {
	/** Digits. */
	terms: string;
	/** Of each new account. */
	limit: BudgetDraft;
}

/** What invoices are usually made out in; any other code can be typed. */
export const CURRENCIES = [
	'USD',
	'EUR',
	'GBP',
	'CHF',
	'CNY',
	'HKD',
	'INR',
	'JPY',
	'KRW',
	'SGD',
	'AUD',
	'CAD',
	'BRL',
	'PLN',
	'SEK',
];

/** The fields an error can name. */
export const FIELDS = [
	'name',
	'currency',
	'zone',
	'legalName',
	'street',
	'postalCode',
	'city',
	'country',
	'taxId',
	'vatId',
	'registration',
	'endpoint',
	'reference',
	'tax',
	'taxReason',
	'eInvoice',
	'language',
	'email',
	'termsDays',
	'gateways',
	'models',
	'budget',
	'budget.amount',
	'budget.period',
	'budget.warnAt',
];

/** Those of them that are folded away at first. */
export const ADDRESS_FIELDS = ['legalName', 'street', 'postalCode', 'city', 'country', 'taxId', 'email'];

/** And those of tax and e-invoices. */
export const INVOICING_FIELDS = [
	'vatId',
	'registration',
	'endpoint',
	'reference',
	'tax',
	'taxReason',
	'eInvoice',
	'language',
];

/** What of a client's invoices is its own. */
type Invoicing = Pick<
	ClientInput,
	'vatId' | 'registration' | 'endpoint' | 'reference' | 'tax' | 'taxReason' | 'eInvoice' | 'language'
>;

/** Invoices of a client of whom nothing special is known. */
const PLAIN: Invoicing = {
	vatId: '',
	registration: '',
	endpoint: '',
	reference: '',
	tax: 'agency',
	taxReason: '',
	eInvoice: 'automatic',
	language: 'agency',
};

/** A draft of a client that is known, or of a new one in the agency's currency and zone. */
export function clientDraft(known: ClientInput | null, agency: { currency: string; zone: string }): ClientDraft {
	const address = { legalName: '', street: '', postalCode: '', city: '', country: '', taxId: '', email: '' };
	const blank = { name: '', ...address, ...PLAIN };
	const { currency, zone } = agency;
	const made = known ?? { ...blank, currency, zone, gateways: [], models: [], termsDays: 14 };
	return {
		...blank,
		...made,
		gateways: [...made.gateways],
		models: [...made.models],
		terms: String(made.termsDays),
		limit: { ...NO_BUDGET },
	};
}

/** What to send, or the field that is no number. */
export function clientInput(draft: ClientDraft): ClientInput | 'termsDays' {
	const { terms, limit, ...rest } = draft;
	const digits = terms.trim() || '0';
	if (!/^\d{1,4}$/.test(digits)) return 'termsDays';
	const { name, currency, zone, legalName, street, postalCode, city, country, taxId, email, gateways, models } = rest;
	const address = { legalName, street, postalCode, city, country, taxId, email };
	const { vatId, registration, endpoint, reference, tax, taxReason, eInvoice, language } = rest;
	const invoicing = { vatId, registration, endpoint, reference, tax, taxReason, eInvoice, language };
	return {
		name,
		currency,
		zone,
		...address,
		...invoicing,
		gateways,
		models,
		termsDays: Number(digits),
		budget: budgetInput(limit),
	};
}
