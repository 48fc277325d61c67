/** The days of a statement, and the files it can be. */
import type { StatementFormat, StatementPeriod } from '$lib/backend/backend';

/** In the order in which they are offered: what people read first. */
export const FORMATS = ['pdf', 'html', 'csv', 'json', 'usage_csv', 'usage_lines'] as const satisfies StatementFormat[];
export type Formats = Record<StatementFormat, string>;

/** The days of a month, `2026-10`. */
export function monthDays(month: string): StatementPeriod {
	const [year = 1970, index = 1] = month.split('-').map(Number);
	const days = new Date(Date.UTC(year, index, 0)).getUTCDate();
	return { first: `${month}-01`, last: `${month}-${String(days).padStart(2, '0')}` };
}
