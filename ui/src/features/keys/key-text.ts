/** How a key's settings read. */
import type { KeyRow } from '$lib/backend/backend';
import { shortCount } from '$lib/number';
import { m } from '$lib/paraglide/messages';

/** `60 req/min · 1M tok/min · 4 at once`; empty without limits. */
export function limitsText(key: KeyRow): string {
	const parts: string[] = [];
	if (key.requestsPerMinute !== null) parts.push(m.keys_limit_requests({ count: shortCount(key.requestsPerMinute) }));
	if (key.tokensPerMinute !== null) parts.push(m.keys_limit_tokens({ count: shortCount(key.tokensPerMinute) }));
	if (key.parallel !== null) parts.push(m.keys_limit_parallel({ count: key.parallel }));
	return parts.join(' · ');
}

/** `60 rpm · 1M tpm`: what fits into a column. */
export function limitsShort(key: KeyRow): string {
	const parts: string[] = [];
	if (key.requestsPerMinute !== null) parts.push(m.keys_rpm({ count: shortCount(key.requestsPerMinute) }));
	if (key.tokensPerMinute !== null) parts.push(m.keys_tpm({ count: shortCount(key.tokensPerMinute) }));
	if (parts.length === 0 && key.parallel !== null) parts.push(m.keys_limit_parallel({ count: key.parallel }));
	return parts.join(' · ');
}

/** `all of its account`, the only model, or how many. */
export function modelsText(models: readonly string[]): string {
	if (models.length === 0) return m.keys_models_all();
	return models.length === 1 ? (models[0] ?? '') : m.keys_models_count({ count: models.length });
}

/** Where a key's usage is shown. */
export function usageOf(key: KeyRow): [string, Record<string, string>] {
	return ['/usage', { group: 'key', keys: JSON.stringify([key.id]), range: '30d' }];
}

/** What a client's engineer needs to try a key. `$KEY` stands for the secret, which is never put in a text. */
export function curlSnippet(baseUrl: string, model: string): string {
	const base = baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '');
	const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
	return [
		`curl ${base}/v1/chat/completions \\`,
		`  -H "Authorization: Bearer $KEY" \\`,
		`  -H "Content-Type: application/json" \\`,
		`  -d '${body.replaceAll("'", String.raw`'\''`)}'`,
	].join('\n');
}
