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

/** What a client whose invoices are made out plainly has in each of its texts, by where the form shows it. */
const NAME = { name: '' };
const ADDRESS = { legalName: '', street: '', postalCode: '', city: '', country: '', taxId: '', email: '' };
const INVOICING: Pick<
	ClientInput,
	'vatId' | 'registration' | 'endpoint' | 'reference' | 'tax' | 'taxReason' | 'eInvoice' | 'language'
> = {
	vatId: '',
	registration: '',
	endpoint: '',
	reference: '',
	tax: 'agency',
	taxReason: '',
	eInvoice: 'automatic',
	language: 'agency',
};
const PLAIN = { ...NAME, ...ADDRESS, ...INVOICING };

/** Those of the fields an error can name that are folded away at first. */
export const ADDRESS_FIELDS = Object.keys(ADDRESS);
/** And those of tax and e-invoices. */
export const INVOICING_FIELDS = Object.keys(INVOICING);

/** The fields an error can name. */
export const FIELDS = [
	...Object.keys(PLAIN),
	...['currency', 'zone', 'termsDays', 'gateways', 'models'],
	...['budget', 'budget.amount', 'budget.period', 'budget.warnAt'],
];

/** A draft of a client that is known, or of a new one in the agency's currency and zone. */
export function clientDraft(known: ClientInput | null, agency: { currency: string; zone: string }): ClientDraft {
	const { currency, zone } = agency;
	const made = known ?? { ...PLAIN, currency, zone, gateways: [], models: [], termsDays: 14 };
	return {
		...made,
		gateways: [...made.gateways],
		models: [...made.models],
		terms: String(made.termsDays),
		limit: { ...NO_BUDGET },
	};
}

/** What to send, or the field that is no number. */
export function clientInput({ terms, limit, ...typed }: ClientDraft): ClientInput | 'termsDays' {
	const digits = terms.trim() || '0';
	if (!/^\d{1,4}$/.test(digits)) return 'termsDays';
	return { ...typed, termsDays: Number(digits), budget: budgetInput(limit) };
}
