import { expect, test } from 'vitest';
import type { RouteView, TargetView } from '$lib/backend/backend';
import { firstBackup, switchText, targetText, trouble } from './route-text';

const target = (runsAt: string | null, upstream: string | null = null, via: string | null = null): TargetView => ({
	runsAt,
	upstream,
	via,
	health: 'unknown',
	checkedAt: null,
});
const route = (change: Partial<RouteView>): RouteView => ({
	gatewayId: '1',
	gateway: 'G',
	model: 'm',
	price: 'priced',
	primary: [],
	backups: null,
	switchTold: false,
	lastSwitch: null,
	asOf: null,
	...change,
});

test('not told, none and never are three answers', () => {
	expect(firstBackup(route({}))).toBe('not told');
	expect(firstBackup(route({ backups: [] }))).toBe('none');
	expect(firstBackup(route({ backups: [target('Azure'), target('AWS')] }))).toBe('Azure');
	expect(switchText(route({}))).toBe('not told');
	expect(switchText(route({ switchTold: true }))).toBe('never');
});

test('a target has some name', () => {
	expect(targetText(target('Azure', 'gpt'))).toBe('Azure');
	expect(targetText(target(null, 'gpt', 'b'))).toBe('gpt');
	expect(targetText(target(null, null, 'b'))).toBe('b');
	expect(targetText(target(null))).toBe('not told');
});

test('trouble comes first', () => {
	const fares = (health: TargetView['health']) => route({ primary: [{ ...target('A'), health }] });
	expect([fares('healthy'), fares('unknown'), fares('unhealthy')].map(trouble)).toEqual([2, 1, 0]);
});
