import { beforeEach, describe, expect, it, vi } from 'vitest';
import { provideBackend, type Backend, type PricePreview, type RuleInput } from '$lib/backend/backend';
import { PriceWork } from './price-work.svelte';
import { withRule } from './staged';

const none = { list: null, commission: null, conditions: null };
const rule = (percent: string): RuleInput => ({
	clientId: null,
	selector: '*',
	kind: 'markup',
	percent,
	prices: [],
	...none,
});
const preview = { month: '2026-10', effects: [] } as unknown as PricePreview;
const pricePreview = vi.fn();
const priceSet = vi.fn();

function staged(percent: string): PriceWork {
	const work = new PriceWork();
	work.effectiveFrom = '2026-12-01';
	work.staged = withRule(work.staged, rule(percent), null, []);
	return work;
}

beforeEach(() => {
	pricePreview.mockReset().mockResolvedValue({ status: 'ok', data: preview });
	priceSet.mockReset().mockResolvedValue({ status: 'ok', data: { versions: [] } });
	provideBackend({ commands: { pricePreview, priceSet } } as unknown as Backend);
});

describe('a price change (U11)', () => {
	it('is never committed before its preview was shown', async () => {
		const work = staged('25');
		expect(await work.commit(), 'nothing was previewed').toBe(false);
		await work.refresh();
		work.staged = withRule(work.staged, rule('26'), null, []);
		expect(await work.commit(), 'what was previewed is not what is staged').toBe(false);
		expect(priceSet).not.toHaveBeenCalled();
	});

	it('is committed as it was previewed, and then nothing is staged', async () => {
		const work = staged('25');
		await work.refresh();
		expect(await work.commit()).toBe(true);
		expect(priceSet).toHaveBeenCalledWith({ effectiveFrom: '2026-12-01', note: '', set: [rule('25')], remove: [] });
		expect(work.empty).toBe(true);
	});

	it('cannot be committed when its preview was refused', async () => {
		const error = { code: 'invalid', message: 'That is no number.', hints: [], field: 'percent', retryable: false };
		pricePreview.mockResolvedValue({ status: 'error', error });
		const work = staged('abc');
		await work.refresh();
		expect([work.ready, work.error?.message]).toEqual([false, 'That is no number.']);
	});

	it('drops an answer to an older question', async () => {
		const answers: ((value: unknown) => void)[] = [];
		pricePreview.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
		const work = staged('25');
		const first = work.refresh();
		work.staged = withRule(work.staged, rule('30'), null, []);
		answers[0]?.({ status: 'ok', data: preview });
		await first;
		expect([work.preview, work.ready]).toEqual([null, false]);
	});
});
