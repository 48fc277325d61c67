/**
 * A price change on its way: staged, previewed, committed. Nothing is committed that was not previewed (U11).
 */
import { attempt } from '$lib/backend/act';
import { ask, type ErrorView, type PriceChange, type PricePreview, type RuleInput } from '$lib/backend/backend';
import { changeOf, isEmpty, NOTHING, type Staged } from './staged';

export class PriceWork {
	staged = $state.raw<Staged>(NOTHING);
	effectiveFrom = $state('');
	note = $state('');
	preview = $state.raw<PricePreview | null>(null);
	error = $state.raw<ErrorView | null>(null);
	/** The rule being typed: a new one, or one of the book. */
	editing = $state.raw<{ rule: RuleInput | null; clientId: string | null } | null>(null);
	committing = $state(false);
	#previewed = $state('');

	readonly change: PriceChange = $derived(changeOf(this.staged, this.effectiveFrom, this.note));
	readonly empty = $derived(isEmpty(this.staged));
	/** What the preview depends on: not the note. */
	readonly subject = $derived(JSON.stringify([this.staged, this.effectiveFrom]));
	readonly ready = $derived(!this.empty && this.preview !== null && this.#previewed === this.subject);

	/** Asks what the change would have done; an answer to an older question is dropped. */
	async refresh(): Promise<void> {
		const [asked, change] = [this.subject, this.change];
		if (this.empty) return void ([this.preview, this.error] = [null, null]);
		const result = await attempt(ask().pricePreview(change));
		if (asked !== this.subject) return;
		[this.preview, this.error, this.#previewed] = [result.data, result.error, asked];
	}

	/** Whether it was accepted. */
	async commit(): Promise<boolean> {
		if (!this.ready) return false;
		this.committing = true;
		const result = await attempt(ask().priceSet(this.change));
		[this.committing, this.error] = [false, result.error];
		if (result.data) this.discard();
		return result.error === null;
	}

	discard(): void {
		[this.staged, this.note, this.preview, this.error] = [NOTHING, '', null, null];
	}
}
