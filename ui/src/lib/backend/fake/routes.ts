/** Routes of the invented gateways: one that went over to its backup, one on an own node, one that says little. */
import type { RouteView, RoutesView, TargetView } from '../bindings';
import { gatewayView } from './views';
import type { World } from './world';

const MINUTE = 60_000;

const target = (
	runsAt: string | null,
	upstream: string,
	health: TargetView['health'],
	ago: number | null,
): TargetView => ({
	runsAt,
	upstream,
	via: null,
	health,
	checkedAt: ago === null ? null : new Date(Date.now() - ago * MINUTE).toISOString(),
});

function route(world: World, at: number, gatewayId: string, gateway: string): RouteView {
	const model = world.models[at] ?? '';
	const upstream = `vendor/${model}-2026-04-14`;
	const backup = target('Azure OpenAI, Sweden Central', `azure/${model}`, 'healthy', 4);
	const base: RouteView = {
		gatewayId,
		gateway,
		model,
		price: 'priced',
		primary: [target('OpenAI', upstream, 'healthy', 4)],
		backups: [backup],
		switchTold: true,
		lastSwitch: null,
		asOf: new Date(Date.now() - 3 * MINUTE).toISOString(),
	};
	if (at === 1) {
		const lastSwitch = new Date(Date.now() - 92 * MINUTE).toISOString();
		const more = ['AWS Bedrock, Frankfurt', 'Google Vertex AI, Belgium', 'Together AI'];
		const backups = [backup, ...more.map((name) => target(name, `eu.vendor.${model}-20250929-v1:0`, 'unknown', null))];
		return { ...base, primary: [target('Anthropic', upstream, 'unhealthy', 92)], backups, lastSwitch };
	}
	if (at === 2)
		return {
			...base,
			primary: [target('Own node, rack 2', `ollama/${model}`, 'healthy', 4)],
			price: 'private',
			backups: [],
		};
	if (at === 3)
		return {
			...base,
			primary: [target(null, upstream, 'unknown', null)],
			backups: null,
			switchTold: false,
			price: 'not_told',
		};
	return base;
}

export function routes(world: World, wanted: (route: RouteView) => boolean): RoutesView {
	const views = world.gateways.map((gateway) => gatewayView(world, gateway));
	const silent = views.filter(
		({ probe }) => !probe?.capabilities.some(({ code, supported }) => code === 'route_list' && supported),
	);
	const rows = views
		.filter((view) => !silent.includes(view))
		.flatMap(({ id, name }) => world.models.map((_, at) => route(world, at, id, name)))
		.filter(wanted);
	return { rows, silent: silent.map(({ name }) => name) };
}
