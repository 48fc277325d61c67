/** Drawings of the fake; the program draws the real ones with plotters. */
import type { AmountRole, ChartView, FreshnessView, ThemeChoice } from '../backend';
import { amountOf } from './money';

const SERIES = ['#2f8f89', '#4a6fd0', '#c98a2b', '#8a5cc2', '#c2566b', '#5b8c3a', '#3f9ec4', '#8a94a3'];
const INK = {
	light: { text: '#5b6776', grid: '#e6eaee', budget: '#3a4252' },
	dark: { text: '#93a1b0', grid: '#27323d', budget: '#d5dde6' },
};
const [WIDTH, HEIGHT] = [1100, 320];
const [LEFT, TOP, RIGHT, BOTTOM] = [70, 14, 1090, 286];

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export interface Layer {
	name: string;
	values: number[];
}

function frame(body: string): string {
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${body}</svg>`;
}

function axis(top: number, theme: ThemeChoice, labels: string[], xs: number[]): string {
	const { text, grid } = INK[theme];
	const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => {
		const y = BOTTOM - (BOTTOM - TOP) * part;
		return `<line x1="${LEFT}" x2="${RIGHT}" y1="${y}" y2="${y}" stroke="${grid}"/><text x="${LEFT - 8}" y="${y + 4}" font-size="11" font-family="Inter" text-anchor="end" fill="${text}">${escaped(amountOf(top * part, 'cost', 'USD', top < 2e10 ? 2 : 0).text)}</text>`;
	});
	const every = Math.max(1, Math.ceil(labels.length / 9));
	const days = labels.map((label, at) =>
		at % every
			? ''
			: `<text x="${xs[at]}" y="${BOTTOM + 18}" font-size="11" font-family="Inter" text-anchor="middle" fill="${text}">${escaped(label.slice(5))}</text>`,
	);
	return steps.join('') + days.join('');
}

/** Stacked bars per day. */
export function stackChart(
	title: string,
	role: AmountRole,
	days: string[],
	layers: Layer[],
	theme: ThemeChoice,
	freshness: FreshnessView,
): ChartView {
	const totals = days.map((_, at) => layers.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
	const top = Math.max(1, ...totals) * 1.08;
	const step = (RIGHT - LEFT) / Math.max(1, days.length);
	const xs = days.map((_, at) => Math.round(LEFT + step * (at + 0.5)));
	const bars = days.flatMap((_, at) => {
		let y = BOTTOM;
		return layers.map(({ values }, place) => {
			const height = ((BOTTOM - TOP) * (values[at] ?? 0)) / top;
			y -= height;
			return `<rect x="${(xs[at] ?? 0) - step * 0.36}" y="${y.toFixed(1)}" width="${(step * 0.72).toFixed(1)}" height="${height.toFixed(1)}" fill="${SERIES[place % SERIES.length]}"/>`;
		});
	});
	return viewOf(frame(axis(top, theme, days, xs) + bars.join('')), title, role, days, xs, layers, totals, freshness);
}

/** Spend added up over the month, against a limit. */
export function budgetLine(
	title: string,
	days: string[],
	values: number[],
	limit: number,
	theme: ThemeChoice,
	freshness: FreshnessView,
): ChartView {
	let sum = 0;
	const sums = values.map((value) => (sum += value));
	const top = Math.max(limit, sum) * 1.1;
	const xs = days.map((_, at) => Math.round(LEFT + ((RIGHT - LEFT) * at) / Math.max(1, days.length - 1)));
	const y = (value: number) => (BOTTOM - ((BOTTOM - TOP) * value) / top).toFixed(1);
	const line = xs.map((x, at) => `${x},${y(sums[at] ?? 0)}`).join(' ');
	const cap = `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(limit)}" y2="${y(limit)}" stroke="${INK[theme].budget}" stroke-dasharray="6 4"/>`;
	const svg = frame(
		axis(top, theme, days, xs) +
			`<polyline points="${line}" fill="none" stroke="${SERIES[0]}" stroke-width="2"/>` +
			cap,
	);
	return viewOf(svg, title, 'cost', days, xs, [{ name: 'cost', values: sums }], sums, freshness);
}

function viewOf(
	svg: string,
	title: string,
	role: AmountRole,
	days: string[],
	xs: number[],
	layers: Layer[],
	totals: number[],
	freshness: FreshnessView,
): ChartView {
	const text = (value: number) => amountOf(value, role).text;
	return {
		svg,
		title,
		role,
		width: WIDTH,
		height: HEIGHT,
		plot: [LEFT, TOP, RIGHT, BOTTOM],
		points: days.map((label, at) => ({ label, x: xs[at] ?? 0 })),
		series: layers.map(({ name, values }, place) => ({
			name,
			color: SERIES[place % SERIES.length] ?? '#888888',
			values: values.map(text),
		})),
		totals: totals.map(text),
		freshness,
	};
}

/** Thirty days as a line. */
export function sparkline(values: number[]): string {
	const top = Math.max(1, ...values);
	const points = values
		.map(
			(value, at) =>
				`${((at / Math.max(1, values.length - 1)) * 120).toFixed(1)},${(22 - (value / top) * 19).toFixed(1)}`,
		)
		.join(' ');
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 24" preserveAspectRatio="none"><polyline points="${points}" fill="none" stroke="#2f8f89" stroke-width="1.5"/></svg>`;
}
