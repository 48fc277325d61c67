//! The fake's virtual keys.

use serde_json::{Value, json};

use super::fake::{Asked, Memory, number};

pub fn answer(memory: &mut Memory, call: &str, asked: &Asked<'_>) -> (u16, Value) {
    match call.split_once(' ').unwrap().0 {
        "GET" if asked.id.is_empty() => list(memory, asked),
        "GET" => get(memory, asked),
        "POST" => create(memory, &asked.json()),
        "PUT" => update(memory, asked),
        _ => delete(memory, asked),
    }
}

/// Masked as releases after those recorded do.
fn shown(memory: &Memory, key: &Value) -> Value {
    let mut key = key.clone();
    if memory.newer {
        key["value"] = json!("sk-bf-****0001");
    }
    key
}

fn list(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    let filters = ["customer_id", "team_id"];
    let asked_for = |key: &&Value| {
        filters.iter().all(|name| asked.query.get(*name).is_none_or(|wanted| key[*name] == wanted.as_str()))
    };
    let found: Vec<Value> = memory.keys.iter().filter(asked_for).map(|key| shown(memory, key)).collect();
    let paged = ["limit", "offset", "customer_id", "team_id"].iter().any(|name| asked.query.contains_key(*name));
    let (limit, offset) = match paged {
        true => (number(&asked.query, "limit", 25).min(100), number(&asked.query, "offset", 0)),
        false => (found.len(), 0),
    };
    let page: Vec<&Value> = found.iter().skip(offset).take(limit).collect();
    (
        200,
        json!({ "virtual_keys": page, "count": page.len(), "total_count": found.len(), "limit": limit, "offset": offset }),
    )
}

fn get(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(key) = memory.keys.iter().find(|key| key["id"] == asked.id) else {
        return memory.recorded("vk_get_missing");
    };
    let mut key = shown(memory, key);
    if asked.query.contains_key("from_memory") {
        // Ten seconds ahead of the database.
        if key["budget"].is_object() {
            key["budget"]["current_usage"] = json!(0.25);
        }
        if key["budgets"].as_array().is_some_and(|budgets| !budgets.is_empty()) {
            key["budgets"][0]["current_usage"] = json!(0.25);
        }
    }
    (200, json!({ "virtual_key": key }))
}

fn create(memory: &mut Memory, body: &Value) -> (u16, Value) {
    if memory.keys.iter().any(|key| key["name"] == body["name"]) {
        return memory.recorded("vk_create_duplicate_name");
    }
    let owner = &body["customer_id"];
    if owner.is_string() && !memory.customers.iter().any(|customer| customer["id"] == *owner) {
        return memory.recorded("vk_create_unknown_customer");
    }
    let (status, mut made) = memory.recorded("vk_create_no_provider_configs");
    let id = memory.id();
    let key = &mut made["virtual_key"];
    key["id"] = json!(id);
    key["value"] = json!(format!("sk-bf-{id}"));
    key["created_at"] = json!(format!("2026-11-21T09:42:12.{:09}Z", memory.serial));
    key.as_object_mut().unwrap().remove("customer");
    key["customer_id"] = Value::Null;
    key["is_active"] = json!(true);
    if !memory.is_1_4() {
        // 1.5.2 reads it here and nowhere else.
        key["calendar_aligned"] = json!(body["calendar_aligned"] == true);
    }
    if let Err(refused) = set(memory, key, body) {
        return refused;
    }
    if memory.is_1_4() {
        key["is_active"] = json!(true);
    }
    memory.keys.push(key.clone());
    (status, made)
}

fn update(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let body = asked.json();
    let Some(at) = memory.keys.iter().position(|key| key["id"] == asked.id) else {
        return memory.recorded("vk_get_missing");
    };
    let taken = |key: &Value| key["id"] != asked.id && key["name"] == body["name"];
    if body.get("name").is_some() && memory.keys.iter().any(taken) {
        let mut refused = memory.recorded("vk_create_duplicate_name");
        refused.0 = if memory.is_1_4() { 500 } else { 400 };
        return refused;
    }
    let mut key = memory.keys[at].clone();
    let named = body.get("customer_id").is_some() || body.get("team_id").is_some();
    if named || !memory.is_1_5_11() {
        // Up to 1.5.2 a change without an owner takes it away.
        (key["customer_id"], key["team_id"], key["team"]) = (Value::Null, Value::Null, Value::Null);
    }
    if memory.is_1_5_11() && body.get("calendar_aligned").is_some() {
        key["calendar_aligned"] = body["calendar_aligned"].clone();
    }
    if let Err(refused) = set(memory, &mut key, &body) {
        return refused;
    }
    memory.keys[at] = key.clone();
    (200, json!({ "message": "Virtual key updated successfully", "virtual_key": key }))
}

fn delete(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(at) = memory.keys.iter().position(|key| key["id"] == asked.id) else {
        return memory.recorded("vk_delete_again");
    };
    memory.keys.remove(at);
    memory.recorded("vk_delete")
}

