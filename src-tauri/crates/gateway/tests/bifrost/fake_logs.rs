//! The fake's requests: rows with ties that come in another order each time, while traffic goes on.

use std::collections::BTreeMap;
use std::sync::Mutex;

use domain::Timestamp;
use serde_json::{Value, json};

use super::fake::{Asked, Memory, number, recorded};

/// A row of one request; `serial` makes it unique.
pub fn row(release: &str, serial: usize, at: &str, (customer, key): (&str, &str), model: &str) -> Value {
    let mut row = template(release);
    row["id"] = json!(format!("00000000-0000-4000-9000-{serial:012}"));
    row["timestamp"] = json!(at);
    row["virtual_key_id"] = if key.is_empty() { Value::Null } else { json!(key) };
    row["model"] = json!(model);
    row["cost"] = json!(1.275e-05 + serial as f64 * 1e-9);
    if release != "1.4.19" {
        row["customer_id"] = if customer.is_empty() { Value::Null } else { json!(customer) };
    }
    row
}

/// The first recorded row without the objects around it, which are long and not read.
fn template(release: &str) -> Value {
    static READ: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock().unwrap();
    let first = || {
        let mut row = recorded(release, "logs_list").1["logs"][0].clone();
        for name in ["input_history", "virtual_key", "selected_key", "raw_request", "raw_response"] {
            row.as_object_mut().unwrap().remove(name);
        }
        row.as_object_mut().unwrap().retain(|name, value| !value.is_null() || name.ends_with("_id"));
        row
    };
    read.entry(release.to_owned()).or_insert_with(first).clone()
}

/// A row that was refused or failed: no cost, no tokens, and words that are nobody's business.
pub fn failed(mut row: Value) -> Value {
    row["status"] = json!("error");
    row["error_details"] = json!({ "error": { "message": "private words of the upstream" } });
    row.as_object_mut().unwrap().remove("cost");
    row.as_object_mut().unwrap().remove("token_usage");
    row
}

fn started(row: &Value) -> Timestamp {
    row["timestamp"].as_str().unwrap().parse().unwrap()
}

pub fn rows(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let query = &asked.query;
    let limit = number(query, "limit", 50);
    if limit > 1000 {
        return memory.recorded("logs_limit_1001");
    }
    if !memory.arriving.is_empty() {
        let arrived = memory.arriving.remove(0);
        memory.rows.push(arrived);
    }
    let at = |name: &str| query.get(name).and_then(|text| text.parse::<Timestamp>().ok());
    let (from, to) = (at("start_time"), at("end_time"));
    // A time that cannot be read is ignored by the real one, which then tells everything.
    assert!(from.is_some() && to.is_some(), "times must be readable: {query:?}");
    let inside = |row: &&Value| from.is_none_or(|from| started(row) >= from) && to.is_none_or(|to| started(row) <= to);
    let customer = query.get("customer_ids").filter(|_| !memory.is_1_4());
    let missing = query.contains_key("missing_cost_only");
    let mut found: Vec<&Value> = memory.rows.iter().filter(inside).collect();
    found.retain(|row| customer.is_none_or(|wanted| row["customer_id"] == wanted.as_str()));
    found.retain(|row| !missing || (row["status"] != "error" && row["cost"].as_f64().unwrap_or(0.0) <= 0.0));
    let salt = memory.calls.len() as u64;
    let tie = |row: &Value| {
        let id = row["id"].as_str().unwrap();
        id.bytes().fold(salt.wrapping_mul(0x9e37_79b9), |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0193))
    };
    found.sort_by_cached_key(|row| (started(row), tie(row)));
    if query["order"] == "desc" {
        found.reverse();
    }
    let total = found.len();
    let page: Vec<&Value> = found.into_iter().skip(number(query, "offset", 0)).take(limit).collect();
    let pagination = json!({ "limit": limit, "offset": number(query, "offset", 0), "total_count": 0 });
    (200, json!({ "logs": page, "pagination": pagination, "stats": { "total_requests": total }, "has_logs": true }))
}
