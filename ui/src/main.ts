/** Starts the window: finds the program behind it, then shows. */
import './styles/app.css';
import { mount } from 'svelte';
import { provideBackend, type Backend } from '$lib/backend/backend';
import { followChanges } from '$lib/backend/query.svelte';
import App from './App.svelte';

async function behind(): Promise<Backend> {
	if ('__TAURI_INTERNALS__' in window) return (await import('$lib/backend/tauri')).tauri;
	if (__WITH_FAKE__) return (await import('$lib/backend/fake')).fakeBackend(location.search);
	throw new Error('This page belongs to the Purser window; in a browser run `npm run dev` or `npm run demo`.');
}

async function start(): Promise<void> {
	const target = document.getElementById('app');
	if (!target) return;
	try {
		provideBackend(await behind());
		await followChanges();
		mount(App, { target });
	} catch (cause) {
		target.textContent = cause instanceof Error ? cause.message : String(cause);
	}
}

void start();
