import { expect, test } from 'vitest';
import type { ChartView } from '$lib/backend/backend';
import { nearestPoint, readingAt, readingText } from './chart';

const chart: ChartView = {
	svg: '',
	title: 'Cost per day',
	role: 'cost',
	width: 200,
	height: 100,
	plot: [10, 10, 190, 90],
	points: [10, 100, 190].map((x, at) => ({ x, label: `day ${at + 1}` })),
	series: [
		{ name: 'gpt-4o', color: '#111111', values: ['$1.00', '$2.00', '$0.00'] },
		{ name: 'mini', color: '#222222', values: ['$0.00', '$0.50', '$0.25'] },
	],
	totals: ['$1.00', '$2.50', '$0.25'],
	freshness: { state: 'fresh', asOf: null },
};

test('the pointer finds the nearest point', () => {
	expect([-50, 54, 56, 500].map((x) => nearestPoint(chart, x))).toEqual([0, 0, 1, 2]);
});

test('a reading leaves out what is zero and says all of it in words', () => {
	const reading = readingAt(chart, 2);
	expect(
		reading?.parts.map(({ name }) => name),
		'gpt-4o was not used',
	).toEqual(['mini']);
	expect(reading && readingText(reading)).toBe('day 3: $0.25; mini $0.25');
	expect(readingAt(chart, -1), 'nothing is pointed at').toBeNull();
});
