/** Small decisions of the dialogs about credit. */
import type { CreditKind } from '$lib/backend/backend';

/** Kinds of credit, in the order they are shown. */
export const KINDS: readonly CreditKind[] = ['paid', 'bonus', 'free'];

/** What an entry does never depends on its reason, so it can be shown before one is typed. */
export const UNSAID = '–';

/** An amount as it is sent: below zero takes credit away. A sign that was typed does not turn it around. */
export function signed(amount: string, direction: 'add' | 'take'): string {
	const plain = amount.trim().replace(/^[+\-−]\s*/, '');
	return direction === 'take' && plain ? `-${plain}` : plain;
}
