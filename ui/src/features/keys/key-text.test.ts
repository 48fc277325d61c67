import { describe, expect, it } from 'vitest';
import { shortCount } from '$lib/number';
import { curlSnippet, modelsText } from './key-text';

describe('curlSnippet', () => {
	it('calls the endpoint once, whether or not the base ends with /v1', () => {
		for (const base of ['https://g.example', 'https://g.example/', 'https://g.example/v1', 'https://g.example/v1/']) {
			expect(curlSnippet(base, 'gpt-4o')).toContain('curl https://g.example/v1/chat/completions ');
		}
	});

	it('holds a placeholder, never a secret', () => {
		expect(curlSnippet('https://g.example', 'gpt-4o')).toContain('Bearer $KEY');
	});

	it('quotes a model name for the shell', () => {
		expect(curlSnippet('https://g.example', "a'b")).toContain(String.raw`a'\''b`);
	});
});

describe('texts', () => {
	it('says that no list means all models', () => {
		expect(modelsText([])).toBe('all of its account');
		expect(modelsText(['gpt-4o'])).toBe('gpt-4o');
		expect(modelsText(['a', 'b'])).toBe('2 models');
	});

	it('shortens round limits', () => {
		expect(shortCount('2000000')).toBe('2M');
		expect(shortCount(60)).toBe('60');
	});
});
