import { expect, it } from 'vitest';
import type { LedgerEntryView } from '$lib/backend/backend';
import { aboutUsage, isAbout } from './credit-about';

const entry = (day: string, model: string) => ({ receipt: { day, model } }) as LedgerEntryView;

it('finds the entries about some usage by day and model, and never one without a receipt', () => {
	const about = aboutUsage(new URLSearchParams('first=2026-11-02&last=2026-11-03&models=["gpt-4o"]'));
	if (!about) throw new Error('days are named');
	expect(isAbout(entry('2026-11-02', 'gpt-4o'), about)).toBe(true);
	expect(isAbout(entry('2026-11-04', 'gpt-4o'), about)).toBe(false);
	expect(isAbout(entry('2026-11-02', 'other'), about)).toBe(false);
	expect(isAbout({ receipt: null } as LedgerEntryView, about)).toBe(false);
	expect(isAbout(entry('2026-11-02', 'other'), { ...about, models: [] })).toBe(true);
});

it('asks for nothing without days, and reads a broken list as every model', () => {
	expect(aboutUsage(new URLSearchParams(''))).toBeNull();
	expect(aboutUsage(new URLSearchParams('first=2026-11-02&last=2026-11-03&models=['))?.models).toEqual([]);
});
