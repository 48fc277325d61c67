import { describe, expect, it } from 'vitest';
import type { ErrorView } from './backend/backend';
import { fieldErrors } from './form-error';

const error = (field: string | null): ErrorView => ({
	code: 'invalid',
	message: 'A name is needed.',
	hints: ['Type one.'],
	field,
	retryable: false,
});

describe('fieldErrors', () => {
	it('shows an error at the field it names', () => {
		const errors = fieldErrors(error('name'), ['name', 'zone']);
		expect(errors.at('name')).toBe('A name is needed. Type one.');
		expect(errors.at('zone')).toBeNull();
		expect(errors.rest).toBeNull();
	});

	it('shows an error of an unknown field above the form, so that it is never lost', () => {
		const errors = fieldErrors(error('elsewhere'), ['name']);
		expect(errors.at('name')).toBeNull();
		expect(errors.rest?.message).toBe('A name is needed.');
	});

	it('is quiet without an error', () => {
		expect(fieldErrors(null, ['name']).rest).toBeNull();
	});
});
