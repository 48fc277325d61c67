/** Forms as they start out. */
import type { AgencyInput, ClientInput } from '../backend';

export function defaultAgency(): AgencyInput {
	return {
		name: 'Meridian Models GmbH',
		street: 'Speicherstraße 12',
		postalCode: '20457',
		city: 'Hamburg',
		country: 'DE',
		taxId: '27/345/67890',
		vatId: 'DE136695976',
		registration: '',
		endpoint: '',
		contact: '',
		phone: '',
		email: 'billing@meridian.example',
		iban: 'DE89 3704 0044 0532 0130 00',
		paymentText: 'Pay within 14 days without deduction.',
		footer: 'Managing director: A. Example. HRB 000000.',
		taxLabel: 'VAT',
		taxPercent: '19',
		taxExemption: '',
		invoiceSeries: '2026',
		creditSeries: 'CN-2026',
		currency: 'USD',
		zone: 'Europe/Berlin',
		documentLanguage: 'en',
		graceDays: 2,
	};
}

export function emptyClient(): ClientInput {
	return {
		name: '',
		currency: 'USD',
		zone: 'Europe/Berlin',
		legalName: '',
		street: 'Main Street 1',
		postalCode: '10000',
		city: '',
		country: '',
		taxId: '',
		vatId: '',
		registration: '',
		endpoint: '',
		reference: '',
		tax: 'agency',
		taxReason: '',
		eInvoice: 'automatic',
		language: 'agency',
		email: '',
		termsDays: 14,
		gateways: [],
		budget: null,
		models: [],
	};
}
