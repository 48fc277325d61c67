/** Where the error of a form is shown: at the field it names, or above the form when it names none of its fields. */
import type { ErrorView } from './backend/backend';

export interface FieldErrors {
	/** What is wrong with a field. */
	at(field: string): string | null;
	/** What is wrong with the whole. */
	rest: ErrorView | null;
}

/** Messages are lower-case clauses for a line of their own; before a hint they become a sentence. */
function sentence(text: string): string {
	const begun = text.charAt(0).toUpperCase() + text.slice(1);
	return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** What was wrong and what to do, where there is room for one text only. */
export const inOneLine = ({ message, hints }: ErrorView): string => [message, ...hints].map(sentence).join(' ');

/** `fields` are those the form shows. A hint follows its message, since a field has room for one text only. */
export function fieldErrors(error: ErrorView | null, fields: readonly string[]): FieldErrors {
	const known = error?.field && fields.includes(error.field) ? error : null;
	return {
		at: (field) => (known?.field === field ? inOneLine(known) : null),
		rest: known ? null : error,
	};
}
