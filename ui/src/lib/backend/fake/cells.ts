/** Usage of the fake: one cell per key, day and model. */
import { CLIENTS, MODELS } from './agency';
import { drawsOf } from './draws';
import type { World } from './world';

export interface Cell {
	day: string;
	clientId: string | null;
	gatewayId: string;
	keyId: string | null;
	model: string;
	/** Nano-dollars. */
	cost: number;
	requests: number;
	failed: number;
	input: number;
	output: number;
}

const DAYS = 130;

export function makeCells(world: World): Cell[] {
	const cells: Cell[] = [];
	for (const seed of CLIENTS) {
		const keys = world.keys.filter(
			({ accountId }) => world.accounts.find(({ id }) => id === accountId)?.clientId === seed.id,
		);
		const weight = (environment: string) => ({ prod: 10, staging: 1.4, dev: 0.5 })[environment] ?? 0;
		const total = keys.reduce((sum, key) => sum + weight(key.environment), 0);
		for (let ago = seed.paused ? 3 : 0; ago < DAYS; ago++) {
			const draw = drawsOf(`${seed.id}/${ago}`);
			const day = world.day(ago);
			const weekend = [0, 6].includes(new Date(day).getUTCDay()) ? 0.35 : 1;
			const today = ago === 0 ? 0.55 : 1;
			const dollars = seed.daily * weekend * today * (1.18 - (ago / DAYS) * 0.55) * (0.75 + draw() * 0.5);
			for (const key of keys) {
				const gatewayId = world.accounts.find(({ id }) => id === key.accountId)?.gatewayId ?? 'gw_1';
				seed.models.forEach((model, place) => {
					const part =
						(dollars * weight(key.environment) * ([0.62, 0.3, 0.08][place] ?? 0) * (0.8 + draw() * 0.4)) / total;
					if (part > 0) cells.push(cellOf(day, seed.id, gatewayId, key.id, model, part * world.scale, draw));
				});
			}
		}
	}
	for (let ago = 0; ago < 20; ago++)
		cells.push(cellOf(world.day(ago), null, 'gw_1', null, 'gpt-4o-mini', 0.9 * world.scale, drawsOf(`x/${ago}`)));
	return cells;
}

function cellOf(
	day: string,
	clientId: string | null,
	gatewayId: string,
	keyId: string | null,
	model: string,
	dollars: number,
	draw: () => number,
): Cell {
	const price = MODELS[model] ?? { input: 1, output: 3 };
	const output = price.output > 0 ? (dollars * 0.55 * 1e6) / price.output : 0;
	const input = ((dollars - (output * price.output) / 1e6) * 1e6) / price.input;
	const requests = Math.max(1, Math.round(input / 1400));
	return {
		day,
		clientId,
		gatewayId,
		keyId,
		model,
		cost: Math.round(dollars * 1e9),
		requests,
		failed: Math.round(requests * 0.006 * draw()),
		input: Math.round(input),
		output: Math.round(output),
	};
}
