import type { ClientRow } from '$lib/backend/backend';
import { byAmount, byNumber, byText } from '$lib/order';
import { m } from '$lib/paraglide/messages';
import type { Column } from '$lib/ui/table';

export const clientColumns = (): Column<ClientRow>[] => [
	{ id: 'name', title: m.clients_client(), order: byText((row) => row.name) },
	{ id: 'status', title: m.clients_status(), order: byText((row) => row.status) },
	{ id: 'gateways', title: m.nav_gateways(), order: byText((row) => row.gateways.join(', ')) },
	{ id: 'keys', title: m.nav_keys(), align: 'right', order: byNumber((row) => row.keys) },
	{ id: 'charge', title: m.role_charge(), align: 'right', order: byAmount((row) => row.month.charge) },
	{ id: 'cost', title: m.role_cost(), align: 'right', order: byAmount((row) => row.month.cost) },
	{ id: 'margin', title: m.role_margin(), align: 'right', order: byAmount((row) => row.month.margin) },
	{ id: 'budget', title: m.clients_tightest(), width: '8rem', order: byNumber((row) => row.budget?.percent) },
	{ id: 'spark', title: m.clients_trend(), width: '6.5rem' },
];

/** Rows whose name, zone or gateway holds what was typed. */
export function found(rows: readonly ClientRow[], text: string): readonly ClientRow[] {
	const wanted = text.trim().toLowerCase();
	if (!wanted) return rows;
	return rows.filter(({ name, zone, gateways }) =>
		[name, zone, ...gateways].some((part) => part.toLowerCase().includes(wanted)),
	);
}
