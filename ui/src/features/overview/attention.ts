/** What an operator must know before trusting the figures of the overview. */
import type { OverviewView } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';

export interface Note {
	id: string;
	text: string;
	/** The verb on its button, and where that leads. */
	action: string;
	path: string;
	query: Record<string, string>;
}

/** Models without a price are named up to this many. */
const NAMED = 3;

export function attentionOf(view: OverviewView): Note[] {
	return [...failing(view), ...low(view), ...unattributed(view), ...unpriced(view)];
}

/** Two texts stand behind each other: the first must end. */
const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

function failing({ gateways }: OverviewView): Note[] {
	return gateways
		.filter(({ freshness }) => freshness.state === 'failing')
		.map(({ gatewayId, name, problem, hint }) => ({
			id: `failing-${gatewayId}`,
			text: [sentence(m.attention_failing({ name, problem: problem ?? m.attention_unknown() })), hint]
				.filter(Boolean)
				.join(' '),
			action: m.attention_open_gateway(),
			path: '/gateways',
			query: { id: gatewayId },
		}));
}

function low({ notices }: OverviewView): Note[] {
	return notices.map(({ noticeId, clientId, client, usedUp, threshold, spendable }) => ({
		id: `low-${noticeId}`,
		text: usedUp
			? m.attention_used_up({ client })
			: m.attention_low({ client, threshold: threshold.text, left: spendable.text }),
		action: m.attention_open_credit(),
		path: `/clients/${clientId}`,
		query: { at: 'credit' },
	}));
}

function unattributed({ unattributed: amount }: OverviewView): Note[] {
	if (!amount) return [];
	const text = m.attention_unattributed({ amount: amount.text });
	return [{ id: 'unattributed', text, action: m.attention_attribute(), path: '/gateways', query: { accounts: '1' } }];
}

function unpriced({ month }: OverviewView): Note[] {
	const { unpriced: models } = month;
	if (models.length === 0) return [];
	const named = models.slice(0, NAMED).join(', ');
	const rest = models.length - NAMED;
	const text = rest > 0 ? m.attention_unpriced_more({ models: named, rest }) : m.attention_unpriced({ models: named });
	return [
		{ id: 'unpriced', text, action: m.attention_price(), path: '/prices', query: { new: '1', model: models[0] ?? '' } },
	];
}
