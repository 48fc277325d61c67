/** What went wrong, in one shape. A denied command or a fault of the bridge arrives as plain text or as an `Error`. */
import type { Code, ErrorView, Result } from './backend';

const CODES: readonly Code[] = [
	'invalid',
	'not_found',
	'conflict',
	'gateway_unreachable',
	'gateway_denied',
	'gateway_refused',
	'outcome_unknown',
	'unsupported',
	'vault_unavailable',
	'storage',
	'cancelled',
	'internal',
];

/** Whether a value is the error every command promises. */
export function isErrorView(value: unknown): value is ErrorView {
	if (typeof value !== 'object' || value === null) return false;
	const { code, message } = value as Partial<ErrorView>;
	return typeof message === 'string' && CODES.some((known) => known === code);
}

/** Any thrown or returned value as an error that can be shown. */
export function toErrorView(value: unknown): ErrorView {
	if (isErrorView(value)) return { ...value, hints: value.hints ?? [] };
	const message = value instanceof Error ? value.message : String(value);
	return { code: 'internal', message, hints: [], field: null, retryable: false };
}

/** Settles a command: it never throws, and its error always has the promised shape. */
export async function settle<T>(call: Promise<Result<T>>): Promise<Result<T>> {
	try {
		const result = await call;
		return result.status === 'ok' ? result : { status: 'error', error: toErrorView(result.error) };
	} catch (thrown) {
		return { status: 'error', error: toErrorView(thrown) };
	}
}

/** What to paste into a bug report: no amounts, no names beyond those in the message itself, never a secret. */
export function diagnostic(error: ErrorView, version: string): string {
	const lines = [`Purser ${version}`, `code: ${error.code}`, `message: ${error.message}`];
	if (error.field) lines.push(`field: ${error.field}`);
	return [...lines, ...error.hints.map((hint) => `hint: ${hint}`), `retryable: ${error.retryable}`].join('\n');
}
