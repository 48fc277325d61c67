import { expect, test, vi } from 'vitest';
import { shortcutHandler } from './shortcuts';

function press(
	handler: (event: KeyboardEvent) => void,
	key: string,
	options: KeyboardEventInit & { on?: Element; composing?: boolean } = {},
) {
	const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options });
	Object.defineProperty(event, 'target', { value: options.on ?? document.body });
	if (options.composing) Object.defineProperty(event, 'isComposing', { value: true });
	handler(event);
	return event;
}

test('single keys work anywhere but while typing (U3)', () => {
	const client = vi.fn();
	const handler = shortcutHandler(new Map([['c', client]]));
	press(handler, 'c');
	expect(client, 'on the page').toHaveBeenCalledTimes(1);
	press(handler, 'c', { on: document.createElement('input') });
	expect(client, 'in a field it is a letter').toHaveBeenCalledTimes(1);
});

test('composing with an input method triggers nothing (U37)', () => {
	const client = vi.fn();
	press(shortcutHandler(new Map([['c', client]])), 'c', { composing: true });
	expect(client).not.toHaveBeenCalled();
});

test('the palette opens from a field too (U1)', () => {
	const palette = vi.fn();
	press(shortcutHandler(new Map([['ctrl+k', palette]])), 'k', { ctrlKey: true, on: document.createElement('input') });
	expect(palette).toHaveBeenCalled();
});

test('g and a letter go to a screen; Ctrl-Z in a field stays the field’s', () => {
	const [go, undo] = [vi.fn(), vi.fn()];
	const handler = shortcutHandler(
		new Map([
			['g c', go],
			['ctrl+z', undo],
		]),
	);
	press(handler, 'g');
	press(handler, 'c');
	expect(go).toHaveBeenCalledTimes(1);
	press(handler, 'z', { ctrlKey: true, on: document.createElement('textarea') });
	expect(undo, 'undo of typing is not undo of a change').not.toHaveBeenCalled();
});
