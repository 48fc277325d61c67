/**
 * Where the window is: `#/clients/cl_1?tab=keys`. The fragment keeps the back button, and no server is asked.
 *
 * Owns: the current place and moving to another. Does not own: which screen a place shows; see `routes/screens.ts`.
 */
type Query = Record<string, string | null | undefined>;

interface Place {
	path: string;
	segments: string[];
	query: URLSearchParams;
}

function read(hash: string): Place {
	const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
	const segments = path.split('/').filter(Boolean).map(decodeURIComponent);
	return { path: '/' + segments.join('/'), segments, query: new URLSearchParams(query) };
}

let place = $state.raw<Place>(read(typeof location === 'undefined' ? '' : location.hash));

/** Follows the address; returns how to stop. */
export function followAddress(): () => void {
	const follow = () => (place = read(location.hash));
	follow();
	addEventListener('hashchange', follow);
	return () => removeEventListener('hashchange', follow);
}

export const route = {
	/** `/clients/cl_1` */
	get path() {
		return place.path;
	},
	/** `['clients', 'cl_1']` */
	get segments() {
		return place.segments;
	},
	/** What follows the question mark. */
	get query() {
		return place.query;
	},
};

/** The link to a place. Names that are `null` or empty are left out. */
export function href(path: string, query: Query = {}): string {
	const wanted = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
	const text = new URLSearchParams(wanted).toString();
	return '#' + encodeURI(path) + (text ? '?' + text : '');
}

/** Goes to a place. */
export function go(path: string, query: Query = {}): void {
	location.hash = href(path, query);
}

/** Changes parts of the query in place, without a step in the history. */
export function patchQuery(changes: Query): void {
	const query = Object.fromEntries([...place.query.entries(), ...Object.entries(changes)]) as Query;
	history.replaceState(null, '', href(place.path, query));
	place = read(location.hash);
}
