/** Commands from a person's hand: what failed is shown, what can be undone offers it. */
import { toasts } from '$lib/ui/toasts.svelte';
import { ask, type Done, type ErrorView, type Result } from './backend';
import { settle } from './errors';

/** Runs a command; a failure is shown as a toast. `null` when it failed. */
export async function act<T>(call: Promise<Result<T>>): Promise<T | null> {
	const result = await settle(call);
	if (result.status === 'ok') return result.data;
	toasts.failed(result.error);
	return null;
}

/** Says what was done, within how long it bites, and offers to undo it. */
export function announce(done: Done): void {
	const ticket = done.undo;
	toasts.done(done.message, {
		within: done.effectiveWithinSeconds,
		undo: ticket === null ? undefined : () => void actDone(ask().undo(ticket)),
	});
}

/** Runs a command that answers `Done`: says what was done and offers to undo it. Whether it happened. */
export async function actDone(call: Promise<Result<Done>>): Promise<boolean> {
	const done = await act(call);
	if (done) announce(done);
	return done !== null;
}

/** Runs a command for a form: the failure comes back, to be shown where it was typed. */
export async function attempt<T>(
	call: Promise<Result<T>>,
): Promise<{ data: T; error: null } | { data: null; error: ErrorView }> {
	const result = await settle(call);
	return result.status === 'ok' ? { data: result.data, error: null } : { data: null, error: result.error };
}
