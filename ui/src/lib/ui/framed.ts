/** Shows a component inside what the window puts around it; for tests. */
import { render } from '@testing-library/svelte';
import type { Component } from 'svelte';
import TestFrame from './TestFrame.svelte';

export function framed(component: Component<never, Record<string, unknown>, string>, props: Record<string, unknown>) {
	return render(TestFrame, { props: { component: component as unknown as Component<Record<string, unknown>>, props } });
}
