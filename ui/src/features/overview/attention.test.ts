import { expect, test } from 'vitest';
import { fakeBackend } from '$lib/backend/fake';
import type { OverviewView } from '$lib/backend/backend';
import { attentionOf } from './attention';

async function overview(moods = ''): Promise<OverviewView> {
	const result = await fakeBackend(`?fake=${moods}`).commands.overview();
	if (result.status === 'error') throw new Error(result.error.message);
	return result.data;
}

test('a failing gateway, low credit, loose cost and models without a price are told, in this order', async () => {
	const view = await overview('failing');
	const unpriced = ['a', 'b', 'c', 'd', 'e'];
	const notes = attentionOf({ ...view, month: { ...view.month, unpriced } });
	expect(notes.map(({ id }) => id)).toEqual(['failing-gw_2', 'low-nt_2', 'unattributed', 'unpriced']);
	expect(notes[3]?.text, 'three are named, the rest counted').toContain('a, b, c and 2 more models');
});

test('nothing to tell is nothing', async () => {
	const view = await overview();
	expect(attentionOf({ ...view, notices: [], unattributed: null, month: { ...view.month, unpriced: [] } })).toEqual([]);
});
