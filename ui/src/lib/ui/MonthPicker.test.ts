import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { framed } from './framed';
import MonthPicker from './MonthPicker.svelte';

it('steps over the year and not past the latest month', async () => {
	const onchange = vi.fn();
	framed(MonthPicker, { label: 'Month', month: '2026-01', latest: '2026-01', onchange });
	expect(screen.getByTestId<HTMLButtonElement>('month-after').disabled).toBe(true);
	await userEvent.click(screen.getByTestId('month-before'));
	expect(onchange).toHaveBeenCalledWith('2025-12');
	expect(screen.getByTestId('month').textContent).toBe('December 2025');
});
