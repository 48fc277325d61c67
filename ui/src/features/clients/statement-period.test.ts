import { expect, it } from 'vitest';
import { monthDays } from './statement-period';

it('knows the last day of each month', () => {
	const rows: [string, string][] = [
		['2026-10', '2026-10-31'],
		['2026-02', '2026-02-28'],
		['2028-02', '2028-02-29'],
		['2026-12', '2026-12-31'],
	];
	for (const [month, last] of rows) expect(monthDays(month)).toEqual({ first: `${month}-01`, last });
});
