// Written in the style of tauri-specta; `cargo xtask bindings` writes this file anew from the commands of the shell.

import { invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";
import * as __TAURI_EVENT from "@tauri-apps/api/event";

/** Commands */
export const commands = {
	overview: () => typedError<OverviewView, ErrorView>(__TAURI_INVOKE("overview")),
	clientList: () => typedError<ClientRow[], ErrorView>(__TAURI_INVOKE("client_list")),
	clientGet: (id: string) => typedError<ClientView, ErrorView>(__TAURI_INVOKE("client_get", { id })),
	accountList: () => typedError<AccountView[], ErrorView>(__TAURI_INVOKE("account_list")),
	keyList: (filter: KeyFilterInput) => typedError<KeyPage, ErrorView>(__TAURI_INVOKE("key_list", { filter })),
	usageChart: (filter: UsageFilterInput, role: AmountRole, theme: ThemeChoice) => typedError<ChartView, ErrorView>(__TAURI_INVOKE("usage_chart", { filter, role, theme })),
	usageTable: (filter: UsageFilterInput) => typedError<UsageTable, ErrorView>(__TAURI_INVOKE("usage_table", { filter })),
	budgetChart: (clientId: string, theme: ThemeChoice) => typedError<ChartView | null, ErrorView>(__TAURI_INVOKE("budget_chart", { clientId, theme })),
	requestPage: (filter: UsageFilterInput, after: string | null) => typedError<RequestPageView, ErrorView>(__TAURI_INVOKE("request_page", { filter, after })),
	invoiceList: (month: string | null, clientId: string | null) => typedError<InvoiceRow[], ErrorView>(__TAURI_INVOKE("invoice_list", { month, clientId })),
	invoiceGet: (id: string, theme: ThemeChoice) => typedError<InvoiceView, ErrorView>(__TAURI_INVOKE("invoice_get", { id, theme })),
	priceBook: () => typedError<PriceBookView, ErrorView>(__TAURI_INVOKE("price_book")),
	pricePreview: (change: PriceChange) => typedError<PricePreview, ErrorView>(__TAURI_INVOKE("price_preview", { change })),
	gatewayList: () => typedError<GatewayView[], ErrorView>(__TAURI_INVOKE("gateway_list")),
	gatewayProducts: () => typedError<ProductView[], ErrorView>(__TAURI_INVOKE("gateway_products")),
	modelList: (gatewayId: string | null) => typedError<string[], ErrorView>(__TAURI_INVOKE("model_list", { gatewayId })),
	gatewayTest: (input: GatewayInput, credential: string) => typedError<ProbeView, ErrorView>(__TAURI_INVOKE("gateway_test", { input, credential })),
	auditList: (filter: AuditFilterInput) => typedError<AuditPage, ErrorView>(__TAURI_INVOKE("audit_list", { filter })),
	settings: () => typedError<SettingsView, ErrorView>(__TAURI_INVOKE("settings")),
	zoneList: () => typedError<string[], ErrorView>(__TAURI_INVOKE("zone_list")),
	palette: (text: string) => typedError<PaletteHit[], ErrorView>(__TAURI_INVOKE("palette", { text })),
	gatewayConnect: (input: GatewayInput, credential: string) => typedError<GatewayView, ErrorView>(__TAURI_INVOKE("gateway_connect", { input, credential })),
	gatewayUpdate: (id: string, input: GatewayInput, credential: string | null) => typedError<GatewayView, ErrorView>(__TAURI_INVOKE("gateway_update", { id, input, credential })),
	gatewayRemove: (id: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("gateway_remove", { id })),
	sandboxOpen: () => typedError<GatewayView, ErrorView>(__TAURI_INVOKE("sandbox_open")),
	syncRun: (gatewayId: string | null) => typedError<SyncReportView, ErrorView>(__TAURI_INVOKE("sync_run", { gatewayId })),
	syncCancel: () => typedError<null, ErrorView>(__TAURI_INVOKE("sync_cancel")),
	clientCreate: (input: ClientInput) => typedError<ClientRow, ErrorView>(__TAURI_INVOKE("client_create", { input })),
	clientUpdate: (id: string, input: ClientInput) => typedError<ClientRow, ErrorView>(__TAURI_INVOKE("client_update", { id, input })),
	clientFromAccount: (accountId: string) => typedError<ClientRow, ErrorView>(__TAURI_INVOKE("client_from_account", { accountId })),
	clientPause: (id: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("client_pause", { id })),
	clientResume: (id: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("client_resume", { id })),
	clientClose: (id: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("client_close", { id })),
	accountAttribute: (accountId: string, clientId: string | null) => typedError<Done, ErrorView>(__TAURI_INVOKE("account_attribute", { accountId, clientId })),
	accountBudget: (accountId: string, budget: BudgetInput | null) => typedError<Done, ErrorView>(__TAURI_INVOKE("account_budget", { accountId, budget })),
	keyCreate: (input: KeyInput) => typedError<CreatedKey, ErrorView>(__TAURI_INVOKE("key_create", { input })),
	keyUpdate: (id: string, input: KeyInput) => typedError<KeyRow, ErrorView>(__TAURI_INVOKE("key_update", { id, input })),
	keyPause: (id: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("key_pause", { id })),
	keyResume: (id: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("key_resume", { id })),
	keyRevoke: (id: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("key_revoke", { id })),
	keyRotate: (id: string) => typedError<CreatedKey, ErrorView>(__TAURI_INVOKE("key_rotate", { id })),
	keyBudget: (id: string, budget: BudgetInput | null) => typedError<Done, ErrorView>(__TAURI_INVOKE("key_budget", { id, budget })),
	secretReveal: (ticket: string) => typedError<string, ErrorView>(__TAURI_INVOKE("secret_reveal", { ticket })),
	secretStored: (ticket: string) => typedError<null, ErrorView>(__TAURI_INVOKE("secret_stored", { ticket })),
	undo: (ticket: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("undo", { ticket })),
	priceSet: (change: PriceChange) => typedError<PriceBookView, ErrorView>(__TAURI_INVOKE("price_set", { change })),
	invoiceDraft: (clientId: string, month: string) => typedError<InvoiceView, ErrorView>(__TAURI_INVOKE("invoice_draft", { clientId, month })),
	invoiceDraftMonth: (month: string) => typedError<BatchResult[], ErrorView>(__TAURI_INVOKE("invoice_draft_month", { month })),
	invoiceEdit: (id: string, adjustments: AdjustmentInput[], note: string) => typedError<InvoiceView, ErrorView>(__TAURI_INVOKE("invoice_edit", { id, adjustments, note })),
	invoiceDiscard: (id: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("invoice_discard", { id })),
	invoiceFinalise: (id: string) => typedError<InvoiceView, ErrorView>(__TAURI_INVOKE("invoice_finalise", { id })),
	invoiceFinaliseMonth: (month: string) => typedError<BatchResult[], ErrorView>(__TAURI_INVOKE("invoice_finalise_month", { month })),
	invoiceSave: (id: string, kind: DocumentKind, dir: string | null) => typedError<SavedFile, ErrorView>(__TAURI_INVOKE("invoice_save", { id, kind, dir })),
	invoicePaid: (id: string, date: string) => typedError<Done, ErrorView>(__TAURI_INVOKE("invoice_paid", { id, date })),
	usageExport: (filter: UsageFilterInput, format: TableFormat) => typedError<SavedFile, ErrorView>(__TAURI_INVOKE("usage_export", { filter, format })),
	importPreview: (gatewayId: string, path: string, columns: ColumnView[] | null) => typedError<ImportPreview, ErrorView>(__TAURI_INVOKE("import_preview", { gatewayId, path, columns })),
	importApply: (gatewayId: string, path: string, columns: ColumnView[]) => typedError<ImportDone, ErrorView>(__TAURI_INVOKE("import_apply", { gatewayId, path, columns })),
	settingsAgency: (input: AgencyInput) => typedError<SettingsView, ErrorView>(__TAURI_INVOKE("settings_agency", { input })),
	settingsSync: (minutes: number) => typedError<SettingsView, ErrorView>(__TAURI_INVOKE("settings_sync", { minutes })),
	painted: () => typedError<null, ErrorView>(__TAURI_INVOKE("painted")),
	vaultSession: () => typedError<SettingsView, ErrorView>(__TAURI_INVOKE("vault_session")),
};

/** Events */
export const events = {
	changed: makeEvent<Changed>("changed"),
	progress: makeEvent<Progress>("progress"),
};

/* Types */
/** An account on a gateway, for attribution. */
export type AccountView = {
	/** Which. */
	id: string;
	/** Its gateway. */
	gatewayId: string;
	/** Its gateway's name. */
	gateway: string;
	/** Its name there. */
	name: string;
	/** Its identifier there. */
	externalId: string;
	/** The client it belongs to. */
	clientId: string | null;
	/** Whether the gateway refuses it. */
	paused: boolean;
	/** Its own budget. */
	budget: BudgetView | null;
};

/** A manual line as typed. */
export type AdjustmentInput = {
	/** Why. */
	reason: string;
	/** Decimal text, negative to reduce. */
	amount: string;
};

/** The agency: the seller on invoices. */
export type AgencyInput = {
	/** Legal name. */
	name: string;
	/** Street lines. */
	street: string;
	/** Postal code. */
	postalCode: string;
	/** City. */
	city: string;
	/** Country code. */
	country: string;
	/** Tax number. */
	taxId: string;
	/** E-mail. */
	email: string;
	/** IBAN. */
	iban: string;
	/** How to pay. */
	paymentText: string;
	/** Small print. */
	footer: string;
	/** Label of the tax, empty for none. */
	taxLabel: string;
	/** Rate in per cent, empty for none. */
	taxPercent: string;
	/** Series of invoice numbers, for example `2026`. */
	invoiceSeries: string;
	/** ISO 4217 code of the price book. */
	currency: string;
	/** The agency's own zone. */
	zone: string;
	/** Days after a month's end before its invoices should be finalised. */
	graceDays: number;
};

/** What an amount is. Every amount shown carries one (U21). */
export type AmountRole =
	/** What the gateway says it cost the agency. */
	| "cost"
	/** What the client pays. */
	| "charge"
	/** Charge less cost. */
	| "margin"
	/** A ceiling on cost. */
	| "budget"
	/** A price of a unit. */
	| "price";

/** An amount of money. */
export type AmountView = {
	/** Exact decimal text, for tooltips, exports and `--json`. */
	amount: string;
	/** ISO 4217 code. */
	currency: string;
	/** Text to show, rounded for its place: `$1,234.56`. */
	text: string;
	/** What it is. */
	role: AmountRole;
	/** Whether it is below zero. */
	negative: boolean;
};

/** Which activity. */
export type AuditFilterInput = {
	/** About this client. */
	clientId: string | null;
	/** On this gateway. */
	gatewayId: string | null;
	/** Go on after this. */
	after: string | null;
};

/** How an action ended. */
export type AuditOutcomeView =
	/** Sent, no answer yet. */
	| "pending"
	/** Happened. */
	| "done"
	/** Refused. */
	| "refused"
	/** May or may not have happened; settled at the next start. */
	| "unknown";

/** A page of activity, newest first. */
export type AuditPage = {
	/** The rows. */
	rows: AuditView[];
	/** Go on here. */
	next: string | null;
	/** Whether the chain of hashes holds. */
	intact: boolean;
};

/** A row of the audit log. */
export type AuditView = {
	/** Which. */
	id: string;
	/** When, RFC 3339. */
	at: string;
	/** Who: `window`, `cli`, `sync`, `import`, `system`. */
	origin: string;
	/** What, noun first: `key_pause`. */
	action: string;
	/** What it was about, for people. */
	target: string;
	/** Change as a sentence: `budget $10.00 daily → $12.00 daily`. */
	change: string | null;
	/** How it ended. */
	outcome: AuditOutcomeView;
	/** The gateway's words, when it refused. */
	detail: string | null;
};

/** What became of one client in a batch. */
export type BatchResult = {
	/** Which client. */
	client: string;
	/** The invoice. */
	invoiceId: string | null;
	/** Its number. */
	number: string | null;
	/** Why it was left out, as a sentence. */
	problem: string | null;
};

/** A budget near or past its cap. */
export type BudgetAlert = {
	/** Whose: a client's name. */
	client: string;
	/** Which client. */
	clientId: string | null;
	/** The key, when it is the key's own budget. */
	key: string | null;
	/** The budget. */
	budget: BudgetView;
};

/** A budget as typed. */
export type BudgetInput = {
	/** Decimal text in currency units. */
	amount: string;
	/** `daily`, `weekly`, `monthly` or `total`. */
	period: string;
	/** Warnings in per cent; empty for 50, 75, 90. */
	warnAt: number[];
};

/** A budget period an instance offers. */
export type BudgetPeriodView = {
	/** `daily`, `weekly`, `monthly` or `total`. */
	period: string;
	/** `gateway`, `app` or `advisory`. */
	enforcement: string;
};

/** A budget with what was spent of it. */
export type BudgetView = {
	/** The ceiling. */
	limit: AmountView;
	/** Spent in this period, as Purser counts it from usage. */
	spent: AmountView;
	/** `daily`, `weekly`, `monthly` or `total`. */
	period: string;
	/** Spent over limit, whole per cent; may exceed 100. */
	percent: number;
	/** Warnings in per cent. */
	warnAt: number[];
	/** `gateway`, `app` or `advisory`. */
	enforcement: string;
	/** HTTP status the caller gets past it, where known. */
	stopStatus: number | null;
	/** When it starts again, RFC 3339. */
	resetsAt: string | null;
	/** What the gateway itself says was spent, when it differs from our count. */
	gatewaySays: AmountView | null;
};

/** One yes or no of the capability table. */
export type CapabilityRow = {
	/** Stable name. */
	code: string;
	/** Whether this instance can. */
	supported: boolean;
};

/** What a change made stale. */
export type Changed = {
	/** Every kind touched. */
	tags: TagView[];
};

/** How a rule charges. */
export type ChargeKind =
	/** Per cent on cost. */
	| "markup"
	/** Fixed price per unit. */
	| "fixed";

/** A point of a chart's hover map. */
export type ChartPoint = {
	/** What is there: a date. */
	label: string;
	/** Horizontal position in SVG units. */
	x: number;
};

/** A series of a chart. */
export type ChartSeries = {
	/** Name. */
	name: string;
	/** Colour, `#rrggbb`. */
	color: string;
	/** Amount per point as text to show. */
	values: string[];
};

/** A chart with everything hover and screen readers need. */
export type ChartView = {
	/** The drawing; no inline style, safe under the content security policy. */
	svg: string;
	/** What it shows, in a sentence. */
	title: string;
	/** What is drawn. */
	role: AmountRole;
	/** Width in SVG units. */
	width: number;
	/** Height in SVG units. */
	height: number;
	/** Left, top, right, bottom of the plot in SVG units. */
	plot: [number, number, number, number];
	/** The points. */
	points: ChartPoint[];
	/** The series. */
	series: ChartSeries[];
	/** Sum per point as text. */
	totals: string[];
	/** As of when. */
	freshness: FreshnessView;
};

/** A client as typed. Empty text where nothing is known. */
export type ClientInput = {
	/** Name. */
	name: string;
	/** ISO 4217 code. */
	currency: string;
	/** IANA zone. */
	zone: string;
	/** Legal name on invoices. */
	legalName: string;
	/** Street lines. */
	street: string;
	/** Postal code. */
	postalCode: string;
	/** City. */
	city: string;
	/** Country code. */
	country: string;
	/** Tax number. */
	taxId: string;
	/** E-mail. */
	email: string;
	/** Days to pay. */
	termsDays: number;
	/** Gateways on which to make an account, by id; existing accounts are kept. */
	gateways: string[];
	/** Budget of each new account. */
	budget: BudgetInput | null;
	/** Models its accounts may call; empty is all. */
	models: string[];
};

/** A client in the table. */
export type ClientRow = {
	/** Which. */
	id: string;
	/** Its name. */
	name: string;
	/** Its status. */
	status: ClientStatusView;
	/** Gateways it has accounts on. */
	gateways: string[];
	/** Live keys. */
	keys: number;
	/** This month. */
	month: TrioView;
	/** Requests this month. */
	requests: CountView;
	/** The tightest budget. */
	budget: BudgetView | null;
	/** Thirty days of cost as a small SVG. */
	sparkline: string;
	/** Its zone. */
	zone: string;
	/** As of when. */
	freshness: FreshnessView;
};

/** Whether a client is served. */
export type ClientStatusView =
	/** Served. */
	| "active"
	/** Stopped by us. */
	| "paused"
	/** No longer served. */
	| "closed";

/** A client's page. */
export type ClientView = {
	/** Its table row. */
	row: ClientRow;
	/** Its data, ready to edit. */
	details: ClientInput;
	/** Its accounts. */
	accounts: AccountView[];
	/** Its keys. */
	keys: KeyRow[];
	/** Price rules that apply to it, its own first. */
	rules: RuleView[];
	/** Its invoices, newest first. */
	invoices: InvoiceRow[];
	/** Its latest activity. */
	activity: AuditView[];
	/** The whole month before. */
	previousMonth: TrioView;
};

/** What a consumer can act on. Grows only when one does. */
export type Code =
	/** Something typed was not accepted; say which and go on editing. */
	| "invalid"
	/** The thing does not exist any more. */
	| "not_found"
	/** Another thing is in the way. */
	| "conflict"
	/** Nothing answers, or not in time. */
	| "gateway_unreachable"
	/** The gateway does not accept the credential, or not for this. */
	| "gateway_denied"
	/** The gateway said no. */
	| "gateway_refused"
	/** It may or may not have happened. */
	| "outcome_unknown"
	/** This gateway cannot do that. */
	| "unsupported"
	/** There is no keychain, or it is locked. */
	| "vault_unavailable"
	/** The database is locked by another program, full, damaged or newer. */
	| "storage"
	/** A person stopped it. */
	| "cancelled"
	/** A fault of ours. */
	| "internal";

/** A column of a usage file and what it is taken for. */
export type ColumnView = {
	/** Header. */
	header: string;
	/** Field it fills: `time`, `account`, `key`, `model`, `request_id`, `cost`, a meter's code, or `ignore`. */
	field: string;
};

/** A count. */
export type CountView = {
	/** All digits. */
	value: string;
	/** Text to show: `1.2 M`. */
	text: string;
};

/** A new key. The secret is fetched once with the ticket and is gone from Purser when the dialog closes. */
export type CreatedKey = {
	/** The key. */
	key: KeyRow;
	/** Ticket for `secret_reveal`. */
	ticket: string;
	/** Base URL the client's software calls. */
	baseUrl: string;
};

/** Documents of an invoice. */
export type DocumentKind =
	/** PDF/A-3b. */
	| "pdf"
	/** Lines as CSV. */
	| "csv";

/** A change that can be undone. */
export type Done = {
	/** What was done, as a sentence. */
	message: string;
	/** Ticket for `undo`, for changes that can be undone. */
	undo: string | null;
	/** Seconds until it bites everywhere. */
	effectiveWithinSeconds: number;
};

/** An invoice that needs a hand. */
export type DueInvoice = {
	/** Which. */
	invoiceId: string;
	/** Its number, once final. */
	number: string | null;
	/** Whose. */
	client: string;
	/** Amount to pay. */
	total: AmountView;
	/** Its state. */
	status: InvoiceStatus;
	/** When it is due, ISO date. */
	due: string | null;
};

/** An error for people and machines. */
export type ErrorView = {
	/** For machines. */
	code: Code;
	/** What was wrong and where, as a sentence. */
	message: string;
	/** What the person can do. */
	hints: string[];
	/** The input's field it is about. */
	field: string | null;
	/** Whether trying again can help. */
	retryable: boolean;
};

/** How much a finding matters. */
export type FindingLevelView =
	/** Good to know. */
	| "note"
	/** Should be put right. */
	| "warning"
	/** Money or access is at risk. */
	| "danger";

/** Something an operator should know. */
export type FindingView = {
	/** How much it matters. */
	level: FindingLevelView;
	/** Stable name. */
	code: string;
	/** A sentence. */
	message: string;
};

/** How much a gateway's figures can be trusted at present. */
export type FreshnessState =
	/** Synced within the last fifteen minutes. */
	| "fresh"
	/** Older than fifteen minutes (U19). */
	| "stale"
	/** The last sync failed. */
	| "failing"
	/** Never synced. */
	| "never";

/** As of when figures are complete. */
export type FreshnessView = {
	/** State of the worst gateway concerned. */
	state: FreshnessState;
	/** When the oldest of the gateways concerned was last synced, RFC 3339. */
	asOf: string | null;
};

/** One gateway on the overview. */
export type GatewayHealth = {
	/** Which. */
	gatewayId: string;
	/** Its name. */
	name: string;
	/** Its state. */
	freshness: FreshnessView;
	/** Why it is failing, as a sentence. */
	problem: string | null;
	/** What to do about it. */
	hint: string | null;
};

/** What connecting asks for. The credential travels beside it as a bare argument and is dropped into the keychain. */
export type GatewayInput = {
	/** Kind. */
	product: string;
	/** Name in Purser. */
	name: string;
	/** Base URL. */
	baseUrl: string;
};

/** A connected gateway. */
export type GatewayView = {
	/** Which. */
	id: string;
	/** Its name. */
	name: string;
	/** Kind, for people. */
	product: string;
	/** Where it is. */
	baseUrl: string;
	/** As of when. */
	freshness: FreshnessView;
	/** Why it is failing, as a sentence. */
	problem: string | null;
	/** What to do about it. */
	hint: string | null;
	/** Whether a credential is in the keychain. */
	hasCredential: boolean;
	/** What the last connection test told. */
	probe: ProbeView | null;
	/** Accounts known. */
	accounts: number;
	/** Accounts that belong to no client. */
	unattributed: number;
	/** Keys known. */
	keys: number;
};

/** What an import did. */
export type ImportDone = {
	/** Rows that were new. */
	inserted: number;
	/** Rows that changed what was known. */
	restated: number;
	/** Rows already known. */
	unchanged: number;
};

/** What an import would do. */
export type ImportPreview = {
	/** Columns. */
	columns: ColumnView[];
	/** First rows as they stand in the file. */
	sample: string[][];
	/** Rows in the file. */
	rows: number;
	/** Rows that are wrong; any stops the import. */
	problems: RowProblemView[];
	/** Cost of all rows. */
	cost: AmountView;
};

/** A line of an invoice. */
export type InvoiceLineView = {
	/** What it is for. */
	description: string;
	/** Quantities: `1,204,331 input tokens`. */
	quantities: string[];
	/** What the client pays. */
	charge: AmountView;
	/** What it cost; agency only. */
	cost: AmountView | null;
	/** How the charge came about; agency only. */
	trail: string | null;
};

/** An invoice in a table. */
export type InvoiceRow = {
	/** Which. */
	id: string;
	/** Its number, once final. */
	number: string | null;
	/** Whose. */
	clientId: string;
	/** Client's name. */
	client: string;
	/** Month of service, `2026-10`. */
	month: string;
	/** Status. */
	status: InvoiceStatus;
	/** To pay. */
	total: AmountView;
	/** Margin on it. */
	margin: AmountView;
	/** Issued, ISO date. */
	issued: string | null;
	/** Due, ISO date. */
	due: string | null;
	/** Why it cannot be finalised, as sentences. */
	obstacles: string[];
};

/** Where an invoice stands. `Overdue` and `Paid` are derived from dates and payments. */
export type InvoiceStatus =
	/** Can still change. */
	| "draft"
	/** Numbered and frozen, not yet due. */
	| "open"
	/** Past its due date and not paid. */
	| "overdue"
	/** Paid in full. */
	| "paid";

/** An invoice's page. */
export type InvoiceView = {
	/** Its table row. */
	row: InvoiceRow;
	/** Lines. */
	lines: InvoiceLineView[];
	/** Sum of the lines. */
	net: AmountView;
	/** Tax with its label. */
	tax: [string, AmountView] | null;
	/** Cost, charge and margin; agency only. */
	trio: TrioView;
	/** Requests in it. */
	requests: CountView;
	/** Manual lines of a draft. */
	adjustments: AdjustmentInput[];
	/** Note printed on it. */
	note: string;
	/** What to know before finalising. */
	notices: string[];
	/** Daily charge. */
	chart: ChartView | null;
	/** Documents stored. */
	documents: DocumentKind[];
};

/** Which keys. */
export type KeyFilterInput = {
	/** Of this client. */
	clientId: string | null;
	/** On this gateway. */
	gatewayId: string | null;
	/** Name, label or fingerprint holds this. */
	search: string;
	/** Revoked ones too. */
	withRevoked: boolean;
	/** Go on after this page's `next`. */
	after: string | null;
};

/** A key as typed. */
export type KeyInput = {
	/** The account it is for; the client's only account on the gateway when empty. */
	accountId: string;
	/** Name; proposed as client-environment. */
	name: string;
	/** `prod`, `staging`, `dev` or `other`. */
	environment: string;
	/** `inference`, `read_only` or `full`. */
	scope: string;
	/** Models; empty is all of the account. */
	models: string[];
	/** Requests per minute. */
	requestsPerMinute: number | null;
	/** Tokens per minute, digits. */
	tokensPerMinute: string | null;
	/** Requests at the same time. */
	parallel: number | null;
	/** Its own budget. */
	budget: BudgetInput | null;
	/** Days until it expires. */
	expiresInDays: number | null;
};

/** A page of keys. */
export type KeyPage = {
	/** The rows. */
	rows: KeyRow[];
	/** Go on here. */
	next: string | null;
};

/** A key in a table. */
export type KeyRow = {
	/** Which. */
	id: string;
	/** Its name. */
	name: string;
	/** Prefix and last four. */
	label: string;
	/** First eight digits of its fingerprint. */
	fingerprint: string | null;
	/** `prod`, `staging`, `dev` or `other`. */
	environment: string;
	/** `inference`, `read_only` or `full`. */
	scope: string;
	/** Its client. */
	clientId: string | null;
	/** Its client's name. */
	client: string | null;
	/** Its gateway. */
	gatewayId: string;
	/** Its gateway's name. */
	gateway: string;
	/** Its status. */
	status: KeyStatusView;
	/** Models it may call; empty is all of its account. */
	models: string[];
	/** Requests per minute. */
	requestsPerMinute: number | null;
	/** Tokens per minute, all digits. */
	tokensPerMinute: string | null;
	/** Requests at the same time. */
	parallel: number | null;
	/** Its own budget. */
	budget: BudgetView | null;
	/** Cost this month. */
	monthCost: AmountView;
	/** Expiry, RFC 3339. */
	expiresAt: string | null;
	/** When made, RFC 3339. */
	createdAt: string | null;
	/** Whether its gateway can pause it. */
	canPause: boolean;
	/** Seconds a pause may take to bite. */
	pauseBoundSeconds: number;
};

/** Whether a key works. */
export type KeyStatusView =
	/** Works. */
	| "active"
	/** Stopped, can be resumed. */
	| "paused"
	/** Its account is stopped, and it with it. */
	| "account_paused"
	/** Past its expiry. */
	| "expired"
	/** Gone for good. */
	| "revoked";

/** The overview. */
export type OverviewView = {
	/** No gateway is connected yet. */
	firstRun: boolean;
	/** As of when. */
	freshness: FreshnessView;
	/** Name of the current month, `2026-11`. */
	monthName: string;
	/** Today in the agency's zone. */
	today: TrioView;
	/** This month so far. */
	month: TrioView;
	/** This month at its present pace. */
	runRate: TrioView;
	/** The whole month before. */
	previousMonth: TrioView;
	/** Requests this month. */
	requests: CountView;
	/** Clients by cost this month. */
	topClients: TopClient[];
	/** Budgets at 75 % or more, worst first. */
	budgets: BudgetAlert[];
	/** Every gateway. */
	gateways: GatewayHealth[];
	/** Overdue invoices and open drafts. */
	invoices: DueInvoice[];
	/** Cost this month of accounts that belong to no client. */
	unattributed: AmountView | null;
};

/** A hit of the command palette. */
export type PaletteHit = {
	/** `client`, `key`, `invoice` or `gateway`. */
	kind: string;
	/** Which. */
	id: string;
	/** Name. */
	title: string;
	/** Second line. */
	detail: string;
};

/** The price book. */
export type PriceBookView = {
	/** Currency. */
	currency: string;
	/** Editions, latest first. */
	versions: PriceVersionView[];
	/** Models seen in usage, to choose from. */
	models: string[];
	/** Earliest day a new edition may start: the day after the last invoiced one. */
	earliest: string | null;
};

/** A change of rules as typed. */
export type PriceChange = {
	/** First local day, ISO date. */
	effectiveFrom: string;
	/** Why. */
	note: string;
	/** Rules set or replaced. */
	set: RuleInput[];
	/** Rules removed. */
	remove: RuleInput[];
};

/** What a change would have done to one client last month (U11). */
export type PriceEffect = {
	/** Which. */
	clientId: string;
	/** Name. */
	client: string;
	/** Charge as it is. */
	before: AmountView;
	/** Charge as it would have been. */
	after: AmountView;
	/** The difference. */
	difference: AmountView;
	/** Models without a price afterwards. */
	unpriced: string[];
};

/** What a change would have done last month. */
export type PricePreview = {
	/** The month, `2026-10`. */
	month: string;
	/** Clients it would have touched, most first. */
	effects: PriceEffect[];
	/** Over all clients. */
	difference: AmountView;
};

/** An edition of the price book. */
export type PriceVersionView = {
	/** Which. */
	id: string;
	/** First local day it applies to, ISO date. */
	effectiveFrom: string;
	/** When it was made, RFC 3339. */
	createdAt: string;
	/** Why it was made. */
	note: string;
	/** Whether it is the one in force today. */
	inForce: boolean;
	/** Its rules. */
	rules: RuleView[];
};

/** The answer of a connection test. */
export type ProbeView = {
	/** Release, where told. */
	version: string | null;
	/** Whether the credential can only read. */
	readOnly: boolean;
	/** The capability table. */
	capabilities: CapabilityRow[];
	/** Budget periods with who enforces each: `monthly: gateway`. */
	budgetPeriods: BudgetPeriodView[];
	/** Longest time a pause takes to bite, in seconds. */
	pauseBoundSeconds: number;
	/** The instance's clock minus ours, in seconds. */
	clockSkewSeconds: number | null;
	/** Findings, worst first. */
	findings: FindingView[];
};

/** A kind of gateway that can be connected. */
export type ProductView = {
	/** Stable name. */
	product: string;
	/** Name for people. */
	title: string;
	/** Whether connecting asks for an address. */
	needsUrl: boolean;
	/** Whether connecting asks for a credential. */
	needsCredential: boolean;
};

/** How far a long piece of work is. */
export type Progress = {
	/** `sync`, `invoices` or `import`. */
	work: string;
	/** What is being done, for people. */
	step: string;
	/** Per mille, where it can be told. */
	done: number | null;
	/** Rows or documents so far. */
	count: number;
	/** Whether this is the last word. */
	finished: boolean;
};

/** A page of requests, newest first. */
export type RequestPageView = {
	/** The rows. */
	rows: RequestView[];
	/** Go on here. */
	next: string | null;
};

/** One request. */
export type RequestView = {
	/** When it started, RFC 3339. */
	at: string;
	/** Client's name. */
	client: string | null;
	/** Key's name. */
	key: string | null;
	/** Model. */
	model: string;
	/** Gateway's name. */
	gateway: string;
	/** Input tokens. */
	inputTokens: string;
	/** Output tokens. */
	outputTokens: string;
	/** Cost. */
	cost: AmountView;
	/** Whether it was served. */
	succeeded: boolean;
	/** Milliseconds to the end of the answer. */
	durationMillis: number | null;
};

/** A row that cannot be imported. */
export type RowProblemView = {
	/** Line in the file, from 1. */
	line: number;
	/** Column's header. */
	column: string | null;
	/** Why, as a sentence. */
	reason: string;
};

/** A rule as typed. */
export type RuleInput = {
	/** For this client only; absent for everyone. */
	clientId: string | null;
	/** `gpt-4o`, `gpt-*` or `*`. */
	selector: string;
	/** How it charges. */
	kind: ChargeKind;
	/** Per cent on cost, for a markup. */
	percent: string | null;
	/** Prices, for fixed prices. */
	prices: UnitPriceView[];
};

/** A rule of a version. */
export type RuleView = {
	/** Client it is for; absent for everyone. */
	clientId: string | null;
	/** Client's name. */
	client: string | null;
	/** Selector. */
	selector: string;
	/** How it charges. */
	kind: ChargeKind;
	/** What it charges, for people: `+25 %`. */
	text: string;
	/** Ready to edit. */
	input: RuleInput;
};

/** A file written. */
export type SavedFile = {
	/** Where it is. */
	path: string;
	/** Its size in bytes. */
	bytes: number;
};

/** Everything on the settings screen. */
export type SettingsView = {
	/** The agency. */
	agency: AgencyInput;
	/** Where credentials are. */
	vault: VaultState;
	/** Why there is no keychain, as a sentence. */
	vaultProblem: string | null;
	/** Where the data is. */
	dataDir: string;
	/** Where documents go. */
	documentsDir: string;
	/** Purser's version. */
	version: string;
	/** Minutes between syncs while the window is open; 0 is off. */
	syncMinutes: number;
};

/** What a sync did on one gateway. */
export type SyncLine = {
	/** Gateway's name. */
	gateway: string;
	/** New rows. */
	rows: number;
	/** Why it stopped, as a sentence. */
	problem: string | null;
	/** What to do. */
	hint: string | null;
};

/** What a sync did. */
export type SyncReportView = {
	/** One sentence per gateway. */
	lines: SyncLine[];
	/** Whether every gateway answered. */
	complete: boolean;
};

/** File formats for export and import. */
export type TableFormat =
	/** Comma-separated values. */
	| "csv"
	/** JSON Lines. */
	| "json_lines";

/** A kind of state the window may hold; named when a change made it stale. */
export type TagView =
	/** Gateways and their state. */
	| "gateways"
	/** Clients. */
	| "clients"
	/** Accounts. */
	| "accounts"
	/** Keys. */
	| "keys"
	/** Usage. */
	| "usage"
	/** Price book. */
	| "prices"
	/** Invoices. */
	| "invoices"
	/** Activity. */
	| "audit"
	/** Settings. */
	| "settings";

/** The web view's colours. */
export type ThemeChoice =
	/** Light. */
	| "light"
	/** Dark. */
	| "dark";

/** One client on the overview. */
export type TopClient = {
	/** Which; absent for usage of no client. */
	clientId: string | null;
	/** Its name. */
	name: string;
	/** This month. */
	month: TrioView;
	/** Its part of this month's cost, per mille. */
	share: number;
	/** Thirty days of cost as a small SVG. */
	sparkline: string;
};

/** Cost, charge and margin of the same usage. */
export type TrioView = {
	/** What it cost the agency. */
	cost: AmountView;
	/** What clients pay. */
	charge: AmountView;
	/** The difference. */
	margin: AmountView;
	/** Margin over charge, for example `20.0 %`; absent when nothing is charged. */
	marginPercent: string | null;
	/** Models in this usage that no price rule covers; their charge is missing from the figure. */
	unpriced: string[];
};

/** A price of a unit. */
export type UnitPriceView = {
	/** Meter's code. */
	meter: string;
	/** Decimal text per sold unit (million tokens, image, second, …). */
	price: string;
};

/** Which usage. */
export type UsageFilterInput = {
	/** First local day, ISO date. */
	first: string;
	/** Last local day, ISO date. */
	last: string;
	/** Of these clients; empty is all. */
	clients: string[];
	/** On these gateways; empty is all. */
	gateways: string[];
	/** Of these keys; empty is all. */
	keys: string[];
	/** Of these models; empty is all. */
	models: string[];
	/** Grouped by. */
	group: UsageGroup;
};

/** What to group by. */
export type UsageGroup =
	/** By client. */
	| "client"
	/** By model. */
	| "model"
	/** By key. */
	| "key"
	/** By gateway. */
	| "gateway";

/** One group's row beside the chart. */
export type UsageRow = {
	/** Identifier of the client, key or gateway; the model's name. */
	id: string | null;
	/** Name. */
	name: string;
	/** Second line: the key's label and client, the gateway's kind. */
	detail: string | null;
	/** What it cost the agency. */
	cost: AmountView;
	/** What clients pay. Absent when grouped by key: prices are per model, and the cache holds no key by model. */
	charge: AmountView | null;
	/** Charge less cost. */
	margin: AmountView | null;
	/** Margin over charge, for example `20.0 %`. */
	marginPercent: string | null;
	/** Models in it that no price rule covers. */
	unpriced: string[];
	/** Requests. */
	requests: CountView;
	/** Refused or failed requests. */
	failed: CountView;
	/** Input tokens, cache included. */
	inputTokens: CountView;
	/** Output tokens. */
	outputTokens: CountView;
	/** Part of the cost, per mille. */
	share: number;
};

/** The rows beside the chart and their total. */
export type UsageTable = {
	/** Rows by cost. */
	rows: UsageRow[];
	/** Total of the filtered set. */
	total: UsageRow;
	/** As of when. */
	freshness: FreshnessView;
};

/** Where admin credentials are kept. */
export type VaultState =
	/** In the keychain of the operating system. */
	| "keychain"
	/** In memory until Purser closes, by explicit choice. */
	| "session"
	/** Nowhere yet: there is no keychain, and no choice was made. */
	| "unavailable";

/* Tauri Specta runtime */
async function typedError<T, E>(result: Promise<T>): Promise<{ status: "ok"; data: T } | { status: "error"; error: E }> {
    try {
        return { status: "ok", data: await result };
    } catch (e) {
        if (e instanceof Error) throw e;
        return { status: "error", error: e as any };
    }
}

function makeEvent<T>(name: string) {
    return {
        listen: (cb: __TAURI_EVENT.EventCallback<T>) => __TAURI_EVENT.listen(name, cb),
        once: (cb: __TAURI_EVENT.EventCallback<T>) => __TAURI_EVENT.once(name, cb),
        emit: (payload: T) => __TAURI_EVENT.emit(name, payload),
    };
}
