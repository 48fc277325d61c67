/** Notices of low balances: the second client has used most of what it paid in. */
import type { Commands, NoticeView } from '../backend';
import { amountOf } from './money';
import { missing, ok } from './reading';
import type { World } from './world';

const UNIT = 1_000_000_000;

/** What the client has left that is told of, in nano-units. */
export const LOW = 3.82 * UNIT;

export function lowNotices(world: World): NoticeView[] {
	const client = world.clients[1];
	if (!client) return [];
	return [
		{
			noticeId: 'nt_2',
			clientId: client.id,
			client: client.input.name,
			threshold: amountOf(5 * UNIT, 'credit'),
			usedUp: false,
			spendable: amountOf(4.41 * UNIT, 'credit'),
			at: world.at(1.1),
			seenAt: null,
			over: false,
		},
	];
}

/** Those that nobody has seen. */
export const waiting = (world: World): NoticeView[] => world.notices.filter(({ seenAt, over }) => !seenAt && !over);

export function noticeCommands(world: World): Pick<Commands, 'noticeSeen' | 'noticeMessage'> {
	return {
		noticeSeen: async (id) => {
			const seen = world.notices.find(({ noticeId }) => noticeId === id);
			if (!seen) return missing('The notice');
			world.notices = world.notices.map((notice) =>
				notice === seen ? { ...notice, seenAt: new Date().toISOString() } : notice,
			);
			world.done(['notices'], '', { action: 'notice_seen', target: seen.client });
			return ok(waiting(world));
		},
		noticeMessage: async (id) => {
			const notice = world.notices.find(({ noticeId }) => noticeId === id);
			if (!notice) return missing('The notice');
			const { client, spendable, threshold } = notice;
			const email = world.clients.find(({ id }) => id === notice.clientId)?.input.email ?? '';
			const lines = [
				`Hello ${client},`,
				`your credit with ${world.agency.name} fell below ${threshold.text}: on ${notice.at.slice(0, 10)} there was ${spendable.text} that is good for every model.`,
				'Nothing is charged automatically: you decide when to add credit, and how much.',
				world.agency.name,
			];
			const subject = `${world.agency.name}: your credit is below ${threshold.text}`;
			return ok({ noticeId: id, email, subject, text: lines.join('\n\n') });
		},
	};
}
