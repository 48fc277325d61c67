/** Which program is behind the page: Tauri in the desktop, an invented one in a browser that was built with it. */
import type { Backend } from './backend';

export async function findBackend(): Promise<Backend> {
	if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).tauri;
	if (__WITH_FAKE__) return (await import('./fake')).fakeBackend(location.search);
	throw new Error('This page belongs to the Purser window; in a browser run `npm run dev` or `npm run demo`.');
}
