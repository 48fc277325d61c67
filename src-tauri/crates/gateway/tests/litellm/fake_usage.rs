//! The fake's usage: rows with ties that page badly, and the daily cube added up in floats and cut into small pages.

use std::collections::BTreeMap;

use domain::Timestamp;
use serde_json::{Value, json};

use super::fake::{Memory, number, recorded};

type Query = BTreeMap<String, String>;

/// Rows of the daily table on a page, however many are asked for: so that a day is spread over several.
const ACTIVITY_PAGE: usize = 4;

/// A row of one request; `serial` makes it unique.
pub fn row(serial: usize, at: &str, (team, key): (&str, &str), (model, group): (&str, &str)) -> Value {
    let mut row = recorded("spend_logs_v2").1["data"][0].clone();
    row["request_id"] = json!(format!("chatcmpl-{serial:05}"));
    row["startTime"] = json!(at);
    row["endTime"] = json!(at.parse::<Timestamp>().unwrap().plus_millis(20 + serial as i64).to_string());
    row["team_id"] = json!(team);
    row["api_key"] = json!(key);
    row["model"] = json!(model);
    row["model_group"] = json!(group);
    row["spend"] = json!(0.000_194 + serial as f64 * 1e-9);
    row
}

pub fn rows(memory: &Memory, query: &Query) -> (u16, Value) {
    let (page, size) = (number(query, "page", 1), number(query, "page_size", 50));
    if size > memory.rows_max {
        return recorded("spend_logs_v2_page_size_too_big");
    }
    let at = |name: &str| {
        let text = query[name].clone();
        assert!(!text.contains(['T', 'Z']), "the real one refuses {text}");
        text.parse::<Timestamp>().unwrap()
    };
    let (from, to) = (at("start_date"), at("end_date"));
    let mut found: Vec<&Value> = memory.rows.iter().filter(|row| (from..=to).contains(&started(row))).collect();
    found.retain(|row| query.get("team_id").is_none_or(|team| row["team_id"] == **team));
    sort(&mut found, query, page);
    let total = found.len();
    let skip = ((page - 1) * size) as usize;
    let data: Vec<&Value> = found.into_iter().skip(skip).take(size as usize).collect();
    (200, json!({ "data": data, "total": total.min(10_000), "page": page, "page_size": size }))
}

fn started(row: &Value) -> Timestamp {
    row["startTime"].as_str().unwrap().parse().unwrap()
}

/// Sorts by the asked column; ties come in another order on every page, as they may from the real one.
fn sort(rows: &mut [&Value], query: &Query, page: u64) {
    let column = query["sort_by"].as_str();
    let key = |row: &Value| match &row[column] {
        Value::String(text) => text.parse::<Timestamp>().unwrap().as_millis() as f64,
        other => other.as_f64().unwrap(),
    };
    let tie = |row: &Value| {
        let id = row["request_id"].as_str().unwrap();
        id.bytes().fold(page.wrapping_mul(0x9e37_79b9), |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0193))
    };
    rows.sort_by(|a, b| key(a).total_cmp(&key(b)).then(tie(a).cmp(&tie(b))));
    if query["sort_order"] == "desc" {
        rows.reverse();
    }
}

#[derive(Default, Clone, Copy)]
struct Sum {
    spend: f64,
    counts: [u64; 4],
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.spend += other.spend;
        self.counts.iter_mut().zip(other.counts).for_each(|(mine, theirs)| *mine += theirs);
    }

    fn json(&self) -> Value {
        let [prompt, completion, success, failed] = self.counts;
        json!({ "metrics": {
            "spend": self.spend, "prompt_tokens": prompt, "completion_tokens": completion,
            "successful_requests": success, "failed_requests": failed, "api_requests": success + failed,
        } })
    }
}

/// Team, day, key, upstream model, and the group of the first row of these: as the real table merges them.
type Cell = (String, String, String, String);

pub fn activity(memory: &Memory, query: &Query) -> (u16, Value) {
    let mut table: BTreeMap<Cell, (String, Sum)> = BTreeMap::new();
    for row in &memory.rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let day = text("startTime")[..10].to_owned();
        let asked = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
        let inside = query["start_date"] <= day && day <= query["end_date"];
        if !inside || !asked("team_ids", &text("team_id")) || !asked("api_key", &text("api_key")) {
            continue;
        }
        let failed = row["status"] == "failure";
        let count = |name: &str| row[name].as_u64().unwrap();
        let counts = [count("prompt_tokens"), count("completion_tokens"), u64::from(!failed), u64::from(failed)];
        let one = Sum { spend: row["spend"].as_f64().unwrap(), counts };
        let cell = (day, text("team_id"), text("api_key"), text("model"));
        table.entry(cell).or_insert_with(|| (text("model_group"), Sum::default())).1.add(&one);
    }
    let page = number(query, "page", 1) as usize;
    let pages = table.len().div_ceil(ACTIVITY_PAGE);
    let requests: u64 = table.values().map(|(_, sum)| sum.counts[2] + sum.counts[3]).sum();
    let mut days: BTreeMap<String, Vec<(Cell, String, Sum)>> = BTreeMap::new();
    for (cell, (group, sum)) in table.into_iter().skip((page - 1) * ACTIVITY_PAGE).take(ACTIVITY_PAGE) {
        days.entry(cell.0.clone()).or_default().push((cell, group, sum));
    }
    let results: Vec<Value> = days.into_iter().rev().map(|(day, cells)| one_day(&day, &cells)).collect();
    let metadata = json!({ "has_more": page < pages, "total_pages": pages, "total_api_requests": requests });
    (200, json!({ "results": results, "metadata": metadata }))
}

fn one_day(day: &str, cells: &[(Cell, String, Sum)]) -> Value {
    let face = |name: &dyn Fn(&(Cell, String, Sum)) -> String| {
        let mut face: BTreeMap<String, BTreeMap<String, Sum>> = BTreeMap::new();
        for cell in cells {
            let name = name(cell);
            if !name.is_empty() {
                face.entry(name).or_default().entry(cell.0.2.clone()).or_default().add(&cell.2);
            }
        }
        let buckets = face.into_iter().map(|(name, keys)| {
            let mut whole = Sum::default();
            keys.values().for_each(|sum| whole.add(sum));
            let mut bucket = whole.json();
            bucket["api_key_breakdown"] = keys.into_iter().map(|(key, sum)| (key, sum.json())).collect();
            (name, bucket)
        });
        buckets.collect::<serde_json::Map<String, Value>>()
    };
    let team = |cell: &(Cell, String, Sum)| {
        let team = cell.0.1.clone();
        if team.is_empty() { "Unassigned".to_owned() } else { team }
    };
    let mut keys: BTreeMap<String, Sum> = BTreeMap::new();
    cells.iter().for_each(|cell| keys.entry(cell.0.2.clone()).or_default().add(&cell.2));
    let keys: serde_json::Map<String, Value> = keys.into_iter().map(|(key, sum)| (key, sum.json())).collect();
    json!({ "date": day, "breakdown": {
        "models": face(&|cell| cell.0.3.clone()),
        "model_groups": face(&|cell| if cell.1.is_empty() { cell.0.3.clone() } else { cell.1.clone() }),
        "entities": face(&team),
        "api_keys": keys,
    } })
}
