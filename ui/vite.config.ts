import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The fake backend is for a browser and for tests; the desktop build does not carry it. */
const withFake = (command: string, mode: string) => command === 'serve' || mode === 'demo' || mode === 'test';

export default defineConfig(({ command, mode }) => ({
	plugins: [
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/lib/paraglide',
			strategy: ['localStorage', 'baseLocale'],
		}),
		tailwindcss(),
		svelte(),
		svelteTesting(),
	],
	define: { __WITH_FAKE__: JSON.stringify(withFake(command, mode)) },
	resolve: { alias: { $lib: here('./src/lib'), $features: here('./src/features') } },
	publicDir: 'static',
	server: { port: 5173, strictPort: true },
	build: {
		outDir: mode === 'demo' ? 'dist-demo' : 'dist',
		target: 'es2022',
		// The content security policy forbids `data:` fonts and inline scripts.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		chunkSizeWarningLimit: 900,
	},
	preview: { port: 4173, strictPort: true },
	test: {
		environment: 'happy-dom',
		include: ['src/**/*.test.ts'],
		setupFiles: ['./src/test-setup.ts'],
	},
}));
