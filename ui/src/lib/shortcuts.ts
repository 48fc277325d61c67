/** Single keys that work anywhere but while typing (U3). Composing with an input method is typing (U37). */
export interface Shortcut {
	/** As shown on the sheet: `Ctrl K`, `C`, `G then C`. */
	keys: string;
	what: () => string;
	run: () => void;
}

/** Whether a key press belongs to a text field, an open dialog or an input method. */
export function isTaken(event: KeyboardEvent): boolean {
	const target = event.target instanceof Element ? event.target : null;
	if (event.isComposing || event.defaultPrevented) return true;
	return Boolean(
		target?.closest('input:not([type=radio]), textarea, select, [contenteditable], [role="dialog"], [role="menu"]'),
	);
}

const GO_MS = 1_200;

/** Makes the handler of key presses. Keys are looked up as `c`, `ctrl+k`, `g c`. */
export function shortcutHandler(bound: ReadonlyMap<string, () => void>): (event: KeyboardEvent) => void {
	let after = '';
	let until = 0;
	return (event) => {
		const control = event.ctrlKey || event.metaKey;
		const key = (control ? 'ctrl+' : '') + event.key.toLowerCase();
		// The palette opens from everywhere; everything else yields to typing.
		if ((isTaken(event) && key !== 'ctrl+k') || event.altKey || event.repeat) return;
		const sequence = after && event.timeStamp < until ? `${after} ${key}` : key;
		after = '';
		const run = bound.get(sequence);
		if (run) {
			event.preventDefault();
			run();
		} else if (key === 'g') {
			[after, until] = [key, event.timeStamp + GO_MS];
		}
	};
}
