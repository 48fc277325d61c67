/** Reading a chart's map: which point lies under the pointer, and what stands there. */
import type { ChartView } from '$lib/backend/backend';

export interface Reading {
	label: string;
	total: string | undefined;
	/** Left edge of the cursor line, per cent of the width. */
	left: number;
	/** Series that are not nothing at this point, in the order of the drawing. */
	parts: { name: string; color: string; value: string }[];
}

/** The point nearest to a place, `x` in SVG units; -1 when there is none. */
export function nearestPoint(chart: ChartView, x: number): number {
	let nearest = -1;
	let best = Infinity;
	chart.points.forEach((point, index) => {
		const distance = Math.abs(point.x - x);
		if (distance < best) [best, nearest] = [distance, index];
	});
	return nearest;
}

/** What stands at a point. */
export function readingAt(chart: ChartView, index: number): Reading | null {
	const point = chart.points[index];
	if (!point) return null;
	const parts = chart.series.map(({ name, color, values }) => ({ name, color, value: values[index] ?? '' }));
	return {
		label: point.label,
		total: chart.totals[index],
		left: (point.x / chart.width) * 100,
		parts: parts.filter(({ value }) => isSomething(value)),
	};
}

/** Whether an amount's text has a digit other than zero. */
function isSomething(value: string): boolean {
	return /[1-9]/.test(value);
}

/** The reading in one sentence, for screen readers. */
export function readingText({ label, total, parts }: Reading): string {
	return [`${label}: ${total ?? ''}`.trim(), ...parts.map(({ name, value }) => `${name} ${value}`)].join('; ');
}
