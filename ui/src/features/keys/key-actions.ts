/** What can be done to a key, in the order of the row menu and of the panel. */
import Ban from '@lucide/svelte/icons/ban';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import Gauge from '@lucide/svelte/icons/gauge';
import Pause from '@lucide/svelte/icons/pause';
import Pencil from '@lucide/svelte/icons/pencil';
import Play from '@lucide/svelte/icons/play';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import type { KeyRow } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';
import { go } from '$lib/route.svelte';
import type { MenuAction } from '$lib/ui/Menu.svelte';
import { usageOf } from './key-text';
import type { KeyWork } from './key-work.svelte';

/** Pause, or resume where it is paused; none for a key that is gone. */
export function pauseAction(key: KeyRow, work: KeyWork): MenuAction {
	if (key.status === 'paused') {
		return { label: m.keys_resume(), icon: Play, run: () => void work.resume(key), testid: 'key-resume' };
	}
	const note = key.canPause
		? m.keys_pause_note({ seconds: key.pauseBoundSeconds })
		: m.keys_cannot_pause({ gateway: key.gateway });
	const disabled = !key.canPause || key.status !== 'active';
	return { label: m.keys_pause(), icon: Pause, run: () => void work.pause(key), disabled, note, testid: 'key-pause' };
}

export function keyActions(key: KeyRow, work: KeyWork): MenuAction[] {
	const gone = key.status === 'revoked';
	return [
		pauseAction(key, work),
		{ label: m.keys_edit(), icon: Pencil, run: () => work.open('edit', key), disabled: gone, testid: 'key-edit' },
		{ label: m.keys_budget(), icon: Gauge, run: () => work.open('budget', key), disabled: gone, testid: 'key-budget' },
		{ label: m.keys_usage(), icon: ChartColumn, run: () => go(...usageOf(key)), testid: 'key-usage' },
		{
			label: m.keys_rotate(),
			icon: RotateCw,
			run: () => work.open('rotate', key),
			disabled: gone,
			testid: 'key-rotate',
		},
		{
			label: m.keys_revoke(),
			icon: Ban,
			run: () => work.open('revoke', key),
			disabled: gone,
			danger: true,
			testid: 'key-revoke',
		},
	];
}
