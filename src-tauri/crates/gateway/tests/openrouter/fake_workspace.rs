//! Workspaces of the fake, their budgets, and guardrails.

use serde_json::{Value, json};

use super::fake::{Asked, Memory, merge, now, paged, refusal};
use super::fake_usage;

const CHANGED: [&str; 3] = ["name", "slug", "description"];
const NAME_MAX: usize = 100;
/// Budgets must grow with their intervals.
const INTERVALS: [&str; 4] = ["daily", "weekly", "monthly", "lifetime"];

pub fn new(memory: &mut Memory, name: &str, slug: &str) -> Value {
    json!({
        "id": memory.uuid(), "name": name, "slug": slug, "description": null, "created_at": now().to_string(),
        "created_by": "user_abc123", "default_guardrail_id": memory.uuid(), "default_image_model": null,
        "default_provider_sort": null, "default_text_model": null, "include_byok_in_budgets": false,
        "io_logging_api_key_ids": null, "io_logging_sampling_rate": 1, "is_data_discount_logging_enabled": true,
        "is_observability_broadcast_enabled": false, "is_observability_io_logging_enabled": false, "updated_at": null,
    })
}

fn is_slug(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 50 && text.split('-').all(part)
}

fn valid(workspace: &Value) -> bool {
    let name = workspace["name"].as_str().unwrap_or_default();
    (1..=NAME_MAX).contains(&name.chars().count()) && workspace["slug"].as_str().is_some_and(is_slug)
}

pub fn create(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let mut workspace = new(memory, "", "");
    if let Err(refused) = merge(&mut workspace, body, &CHANGED) {
        return refused;
    }
    if !valid(&workspace) {
        return refusal(400, "Invalid request parameters");
    }
    if memory.saved.workspaces.iter().any(|one| one["slug"] == workspace["slug"]) {
        return refusal(400, "A workspace with this slug exists");
    }
    memory.saved.workspaces.push(workspace.clone());
    (201, json!({ "data": workspace }))
}

/// Newest first.
pub fn list(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    let newest: Vec<Value> = memory.saved.workspaces.iter().rev().cloned().collect();
    (200, paged(&newest, asked))
}

fn place(memory: &Memory, asked: &Asked<'_>) -> Option<usize> {
    memory.saved.workspaces.iter().position(|one| one["id"] == asked.ids[0] || one["slug"] == asked.ids[0])
}

pub fn get(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    match place(memory, asked) {
        Some(at) => (200, json!({ "data": memory.saved.workspaces[at] })),
        None => refusal(404, "Workspace not found"),
    }
}

pub fn update(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(at) = place(memory, asked) else { return refusal(404, "Workspace not found") };
    let mut workspace = memory.saved.workspaces[at].clone();
    if let Err(refused) = merge(&mut workspace, &asked.body, &CHANGED) {
        return refused;
    }
    if !valid(&workspace) {
        return refusal(400, "Invalid request parameters");
    }
    memory.saved.workspaces[at] = workspace.clone();
    (200, json!({ "data": workspace }))
}

pub fn delete(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(at) = place(memory, asked) else { return refusal(404, "Workspace not found") };
    let id = memory.saved.workspaces[at]["id"].clone();
    if at == 0 || memory.saved.keys.iter().any(|key| key["workspace_id"] == id) {
        return refusal(400, "Workspace has active API keys");
    }
    memory.saved.workspaces.remove(at);
    (200, json!({ "deleted": true }))
}

pub fn budgets(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    if !memory.budgets_read {
        return refusal(404, "Resource not found");
    }
    let mine = memory.saved.budgets.iter().filter(|((id, _), _)| id == asked.ids[0]).map(|(_, one)| one);
    (200, json!({ "data": mine.collect::<Vec<_>>(), "include_byok_in_budgets": false }))
}

pub fn budget_put(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    if !memory.budgets_write {
        return refusal(403, "Workspace budgets are available on the Enterprise plan");
    }
    let (id, interval) = (asked.ids[0], asked.ids[1]);
    let limit = asked.body["limit_usd"].as_f64().unwrap_or_default();
    let place = |name: &str| INTERVALS.iter().position(|known| *known == name);
    let out_of_order = memory.saved.budgets.iter().filter(|((other, _), _)| other == id).any(|((_, other), budget)| {
        let theirs = budget["limit_usd"].as_f64().unwrap();
        (place(other) < place(interval) && theirs >= limit) || (place(other) > place(interval) && theirs <= limit)
    });
    if limit <= 0.0 || out_of_order {
        return refusal(400, "Budget limits must strictly decrease as the interval narrows");
    }
    let reset = if interval == "lifetime" { Value::Null } else { json!(interval) };
    let (made, number) = (now().to_string(), memory.uuid());
    let budget = json!({
        "id": number, "workspace_id": id, "limit_usd": asked.body["limit_usd"], "reset_interval": reset,
        "created_at": made, "updated_at": made,
    });
    memory.saved.budgets.insert((id.to_owned(), interval.to_owned()), budget.clone());
    (200, json!({ "data": budget }))
}

