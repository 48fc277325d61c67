//! The fake's tokens: masked in lists, made without a word, overwritten whole, shown through the narrow door.

use serde_json::{Value, json};

use super::fake::{Asked, Memory, failure, now, paged, recorded, success};

fn find_mut(memory: &mut Memory, id: u64, me: u64) -> Option<&mut Value> {
    memory.tokens.iter_mut().find(|token| token["id"] == id && token["user_id"] == me)
}

/// As it is listed: the key masked.
fn shown(token: &Value) -> Value {
    let key = token["key"].as_str().unwrap_or_default();
    let mut shown = token.clone();
    shown["key"] = json!(format!("{}**********{}", &key[..4], &key[44..]));
    shown
}

/// A call with a token that cost so much.
pub fn charge(memory: &mut Memory, id: u64, units: i64) {
    for token in memory.tokens.iter_mut().filter(|token| token["id"] == id) {
        token["used_quota"] = json!(token["used_quota"].as_i64().unwrap_or(0) + units);
        token["remain_quota"] = json!(token["remain_quota"].as_i64().unwrap_or(0) - units);
    }
}

pub fn answer(memory: &mut Memory, asked: &Asked, me: u64) -> (u16, Value) {
    match asked.call.as_str() {
        "GET /api/token/" => {
            let mine = memory.tokens.iter().rev().filter(|token| token["user_id"] == me).map(shown);
            success(paged(&mine.collect::<Vec<_>>(), asked))
        }
        "GET /api/token/:id" => match find_mut(memory, asked.id(), me) {
            Some(token) => success(shown(token)),
            None => recorded("user_get_missing"),
        },
        "POST /api/token/" => create(memory, &asked.body, me),
        "PUT /api/token/" => edit(memory, asked, me),
        "DELETE /api/token/:id" => {
            let before = memory.tokens.len();
            memory.tokens.retain(|token| token["id"] != asked.id() || token["user_id"] != me);
            if memory.tokens.len() < before { success(Value::Null) } else { recorded("user_get_missing") }
        }
        "POST /api/token/batch/keys" => {
            let ids = asked.body["ids"].as_array().cloned().unwrap_or_default();
            let mine = memory.tokens.iter().filter(|token| token["user_id"] == me && ids.contains(&token["id"]));
            let keys: serde_json::Map<String, Value> =
                mine.map(|token| (token["id"].to_string(), token["key"].clone())).collect();
            success(json!({ "keys": keys }))
        }
        "POST /api/token/:id/key" => match find_mut(memory, asked.id(), me) {
            Some(token) => success(json!({ "key": token["key"] })),
            None => recorded("user_get_missing"),
        },
        _ => recorded("err_unknown_api_route"),
    }
}

fn refused(body: &Value) -> Option<(u16, Value)> {
    if body["name"].as_str().unwrap_or_default().len() > 50 {
        return Some(recorded("token_create_name_51"));
    }
    let left = body["remain_quota"].as_i64().unwrap_or(0);
    let out = body["unlimited_quota"] != true && !(0..=2_147_483_647).contains(&left);
    out.then(|| failure("Quota value exceeds valid range"))
}

const WRITABLE: [&str; 9] = [
    "name",
    "expired_time",
    "remain_quota",
    "unlimited_quota",
    "model_limits_enabled",
    "model_limits",
    "allow_ips",
    "group",
    "cross_group_retry",
];

fn create(memory: &mut Memory, body: &Value, me: u64) -> (u16, Value) {
    if let Some(refused) = refused(body) {
        return refused;
    }
    memory.made += 1;
    let id = memory.made + 100;
    let mut token = recorded("token_get").1["data"].clone();
    token["id"] = json!(id);
    token["user_id"] = json!(me);
    token["key"] = json!(format!("throwaway{id:039}"));
    token["used_quota"] = json!(0);
    token["status"] = json!(1);
    token["created_time"] = json!(now().as_millis() / 1000);
    for name in WRITABLE {
        token[name] = body[name].clone();
    }
    memory.tokens.push(token);
    recorded("token_create_unlimited")
}

/// Overwrites the token, or its status alone. What is not sent becomes nothing, as the real one does it.
fn edit(memory: &mut Memory, asked: &Asked, me: u64) -> (u16, Value) {
    let body = &asked.body;
    let status_only = asked.query.contains_key("status_only");
    if let Some(refused) = refused(body).filter(|_| !status_only) {
        return refused;
    }
    let Some(token) = find_mut(memory, body["id"].as_u64().unwrap_or(0), me) else {
        return recorded("user_get_missing");
    };
    if status_only {
        let spent =
            token["status"] == 4 && token["remain_quota"].as_i64() <= Some(0) && token["unlimited_quota"] != true;
        if body["status"] == 1 && spent {
            return failure("Token quota is exhausted and cannot be enabled");
        }
        token["status"] = body["status"].clone();
    } else {
        for name in WRITABLE {
            token[name] = body[name].clone();
        }
    }
    success(shown(token))
}
