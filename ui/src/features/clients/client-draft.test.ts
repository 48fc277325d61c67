import { describe, expect, it } from 'vitest';
import { clientDraft, clientInput } from './client-draft';

const AGENCY = { currency: 'EUR', zone: 'Europe/Berlin' };

describe('clientInput', () => {
	it('starts a new client in the currency and zone of the agency', () => {
		const input = clientInput({ ...clientDraft(null, AGENCY), name: 'Acme' });
		expect(input).toMatchObject({ name: 'Acme', ...AGENCY, termsDays: 14, budget: null, gateways: [] });
	});

	it('takes nothing else from the agency: its name and address are not the client’s', () => {
		const agency = { ...AGENCY, name: 'Meridian', street: 'Main Street 1', city: 'Hamburg' };
		expect(clientInput(clientDraft(null, agency))).toMatchObject({ name: '', street: '', city: '' });
	});

	it('names the terms when they are no number of days', () => {
		expect(clientInput({ ...clientDraft(null, AGENCY), terms: 'two weeks' })).toBe('termsDays');
		expect(clientInput({ ...clientDraft(null, AGENCY), terms: '-3' })).toBe('termsDays');
	});

	it('gives back a known client unchanged', () => {
		const input = clientInput(clientDraft(null, AGENCY));
		if (input === 'termsDays') throw new Error('a blank draft is well formed');
		expect(clientInput(clientDraft(input, { currency: 'USD', zone: 'UTC' }))).toEqual(input);
	});
});
