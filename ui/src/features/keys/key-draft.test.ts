import { describe, expect, it } from 'vitest';
import type { AccountView } from '$lib/backend/backend';
import { keyDraft, keyInput, proposedAccount, proposedName } from './key-draft';

const account = (id: string, clientId: string | null) => ({ id, clientId }) as AccountView;

describe('proposedName', () => {
	it.each([
		['Acme GmbH & Co. KG', 'prod', 'acme-gmbh-co-kg-prod'],
		['北京客户', 'dev', '北京客户-dev'],
		['<img onerror=x>', 'staging', 'img-onerror-x-staging'],
		['***', 'prod', ''],
	])('%s', (name, environment, proposed) => {
		expect(proposedName(name, environment)).toBe(proposed);
	});
});

describe('proposedAccount', () => {
	it('proposes the only account of the client, and none when there is a choice', () => {
		const accounts = [account('a', 'c1'), account('b', 'c2'), account('c', 'c2')];
		expect(proposedAccount(accounts, 'c1')).toBe('a');
		expect(proposedAccount(accounts, 'c2')).toBe('');
		expect(proposedAccount(accounts, undefined)).toBe('');
	});
});

describe('keyInput', () => {
	it('sends nothing where nothing is typed', () => {
		const { input, wrong } = keyInput(keyDraft(null, 'ac_1'), 'prod', 'acme-prod');
		expect(wrong).toEqual([]);
		expect(input).toMatchObject({ budget: null, requestsPerMinute: null, tokensPerMinute: null, expiresInDays: null });
	});

	it('reads numbers with thousands, and names what is none', () => {
		const draft = { ...keyDraft(null), requestsPerMinute: '1,200', tokensPerMinute: '2 000 000', parallel: 'many' };
		const { input, wrong } = keyInput(draft, 'prod', 'n');
		expect(input).toMatchObject({ requestsPerMinute: 1200, tokensPerMinute: '2000000', parallel: null });
		expect(wrong).toEqual(['parallel']);
	});
});