fn set(memory: &mut Memory, key: &mut Value, body: &Value) -> Result<(), (u16, Value)> {
    for name in ["name", "description", "is_active", "customer_id", "team_id"] {
        if let Some(value) = body.get(name) {
            key[name] = value.clone();
        }
    }
    if key["team_id"].is_string() {
        key["team"] = memory.teams.iter().find(|team| team["id"] == key["team_id"]).cloned().unwrap_or_default();
    }
    if let Some(expires_at) = body.get("expires_at").filter(|_| memory.newer) {
        key["expires_at"] = if expires_at == "" { Value::Null } else { expires_at.clone() };
    }
    set_budget(memory, key, body)?;
    if let Some(limit) = body.get("rate_limit") {
        key["rate_limit"] = rate_limit(&key["rate_limit"], limit, memory.is_1_5_11());
    }
    if let Some(configs) = body.get("provider_configs") {
        let made: Result<Vec<Value>, _> =
            configs.as_array().unwrap().iter().map(|c| provider(memory, key, c)).collect();
        key["provider_configs"] = made?.into();
    }
    Ok(())
}

/// One `budget` in 1.4, a list of `budgets` later; a shape of the other kind is ignored in silence.
fn set_budget(memory: &Memory, key: &mut Value, body: &Value) -> Result<(), (u16, Value)> {
    let name = if memory.is_1_4() { "budget" } else { "budgets" };
    let Some(wanted) = body.get(name) else { return Ok(()) };
    let all: Vec<&Value> = if memory.is_1_4() { vec![wanted] } else { wanted.as_array().unwrap().iter().collect() };
    let some: Vec<&Value> = all.into_iter().filter(|budget| **budget != json!({})).collect();
    if some.iter().any(|budget| budget["max_limit"].as_f64() == Some(0.0)) {
        let message = "Failed to update virtual key: budget max limit cannot be negative or zero: 0.00";
        return Err((500, json!({ "is_bifrost_error": false, "status_code": 500, "error": { "message": message } })));
    }
    let aligned = |wanted: &Value| match memory.is_1_4() {
        true => wanted["calendar_aligned"] == true,
        false => key["calendar_aligned"] == true,
    };
    let made: Vec<Value> = some.iter().map(|wanted| budget(wanted, aligned(wanted), memory.is_1_4())).collect();
    key[name] = if memory.is_1_4() { made.first().cloned().unwrap_or_default() } else { made.into() };
    Ok(())
}

pub fn budget(wanted: &Value, aligned: bool, tells: bool) -> Value {
    let last_reset = if aligned { "2026-11-01T00:00:00Z" } else { "2026-11-21T09:42:10.187315827Z" };
    let mut made = json!({
        "id": "b", "max_limit": wanted["max_limit"], "reset_duration": wanted["reset_duration"],
        "last_reset": last_reset, "current_usage": 0.018_663_749_999_999_986,
    });
    made["calendar_aligned"] = json!(tells && aligned);
    made
}

/// `{}` deletes; else a release up to 1.5.2 keeps what is not named.
pub fn rate_limit(is: &Value, wanted: &Value, replaces: bool) -> Value {
    if wanted == &json!({}) {
        return Value::Null;
    }
    let mut made = if replaces || is.is_null() { json!({}) } else { is.clone() };
    for (name, value) in wanted.as_object().unwrap() {
        made[name] = value.clone();
    }
    made
}

fn provider(memory: &mut Memory, key: &Value, wanted: &Value) -> Result<Value, (u16, Value)> {
    let provider = wanted["provider"].as_str().unwrap();
    if !memory.providers.contains(&provider) {
        let message = format!("invalid provider name: {provider}");
        return Err((400, json!({ "is_bifrost_error": false, "status_code": 400, "error": { "message": message } })));
    }
    let star = wanted["key_ids"] == json!(["*"]);
    if memory.is_1_4() && star {
        let message = format!("some keys not found for provider {provider}: expected 1, found 0");
        return Err((500, json!({ "is_bifrost_error": false, "status_code": 500, "error": { "message": message } })));
    }
    let known = key["provider_configs"].as_array().into_iter().flatten().find(|c| c["id"] == wanted["id"]);
    memory.serial += 1;
    let id = known.map_or_else(|| json!(memory.serial), |known| known["id"].clone());
    let mut made = json!({
        "id": id, "provider": provider, "weight": wanted["weight"],
        "allowed_models": wanted["allowed_models"], "keys": [],
    });
    if !memory.is_1_4() {
        made["allow_all_keys"] = json!(star);
    }
    if let Some(ids) = wanted["key_ids"].as_array().filter(|_| !star) {
        made["keys"] = ids.iter().map(|id| json!({ "key_id": id })).collect();
    }
    if memory.is_1_5_11() {
        made["blacklisted_models"] = wanted["blacklisted_models"].clone();
    }
    Ok(made)
}
