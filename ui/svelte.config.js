import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** bits-ui writes one inline style attribute, which the content security policy drops; the same as a property passes. */
const noInlineStyle = {
	name: 'no-inline-style',
	markup: ({ content, filename }) =>
		filename?.includes('/bits-ui/')
			? { code: content.replaceAll('style="display: contents;"', 'style:display="contents"') }
			: undefined,
};

/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
	preprocess: [noInlineStyle, vitePreprocess()],
	compilerOptions: { runes: true },
	vitePlugin: {
		dynamicCompileOptions: ({ filename }) => (filename.includes('node_modules') ? { runes: undefined } : undefined),
	},
};
