/** What a browser has and the test's page lacks. */
import { afterEach } from 'vitest';
import { forgetQueries } from '$lib/backend/query.svelte';

globalThis.ResizeObserver ??= class {
	observe() {}
	unobserve() {}
	disconnect() {}
} as unknown as typeof ResizeObserver;

afterEach(() => {
	forgetQueries();
	localStorage.clear();
});
