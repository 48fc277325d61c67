/** What each key does, for the handler and for the sheet. */
import { go } from '$lib/route.svelte';
import { m } from '$lib/paraglide/messages';
import type { Shortcut } from '$lib/shortcuts';
import { sync } from '$lib/sync.svelte';
import { toasts } from '$lib/ui/toasts.svelte';
import { SCREENS } from './screens';

/** The shortcuts of the window; `open` shows the palette or the sheet. */
export function shortcuts(open: { palette: () => void; sheet: () => void }): Map<string, Shortcut> {
	const made: [string, Shortcut][] = [
		['ctrl+k', { keys: 'Ctrl K', what: m.shortcut_palette, run: open.palette }],
		['c', { keys: 'C', what: m.shortcut_client, run: () => go('/clients', { new: '1' }) }],
		['k', { keys: 'K', what: m.shortcut_key, run: () => go('/keys', { new: '1' }) }],
		['i', { keys: 'I', what: m.shortcut_invoice, run: () => go('/invoices', { new: '1' }) }],
		['r', { keys: 'R', what: m.shortcut_sync, run: () => void sync.run() }],
		['ctrl+z', { keys: 'Ctrl Z', what: m.shortcut_undo, run: () => void toasts.undoLatest() }],
		['?', { keys: '?', what: m.shortcut_sheet, run: open.sheet }],
	];
	const places = SCREENS.map(({ id, letter, title }): [string, Shortcut] => [
		`g ${letter}`,
		{ keys: `G ${letter.toUpperCase()}`, what: () => m.shortcut_go({ screen: title() }), run: () => go(`/${id}`) },
	]);
	return new Map([...made, ...places]);
}
