/**
 * Syncing, as the window sees it: whether it runs, how far it is, and starting it.
 *
 * The window also keeps the interval of the settings, since syncing is meant for while it is open.
 */
import { ask, theBackend, type Progress } from './backend/backend';
import { act } from './backend/act';
import { settle } from './backend/errors';
import { m } from './paraglide/messages';
import { toasts } from './ui/toasts.svelte';

let running = $state(false);
let progress = $state.raw<Progress | null>(null);

/** Hears how far long work is; returns how to stop. */
export function followProgress(): Promise<() => void> {
	return theBackend().onProgress((heard) => {
		if (heard.work === 'sync') progress = heard.finished ? null : heard;
	});
}

/** Syncs every `minutes`; 0 never does. Returns how to stop. */
export function followSchedule(minutes: number): () => void {
	if (minutes <= 0) return () => undefined;
	const timer = setInterval(() => void sync.run(null, true), minutes * 60_000);
	return () => clearInterval(timer);
}

export const sync = {
	get running() {
		return running;
	},
	get progress() {
		return progress;
	},
	/** Syncs one gateway, or all. Quietly: only problems are told, and those once, where the gateways are listed. */
	async run(gatewayId: string | null = null, quietly = false): Promise<void> {
		if (running) return;
		running = true;
		const report = quietly ? await settle(ask().syncRun(gatewayId)) : null;
		const answer = report ? (report.status === 'ok' ? report.data : null) : await act(ask().syncRun(gatewayId));
		[running, progress] = [false, null];
		if (!answer || quietly) return;
		for (const line of answer.lines.filter(({ problem }) => problem)) {
			const message = m.sync_problem({ gateway: line.gateway, problem: line.problem ?? '' });
			toasts.failed({
				code: 'gateway_unreachable',
				message,
				hints: line.hint ? [line.hint] : [],
				field: null,
				retryable: true,
			});
		}
		const rows = answer.lines.reduce((sum, line) => sum + line.rows, 0);
		if (answer.complete) toasts.done(rows === 0 ? m.sync_done_none() : m.sync_done({ count: rows }));
	},
	async cancel(): Promise<void> {
		await act(ask().syncCancel());
	},
};
