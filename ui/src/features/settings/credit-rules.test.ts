import { describe, expect, it } from 'vitest';
import { rulesDraft, rulesTyped } from './credit-rules';

const OFF = {
	minimumDeposit: '5',
	signUpCredit: '',
	firstDepositPercent: '',
	firstDepositModels: '',
	firstDepositDays: 90,
	carryBelow: '20',
};

describe('rules of credit', () => {
	it('are what they were when nothing is touched', () => {
		expect(rulesTyped(rulesDraft(OFF))).toEqual(OFF);
		const on = { ...OFF, signUpCredit: '7.50', firstDepositPercent: '50', firstDepositModels: 'fast-chat' };
		expect(rulesTyped(rulesDraft(on))).toEqual(on);
	});

	it('double the first deposit for 90 days when that is turned on (S0-16, S0-18)', () => {
		const typed = rulesTyped({ ...rulesDraft(OFF), first: true });
		expect(typed).toMatchObject({ firstDepositPercent: '100', firstDepositDays: 90, signUpCredit: '' });
	});

	it('are not sent while a promotion that is on has no number', () => {
		expect(rulesTyped({ ...rulesDraft(OFF), signUp: true, signUpCredit: ' ' })).toBeNull();
		expect(rulesTyped({ ...rulesDraft(OFF), days: '3 months' })).toBeNull();
	});
});
