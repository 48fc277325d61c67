/** Times and days as text. Amounts are never made here: they arrive as text. */
import { m } from './paraglide/messages';
import { getLocale } from './paraglide/runtime';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const format = (options: Intl.DateTimeFormatOptions) =>
	new Intl.DateTimeFormat(getLocale() === 'en' ? 'en-GB' : getLocale(), options);

/** `14:32`, with the day before it when that is not today. */
export function timeText(rfc3339: string, now: number): string {
	const at = new Date(rfc3339);
	const time = format({ hour: '2-digit', minute: '2-digit' }).format(at);
	return new Date(now).toDateString() === at.toDateString()
		? time
		: `${format({ day: 'numeric', month: 'short' }).format(at)} ${time}`;
}

/** `just now`, `3 min ago`, `2 h ago`, `5 days ago`. A time in the future (a clock that jumped) is `just now`. */
export function agoText(rfc3339: string, now: number): string {
	const age = now - Date.parse(rfc3339);
	if (!(age >= MINUTE)) return m.ago_now();
	if (age < HOUR) return m.ago_minutes({ count: Math.floor(age / MINUTE) });
	if (age < 2 * DAY) return m.ago_hours({ count: Math.floor(age / HOUR) });
	return m.ago_days({ count: Math.floor(age / DAY) });
}

/** `21 Nov 2026` from an ISO date or an RFC 3339 time. */
export function dayText(iso: string): string {
	const dateOnly = iso.length === 10;
	return format({ day: 'numeric', month: 'short', year: 'numeric', timeZone: dateOnly ? 'UTC' : undefined }).format(
		new Date(iso),
	);
}

/** `21 Nov 2026, 14:32:05` in the zone of this computer. */
export function momentText(rfc3339: string): string {
	return format({ dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(rfc3339));
}

/** `November 2026` from `2026-11`. */
export function monthText(month: string): string {
	return format({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-15T00:00:00Z`));
}

/** ISO date of a moment in this computer's zone. */
export function isoDay(at: Date): string {
	const two = (part: number) => String(part).padStart(2, '0');
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `2026-10`: the month before, after (`+1`) … another. */
export function shiftMonth(month: string, by: number): string {
	const at = new Date(`${month}-15T00:00:00Z`);
	at.setUTCMonth(at.getUTCMonth() + by);
	return at.toISOString().slice(0, 7);
}

/** `4:05` until something happens; `0:00` once it is over. */
export function countdownText(millis: number): string {
	const seconds = Math.max(0, Math.ceil(millis / 1000));
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `15 s`, `5 min`. */
export function secondsText(seconds: number): string {
	return seconds < 120 ? m.seconds_short({ count: seconds }) : m.minutes_short({ count: Math.round(seconds / 60) });
}
