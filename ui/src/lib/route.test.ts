import { afterEach, beforeEach, expect, test } from 'vitest';
import { followAddress, href, patchQuery, route } from './route.svelte';

let stop = () => {};
beforeEach(() => {
	location.hash = '#/clients/cl_1?tab=keys';
	stop = followAddress();
});
afterEach(() => stop());

test('an address falls into segments and query', () => {
	expect(route.segments).toEqual(['clients', 'cl_1']);
	expect(route.query.get('tab')).toBe('keys');
});

test('a link leaves out what is empty', () => {
	expect(href('/usage', { client: 'cl_1', model: null, key: '' })).toBe('#/usage?client=cl_1');
});

test('a name with a slash or a hash stays one segment', () => {
	location.hash = '#/models/a%2Fb%23c';
	dispatchEvent(new Event('hashchange'));
	expect(route.segments).toEqual(['models', 'a/b#c']);
});

test('changing the query keeps the place', () => {
	patchQuery({ tab: null, new: '1' });
	expect(location.hash).toBe('#/clients/cl_1?new=1');
	expect(route.query.get('new')).toBe('1');
});
