import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideBackend, type Backend, type RunwayView } from '$lib/backend/backend';
import { forgetQueries } from '$lib/backend/query.svelte';
import { framed } from '$lib/ui/framed';
import ClientLow from './ClientLow.svelte';
import { basisText, runwayText } from './runway';

const amount = (text: string) => ({ amount: text, currency: 'USD', text: `$${text}`, role: 'credit', negative: false });
const notice = {
	noticeId: 'nt_4',
	clientId: 'cl_1',
	client: 'Acme Ltd',
	threshold: amount('5.00'),
	usedUp: false,
	spendable: amount('4.99'),
	at: '2026-11-19T10:00:00Z',
	seenAt: null,
	over: false,
};
const runway = {
	state: 'days',
	days: 6,
	spendable: amount('4.99'),
	spent: amount('5.60'),
	ofDays: 7,
	through: '2026-11-18',
} as RunwayView;
const noticeSeen = vi.fn();

beforeEach(() => {
	forgetQueries();
	noticeSeen.mockReset().mockResolvedValue({ status: 'ok', data: [] });
	const message = {
		noticeId: 'nt_4',
		email: 'a@b.example',
		subject: 'Agency: your credit is low',
		text: 'Hello,\n\nbye',
	};
	const noticeMessage = async () => ({ status: 'ok', data: message });
	provideBackend({ commands: { noticeSeen, noticeMessage } } as unknown as Backend);
});

it('tells a low balance, marks it as seen and shows what the client could be sent (S1-16)', async () => {
	framed(ClientLow, { ledger: { alerts: [notice], runway } });
	expect(screen.getByTestId('credit-notice').textContent).toContain('below $5.00');
	await userEvent.click(screen.getByTestId('notice-seen'));
	expect(noticeSeen).toHaveBeenCalledWith('nt_4');
	await userEvent.click(screen.getByTestId('notice-text'));
	expect((await screen.findByTestId('notice-body')).textContent).toContain('bye');
	expect(screen.getByTestId('notice-subject').textContent).toBe('Agency: your credit is low');
});

it('says of what was seen that it was, and offers nothing more', () => {
	framed(ClientLow, { ledger: { alerts: [{ ...notice, seenAt: notice.at }], runway: null } });
	expect(screen.queryByTestId('notice-seen')).toBeNull();
	expect(screen.queryByTestId('credit-runway')).toBeNull();
});

it('says how long credit lasts, and what is not known (S0-13)', () => {
	const said = (state: RunwayView['state'], days = 0) => runwayText({ ...runway, state, days });
	expect(said('days', 6)).toBe('≈ 6 days at the current pace');
	expect(said('days', 1)).toBe('≈ 1 day at the current pace');
	expect(said('days', 0)).toContain('less than a day');
	expect(new Set(['used_up', 'unknown', 'nothing_spent', 'more_than_a_year'].map((s) => said(s as never))).size).toBe(
		4,
	);
	expect(basisText(runway)).toContain('$5.60');
	expect(basisText({ ...runway, state: 'unknown' })).toBeNull();
});
