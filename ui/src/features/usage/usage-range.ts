/** Ranges of local days, by name. Days are plain dates here: arithmetic in UTC, no clock and no zone. */
import { shiftMonth } from '$lib/when';

export const PRESETS = ['7d', '30d', '90d', 'month', 'last_month', '12m', 'custom'] as const;
export type Preset = (typeof PRESETS)[number];

export interface Range {
	/** ISO dates, both included. */
	first: string;
	last: string;
}

const DAY = 86_400_000;

/** A day some days away. */
export function shiftDay(day: string, by: number): string {
	return new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY).toISOString().slice(0, 10);
}

/** The days of a preset, seen from today; `custom` starts as the last thirty days. */
export function rangeOf(preset: Preset, today: string): Range {
	const month = today.slice(0, 7);
	const first = (months: number) => `${shiftMonth(month, months)}-01`;
	const ranges: Record<Preset, Range> = {
		'7d': { first: shiftDay(today, -6), last: today },
		'30d': { first: shiftDay(today, -29), last: today },
		'90d': { first: shiftDay(today, -89), last: today },
		month: { first: first(0), last: today },
		last_month: { first: first(-1), last: shiftDay(first(0), -1) },
		'12m': { first: first(-11), last: today },
		custom: { first: shiftDay(today, -29), last: today },
	};
	return ranges[preset];
}

/** Whether a text is a date there is. */
export function isDay(text: string | null): text is string {
	if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
	const at = Date.parse(`${text}T00:00:00Z`);
	return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
