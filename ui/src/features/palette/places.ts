/** Where a hit of the palette leads. */
import type { PaletteHit } from '$lib/backend/backend';

/** Path and query for `go`. */
export function placeOf({ kind, id, title }: PaletteHit): [string, Record<string, string>] {
	if (kind === 'client') return [`/clients/${id}`, {}];
	if (kind === 'invoice') return [`/invoices/${id}`, {}];
	if (kind === 'key') return ['/keys', { search: title }];
	return ['/gateways', { id }];
}
