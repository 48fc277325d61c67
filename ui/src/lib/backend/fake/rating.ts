/** Charges of the fake: exact model > prefix > `*`, a client's own rule first. */
import type { RuleInput } from '../backend';
import type { Cell } from './cells';
import type { FakeVersion, World } from './world';

function fits({ selector }: RuleInput, model: string): boolean {
	return selector.endsWith('*') ? model.startsWith(selector.slice(0, -1)) : selector === model;
}

const weight = ({ selector, clientId }: RuleInput) =>
	(clientId ? 10_000 : 0) + (selector.endsWith('*') ? selector.length : 5_000);

export function ruleFor(
	version: FakeVersion | undefined,
	clientId: string | null,
	model: string,
): RuleInput | undefined {
	return version?.rules
		.filter((rule) => (rule.clientId === null || rule.clientId === clientId) && fits(rule, model))
		.sort((a, b) => weight(b) - weight(a))[0];
}

export function versionOn(world: World, day: string): FakeVersion | undefined {
	return [...world.versions]
		.sort((a, b) => b.effectiveFrom.localeCompare(a.effectiveFrom))
		.find(({ effectiveFrom }) => effectiveFrom <= day);
}

/** Nano-dollars a rule charges for a cell; monthly terms are left to the real program. */
export function chargeBy(rule: RuleInput | undefined, cell: Cell): number | null {
	if (!rule) return null;
	if (rule.kind === 'markup') return Math.round(cell.cost * (1 + Number(rule.percent ?? 0) / 100));
	const price = (meter: string) => Number(rule.prices.find((one) => one.meter === meter)?.price ?? 0);
	const listed = (cell.input * price('input_tokens') + cell.output * price('output_tokens')) * 1e3;
	const share = Number(rule.percent ?? 0) / 100;
	if (rule.kind === 'commission') return Math.round(Math.max(0, listed - cell.cost) * share);
	return Math.round(rule.kind === 'discount' ? listed * (1 - share) : listed);
}

export interface Sum {
	cost: number;
	charge: number;
	requests: number;
	failed: number;
	input: number;
	output: number;
	unpriced: Set<string>;
}

/** Adds cells up under the rules that held on their days. */
export function sumOf(world: World, cells: readonly Cell[]): Sum {
	const sum: Sum = { cost: 0, charge: 0, requests: 0, failed: 0, input: 0, output: 0, unpriced: new Set() };
	for (const cell of cells) {
		const charge =
			cell.clientId === null ? 0 : chargeBy(ruleFor(versionOn(world, cell.day), cell.clientId, cell.model), cell);
		if (charge === null) sum.unpriced.add(cell.model);
		sum.cost += cell.cost;
		sum.charge += charge ?? 0;
		sum.requests += cell.requests;
		sum.failed += cell.failed;
		sum.input += cell.input;
		sum.output += cell.output;
	}
	return sum;
}
