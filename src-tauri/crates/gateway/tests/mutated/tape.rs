//! Good replies: what a product's fake answers to every step of the round, and what was recorded from real servers.

use std::path::Path;

use serde_json::Value;

use super::server::Asked;

/// Elements of a list that are kept of a recorded reply: more of them say the same.
const LIST_MAX: usize = 12;

/// One good reply and what it answers.
#[derive(Debug, Clone)]
pub struct Reply {
    pub asked: Asked,
    pub status: u16,
    /// Those that adapters read.
    pub headers: Vec<(String, String)>,
    pub text: String,
    /// The body as a value, where it is JSON.
    pub value: Option<Value>,
}

impl Reply {
    pub fn new(asked: Asked, status: u16, headers: Vec<(String, String)>, text: String) -> Self {
        let value = serde_json::from_str(&text).ok();
        Self { asked, status, headers, text, value }
    }
}

/// The replies of every step in the order in which they came, and all others.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    pub steps: Vec<Vec<Reply>>,
    pub others: Vec<Reply>,
}

/// Every recorded reply of a product.
pub fn recorded(product: &str) -> Vec<Reply> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(product);
    let Ok(releases) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = releases
        .flat_map(|release| std::fs::read_dir(release.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Reply {
    let mut pair: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let json = vec![("content-type".to_owned(), "application/json".to_owned())];
    if pair.get("request").is_none() {
        shorten(&mut pair);
        return Reply::new(Asked::new("GET", "/"), 200, json, pair.to_string());
    }
    let asked = Asked::new(pair["request"]["method"].as_str().unwrap(), pair["request"]["path"].as_str().unwrap());
    let status = u16::try_from(pair["response"]["status"].as_u64().unwrap()).unwrap();
    let mut body = pair["response"]["body"].take();
    shorten(&mut body);
    let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    Reply::new(asked, status, json, text)
}

fn shorten(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.truncate(LIST_MAX);
            list.iter_mut().for_each(shorten);
        }
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}
