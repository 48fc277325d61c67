/** What can have a price of its own, per how much of it, and in what its quantities are written. */
import type { RuleInput } from '$lib/backend/backend';
import { m } from '$lib/paraglide/messages';

export const METERS: readonly { meter: string; label: () => string; unit: () => string; quantity: () => string }[] = [
	{ meter: 'input_tokens', label: m.meter_input_tokens, unit: m.prices_per_million, quantity: m.prices_unit_million },
	{ meter: 'output_tokens', label: m.meter_output_tokens, unit: m.prices_per_million, quantity: m.prices_unit_million },
	{
		meter: 'cache_read_tokens',
		label: m.meter_cache_read_tokens,
		unit: m.prices_per_million,
		quantity: m.prices_unit_million,
	},
	{
		meter: 'cache_write_tokens',
		label: m.meter_cache_write_tokens,
		unit: m.prices_per_million,
		quantity: m.prices_unit_million,
	},
	{ meter: 'requests', label: m.meter_requests, unit: m.prices_per_request, quantity: m.prices_unit_requests },
	{ meter: 'images', label: m.meter_images, unit: m.prices_per_image, quantity: m.prices_unit_images },
	{ meter: 'video_millis', label: m.meter_video, unit: m.prices_per_second, quantity: m.prices_unit_seconds },
	{
		meter: 'speech_chars',
		label: m.meter_speech_chars,
		unit: m.prices_per_character,
		quantity: m.prices_unit_characters,
	},
	{ meter: 'audio_millis', label: m.meter_audio, unit: m.prices_per_minute, quantity: m.prices_unit_minutes },
];

export const meterOf = (code: string) => METERS.find(({ meter }) => meter === code);

/** How a typed rule reads before the program has put it into words. */
export function ruleText(rule: Pick<RuleInput, 'kind' | 'percent' | 'prices' | 'conditions'>): string {
	const words = chargeText(rule);
	return rule.conditions ? `${words}, ${m.prices_with_month()}` : words;
}

function chargeText({ kind, percent, prices }: Pick<RuleInput, 'kind' | 'percent' | 'prices'>): string {
	const priced = prices
		.map(({ meter, price }) => `${price} ${meterOf(meter)?.label() ?? meter} ${meterOf(meter)?.unit() ?? ''}`.trim())
		.join(' · ');
	if (kind === 'markup') return m.prices_markup_text({ percent: percent ?? '' });
	if (kind === 'discount') return m.prices_discount_text({ percent: percent ?? '', prices: priced });
	return kind === 'commission' ? m.prices_commission_text({ percent: percent ?? '', prices: priced }) : priced;
}
