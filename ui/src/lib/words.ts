/** Names of the program's codes, for people. An unknown code is shown as it is, never hidden. */
import type { AuditOutcomeView, ClientStatusView, InvoiceStatus, KeyStatusView } from './backend/backend';
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
