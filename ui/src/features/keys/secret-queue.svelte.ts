/**
 * Secrets that are not stored yet: those that wait until their gateway tells them, and those to be shown now.
 *
 * Owns: whose turn it is. Does not own: any secret, only the program's tickets for them; nor the clock, which whoever
 * shows the queue brings along.
 */
import { attempt } from '$lib/backend/act';
import { ask, type CreatedKey, type ErrorView, type KeyRow } from '$lib/backend/backend';

/** A key whose gateway tells the secret later. */
export interface Waiting {
	key: KeyRow;
	/** When to ask again, milliseconds since 1970. */
	due: number;
	/** Why asking failed; it is not asked again by itself. */
	problem: ErrorView | null;
}

/** A key whose secret can be fetched now. */
export type Told = CreatedKey & { ticket: string };

/** Where a gateway forgets to say how long it wants to be left alone. */
const UNTOLD_SECONDS = 60;

export class SecretQueue {
	waiting = $state.raw<readonly Waiting[]>([]);
	/** First come first shown. */
	told = $state.raw<readonly Told[]>([]);
	/** The key whose gateway is being asked. */
	asking = $state.raw<string | null>(null);

	/** Takes what making or revealing a key answered. A key that waits already waits anew. */
	add(created: CreatedKey, now: number): void {
		const { key, ticket, secretAfterSeconds } = created;
		if (ticket !== null) {
			this.told = [...this.told, { ...created, ticket }];
			this.dismiss(key.id);
		} else {
			this.#put({ key, due: now + (secretAfterSeconds ?? UNTOLD_SECONDS) * 1000, problem: null });
		}
	}

	/** The first secret is stored; the next one follows. */
	stored(): void {
		this.told = this.told.slice(1);
	}

	/** Stops waiting for a key's secret. */
	dismiss(id: string): void {
		this.waiting = this.waiting.filter(({ key }) => key.id !== id);
	}

	of(id: string): Waiting | undefined {
		return this.waiting.find(({ key }) => key.id === id);
	}

	/** Asks for the one that has been due longest; at most one at a time, and none while a secret is being shown. */
	async next(now: number): Promise<void> {
		if (this.asking || this.told.length > 0) return;
		const due = this.waiting.filter((one) => one.problem === null && one.due <= now);
		const [first] = due.sort((a, b) => a.due - b.due);
		if (first) await this.reveal(first.key, now);
	}

	/** Asks a key's gateway for its secret. What it answers joins the queue; a failure is kept where the key waits. */
	async reveal(key: KeyRow, now: number): Promise<ErrorView | null> {
		if (this.asking) return null;
		this.asking = key.id;
		const { data, error } = await attempt(ask().keyReveal(key.id));
		this.asking = null;
		if (data) this.add(data, now);
		else if (this.of(key.id)) this.#put({ key, due: now, problem: error });
		return error;
	}

	#put(entry: Waiting): void {
		const same = ({ key }: Waiting) => key.id === entry.key.id;
		const known = this.waiting.some(same);
		this.waiting = known ? this.waiting.map((one) => (same(one) ? entry : one)) : [...this.waiting, entry];
	}
}

/** The window's queue: a wait of minutes outlives the screen on which it began. */
export const secretQueue = new SecretQueue();
