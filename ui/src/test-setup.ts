/** What a browser has and the test's page lacks. */
import { afterEach } from 'vitest';
import { forgetQueries } from '$lib/backend/query.svelte';

globalThis.ResizeObserver ??= class {
	observe() {}
	unobserve() {}
	disconnect() {}
} as unknown as typeof ResizeObserver;

// The chosen option matches `:checked`; Svelte reads a select that way.
const find = HTMLSelectElement.prototype.querySelector;
HTMLSelectElement.prototype.querySelector = function (this: HTMLSelectElement, selector: string) {
	return selector === ':checked' ? (this.selectedOptions[0] ?? null) : find.call(this, selector);
} as typeof find;

afterEach(() => {
	forgetQueries();
	localStorage.clear();
});
