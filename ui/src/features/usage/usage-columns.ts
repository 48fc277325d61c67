import type { UsageRow } from '$lib/backend/backend';
import { byAmount, byCount, byNumber, byText } from '$lib/order';
import { m } from '$lib/paraglide/messages';
import type { Column } from '$lib/ui/table';

const priced: Column<UsageRow>[] = [
	{ id: 'charge', title: m.role_charge(), align: 'right', order: byAmount((row) => row.charge) },
	{ id: 'margin', title: m.role_margin(), align: 'right', order: byAmount((row) => row.margin) },
];

/** The columns of a group; without a charge there is no margin either. */
export const usageColumns = (title: string, charged: boolean): Column<UsageRow>[] => [
	{ id: 'name', title, order: byText((row) => row.name) },
	{ id: 'share', title: m.usage_share(), width: '7rem', order: byNumber((row) => row.share) },
	{ id: 'requests', title: m.usage_requests(), align: 'right', order: byCount((row) => row.requests) },
	{ id: 'failed', title: m.usage_failed(), align: 'right', order: byCount((row) => row.failed) },
	{ id: 'input', title: m.usage_input(), align: 'right', order: byCount((row) => row.inputTokens) },
	{ id: 'output', title: m.usage_output(), align: 'right', order: byCount((row) => row.outputTokens) },
	{ id: 'cost', title: m.role_cost(), align: 'right', order: byAmount((row) => row.cost) },
	...(charged ? priced : []),
];
