/** How long credit lasts, in words. */
import type { RunwayView } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';
import { dayText } from '$lib/when';

export function runwayText({ state, days }: RunwayView): string {
	switch (state) {
		case 'used_up':
			return m.runway_used_up();
		case 'unknown':
			return m.runway_unknown();
		case 'nothing_spent':
			return m.runway_nothing_spent();
		case 'more_than_a_year':
			return m.runway_more_than_a_year();
		case 'days':
			if (days === 0) return m.runway_less_than_a_day();
			return days === 1 ? m.runway_one_day() : m.runway_days({ days });
	}
}

/** From what that is known; nothing where there is no pace. */
export function basisText({ state, spendable, spent, ofDays, through }: RunwayView): string | null {
	if (state === 'used_up' || state === 'unknown' || through === null) return null;
	return m.runway_basis({ left: spendable.text, spent: spent.text, days: ofDays, day: dayText(through) });
}
