/** Numbers that are not money: shares, seconds, limits. Amounts come from the program as text and never come here. */
import { getLocale } from './paraglide/runtime';

/** Per mille as per cent with one decimal: `258` is `25.8`. */
export const perCent = (perMille: number): string => (perMille / 10).toFixed(1);

/** Milliseconds as seconds with one decimal. */
export const inSeconds = (millis: number): string => (millis / 1000).toFixed(1);

/** `60`, `1.5M`: limits are round figures, and columns are narrow. */
export function shortCount(digits: string | number): string {
	return new Intl.NumberFormat(getLocale(), { notation: 'compact', maximumFractionDigits: 1 }).format(Number(digits));
}

/** `18,204`: a count with every digit. */
export function wholeCount(count: number): string {
	return new Intl.NumberFormat(getLocale()).format(count);
}
