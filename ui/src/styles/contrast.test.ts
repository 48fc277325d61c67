/** Every ink on every surface it is used on (U32). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync('src/styles/app.css', 'utf8');
const block = (start: string) => css.slice(css.indexOf(start), css.indexOf('}', css.indexOf(start)));
const tokens = (text: string) =>
	Object.fromEntries([...text.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]));
const THEMES = { light: tokens(block(':root {')), dark: tokens(block(":root[data-theme='dark'] {")) };

function luminance(hex: string): number {
	const [r, g, b] = [1, 3, 5]
		.map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
		.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
	return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
	const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

const surfaces = ['ground', 'surface', 'raised', 'sunken', 'hover'];
const pairs = [
	...['ink', 'ink-soft', 'ink-faint', 'accent-ink', 'amber-ink', 'red-ink'].flatMap((ink) =>
		surfaces.map((surface) => [ink, surface, 4.5] as const),
	),
	...['accent', 'amber', 'red', 'green'].flatMap((hue) => [[`${hue}-ink`, `${hue}-soft`, 4.5] as const]),
	['ink', 'red-soft', 4.5] as const,
	['ink-soft', 'red-soft', 4.5] as const,
	['ink', 'amber-soft', 4.5] as const,
	['ink', 'chosen', 4.5] as const,
	['on-accent', 'accent', 4.5] as const,
	['on-red', 'red', 4.5] as const,
	...surfaces.map((surface) => ['accent', surface, 3] as const),
	['line-strong', 'surface', 3] as const,
];

test.each(Object.keys(THEMES) as (keyof typeof THEMES)[])('%s: text is at least 4.5:1, edges and focus 3:1', (name) => {
	const theme = THEMES[name];
	const short = pairs
		.map(([a, b, least]) => ({ pair: `${a} on ${b}`, ratio: contrast(theme[a] ?? '', theme[b] ?? ''), least }))
		.filter(({ ratio, least }) => !(ratio >= least));
	expect(short).toEqual([]);
});
