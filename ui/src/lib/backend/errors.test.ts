import { expect, test } from 'vitest';
import { diagnostic, settle, toErrorView } from './errors';

test('a denied command arrives as plain text and is still an error to show', async () => {
	const result = await settle(Promise.reject('Command key_pause not allowed by ACL'));
	expect(result).toMatchObject({
		status: 'error',
		error: { code: 'internal', message: 'Command key_pause not allowed by ACL', hints: [] },
	});
});

test('an error of the program passes unchanged', () => {
	const error = {
		code: 'gateway_denied' as const,
		message: 'No.',
		hints: ['Use the master key.'],
		field: 'credential',
		retryable: false,
	};
	expect(toErrorView(error)).toEqual(error);
});

test('a diagnostic names code, message and hints (U26)', () => {
	const text = diagnostic(
		{ code: 'storage', message: 'The disk is full.', hints: ['Free some space.'], field: null, retryable: true },
		'0.1.0',
	);
	expect(text.split('\n')).toEqual([
		'Purser 0.1.0',
		'code: storage',
		'message: The disk is full.',
		'hint: Free some space.',
		'retryable: true',
	]);
});
