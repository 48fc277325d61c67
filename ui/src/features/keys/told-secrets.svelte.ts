/**
 * Secrets to be shown now, one dialog after the other.
 *
 * Owns: whose turn it is. Does not own: any secret, only the program's tickets for them; nor the keys whose secret waits,
 * which the program keeps: see `waiting-secrets.svelte.ts`.
 */
import { attempt } from '$lib/backend/act';
import { ask, type CreatedKey, type ErrorView } from '$lib/backend/backend';

/** A key whose secret can be fetched now. */
export type Told = CreatedKey & { ticket: string };

export class ToldSecrets {
	/** First come first shown. */
	told = $state.raw<readonly Told[]>([]);
	/** The key whose gateway is being asked. */
	asking = $state.raw<string | null>(null);

	/** Takes what making or revealing a key answered. One without a ticket waits, and the program keeps it. */
	add(created: CreatedKey): void {
		const { ticket } = created;
		if (ticket !== null) this.told = [...this.told, { ...created, ticket }];
	}

	/** The first secret is stored; the next one follows. */
	stored(): void {
		this.told = this.told.slice(1);
	}

	/** Asks a key's gateway for its secret; one at a time. */
	async reveal(id: string): Promise<ErrorView | null> {
		if (this.asking) return null;
		this.asking = id;
		const { data, error } = await attempt(ask().keyReveal(id));
		this.asking = null;
		if (data) this.add(data);
		return error;
	}
}

/** The window's: a secret that was told outlives the screen on which it was asked for. */
export const toldSecrets = new ToldSecrets();
