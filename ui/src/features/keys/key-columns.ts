import type { KeyRow } from '$lib/backend/backend';
import { byAmount, byNumber, byText } from '$lib/order';
import { m } from '$lib/paraglide/messages';
import type { Column } from '$lib/ui/table';

/** The columns of a table of keys; on a client's page the client is known. */
export function keyColumns(withClient: boolean): Column<KeyRow>[] {
	const client: Column<KeyRow> = { id: 'client', title: m.keys_client(), order: byText((key) => key.client) };
	return [
		{ id: 'name', title: m.keys_key(), order: byText((key) => key.name) },
		{ id: 'env', title: m.keys_env(), order: byText((key) => key.environment) },
		...(withClient ? [client] : []),
		{ id: 'gateway', title: m.keys_gateway(), order: byText((key) => key.gateway) },
		{ id: 'status', title: m.keys_status(), order: byText((key) => key.status) },
		{ id: 'limits', title: m.keys_limits() },
		{ id: 'budget', title: m.keys_budget(), width: '6rem', order: byNumber((key) => key.budget?.percent) },
		{ id: 'cost', title: m.role_cost(), align: 'right', order: byAmount((key) => key.monthCost) },
		{ id: 'menu', title: m.keys_actions(), width: '2.5rem', silent: true },
	];
}
