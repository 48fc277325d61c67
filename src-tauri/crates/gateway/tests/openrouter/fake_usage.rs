//! What the fake served, and how it tells it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fake::{Asked, Memory, refusal};

/// Requests of one key for one model on one day.
#[derive(Debug, Clone)]
pub struct Row {
    pub day: &'static str,
    pub workspace: String,
    /// Hash of the key; of a removed one, nothing finds it any more.
    pub key: String,
    /// Canonical slug.
    pub model: &'static str,
    pub variant: &'static str,
    pub requests: u64,
    /// Of this many prompt tokens half were read from a cache.
    pub prompt: u64,
    /// In dollars.
    pub cost: f64,
}

/// Name, canonical slug, price of a prompt token, price of a completion token.
const MODELS: [(&str, &str, &str, &str); 5] = [
    ("openai/gpt-4.1", "openai/gpt-4.1-2025-04-14", "0.000002", "0.000008"),
    ("openai/gpt-4.1-mini", "openai/gpt-4.1-mini-2025-04-14", "0.0000004", "0.0000016"),
    ("deepseek/deepseek-r1", "deepseek/deepseek-r1-20250120", "0.00000007", "0.0000002"),
    ("deepseek/deepseek-r1:free", "deepseek/deepseek-r1-20250120", "0", "0"),
    ("openrouter/auto", "openrouter/auto", "-1", "-1"),
];

const METRICS: [&str; 5] = ["request_count", "tokens_prompt", "tokens_completion", "cached_tokens", "total_usage"];

pub fn canonical_slug(name: &str) -> Option<String> {
    let variant = name.split_once(':').map(|(_, variant)| format!(":{variant}")).unwrap_or_default();
    let known = MODELS.iter().find(|(id, slug, ..)| *id == name || format!("{slug}{variant}") == name);
    known.map(|(_, slug, ..)| format!("{slug}{variant}"))
}

pub fn models() -> Value {
    let model = |(id, slug, prompt, completion): &(&str, &str, &str, &str)| {
        json!({
            "id": id, "canonical_slug": slug, "name": id, "created": 1_750_000_000, "description": "invented",
            "context_length": 128_000, "default_parameters": null, "knowledge_cutoff": null, "expiration_date": null,
            "per_request_limits": null, "supported_parameters": ["temperature"], "supported_voices": null,
            "links": { "details": format!("/api/v1/models/{id}/endpoints") },
            "pricing": { "prompt": prompt, "completion": completion, "request": "0", "image": "0" },
            "architecture": {
                "modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"],
                "tokenizer": "GPT", "instruct_type": null
            },
            "top_provider": { "context_length": 128_000, "is_moderated": false, "max_completion_tokens": 16_384 },
        })
    };
    let all: Vec<Value> = MODELS.iter().map(model).collect();
    json!({ "total_count": all.len(), "data": all, "links": { "next": null } })
}

pub fn meta(memory: &Memory) -> Value {
    let metric =
        |name: &&str| json!({ "name": name, "display_label": name, "display_format": "number", "is_rate": false });
    let mut dimensions = vec!["model", "api_key_id", "workspace", "user", "app"];
    dimensions.extend(memory.variants.then_some("variant"));
    let labelled = |name: &&str| json!({ "name": name, "display_label": name });
    json!({ "data": {
        "metrics": METRICS.iter().map(metric).collect::<Vec<_>>(),
        "dimensions": dimensions.iter().map(labelled).collect::<Vec<_>>(),
        "granularities": [{ "name": "day", "display_label": "Day" }],
        "operators": [{ "name": "eq", "value_type": "scalar" }],
    } })
}

#[derive(Default, Clone)]
struct Sum {
    requests: u64,
    prompt: u64,
    cost: f64,
}

