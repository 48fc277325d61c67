/** Names of what an instance can do, and what follows from it. */
import type { FindingLevelView, ProbeView } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';

const NAMES: Record<string, () => string> = {
	account_list: m.cap_account_list,
	account_write: m.cap_account_write,
	account_pause: m.cap_account_pause,
	account_models: m.cap_account_models,
	account_credential: m.cap_account_credential,
	key_list: m.cap_key_list,
	key_write: m.cap_key_write,
	key_pause: m.cap_key_pause,
	key_models: m.cap_key_models,
	key_scope: m.cap_key_scope,
	key_rate_limit: m.cap_key_rate_limit,
	key_expiry: m.cap_key_expiry,
	key_reveal: m.cap_key_reveal,
	usage_requests: m.cap_usage_requests,
	usage_days: m.cap_usage_days,
	usage_days_by_model: m.cap_usage_days_by_model,
	model_list: m.cap_model_list,
	route_list: m.cap_route_list,
	route_backups: m.cap_route_backups,
	route_health: m.cap_route_health,
};

/** A capability in words; one this window does not know yet by its code. */
export const capabilityText = (code: string): string => NAMES[code]?.() ?? code.replaceAll('_', ' ');

/** A clock further off than this puts usage on the wrong day near midnight. */
const SKEW_SECONDS = 60;

/** What to say about the instance's clock. */
export function clockText({ clockSkewSeconds: skew }: ProbeView): { text: string; off: boolean } | null {
	if (skew === null) return null;
	const off = Math.abs(skew) > SKEW_SECONDS;
	if (!off) return { text: m.probe_clock_right(), off };
	return { text: skew > 0 ? m.probe_clock_ahead({ count: skew }) : m.probe_clock_behind({ count: -skew }), off };
}

export const findingTone: Record<FindingLevelView, 'calm' | 'warn' | 'bad'> = {
	note: 'calm',
	warning: 'warn',
	danger: 'bad',
};
export const findingText: Record<FindingLevelView, () => string> = {
	note: m.finding_note,
	warning: m.finding_warning,
	danger: m.finding_danger,
};
