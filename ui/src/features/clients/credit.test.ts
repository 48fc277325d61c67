import { expect, it } from 'vitest';
import { signed } from './credit';

it('sends an amount below zero where credit is taken, whatever sign was typed', () => {
	expect(['5', ' 5 ', '-5', '+5', '−5'].map((amount) => signed(amount, 'take'))).toEqual([
		'-5',
		'-5',
		'-5',
		'-5',
		'-5',
	]);
	expect(['5', '-5'].map((amount) => signed(amount, 'add'))).toEqual(['5', '5']);
	expect(signed(' ', 'take')).toBe('');
});
