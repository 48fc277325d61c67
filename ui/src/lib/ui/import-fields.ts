/** What a column of a usage file can be taken for. */
import { m } from '$lib/paraglide/messages';

export const IMPORT_FIELDS: readonly { value: string; label: () => string }[] = [
	{ value: 'ignore', label: m.usage_field_ignore },
	{ value: 'time', label: m.usage_field_time },
	{ value: 'model', label: m.usage_field_model },
	{ value: 'upstream_model', label: m.usage_field_upstream_model },
	{ value: 'account', label: m.usage_field_account },
	{ value: 'key', label: m.usage_field_key },
	{ value: 'cost', label: m.usage_field_cost },
	{ value: 'request_id', label: m.usage_field_request_id },
	{ value: 'status', label: m.usage_field_status },
	{ value: 'duration_millis', label: m.usage_field_duration },
	{ value: 'start_within', label: m.usage_field_start_within },
	{ value: 'requests', label: m.meter_requests },
	{ value: 'input_tokens', label: m.meter_input_tokens },
	{ value: 'output_tokens', label: m.meter_output_tokens },
	{ value: 'cache_read_tokens', label: m.meter_cache_read_tokens },
	{ value: 'cache_write_tokens', label: m.meter_cache_write_tokens },
	{ value: 'images', label: m.meter_images },
	{ value: 'video_millis', label: m.meter_video_millis },
	{ value: 'speech_chars', label: m.meter_speech_chars },
	{ value: 'audio_millis', label: m.meter_audio_millis },
];
