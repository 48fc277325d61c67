/** Amounts of the fake, in nano-units. Only the fake makes amounts in TypeScript; the real ones arrive as text. */
import type { AmountRole, AmountView, CountView, TrioView } from '../backend';

const NANO = 1_000_000_000n;
const SIGNS: Record<string, string> = { USD: '$', EUR: '€', GBP: '£' };

const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** Text rounded to some places, half away from zero. */
function rounded(nano: bigint, places: number): string {
	const unit = 10n ** BigInt(9 - places);
	const size = nano < 0n ? -nano : nano;
	const units = (size + unit / 2n) / unit;
	const digits = units.toString().padStart(places + 1, '0');
	const whole = grouped(digits.slice(0, digits.length - places));
	return places === 0 ? whole : `${whole}.${digits.slice(digits.length - places)}`;
}

/** An amount for the window. */
export function amountOf(value: bigint | number, role: AmountRole, currency = 'USD', places = 2): AmountView {
	const nano = typeof value === 'bigint' ? value : BigInt(Math.round(value));
	const negative = nano < 0n;
	const size = negative ? -nano : nano;
	const part = (size % NANO).toString().padStart(9, '0').replace(/0+$/, '').padEnd(2, '0');
	return {
		amount: `${negative ? '-' : ''}${size / NANO}.${part}`,
		currency,
		text: `${negative ? '−' : ''}${SIGNS[currency] ?? `${currency} `}${rounded(nano, places)}`,
		role,
		negative,
	};
}

/** Decimal text in nano-units; `null` when it is no amount. */
export function parseAmount(text: string): number | null {
	return /^-?\d{1,12}(\.\d{1,9})?$/.test(text.trim()) ? Math.round(Number(text) * 1e9) : null;
}

export function trioOf(cost: number, charge: number, unpriced: string[] = []): TrioView {
	return {
		cost: amountOf(cost, 'cost'),
		charge: amountOf(charge, 'charge'),
		margin: amountOf(charge - cost, 'margin'),
		marginPercent: charge > 0 ? `${(((charge - cost) / charge) * 100).toFixed(1)} %` : null,
		unpriced,
	};
}

export function countOf(count: number): CountView {
	const whole = Math.round(count);
	const value = String(whole);
	if (whole < 10_000) return { value, text: grouped(value) };
	const [size, sign] = whole < 1e6 ? [1e3, 'k'] : whole < 1e9 ? [1e6, 'M'] : [1e9, 'G'];
	return { value, text: `${(whole / size).toFixed(whole / size < 100 ? 1 : 0)} ${sign}` };
}
