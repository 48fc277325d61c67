/** Starts the window: finds the program behind it, then shows. */
import './styles/app.css';
import { mount } from 'svelte';
import { provideBackend } from '$lib/backend/backend';
import { findBackend } from '$lib/backend/find';
import { followChanges } from '$lib/backend/query.svelte';
import App from './App.svelte';

async function start(): Promise<void> {
	const target = document.getElementById('app');
	if (!target) return;
	try {
		provideBackend(await findBackend());
		await followChanges();
		mount(App, { target });
	} catch (cause) {
		target.textContent = cause instanceof Error ? cause.message : String(cause);
	}
}

void start();
