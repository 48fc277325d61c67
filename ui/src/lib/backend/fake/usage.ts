/** Usage of the fake, filtered and grouped. */
import type { UsageFilterInput, UsageRow } from '../backend';
import type { Cell } from './cells';
import type { Layer } from './charts';
import { amountOf, countOf, trioOf } from './money';
import { chargeBy, ruleFor, sumOf, versionOn } from './rating';
import { cellsOf, gatewayName, keyRow } from './views';
import type { World } from './world';

export function filtered(world: World, filter: UsageFilterInput): Cell[] {
	const among = (list: string[], value: string | null) => list.length === 0 || (value !== null && list.includes(value));
	return cellsOf(
		world,
		(cell) =>
			cell.day >= filter.first &&
			cell.day <= filter.last &&
			among(filter.clients, cell.clientId) &&
			among(filter.gateways, cell.gatewayId) &&
			among(filter.keys, cell.keyId) &&
			among(filter.models, cell.model),
	);
}

export function groupOf(filter: UsageFilterInput, cell: Cell): string {
	return { client: cell.clientId, model: cell.model, key: cell.keyId, gateway: cell.gatewayId }[filter.group] ?? '';
}

export function nameOf(world: World, filter: UsageFilterInput, id: string): { name: string; detail: string | null } {
	if (filter.group === 'client')
		return { name: world.clients.find((client) => client.id === id)?.input.name ?? 'Unattributed', detail: null };
	if (filter.group === 'gateway')
		return {
			name: gatewayName(world, id),
			detail: world.gateways.find((gateway) => gateway.id === id)?.product ?? null,
		};
	if (filter.group === 'model') return { name: id, detail: null };
	const key = world.keys.find((one) => one.id === id);
	return key
		? { name: key.name, detail: `${key.label} · ${keyRow(world, key).client ?? ''}` }
		: { name: 'Unknown key', detail: null };
}

export function usageRow(
	world: World,
	filter: UsageFilterInput,
	cells: Cell[],
	id: string | null,
	whole: number,
): UsageRow {
	const { name, detail } =
		id === null && cells.length > 0 ? { name: 'Total', detail: null } : nameOf(world, filter, id ?? '');
	const sum = sumOf(world, cells);
	// Prices are per model, and the cache holds no key by model: a key's usage has no charge.
	const amounts =
		filter.group !== 'key'
			? trioOf(sum.cost, sum.charge, [...sum.unpriced])
			: { cost: amountOf(sum.cost, 'cost'), charge: null, margin: null, marginPercent: null, unpriced: [] };
	return {
		id: id || null,
		name,
		detail,
		...amounts,
		requests: countOf(sum.requests),
		failed: countOf(sum.failed),
		inputTokens: countOf(sum.input),
		outputTokens: countOf(sum.output),
		share: whole > 0 ? Math.round((sum.cost / whole) * 1000) : 0,
	};
}

export function groups(filter: UsageFilterInput, cells: Cell[]): [string, Cell[]][] {
	const found = new Map<string, Cell[]>();
	for (const cell of cells) {
		const id = groupOf(filter, cell);
		const list = found.get(id);
		if (list) list.push(cell);
		else found.set(id, [cell]);
	}
	const cost = (list: Cell[]) => list.reduce((sum, cell) => sum + cell.cost, 0);
	return [...found].sort(([, a], [, b]) => cost(b) - cost(a));
}

export function daysBetween(first: string, last: string): string[] {
	const days: string[] = [];
	for (let at = Date.parse(first); at <= Date.parse(last) && days.length < 400; at += 86_400_000)
		days.push(new Date(at).toISOString().slice(0, 10));
	return days;
}

export function layersOf(world: World, filter: UsageFilterInput, cells: Cell[], days: string[], role: string): Layer[] {
	const worth = (cell: Cell) =>
		role === 'cost' ? cell.cost : (chargeBy(ruleFor(versionOn(world, cell.day), cell.clientId, cell.model), cell) ?? 0);
	const place = new Map(days.map((day, at) => [day, at]));
	const layers = groups(filter, cells).map(([id, list]) => {
		const values = days.map(() => 0);
		for (const cell of list) {
			const at = place.get(cell.day);
			if (at !== undefined) values[at] = (values[at] ?? 0) + worth(cell);
		}
		return { name: nameOf(world, filter, id).name, values };
	});
	const rest = layers.slice(7);
	if (rest.length === 0) return layers;
	return [
		...layers.slice(0, 7),
		{ name: 'Others', values: days.map((_, at) => rest.reduce((sum, { values }) => sum + (values[at] ?? 0), 0)) },
	];
}
