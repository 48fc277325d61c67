/** What can have a price of its own, and per how much of it. */
import { m } from '$lib/paraglide/messages';

export const METERS: readonly { meter: string; label: () => string; unit: () => string }[] = [
	{ meter: 'input_tokens', label: m.meter_input_tokens, unit: m.prices_per_million },
	{ meter: 'output_tokens', label: m.meter_output_tokens, unit: m.prices_per_million },
	{ meter: 'cache_read_tokens', label: m.meter_cache_read_tokens, unit: m.prices_per_million },
	{ meter: 'cache_write_tokens', label: m.meter_cache_write_tokens, unit: m.prices_per_million },
	{ meter: 'requests', label: m.meter_requests, unit: m.prices_per_request },
	{ meter: 'images', label: m.meter_images, unit: m.prices_per_image },
	{ meter: 'video_millis', label: m.meter_video, unit: m.prices_per_second },
	{ meter: 'speech_chars', label: m.meter_speech_chars, unit: m.prices_per_character },
	{ meter: 'audio_millis', label: m.meter_audio, unit: m.prices_per_minute },
];

/** How a typed rule reads before the program has put it into words. */
export function ruleText(rule: {
	kind: string;
	percent: string | null;
	prices: { meter: string; price: string }[];
}): string {
	if (rule.kind === 'markup') return m.prices_markup_text({ percent: rule.percent ?? '' });
	const named = (code: string) => METERS.find(({ meter }) => meter === code);
	return rule.prices
		.map(({ meter, price }) => `${price} ${named(meter)?.label() ?? meter} ${named(meter)?.unit() ?? ''}`.trim())
		.join(' · ');
}
