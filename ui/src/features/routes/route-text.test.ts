import { expect, test } from 'vitest';
import type { RouteView, TargetView } from '$lib/backend/backend';
import { backupsText, switchText, targetText, trouble } from './route-text';

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
	expect(backupsText(route({}))).toBe('not told');
	expect(backupsText(route({ backups: [] }))).toBe('none');
	expect(switchText(route({}))).toBe('not told');
	expect(switchText(route({ switchTold: true }))).toBe('never');
});

test('many backups are the first and a count', () => {
	expect(backupsText(route({ backups: [target('Azure')] }))).toBe('Azure');
	expect(backupsText(route({ backups: [target('Azure'), target('AWS'), target(null, 'x')] }))).toBe('Azure and 2 more');
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
