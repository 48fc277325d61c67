/** Which kinds of state each query shows, so that a change refetches exactly the queries it touches. */
import type { Commands, TagView } from './backend';

export const PROVIDES = {
	overview: ['gateways', 'clients', 'accounts', 'keys', 'usage', 'prices', 'invoices', 'notices', 'settings'],
	clientList: ['clients', 'accounts', 'keys', 'usage', 'prices', 'gateways'],
	clientGet: ['clients', 'accounts', 'keys', 'usage', 'prices', 'invoices', 'audit', 'gateways'],
	accountList: ['accounts', 'clients', 'gateways', 'usage'],
	keyList: ['keys', 'clients', 'accounts', 'usage'],
	secretQueue: ['keys', 'clients', 'gateways'],
	usageChart: ['usage', 'clients', 'prices', 'keys'],
	usageTable: ['usage', 'clients', 'prices', 'keys'],
	budgetChart: ['usage', 'accounts'],
	requestPage: ['usage', 'clients', 'keys'],
	invoiceList: ['invoices', 'clients', 'usage', 'prices', 'settings'],
	invoiceGet: ['invoices', 'clients', 'usage', 'prices', 'settings'],
	pastDueGet: ['invoices', 'clients', 'keys', 'prices', 'gateways'],
	ledgerGet: ['ledgers', 'notices', 'clients', 'usage', 'prices', 'gateways', 'settings'],
	ledgerRules: ['settings'],
	noticeMessage: ['notices', 'ledgers', 'clients', 'settings'],
	statementGet: ['usage', 'clients', 'prices', 'keys', 'invoices', 'ledgers', 'gateways', 'settings'],
	metadataGet: ['usage', 'clients', 'accounts', 'invoices', 'ledgers', 'gateways'],
	priceBook: ['prices', 'clients', 'usage', 'invoices'],
	reconcile: ['usage', 'clients', 'accounts', 'keys', 'prices', 'gateways'],
	leakReport: ['usage', 'clients', 'accounts', 'prices', 'gateways', 'invoices'],
	billList: ['usage', 'gateways'],
	gatewayList: ['gateways', 'accounts', 'keys'],
	gatewayProducts: [],
	modelList: ['gateways', 'usage'],
	routeList: ['gateways'],
	keyRoutes: ['gateways', 'keys', 'accounts'],
	auditList: ['audit'],
	settings: ['settings'],
	branding: ['settings'],
	brandingPreview: ['settings'],
	zoneList: [],
	amountSums: [],
} as const satisfies Partial<Record<keyof Commands, readonly TagView[]>>;

/** The commands that only read. */
export type QueryName = keyof typeof PROVIDES;
