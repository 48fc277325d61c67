/** Names of the program's codes, for people. An unknown code is shown as it is, never hidden. */
import type { AuditOutcomeView, ClientStatusView, DocumentKind, InvoiceStatus, KeyStatusView } from './backend/backend';
import { m } from './paraglide/messages';

const named = (names: Record<string, () => string>) => (code: string) => names[code]?.() ?? code;

export const periodText = named({
	daily: m.period_daily,
	weekly: m.period_weekly,
	monthly: m.period_monthly,
	total: m.period_total,
});

export const environmentText = named({ prod: m.env_prod, staging: m.env_staging, dev: m.env_dev, other: m.env_other });

export const scopeText = named({ inference: m.scope_inference, read_only: m.scope_read_only, full: m.scope_full });

/** What an entry of a ledger records. */
export const ledgerKindText = named({
	deposit: m.ledger_deposit,
	promotion: m.ledger_promotion,
	charge: m.ledger_charge,
	refund: m.ledger_refund,
	adjustment: m.ledger_adjustment,
	carry_forward: m.ledger_carry_forward,
	expiry: m.ledger_expiry,
	reversal: m.ledger_reversal,
	invoice: m.ledger_invoice,
});

/** Where credit comes from. */
export const creditKindText = named({ paid: m.credit_paid, bonus: m.credit_bonus, free: m.credit_free });

/** What was done, from its code in the audit log. */
export const actionText = named({
	account_create: m.action_account_create,
	account_update: m.action_account_update,
	account_pause: m.action_account_pause,
	account_resume: m.action_account_resume,
	account_budget: m.action_account_budget,
	account_attribute: m.action_account_attribute,
	account_credential: m.action_account_credential,
	key_create: m.action_key_create,
	key_update: m.action_key_update,
	key_budget: m.action_key_budget,
	key_pause: m.action_key_pause,
	key_resume: m.action_key_resume,
	key_revoke: m.action_key_revoke,
	key_rotate: m.action_key_rotate,
	key_reveal: m.action_key_reveal,
	client_create: m.action_client_create,
	client_update: m.action_client_update,
	client_from_account: m.action_client_from_account,
	client_pause: m.action_client_pause,
	client_resume: m.action_client_resume,
	client_close: m.action_client_close,
	gateway_connect: m.action_gateway_connect,
	gateway_update: m.action_gateway_update,
	gateway_remove: m.action_gateway_remove,
	sandbox_open: m.action_sandbox_open,
	price_set: m.action_price_set,
	invoice_draft: m.action_invoice_draft,
	invoice_draft_month: m.action_invoice_draft_month,
	invoice_edit: m.action_invoice_edit,
	invoice_discard: m.action_invoice_discard,
	invoice_finalise: m.action_invoice_finalise,
	invoice_finalise_month: m.action_invoice_finalise_month,
	invoice_paid: m.action_invoice_paid,
	invoice_credit: m.action_invoice_credit,
	invoice_carry: m.action_invoice_carry,
	invoice_drift: m.action_invoice_drift,
	invoice_discard_month: m.action_invoice_discard_month,
	invoice_continue: m.action_invoice_continue,
	ledger_prepay: m.action_ledger_prepay,
	ledger_promotion: m.action_ledger_promotion,
	ledger_deposit: m.action_ledger_deposit,
	ledger_refund: m.action_ledger_refund,
	ledger_adjust: m.action_ledger_adjust,
	ledger_charge: m.action_ledger_charge,
	ledger_expire: m.action_ledger_expire,
	ledger_invoice: m.action_ledger_invoice,
	ledger_rules: m.action_ledger_rules,
	notice_seen: m.action_notice_seen,
	import_apply: m.action_import_apply,
	bill_import: m.action_bill_import,
	bill_remove: m.action_bill_remove,
	settings_agency: m.action_settings_agency,
	settings_sync: m.action_settings_sync,
	vault_session: m.action_vault_session,
	sync_run: m.action_sync_run,
	undo: m.action_undo,
});

/** Who did it. */
export const originText = named({
	window: m.origin_window,
	cli: m.origin_cli,
	sync: m.origin_sync,
	import: m.origin_import,
	system: m.origin_system,
});

/** Who stops the caller at the cap: never shown stronger than it is (U18). */
export function enforcementText(code: string): { short: string; long: string } {
	const names: Record<string, { short: string; long: string }> = {
		gateway: { short: m.enforce_gateway(), long: m.enforce_gateway_long() },
		app: { short: m.enforce_app(), long: m.enforce_app_long() },
		advisory: { short: m.enforce_advisory(), long: m.enforce_advisory_long() },
	};
	return names[code] ?? { short: code, long: code };
}

type Tone = 'good' | 'warn' | 'bad' | 'calm' | 'accent';
interface Badge {
	text: string;
	tone: Tone;
}

export const clientStatus = (status: ClientStatusView): Badge =>
	({
		active: { text: m.status_active(), tone: 'good' as Tone },
		paused: { text: m.status_paused(), tone: 'warn' as Tone },
		closed: { text: m.status_closed(), tone: 'calm' as Tone },
	})[status];

export const keyStatus = (status: KeyStatusView): Badge =>
	({
		active: { text: m.status_active(), tone: 'good' as Tone },
		paused: { text: m.status_paused(), tone: 'warn' as Tone },
		account_paused: { text: m.status_account_paused(), tone: 'warn' as Tone },
		expired: { text: m.status_expired(), tone: 'calm' as Tone },
		revoked: { text: m.status_revoked(), tone: 'bad' as Tone },
	})[status];

export const invoiceStatus = (status: InvoiceStatus): Badge =>
	({
		draft: { text: m.invoice_draft(), tone: 'calm' as Tone },
		open: { text: m.invoice_open(), tone: 'accent' as Tone },
		part_paid: { text: m.invoice_part_paid(), tone: 'accent' as Tone },
		credited: { text: m.invoice_credited(), tone: 'calm' as Tone },
		credit_note: { text: m.invoice_credit_note(), tone: 'warn' as Tone },
		overdue: { text: m.invoice_overdue(), tone: 'bad' as Tone },
		paid: { text: m.invoice_paid(), tone: 'good' as Tone },
	})[status];

export const outcome = (status: AuditOutcomeView): Badge =>
	({
		pending: { text: m.outcome_pending(), tone: 'calm' as Tone },
		done: { text: m.outcome_done(), tone: 'good' as Tone },
		refused: { text: m.outcome_refused(), tone: 'bad' as Tone },
		unknown: { text: m.outcome_unknown(), tone: 'warn' as Tone },
	})[status];

/** Documents by the names of their formats, which are the same in every language. */
const DOCUMENTS: Record<DocumentKind, string> = {
	pdf: 'PDF',
	csv: 'CSV',
	json: 'JSON',
	cii: 'CII',
	ubl: 'UBL',
	xrechnung: 'XRechnung',
	peppol: 'Peppol',
};

/** What a document of an invoice is called. */
export function documentName(kind: DocumentKind): string {
	return DOCUMENTS[kind];
}
