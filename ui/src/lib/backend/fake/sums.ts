/** Sums as the program makes them: decimal texts are added as whole numbers. */
import type { AmountView } from '../backend';

const SYMBOLS: Record<string, string> = { USD: '$', EUR: '€', GBP: '£' };
const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;

interface Scaled {
	value: bigint;
	places: number;
}

function scaled(text: string): Scaled {
	const [, sign = '', whole = '0', part = ''] = PLAIN.exec(text) ?? [];
	return { value: BigInt(`${sign}${whole}${part}`), places: part.length };
}

function added(a: Scaled, b: Scaled): Scaled {
	const places = Math.max(a.places, b.places);
	const raise = ({ value, places: from }: Scaled) => value * 10n ** BigInt(places - from);
	return { value: raise(a) + raise(b), places };
}

function decimalText({ value, places }: Scaled): string {
	const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
	const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
	return (value < 0n ? '-' : '') + text;
}

/** Shown with two decimals, half away from zero, as the program shows amounts of a cent and more. */
function shownText(sum: Scaled, currency: string): string {
	const { value, places } = added(sum, { value: 0n, places: 2 });
	const step = 10n ** BigInt(places - 2);
	const size = value < 0n ? -value : value;
	const cents = ((size + step / 2n) / step).toString().padStart(3, '0');
	const whole = cents.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
	const sign = value < 0n && cents !== '000' ? '-' : '';
	return `${sign}${SYMBOLS[currency] ?? `${currency} `}${whole}.${cents.slice(-2)}`;
}

/** One sum per currency and role, in the order in which they first occur. */
export function sums(amounts: readonly AmountView[]): AmountView[] {
	const totals = new Map<string, { first: AmountView; sum: Scaled }>();
	for (const amount of amounts) {
		const key = `${amount.currency} ${amount.role}`;
		const known = totals.get(key);
		totals.set(key, {
			first: known?.first ?? amount,
			sum: known ? added(known.sum, scaled(amount.amount)) : scaled(amount.amount),
		});
	}
	return [...totals.values()].map(({ first, sum }) => ({
		...first,
		amount: decimalText(sum),
		text: shownText(sum, first.currency),
		negative: sum.value < 0n,
	}));
}
