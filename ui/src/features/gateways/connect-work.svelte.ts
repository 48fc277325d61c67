/**
 * Connecting a gateway: what is typed, what answers at the address, what the test found.
 *
 * Owns: that a recognised kind never takes the place of a chosen one, and that only what was tested can be connected.
 */
import { attempt } from '$lib/backend/act';
import { ask, type ErrorView, type GatewayInput, type ProbeView, type ProductView } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';
import { sync } from '$lib/sync.svelte';
import { Detection } from './detection.svelte';

/** Whether connecting asks where it is: a web address, or a path where an example shows one. */
export const asksPlace = (product: ProductView | undefined): boolean =>
	!product || product.needsUrl || product.addressExample !== '';

export class ConnectWork {
	/** An empty `product` is one that the address is to tell. */
	input = $state<GatewayInput>({ product: '', name: '', baseUrl: '' });
	credential = $state('');
	probe = $state.raw<ProbeView | null>(null);
	error = $state.raw<ErrorView | null>(null);
	testing = $state(false);
	readonly detection = new Detection();
	readonly #products: () => readonly ProductView[];
	#byHand = false;
	#round = 0;

	constructor(products: () => readonly ProductView[]) {
		this.#products = products;
	}

	get product(): ProductView | undefined {
		return this.#products().find(({ product }) => product === this.input.product);
	}

	/** The kinds to choose from: those that answer at the address come first. */
	get kinds(): { product: ProductView; here: boolean }[] {
		const found = (this.detection.found?.products ?? []).map(({ product }) => product.product);
		const all = this.#products().map((product) => ({ product, here: found.includes(product.product) }));
		const place = ({ product }: ProductView) => found.indexOf(product);
		const here = all.filter((kind) => kind.here).sort((a, b) => place(a.product) - place(b.product));
		return [...here, ...all.filter((kind) => !kind.here)];
	}

	/** Whether there is enough to test. A kind that is still to be told may turn out to need a credential. */
	get complete(): boolean {
		const placed = !asksPlace(this.product) || Boolean(this.input.baseUrl.trim());
		return placed && (this.product?.credential !== 'required' || Boolean(this.credential));
	}

	/** What was tested is no longer what is typed; a test under way is not waited for. */
	changed(): void {
		this.#round += 1;
		[this.probe, this.error, this.testing] = [null, null, false];
	}

	addressTyped(): void {
		this.changed();
		this.detection.forget();
	}

	/** A kind chosen by a person stands; choosing none leaves it to the address again. */
	choose(product: string): void {
		this.#byHand = product !== '';
		this.input.product = product;
		this.changed();
		if (this.detection.asking) this.detection.forget();
		void this.recognise();
	}

	/**
	 * Fills in what answers at the address, unless a person chose the kind.
	 *
	 * Called once an address is finished (left, pasted, Enter), not while it is typed: half an address may be the whole
	 * one of somebody else.
	 */
	async recognise(): Promise<void> {
		const address = this.input.baseUrl.trim();
		if (this.#byHand || !address) return;
		const found = await this.detection.at(address);
		// What was typed or chosen while the answer was on its way stands.
		if (this.#byHand || this.input.baseUrl.trim() !== address) return;
		this.input.product = found?.products[0]?.product.product ?? '';
		if (found) this.input.baseUrl = found.baseUrl;
	}

	async test(): Promise<void> {
		const mine = ++this.#round;
		[this.testing, this.error] = [true, null];
		await this.recognise();
		if (mine !== this.#round) return;
		const missing = this.#missing();
		const { data, error } = missing
			? { data: null, error: missing }
			: await attempt(ask().gatewayTest($state.snapshot(this.input), this.credential));
		if (mine !== this.#round) return;
		[this.probe, this.error, this.testing] = [data, error, false];
		if (data && !this.input.name.trim()) this.input.name = this.product?.title ?? '';
	}

	/** Connects what was tested; whether it is connected. The credential does not stay in the page either way. */
	async connect(): Promise<boolean> {
		if (!this.probe) return this.test().then(() => false);
		const { data, error } = await attempt(ask().gatewayConnect($state.snapshot(this.input), this.credential));
		this.credential = '';
		[this.error, this.probe] = [error, error ? null : this.probe];
		if (data) void sync.run(data.id);
		return data !== null;
	}

	/** What keeps the test from being sent, now that the address has told what it could. */
	#missing(): ErrorView | null {
		if (!this.product) return this.detection.problem;
		if (this.complete) return null;
		const message = m.connect_credential_missing({ kind: this.product.title });
		return { code: 'invalid', message, hints: [], field: 'credential', retryable: false };
	}
}
