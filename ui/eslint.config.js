import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const tauri = {
	group: ['@tauri-apps/*'],
	message: 'Only lib/backend/tauri.ts speaks to Tauri; ask the backend from lib/backend/backend.ts.',
};
const bindings = {
	group: ['**/backend/bindings', './bindings'],
	allowTypeImports: true,
	message: 'Bindings are types here; the running backend comes from lib/backend/backend.ts.',
};
const otherFeature = {
	group: [
		'$features/*',
		'../../features/*',
		'../clients/*',
		'../keys/*',
		'../usage/*',
		'../invoices/*',
		'../prices/*',
		'../overview/*',
		'../gateways/*',
		'../activity/*',
		'../settings/*',
		'../palette/*',
	],
	message: 'A feature never imports a feature: move what both need to lib/, or join them in routes/.',
};

export default ts.config(
	{ ignores: ['dist/', 'dist-demo/', 'src/lib/paraglide/', 'src/lib/backend/bindings.ts', 'static/'] },
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.browser, __WITH_FAKE__: 'readonly' } },
		rules: {
			'no-undef': 'off',
			'no-console': 'error',
			eqeqeq: 'error',
			// Collections in modules are caches and registries; what is shown from them is in $state.
			'svelte/prefer-svelte-reactivity': 'off',
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-non-null-assertion': 'error',
			'@typescript-eslint/no-restricted-imports': ['error', { patterns: [tauri, bindings] }],
			'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
		},
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
	},
	{
		files: ['**/*.svelte'],
		rules: {
			// The content security policy drops inline style attributes; `style:property={…}` goes through the object model.
			'no-restricted-syntax': [
				'error',
				{
					selector: "SvelteAttribute[key.name='style']",
					message: 'Use `style:property={…}`: an inline style attribute is dropped by the content security policy.',
				},
			],
			'svelte/no-at-html-tags': 'error',
			'svelte/require-each-key': 'error',
			'svelte/no-navigation-without-resolve': 'off',
		},
	},
	{
		files: ['src/features/**'],
		rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [tauri, bindings, otherFeature] }] },
	},
	{ files: ['src/lib/backend/tauri.ts'], rules: { '@typescript-eslint/no-restricted-imports': 'off' } },
	{ files: ['vite.config.ts', '*.config.js'], languageOptions: { globals: globals.node } },
);
