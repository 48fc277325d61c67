//! Keys of the fake.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fake::{Asked, Memory, merge, now, number, refusal};

const MADE: [&str; 7] =
    ["name", "limit", "limit_reset", "include_byok_in_limit", "expires_at", "workspace_id", "creator_user_id"];
const CHANGED: [&str; 5] = ["name", "disabled", "limit", "limit_reset", "include_byok_in_limit"];

pub fn create(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let secret = memory.secret();
    let salt = if memory.hash_is_digest { "" } else { "salted" };
    let hash: String = Sha256::digest(format!("{salt}{secret}")).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut key = json!({
        "hash": hash, "name": "", "label": format!("sk-or-v1-mad...{}", &secret[secret.len() - 3..]),
        "disabled": false, "limit": null, "limit_remaining": null, "limit_reset": null,
        "include_byok_in_limit": false, "usage": 0, "usage_daily": 0, "usage_weekly": 0, "usage_monthly": 0,
        "byok_usage": 0, "byok_usage_daily": 0, "byok_usage_weekly": 0, "byok_usage_monthly": 0,
        "created_at": now().to_string(), "updated_at": null, "expires_at": null,
        "creator_user_id": "user_2dHFtVWx2n56w6HkM0000000000",
        "workspace_id": memory.saved.workspaces[0]["id"],
        // Newer than the description: the official client of later releases insists on them.
        "external_user": null, "last_used_at": null,
    });
    if let Err(refused) = merge(&mut key, body, &MADE) {
        return refused;
    }
    if key["name"].as_str().is_none_or(str::is_empty) {
        return refusal(400, "Invalid request parameters");
    }
    if memory.saved.workspaces.iter().all(|one| one["id"] != key["workspace_id"]) {
        return refusal(404, "Workspace not found");
    }
    let utc = |at: &str| at.ends_with('Z');
    if key["expires_at"].as_str().is_some_and(|at| !utc(at)) {
        return refusal(400, "expires_at must be in UTC");
    }
    key["limit_remaining"] = key["limit"].clone();
    memory.saved.keys.push(key.clone());
    (201, json!({ "data": key, "key": secret }))
}

/// Newest first, so that a new key moves all others; without a workspace, those of the default one.
pub fn list(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    let default = memory.saved.workspaces[0]["id"].as_str().unwrap();
    let workspace = asked.query.get("workspace_id").map_or(default, String::as_str);
    let without = |name: &str| asked.query.get(name).is_none_or(|text| text != "true");
    let (hidden, expired) = (without("include_disabled"), without("include_expired"));
    let past =
        |key: &Value| key["expires_at"].as_str().is_some_and(|at| at.parse::<domain::Timestamp>().unwrap() <= now());
    let mine = memory.saved.keys.iter().rev().filter(|key| key["workspace_id"] == workspace);
    let shown = mine.filter(|key| !(hidden && key["disabled"] == true || expired && past(key)));
    let page: Vec<&Value> = shown.skip(number(&asked.query, "offset", 0)).take(memory.key_page).collect();
    (200, json!({ "data": page }))
}

fn place(memory: &Memory, asked: &Asked<'_>) -> Option<usize> {
    memory.saved.keys.iter().position(|key| key["hash"] == asked.ids[0])
}

pub fn get(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    match place(memory, asked) {
        Some(at) => (200, json!({ "data": memory.saved.keys[at] })),
        None => refusal(404, "API key not found"),
    }
}

pub fn update(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(at) = place(memory, asked) else { return refusal(404, "API key not found") };
    let mut key = memory.saved.keys[at].clone();
    if let Err(refused) = merge(&mut key, &asked.body, &CHANGED) {
        return refused;
    }
    key["updated_at"] = json!(now().to_string());
    memory.saved.keys[at] = key.clone();
    (200, json!({ "data": key }))
}

pub fn delete(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(at) = place(memory, asked) else { return refusal(404, "API key not found") };
    memory.saved.keys.remove(at);
    memory.saved.assigned.remove(asked.ids[0]);
    (200, json!({ "deleted": true }))
}