pub fn budget_delete(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    memory.saved.budgets.remove(&(asked.ids[0].to_owned(), asked.ids[1].to_owned()));
    (200, json!({ "deleted": true }))
}

const GUARDRAIL: [&str; 6] = ["name", "description", "allowed_models", "workspace_id", "limit_usd", "reset_interval"];

pub fn guardrails(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    let default = memory.saved.workspaces[0]["id"].as_str().unwrap();
    let workspace = asked.query.get("workspace_id").map_or(default, String::as_str);
    let mine: Vec<Value> =
        memory.saved.guardrails.iter().filter(|one| one["workspace_id"] == workspace).cloned().collect();
    (200, paged(&mine, asked))
}

pub fn guardrail_create(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let mut guardrail = json!({
        "id": memory.uuid(), "name": "", "description": null, "allowed_models": null, "allowed_providers": null,
        "ignored_models": null, "ignored_providers": null, "limit_usd": null, "reset_interval": null,
        "enforce_zdr": null, "include_byok_in_budgets": false, "created_at": now().to_string(), "updated_at": null,
        "workspace_id": memory.saved.workspaces[0]["id"],
    });
    if let Err(refused) = merge(&mut guardrail, body, &GUARDRAIL).and_then(|()| canonical(&mut guardrail)) {
        return refused;
    }
    memory.saved.guardrails.push(guardrail.clone());
    (201, json!({ "data": guardrail }))
}

/// Slugs come back as canonical ones, in an order of their own; what nobody knows is refused.
fn canonical(guardrail: &mut Value) -> Result<(), (u16, Value)> {
    let Some(names) = guardrail["allowed_models"].as_array() else { return Ok(()) };
    let slugs: Option<Vec<String>> =
        names.iter().map(|name| fake_usage::canonical_slug(name.as_str().unwrap_or_default())).collect();
    match slugs {
        Some(slugs) if !slugs.is_empty() => {
            guardrail["allowed_models"] = json!(slugs);
            Ok(())
        }
        _ => Err(refusal(400, "Invalid model in allowed_models")),
    }
}

fn guardrail_place(memory: &Memory, asked: &Asked<'_>) -> Option<usize> {
    memory.saved.guardrails.iter().position(|one| one["id"] == asked.ids[0])
}

pub fn guardrail_get(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    match guardrail_place(memory, asked) {
        Some(at) => (200, json!({ "data": memory.saved.guardrails[at] })),
        None => refusal(404, "Guardrail not found"),
    }
}

pub fn guardrail_update(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(at) = guardrail_place(memory, asked) else { return refusal(404, "Guardrail not found") };
    let mut guardrail = memory.saved.guardrails[at].clone();
    if let Err(refused) = merge(&mut guardrail, &asked.body, &GUARDRAIL).and_then(|()| canonical(&mut guardrail)) {
        return refused;
    }
    memory.saved.guardrails[at] = guardrail.clone();
    (200, json!({ "data": guardrail }))
}

pub fn guardrail_delete(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(at) = guardrail_place(memory, asked) else { return refusal(404, "Guardrail not found") };
    memory.saved.guardrails.remove(at);
    memory.saved.assigned.retain(|_, id| id != asked.ids[0]);
    (200, json!({ "deleted": true }))
}

pub fn assignments(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    let all: Vec<Value> = memory.saved.assigned.iter().map(|(hash, id)| assignment(memory, hash, id)).collect();
    (200, paged(&all, asked))
}

fn assignment(memory: &Memory, hash: &str, id: &str) -> Value {
    let key = memory.saved.keys.iter().find(|key| key["hash"] == hash).cloned().unwrap_or_default();
    json!({
        "id": format!("00000000-0000-4000-9000-{}", &hash[..12]), "guardrail_id": id, "key_hash": hash,
        "key_name": key["name"], "key_label": key["label"], "assigned_by": null, "created_at": now().to_string(),
    })
}

pub fn assign(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    if guardrail_place(memory, asked).is_none() {
        return refusal(404, "Guardrail not found");
    }
    let hashes: Vec<String> =
        asked.body["key_hashes"].as_array().unwrap().iter().map(|hash| hash.as_str().unwrap().to_owned()).collect();
    let known = |hash: &&String| memory.saved.keys.iter().any(|key| key["hash"] == hash.as_str());
    let found: Vec<String> = hashes.iter().filter(known).cloned().collect();
    for hash in &found {
        memory.saved.assigned.insert(hash.clone(), asked.ids[0].to_owned());
    }
    (200, json!({ "assigned_count": found.len() }))
}
