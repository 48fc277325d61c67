/** Entries about some usage: the way back from it to what was charged (S4-09), kept in the address. */
import type { LedgerEntryView } from '$lib/backend/backend';

export interface About {
	/** Local days, both in it. */
	first: string;
	last: string;
	/** No names are every model. */
	models: string[];
}

/** What an address asks for; `null` where it names no days. */
export function aboutUsage(query: URLSearchParams): About | null {
	const [first, last] = [query.get('first'), query.get('last')];
	if (!first || !last) return null;
	try {
		const models: unknown = JSON.parse(query.get('models') ?? '[]');
		return { first, last, models: Array.isArray(models) ? models.map(String) : [] };
	} catch {
		return { first, last, models: [] };
	}
}

/** Whether an entry charges, or gives back, some of that usage. */
export function isAbout({ receipt }: LedgerEntryView, { first, last, models }: About): boolean {
	if (!receipt || receipt.day < first || receipt.day > last) return false;
	return models.length === 0 || models.includes(receipt.model);
}
