import { expect, it } from 'vitest';
import { worstFreshness } from './freshness';

it('is the worst state with the oldest time', () => {
	const fresh = { state: 'fresh' as const, asOf: '2026-11-21T09:00:00Z' };
	const failing = { state: 'failing' as const, asOf: '2026-11-20T09:00:00Z' };
	expect(worstFreshness([fresh, failing])).toEqual({ state: 'failing', asOf: '2026-11-20T09:00:00Z' });
	expect(worstFreshness([]), 'nothing was ever synced').toEqual({ state: 'never', asOf: null });
});
