/** What an instance can do, asked by the codes of its capability table; never by the kind of gateway it is. */
import type { ProbeView } from './backend/backend';

/** Whether the last connection test found it able to. Nothing is known of an instance that was never tested. */
export function can(probe: ProbeView | null, code: string): boolean {
	return probe?.capabilities.some((row) => row.code === code && row.supported) ?? false;
}

/** Whether usage gets into it by file: it tells neither accounts nor usage itself. */
export function takesFiles(probe: ProbeView | null): boolean {
	return probe !== null && !can(probe, 'account_list') && !can(probe, 'usage_days');
}
