/** A key while it is being typed. */
import type { AccountView, KeyInput, KeyRow } from '$lib/backend/backend';
import { budgetInput, draftOf, type BudgetDraft } from '$lib/budget-draft';

export const ENVIRONMENTS = ['prod', 'staging', 'dev', 'other'] as const;
/** One key for each of these when a set is made. */
export const SET = ['prod', 'staging', 'dev'] as const;

export interface KeyDraft {
	accountId: string;
	/** Empty takes the proposed name. */
	name: string;
	/** One of `ENVIRONMENTS`, or `set`. */
	environment: string;
	scope: string;
	models: string[];
	requestsPerMinute: string;
	tokensPerMinute: string;
	parallel: string;
	budget: BudgetDraft;
	expiresInDays: string;
}

/** A new key's draft, or what is set on a key. */
export function keyDraft(key: KeyRow | null, accountId = ''): KeyDraft {
	return {
		accountId,
		name: key?.name ?? '',
		environment: key?.environment ?? 'prod',
		scope: key?.scope ?? 'inference',
		models: [...(key?.models ?? [])],
		requestsPerMinute: key?.requestsPerMinute?.toString() ?? '',
		tokensPerMinute: key?.tokensPerMinute ?? '',
		parallel: key?.parallel?.toString() ?? '',
		budget: draftOf(key?.budget),
		expiresInDays: '',
	};
}

/** `acme-prod`, from the names of the account and the environment. */
export function proposedName(account: string, environment: string): string {
	const slug = account
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]+/gu, '-')
		.replace(/^-+|-+$/g, '')
		.slice(0, 40);
	return slug ? `${slug}-${environment}` : '';
}

/** The account to propose: the only one, or the client's only one. */
export function proposedAccount(accounts: readonly AccountView[], clientId: string | undefined): string {
	const own = clientId ? accounts.filter((account) => account.clientId === clientId) : accounts;
	return own.length === 1 ? (own[0]?.id ?? '') : '';
}

/** Digits as a whole number; a word where a number should be is named so that it can be refused at its field. */
function whole(text: string, field: string, wrong: string[]): number | null {
	const digits = text.trim().replaceAll(/[,\s]/g, '');
	if (!digits) return null;
	if (/^\d{1,9}$/.test(digits)) return Number(digits);
	wrong.push(field);
	return null;
}

/** What to send for one environment, and the fields that are no whole numbers. */
export function keyInput(draft: KeyDraft, environment: string, name: string): { input: KeyInput; wrong: string[] } {
	const wrong: string[] = [];
	const tokens = draft.tokensPerMinute.trim().replaceAll(/[,\s]/g, '');
	const input: KeyInput = {
		accountId: draft.accountId,
		name,
		environment,
		scope: draft.scope,
		models: draft.models,
		requestsPerMinute: whole(draft.requestsPerMinute, 'requestsPerMinute', wrong),
		tokensPerMinute: tokens || null,
		parallel: whole(draft.parallel, 'parallel', wrong),
		budget: budgetInput(draft.budget),
		expiresInDays: whole(draft.expiresInDays, 'expiresInDays', wrong),
	};
	return { input, wrong };
}
