/** The UTC days of a month, as gateways count. */
export interface Days {
	first: string;
	last: string;
}

/** The first and the last day of `2026-10`. */
export function daysOf(month: string): Days {
	const end = new Date(`${month}-01T00:00:00Z`);
	end.setUTCMonth(end.getUTCMonth() + 1, 0);
	return { first: `${month}-01`, last: end.toISOString().slice(0, 10) };
}

/** The month of an address, if it is one and not ahead; else this one. */
export function monthOf(text: string | null, now: number): string {
	const current = new Date(now).toISOString().slice(0, 7);
	return text && /^\d{4}-(0[1-9]|1[0-2])$/.test(text) && text <= current ? text : current;
}
