/**
 * Which kind of gateway answers at an address.
 *
 * Owns: that each address is asked once, and that only the answer about the last one is heard. Does not own: what
 * follows from it; see `connect-work.svelte.ts`.
 */
import { attempt } from '$lib/backend/act';
import { ask, type DetectedView, type ErrorView } from '$lib/backend/backend';

export class Detection {
	/** The question is under way. */
	asking = $state(false);
	/** What answers there. */
	found = $state.raw<DetectedView | null>(null);
	/** Why it cannot be told. */
	problem = $state.raw<ErrorView | null>(null);
	#address = '';
	#answer: Promise<DetectedView | null> | null = null;
	#round = 0;

	/** Another address is being typed: what is known of the old one is not shown, and its answer is not waited for. */
	forget(): void {
		this.#round += 1;
		[this.asking, this.found, this.problem] = [false, null, null];
		[this.#address, this.#answer] = ['', null];
	}

	/** What answers at an address; `null` when that cannot be told, or when another address was typed meanwhile. */
	at(address: string): Promise<DetectedView | null> {
		const known = address === this.#address || address === this.found?.baseUrl;
		// What could not be told may be told by now: a gateway that was off is asked again.
		if (known && this.#answer && !this.problem) return this.#answer;
		this.forget();
		this.#address = address;
		this.asking = true;
		return (this.#answer = this.#ask(address, this.#round));
	}

	async #ask(address: string, round: number): Promise<DetectedView | null> {
		const { data, error } = await attempt(ask().gatewayDetect(address));
		if (round !== this.#round) return null;
		[this.asking, this.found, this.problem] = [false, data, error];
		return data;
	}
}
