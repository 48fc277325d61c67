/**
 * What is being done to keys: which dialog is open, which rows are on their way, which secrets are shown.
 *
 * Owns: the state shared by a table of keys, its panel and its dialogs. Does not own: the keys, see `useQuery`; the
 * secrets to be shown, which outlive a screen: see `told-secrets.svelte.ts`.
 */
import { SvelteSet } from 'svelte/reactivity';
import { actDone, attempt } from '$lib/backend/act';
import { ask, type CreatedKey, type KeyRow } from '$lib/backend/backend';
import { toasts } from '$lib/ui/toasts.svelte';
import { m } from '$lib/paraglide/messages';
import { toldSecrets } from './told-secrets.svelte';

export type KeyDialog =
	{ kind: 'edit' | 'budget' | 'rotate' | 'revoke'; key: KeyRow } | { kind: 'create'; clientId: string | undefined };

export class KeyWork {
	dialog = $state.raw<KeyDialog | null>(null);
	/** Keys with a change under way (U12). */
	readonly saving = new SvelteSet<string>();
	readonly secrets = toldSecrets;

	create(clientId?: string): void {
		this.dialog = { kind: 'create', clientId };
	}

	open(kind: 'edit' | 'budget' | 'rotate' | 'revoke', key: KeyRow): void {
		this.dialog = { kind, key };
	}

	close(): void {
		this.dialog = null;
	}

	/** Shows the secrets of keys just made; those that their gateway tells later are in the program's queue. */
	show(created: readonly CreatedKey[]): void {
		for (const one of created) this.secrets.add(one);
	}

	/** Asks for a key's secret once more. */
	async reveal(id: string): Promise<void> {
		const error = await this.secrets.reveal(id);
		if (error) toasts.failed(error);
	}

	/** Waits no longer for a key's secret, and says where it can be had. */
	async dismiss(id: string, name: string): Promise<void> {
		const gone = await attempt(ask().secretDequeue(id));
		if (gone.error) toasts.failed(gone.error);
		else toasts.done(m.keys_waiting_dismissed({ name }));
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
