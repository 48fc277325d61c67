/** Orders for tables. Amounts are compared as the exact text they arrive as. */
import type { AmountView, CountView } from './backend/backend';

export type Order<T> = (a: T, b: T) => number;

/** Compares decimal texts such as `-1204.5` exactly. */
export function compareDecimals(a: string, b: string): number {
	const [negativeA, negativeB] = [a.startsWith('-'), b.startsWith('-')];
	if (negativeA !== negativeB) return negativeA ? -1 : 1;
	const order = compareDigits(a.replace(/^[-+]/, ''), b.replace(/^[-+]/, ''));
	return negativeA ? -order : order;
}

function compareDigits(a: string, b: string): number {
	const [wholeA = '', partA = ''] = a.split('.', 2);
	const [wholeB = '', partB = ''] = b.split('.', 2);
	const width = Math.max(wholeA.length, wholeB.length);
	const places = Math.max(partA.length, partB.length);
	const textA = wholeA.padStart(width, '0') + partA.padEnd(places, '0');
	const textB = wholeB.padStart(width, '0') + partB.padEnd(places, '0');
	return textA < textB ? -1 : textA > textB ? 1 : 0;
}

/** By an amount; rows without one come first in ascending order. */
export const byAmount =
	<T>(of: (row: T) => AmountView | null | undefined): Order<T> =>
	(a, b) => {
		const [x, y] = [of(a), of(b)];
		if (!x || !y) return Number(Boolean(x)) - Number(Boolean(y));
		return compareDecimals(x.amount, y.amount);
	};

export const byCount =
	<T>(of: (row: T) => CountView): Order<T> =>
	(a, b) =>
		compareDecimals(of(a).value, of(b).value);

export const byNumber =
	<T>(of: (row: T) => number | null | undefined): Order<T> =>
	(a, b) =>
		(of(a) ?? -Infinity) - (of(b) ?? -Infinity) || 0;

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
export const byText =
	<T>(of: (row: T) => string | null | undefined): Order<T> =>
	(a, b) =>
		collator.compare(of(a) ?? '', of(b) ?? '');
