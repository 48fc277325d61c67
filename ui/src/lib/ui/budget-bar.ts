/** Geometry of a budget bar, in per cent of its width. */
export interface Bar {
	filled: number;
	/** Where the limit lies; less than 100 when more than the limit was spent, so that the excess can be seen. */
	cap: number;
	ticks: number[];
	level: 'calm' | 'warn' | 'over';
}

/** `percent` is spent over limit; `warnAt` are the warnings, in per cent of the limit. */
export function barOf(percent: number, warnAt: readonly number[]): Bar {
	const scale = 100 / Math.max(100, percent);
	const first = Math.max(75, Math.min(...warnAt.filter((at) => at >= 75), 100));
	return {
		filled: Math.min(100, percent * scale),
		cap: 100 * scale,
		ticks: warnAt.filter((at) => at > 0 && at < 100).map((at) => at * scale),
		level: percent >= 100 ? 'over' : percent >= first ? 'warn' : 'calm',
	};
}
