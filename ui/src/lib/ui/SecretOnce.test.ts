import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { framed } from './framed';
import SecretOnce from './SecretOnce.svelte';

const SECRET = 'sk-canary-0123456789';

test('a secret is concealed, shown on request, and gone from the page once stored (U13)', async () => {
	const person = userEvent.setup();
	const reveal = vi.fn(async () => ({ status: 'ok' as const, data: SECRET }));
	const stored = vi.fn(async () => ({ status: 'ok' as const, data: null }));
	framed(SecretOnce, { open: true, name: 'acme-prod', baseUrl: 'https://llm.example/v1', reveal, stored });
	expect(document.body.innerHTML, 'concealed at first').not.toContain(SECRET);
	expect(reveal, 'not even fetched').not.toHaveBeenCalled();

	await person.click(screen.getByTestId('secret-reveal'));
	await waitFor(() => expect(screen.getByTestId('secret-value').textContent).toContain(SECRET));
	await person.keyboard('{Escape}');
	expect(screen.queryByTestId('secret-stored'), 'Esc does not close it').not.toBeNull();

	await person.click(screen.getByTestId('secret-stored'));
	await waitFor(() => expect(stored).toHaveBeenCalledOnce());
	await waitFor(() => expect(document.body.innerHTML, 'gone after closing').not.toContain(SECRET));
});
