import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toasts, UNDO_MS } from './toasts.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
	toasts.clear();
	vi.useRealTimers();
});

test('a change can be undone for twelve seconds (U9)', () => {
	const undo = vi.fn();
	toasts.done('Paused.', { undo });
	vi.advanceTimersByTime(UNDO_MS - 1);
	expect(toasts.undoLatest(), 'still there').toBe(true);
	expect(undo).toHaveBeenCalledOnce();
	expect(toasts.undoLatest(), 'only once').toBe(false);
});

test('a toast that is pointed at stays', () => {
	toasts.done('Paused.', { undo: () => undefined });
	const [toast] = toasts.shown;
	toasts.hold(toast?.id ?? 0);
	vi.advanceTimersByTime(10 * UNDO_MS);
	expect(toasts.shown).toHaveLength(1);
	toasts.resume(toast?.id ?? 0);
	vi.advanceTimersByTime(UNDO_MS);
	expect(toasts.shown).toHaveLength(0);
});
