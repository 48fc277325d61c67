/**
 * Syncing, as the window sees it: whether it runs, how far it is, and starting it.
 *
 * The program syncs by itself every few minutes while the window is open; that is heard here too.
 */
import { ask, theBackend, type Progress, type SyncReportView } from './backend/backend';
import { act } from './backend/act';
import { m } from './paraglide/messages';
import { toasts } from './ui/toasts.svelte';

let asked = $state(false);
let progress = $state.raw<Progress | null>(null);

/** Hears how far long work is; returns how to stop. */
export function followProgress(): Promise<() => void> {
	return theBackend().onProgress((heard) => {
		if (heard.work === 'sync') progress = heard.finished ? null : heard;
	});
}

function tell({ lines, complete }: SyncReportView): void {
	for (const { gateway, problem, hint } of lines) {
		if (!problem) continue;
		const message = m.sync_problem({ gateway, problem });
		toasts.failed({ code: 'gateway_unreachable', message, hints: hint ? [hint] : [], field: null, retryable: true });
	}
	const rows = lines.reduce((sum, line) => sum + line.rows, 0);
	if (complete) toasts.done(rows === 0 ? m.sync_done_none() : m.sync_done({ count: rows }));
}

export const sync = {
	get running() {
		return asked || progress !== null;
	},
	get progress() {
		return progress;
	},
	/** Syncs one gateway, or all, and tells how it went. */
	async run(gatewayId: string | null = null): Promise<void> {
		if (sync.running) return;
		asked = true;
		const report = await act(ask().syncRun(gatewayId));
		[asked, progress] = [false, null];
		if (report) tell(report);
	},
	/** Pulls UTC days of a gateway again, both ends included. */
	async again(gatewayId: string, first: string, last: string): Promise<void> {
		if (sync.running) return;
		asked = true;
		const report = await act(ask().syncAgain(gatewayId, first, last));
		[asked, progress] = [false, null];
		if (report) tell(report);
	},
	async cancel(): Promise<void> {
		await act(ask().syncCancel());
	},
};
