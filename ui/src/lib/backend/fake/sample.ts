/** A stand-in for the first page of a sample invoice. */
import type { BrandingInput, BrandingView } from '../backend';

/** Documents in the plain look. */
export const PLAIN_LOOK: BrandingView = {
	branding: {
		accent: '',
		greetingEn: '',
		closingEn: '',
		paymentEn: '',
		footerEn: '',
		greetingDe: '',
		closingDe: '',
		paymentDe: '',
		footerDe: '',
		greetingZh: '',
		closingZh: '',
		paymentZh: '',
		footerZh: '',
	},
	logo: null,
	logoBytes: 0,
};

const TITLES: Record<string, string> = { en: 'Invoice', de: 'Rechnung', 'zh-CN': '账单' };

export function samplePage(name: string, { accent }: BrandingInput, language: string): string {
	const text = (x: number, y: number, size: number, words: string, fill: string) =>
		`<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" font-family="sans-serif">${words}</text>`;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 595 842"><path fill="#fff" d="M0 0h595v842H0z"/>${text(57, 80, 16, name.replace(/[<&]/g, ''), '#1c2028')}${text(430, 84, 24, TITLES[language] ?? '', accent || '#1c2028')}</svg>`;
}
