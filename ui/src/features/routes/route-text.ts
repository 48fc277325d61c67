/** Routes in words. What a gateway does not tell is said so, and never left empty. */
import type { HealthView, RoutePriceView, RouteView, TargetView } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';
import { momentText } from '$lib/when';

export const healthText: Record<HealthView, () => string> = {
	healthy: m.health_healthy,
	unhealthy: m.health_unhealthy,
	unknown: m.health_unknown,
};
export const healthTone: Record<HealthView, 'good' | 'bad' | 'calm'> = {
	healthy: 'good',
	unhealthy: 'bad',
	unknown: 'calm',
};
export const priceText: Record<RoutePriceView, () => string> = {
	private: m.route_price_private,
	priced: m.route_price_priced,
	not_told: m.route_price_untold,
};

/** Who runs it; else the model there; else the route that leads there. */
export const targetText = ({ runsAt, upstream, via }: TargetView): string =>
	runsAt ?? upstream ?? via ?? m.route_target_untold();

/** When calls last went over to a backup. */
export function switchText({ lastSwitch, switchTold }: RouteView): string {
	if (lastSwitch) return momentText(lastSwitch);
	return switchTold ? m.route_switch_never() : m.route_untold();
}

/** The backup of first choice. */
export function firstBackup({ backups }: RouteView): string {
	if (backups === null) return m.route_untold();
	return backups[0] ? targetText(backups[0]) : m.route_none();
}

/** How badly a route fares, worst first: for sorting. */
export const trouble = ({ primary }: RouteView): number =>
	primary.some(({ health }) => health === 'unhealthy') ? 0 : primary.some(({ health }) => health === 'unknown') ? 1 : 2;
