//! The fake's log: listed by offset, the newest first, both ends of a window included.

use serde_json::{Value, json};

use super::fake::{Asked, Memory, paged, recorded, success};

/// A row out of a recorded one: number, end, duration, user and token, model and charge.
pub fn row(id: u64, ended: i64, use_time: i64, (user, token, token_name): (u64, u64, &str), quota: i64) -> Value {
    let mut row = recorded("log_list_consume").1["data"]["items"][0].clone();
    for (name, value) in [("id", id), ("user_id", user), ("token_id", token)] {
        row[name] = json!(value);
    }
    row["created_at"] = json!(ended);
    row["use_time"] = json!(use_time);
    row["token_name"] = json!(token_name);
    row["quota"] = json!(quota);
    row["request_id"] = json!(format!("request-{id}"));
    row
}

fn inside<'a>(memory: &'a Memory, asked: &Asked) -> Vec<&'a Value> {
    let (first, last) = (asked.number("start_timestamp"), asked.number("end_timestamp"));
    let kind = asked.number("type");
    let fits = |row: &&Value| {
        let at = row["created_at"].as_i64().unwrap_or(0);
        (first == 0 || at >= first) && (last == 0 || at <= last) && (kind == 0 || row["type"] == kind)
    };
    memory.rows.iter().filter(fits).collect()
}

/// A row that is copied only when it stands on the page.
#[derive(Clone)]
struct Row<'a>(&'a Value);

impl From<Row<'_>> for Value {
    fn from(row: Row<'_>) -> Self {
        row.0.clone()
    }
}

pub fn list(memory: &Memory, asked: &Asked) -> (u16, Value) {
    let mut rows = inside(memory, asked);
    rows.sort_by_key(|row| std::cmp::Reverse((row["created_at"].as_i64(), row["id"].as_u64())));
    success(paged(&rows.into_iter().map(Row).collect::<Vec<_>>(), asked))
}

/// The sum of what was consumed, whatever kind was asked for.
pub fn stat(memory: &Memory, asked: &Asked) -> (u16, Value) {
    let rows = inside(memory, asked);
    let quota: i64 = rows.iter().filter(|row| row["type"] == 2).filter_map(|row| row["quota"].as_i64()).sum();
    success(json!({ "quota": quota, "rpm": 0, "tpm": 0 }))
}
