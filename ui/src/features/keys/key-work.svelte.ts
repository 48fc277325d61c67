/**
 * What is being done to keys: which dialog is open, which rows are on their way, which secrets are waited for.
 *
 * Owns: the state shared by a table of keys, its panel and its dialogs. Does not own: the keys, see `useQuery`; the
 * secrets that wait, which outlive a screen: see `secret-queue.svelte.ts`.
 */
import { SvelteSet } from 'svelte/reactivity';
import { actDone } from '$lib/backend/act';
import { ask, type CreatedKey, type KeyRow } from '$lib/backend/backend';
import { toasts } from '$lib/ui/toasts.svelte';
import { m } from '$lib/paraglide/messages';
import { secretQueue } from './secret-queue.svelte';

export type KeyDialog =
	{ kind: 'edit' | 'budget' | 'rotate' | 'revoke'; key: KeyRow } | { kind: 'create'; clientId: string | undefined };

export class KeyWork {
	dialog = $state.raw<KeyDialog | null>(null);
	/** Keys with a change under way (U12). */
	readonly saving = new SvelteSet<string>();
	readonly secrets = secretQueue;

	create(clientId?: string): void {
		this.dialog = { kind: 'create', clientId };
	}

	open(kind: 'edit' | 'budget' | 'rotate' | 'revoke', key: KeyRow): void {
		this.dialog = { kind, key };
	}

	close(): void {
		this.dialog = null;
	}

	/** Shows the secrets of keys just made, or waits for those that their gateway tells later. */
	show(created: readonly CreatedKey[]): void {
		for (const one of created) this.secrets.add(one, Date.now());
	}

	/** Asks for a key's secret once more. */
	async reveal(key: KeyRow): Promise<void> {
		const error = await this.secrets.reveal(key, Date.now());
		if (error && !this.secrets.of(key.id)) toasts.failed(error);
	}

	/** Asks for the next secret that is due. A dialog that is open is not interrupted. */
	async revealDue(now: number): Promise<void> {
		if (!this.dialog) await this.secrets.next(now);
	}

	/** Waits no longer for a key's secret, and says where it can be had. */
	dismiss(key: KeyRow): void {
		this.secrets.dismiss(key.id);
		toasts.done(m.keys_waiting_dismissed({ name: key.name }));
	}

	async pause(key: KeyRow): Promise<void> {
		await this.#marked(key, () => actDone(ask().keyPause(key.id)));
	}

	async resume(key: KeyRow): Promise<void> {
		await this.#marked(key, () => actDone(ask().keyResume(key.id)));
	}

	async revoke(key: KeyRow): Promise<void> {
		await this.#marked(key, () => actDone(ask().keyRevoke(key.id)));
	}

	async #marked(key: KeyRow, change: () => Promise<unknown>): Promise<void> {
		this.saving.add(key.id);
		await change();
		this.saving.delete(key.id);
	}
}
