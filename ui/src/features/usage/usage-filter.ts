/** What the usage screen shows, kept in the address so that the way back and a restart find it again (U30). */
import type { UsageFilterInput, UsageGroup, UsageRow } from '$lib/backend/backend';
import { isDay, PRESETS, rangeOf, type Preset } from './usage-range';

export const GROUPS = ['client', 'model', 'key', 'gateway'] as const satisfies readonly UsageGroup[];
/** The lists one can filter by. */
export const LISTS = ['clients', 'gateways', 'keys', 'models'] as const;
export type List = (typeof LISTS)[number];

export interface Shown {
	preset: Preset;
	filter: UsageFilterInput;
	/** What was asked for; a key has a cost only. */
	role: 'cost' | 'charge';
	/** The client whose view is asked for: the only one that is chosen. */
	client: string | null;
}

function list(query: URLSearchParams, name: List): string[] {
	try {
		const values: unknown = JSON.parse(query.get(name) ?? '[]');
		return Array.isArray(values) ? values.filter((value): value is string => typeof value === 'string') : [];
	} catch {
		return [];
	}
}

function oneOf<T extends string>(options: readonly T[], text: string | null, otherwise: T): T {
	return options.find((option) => option === text) ?? otherwise;
}

/** What an address asks for; what it does not say, or says wrongly, is the default. */
export function shownBy(query: URLSearchParams, today: string): Shown {
	const preset = oneOf(PRESETS, query.get('range'), '30d');
	const range = rangeOf(preset, today);
	const [first, last] = [query.get('first'), query.get('last')];
	const custom = preset === 'custom' && isDay(first) && isDay(last);
	const lists = Object.fromEntries(LISTS.map((name) => [name, list(query, name)])) as Record<List, string[]>;
	const filter = {
		...(custom ? { first, last } : range),
		...lists,
		group: oneOf(GROUPS, query.get('group'), 'client'),
	};
	const [client = null, ...others] = filter.clients;
	const alone = query.get('view') === 'client' && others.length === 0 ? client : null;
	return { preset, filter, role: oneOf(['cost', 'charge'], query.get('role'), 'charge'), client: alone };
}

/** Prices are per client and model: a key has a cost and no charge. */
export function hasCharge({ group, keys }: UsageFilterInput): boolean {
	return group !== 'key' && keys.length === 0;
}

/** A list for the address. */
export function listText(values: readonly string[]): string | null {
	return values.length > 0 ? JSON.stringify(values) : null;
}

const FILTERED_BY: Record<UsageGroup, List> = { client: 'clients', model: 'models', key: 'keys', gateway: 'gateways' };
const NEXT: Record<UsageGroup, UsageGroup> = { client: 'key', model: 'client', gateway: 'client', key: 'key' };

/** One step further in: filters by a row and groups by what comes after it (U24). None for a row without a name. */
export function drilledInto(
	row: UsageRow,
	{ group, ...filter }: UsageFilterInput,
): Record<string, string | null> | null {
	if (row.id === null) return null;
	const by = FILTERED_BY[group];
	// Keys and models cannot be combined, since the cache holds no key by model.
	const next = group === 'client' && filter.models.length > 0 ? 'model' : NEXT[group];
	return { [by]: listText([row.id]), group: next };
}
