/**
 * What is being done to keys: which dialog is open, which rows are on their way, which secrets wait to be stored.
 *
 * Owns: the state shared by a table of keys, its panel and its dialogs. Does not own: the keys; see `useQuery`.
 */
import { SvelteSet } from 'svelte/reactivity';
import { actDone } from '$lib/backend/act';
import { ask, type CreatedKey, type KeyRow } from '$lib/backend/backend';

export type KeyDialog =
	{ kind: 'edit' | 'budget' | 'rotate' | 'revoke'; key: KeyRow } | { kind: 'create'; clientId: string | undefined };

export class KeyWork {
	dialog = $state.raw<KeyDialog | null>(null);
	/** Created keys whose secret was not stored yet, first come first shown. */
	created = $state.raw<CreatedKey[]>([]);
	/** Keys with a change under way (U12). */
	readonly saving = new SvelteSet<string>();

	create(clientId?: string): void {
		this.dialog = { kind: 'create', clientId };
	}

	open(kind: 'edit' | 'budget' | 'rotate' | 'revoke', key: KeyRow): void {
		this.dialog = { kind, key };
	}

	close(): void {
		this.dialog = null;
	}

	show(created: readonly CreatedKey[]): void {
		this.created = [...this.created, ...created];
	}

	/** The first secret is stored; the next one follows. */
	stored(): void {
		this.created = this.created.slice(1);
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
