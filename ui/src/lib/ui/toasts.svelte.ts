/** Short messages at the edge of the window. A toast with an undo stays twelve seconds (U9). */
import type { ErrorView } from '$lib/backend/backend';

export interface Toast {
	id: number;
	kind: 'done' | 'failed';
	message: string;
	/** Hints of a failure. */
	hints: string[];
	/** Seconds until the change bites everywhere; 0 when at once. */
	within: number;
	undo: (() => void) | undefined;
}

export const UNDO_MS = 12_000;
const PLAIN_MS = 5_000;
const FAILED_MS = 20_000;

let shown = $state.raw<Toast[]>([]);
let nextId = 1;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function lifetime(toast: Toast): number {
	if (toast.kind === 'failed') return FAILED_MS;
	return toast.undo ? UNDO_MS : PLAIN_MS;
}

function push(toast: Omit<Toast, 'id'>): void {
	const made = { ...toast, id: nextId++ };
	shown = [...shown.slice(-3), made];
	toasts.resume(made.id);
}

export const toasts = {
	get shown() {
		return shown;
	},
	/** Says what was done. */
	done(message: string, options: { undo?: (() => void) | undefined; within?: number } = {}): void {
		push({ kind: 'done', message, hints: [], within: options.within ?? 0, undo: options.undo });
	},
	/** Says what failed, and what to do. */
	failed(error: ErrorView): void {
		push({ kind: 'failed', message: error.message, hints: error.hints, within: 0, undo: undefined });
	},
	dismiss(id: number): void {
		toasts.hold(id);
		shown = shown.filter((toast) => toast.id !== id);
	},
	/** Stops the clock of a toast, while it is pointed at or focused. */
	hold(id: number): void {
		clearTimeout(timers.get(id));
		timers.delete(id);
	},
	/** Starts its clock anew. */
	resume(id: number): void {
		toasts.hold(id);
		const toast = shown.find((other) => other.id === id);
		if (toast)
			timers.set(
				id,
				setTimeout(() => toasts.dismiss(id), lifetime(toast)),
			);
	},
	/** Undoes one toast's change. */
	undo(id: number): void {
		const toast = shown.find((other) => other.id === id);
		toasts.dismiss(id);
		toast?.undo?.();
	},
	/** Undoes the latest change that still can be; whether there was one. */
	undoLatest(): boolean {
		const latest = shown.findLast((toast) => toast.undo);
		if (latest) toasts.undo(latest.id);
		return latest !== undefined;
	},
	clear(): void {
		for (const toast of shown) toasts.hold(toast.id);
		shown = [];
	},
};