pub fn query(memory: &Memory, body: &Value) -> (u16, Value) {
    let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
    let known = |name: &Value| METRICS.iter().any(|metric| name == metric);
    let variant = list("dimensions").iter().any(|name| name == "variant");
    if !list("metrics").iter().all(known) || body["granularity"] != "day" || (variant && !memory.variants) {
        return refusal(400, "Invalid request parameters");
    }
    let (mut workspace, mut key, mut warnings) = (None, None, Vec::new());
    for filter in list("filters") {
        let value = filter["value"].as_str().unwrap().to_owned();
        match filter["field"].as_str().unwrap() {
            "workspace" => workspace = Some(value),
            "api_key_id" => {
                if memory.saved.keys.iter().all(|one| one["hash"] != value.as_str()) {
                    warnings.push(format!("Could not resolve api_key_id hash: {}...", &value[..6]));
                }
                key = Some(value);
            }
            _ => return refusal(400, "Invalid request parameters"),
        }
    }
    if !warnings.is_empty() {
        key = Some("nobody".to_owned());
    }
    let sums = sums(memory, body, &|row| {
        workspace.as_ref().is_none_or(|id| row.workspace == *id) && key.as_ref().is_none_or(|hash| row.key == *hash)
    });
    let told = told(memory, sums, variant);
    let most = memory.rows_max.min(usize::try_from(body["limit"].as_u64().unwrap_or(1000)).unwrap());
    let page: Vec<&Value> = told.iter().take(most).collect();
    let mut data = json!({
        "data": page,
        "metadata": { "query_time_ms": 42, "row_count": page.len(), "truncated": told.len() > most },
    });
    if !warnings.is_empty() {
        data["warnings"] = json!(warnings);
    }
    (200, json!({ "data": data }))
}

type Sums = BTreeMap<(&'static str, &'static str, &'static str), Sum>;

fn sums(memory: &Memory, body: &Value, wanted: &dyn Fn(&Row) -> bool) -> Sums {
    let edge = |name: &str| body["time_range"][name].as_str().unwrap()[..10].to_owned();
    let (start, end) = (edge("start"), edge("end"));
    let inside = |day: &str| day >= start.as_str() && (day < end.as_str() || memory.end_included && day == end);
    let mut sums = Sums::new();
    for row in memory.saved.rows.iter().filter(|row| inside(row.day) && wanted(row)) {
        let sum = sums.entry((row.day, row.model, row.variant)).or_default();
        sum.requests += row.requests;
        sum.prompt += row.prompt;
        sum.cost += row.cost;
    }
    sums
}

/// Counts come as strings, costs as numbers; newest first.
fn told(memory: &Memory, sums: Sums, variant: bool) -> Vec<Value> {
    let mut folded = Sums::new();
    for ((day, model, of), sum) in sums {
        let into = folded.entry((day, model, if variant { of } else { "" })).or_default();
        into.requests += sum.requests;
        into.prompt += sum.prompt;
        into.cost += sum.cost;
    }
    let row = |((day, model, of), sum): ((&str, &str, &str), Sum)| {
        let mut row = json!({
            memory.day_name: day, "model": model, "request_count": sum.requests.to_string(),
            "tokens_prompt": sum.prompt.to_string(), "tokens_completion": (sum.prompt / 4).to_string(),
            "cached_tokens": (sum.prompt / 2).to_string(), "total_usage": sum.cost,
        });
        if variant {
            row["variant"] = json!(of);
        }
        row
    };
    folded.into_iter().rev().map(row).collect()
}

/// By model and endpoint, without the keys.
pub fn activity(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    let date = asked.query.get("date").map_or("", String::as_str);
    let of_day = memory.saved.rows.iter().filter(|row| row.day == date).map(|row| {
        json!({
            "date": date, "model": row.model, "model_permaslug": row.model, "provider_name": "OpenAI",
            "endpoint_id": "550e8400-e29b-41d4-a716-446655440000", "usage": row.cost, "byok_usage_inference": 0,
            "requests": row.requests, "prompt_tokens": row.prompt, "completion_tokens": row.prompt / 4,
            // Newer than the description: the official client of later releases insists on it.
            "reasoning_tokens": 0, "cached_tokens": 0,
        })
    });
    let mut rows: Vec<Value> = of_day.collect();
    if let Some(first) = rows.first_mut() {
        first["usage"] = json!(first["usage"].as_f64().unwrap() + memory.activity_more);
    }
    (200, json!({ "data": rows }))
}
