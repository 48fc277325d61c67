import { describe, expect, it } from 'vitest';
import type { UsageRow } from '$lib/backend/backend';
import { drilledInto, hasCharge, listText, shownBy } from './usage-filter';

const TODAY = '2026-11-21';
const shown = (text: string) => shownBy(new URLSearchParams(text), TODAY);
const row = (id: string | null) => ({ id }) as UsageRow;

describe('shownBy', () => {
	it('shows the last thirty days by client where nothing is asked', () => {
		expect(shown('')).toMatchObject({
			preset: '30d',
			role: 'charge',
			filter: { first: '2026-10-23', last: TODAY, group: 'client' },
		});
	});

	it('survives an address that makes no sense', () => {
		const odd = shown('range=century&group=planet&clients=nonsense&models={"a":1}&role=free');
		expect(odd).toEqual(shown(''));
	});

	it('keeps names with commas, quotes and other scripts', () => {
		const models = ['a,b', 'say "x"', '模型'];
		expect(shown(new URLSearchParams({ models: listText(models) ?? '' }).toString()).filter.models).toEqual(models);
	});

	it('takes its own days only when both are dates', () => {
		expect(shown('range=custom&first=2026-01-01&last=2026-01-31').filter).toMatchObject({
			first: '2026-01-01',
			last: '2026-01-31',
		});
		expect(shown('range=custom&first=2026-02-30&last=2026-03-01').filter.first).toBe('2026-10-23');
	});
});

describe('drilledInto', () => {
	it('goes from clients to the keys of one', () => {
		expect(drilledInto(row('cl_1'), shown('').filter)).toEqual({ clients: '["cl_1"]', group: 'key' });
	});

	it('never combines a model with keys', () => {
		expect(drilledInto(row('cl_1'), shown('models=["gpt-4o"]').filter)?.['group']).toBe('model');
	});

	it('stays where a row is the rest', () => {
		expect(drilledInto(row(null), shown('').filter)).toBeNull();
	});
});

describe('hasCharge', () => {
	it('is false for keys, whose price depends on the model', () => {
		expect(hasCharge(shown('group=key').filter)).toBe(false);
		expect(hasCharge(shown('keys=["k_1"]').filter)).toBe(false);
		expect(hasCharge(shown('group=model').filter)).toBe(true);
	});
});
