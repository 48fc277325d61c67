/** Languages of documents, and which texts each has. */
import type { BrandingInput } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';

/** As the app names them. */
export const LANGUAGES = ['en', 'de', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

const NAMES: Record<Language, () => string> = {
	en: m.language_en,
	de: m.language_de,
	'zh-CN': m.language_zh_cn,
};
const SUFFIXES = { en: 'En', de: 'De', 'zh-CN': 'Zh' } as const satisfies Record<Language, string>;

/** A language in words. */
export function languageName(language: Language): string {
	return NAMES[language]();
}

/** A text of a language. */
export interface TextField {
	field: keyof BrandingInput;
	label: string;
	hint?: string;
}

/** The texts of a language in the order in which they stand on a page. */
export function textFields(language: Language): TextField[] {
	const suffix = SUFFIXES[language];
	const hint = m.branding_fallback();
	return [
		{ field: `greeting${suffix}`, label: m.branding_greeting() },
		{ field: `payment${suffix}`, label: m.branding_payment(), hint },
		{ field: `closing${suffix}`, label: m.branding_closing() },
		{ field: `footer${suffix}`, label: m.branding_footer(), hint },
	];
}

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return btoa(text);
}
