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

/** A draft of a client that is known, or of a new one in the agency's currency and zone. */
export function clientDraft(known: ClientInput | null, agency: { currency: string; zone: string }): ClientDraft {
	const blank = { name: '', legalName: '', street: '', postalCode: '', city: '', country: '', taxId: '', email: '' };
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
	return { name, currency, zone, ...address, gateways, models, termsDays: Number(digits), budget: budgetInput(limit) };
}
