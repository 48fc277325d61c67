/**
 * The one door from the window to the program behind it.
 *
 * Owns: the shape of a backend and which one is running. Does not own: any command; those are named in `bindings.ts`,
 * which is generated, and answered by `tauri.ts` (the desktop) or `fake.ts` (a browser, the unit tests).
 */
import type { Changed, commands, ErrorView, Progress } from './bindings';

export type * from './bindings';

/** Every command by its name. */
export type Commands = typeof commands;

/** An answer: what was asked for, or why not. */
export type Result<T> = { status: 'ok'; data: T } | { status: 'error'; error: ErrorView };

/** Stops listening. */
export type Unlisten = () => void;

export interface Backend {
	commands: Commands;
	/** Hears which kinds of state a change made stale. */
	onChanged(hear: (changed: Changed) => void): Promise<Unlisten>;
	/** Hears how far a long piece of work is. */
	onProgress(hear: (progress: Progress) => void): Promise<Unlisten>;
}

let running: Backend | undefined;

/** Names the backend; called once, before anything is shown (tests call it per test). */
export function provideBackend(backend: Backend): void {
	running = backend;
}

/** The commands of the running backend. */
export function ask(): Commands {
	return theBackend().commands;
}

/** The running backend. */
export function theBackend(): Backend {
	if (!running) throw new Error('No backend was provided: main.ts provides one before it mounts the window.');
	return running;
}
