//! A LiteLLM that remembers: real HTTP on loopback, recorded replies as templates, and the pitfalls of the real one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use domain::{Product, Secret};
use gateway::{Connection, Gateway};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::fake_usage;

pub const ADMIN: &str = "sk-test-admin-0001";
pub const VIEWER: &str = "sk-test-viewer-0001";

/// What a call does instead of its duty, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Answers this and does nothing.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Does its duty, then breaks off the connection.
    LoseReply,
    /// Answers success and saves nothing.
    Forget,
}

#[derive(Default)]
pub struct Memory {
    pub teams: Vec<Value>,
    pub keys: Vec<Value>,
    pub deleted: Vec<Value>,
    pub rows: Vec<Value>,
    pub margin: Value,
    pub discount: Value,
    /// Most rows on a page, as before release 1.95.
    pub rows_max: u64,
    /// Calls that do not exist in this release.
    pub missing: Vec<&'static str>,
    pub faults: BTreeMap<String, Vec<Fault>>,
    pub calls: Vec<String>,
    pub insists_on_its_own: bool,
    /// The recording of `/model/info`.
    pub models: &'static str,
}

#[derive(Clone)]
pub struct Fake {
    pub address: SocketAddr,
    memory: Arc<Mutex<Memory>>,
}

/// A recorded pair's status and body.
pub fn recorded(name: &str) -> (u16, Value) {
    let path = format!("{}/fixtures/litellm/1.106.2/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let pair: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path);
    let status = u16::try_from(pair["response"]["status"].as_u64().unwrap()).unwrap();
    (status, pair["response"]["body"].clone())
}

impl Fake {
    pub async fn start() -> Self {
        let memory = Memory {
            rows_max: 1000,
            margin: json!({}),
            discount: json!({}),
            models: "model_info",
            ..Memory::default()
        };
        let memory = Arc::new(Mutex::new(memory));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(handle).with_state(Arc::clone(&memory));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, memory }
    }

    pub fn connect(&self, credential: &str) -> Arc<dyn Gateway> {
        let connection = Connection { product: Product::new("litellm"), base_url: format!("http://{}", self.address) };
        gateway::connect(&connection, Some(Secret::new(credential)), Arc::new(gateway::NoAccountSecrets)).unwrap()
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Memory) -> T) -> T {
        change(&mut self.memory.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Makes the next call of this name go wrong.
    pub fn fault(&self, call: &str, fault: Fault) {
        self.change(|memory| memory.faults.entry(call.to_owned()).or_default().push(fault));
    }

    pub fn calls(&self, call: &str) -> usize {
        self.change(|memory| memory.calls.iter().filter(|known| *known == call).count())
    }
}

type Query = BTreeMap<String, String>;

async fn handle(
    State(memory): State<Arc<Mutex<Memory>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = format!("{method} {}", uri.path());
    let mut memory = memory.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    memory.calls.push(call.clone());
    let faults = memory.faults.get_mut(&call).filter(|faults| !faults.is_empty());
    let fault = faults.map(|faults| faults.remove(0));
    if let Some(Fault::Answer(status, headers, text)) = fault {
        let mut reply = (StatusCode::from_u16(status).unwrap(), text).into_response();
        for (name, value) in headers {
            reply.headers_mut().insert(name, value.parse().unwrap());
        }
        return reply;
    }
    let saved = matches!(fault, Some(Fault::Forget)).then(|| (memory.teams.clone(), memory.keys.clone()));
    let credential = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let query = query(uri.query().unwrap_or_default());
    let (status, body) = answer(&mut memory, &call, &credential, &query, &body);
    if let Some((teams, keys)) = saved {
        (memory.teams, memory.keys) = (teams, keys);
    }
    if matches!(fault, Some(Fault::LoseReply)) {
        drop(memory);
        std::panic::resume_unwind(Box::new("the reply is lost"));
    }
    let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], text).into_response()
}

fn query(text: &str) -> Query {
    let decode = |part: &str| {
        let mut bytes = Vec::new();
        let mut rest = part.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let hex = [rest.next().unwrap(), rest.next().unwrap()];
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
                }
                other => bytes.push(other),
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn answer(memory: &mut Memory, call: &str, credential: &str, query: &Query, body: &[u8]) -> (u16, Value) {
    if memory.missing.contains(&call) {
        return recorded("route_unknown_404");
    }
    if call == "GET /health/readiness" {
        return recorded("health_readiness");
    }
    match credential.strip_prefix("Bearer ") {
        None => return recorded("auth_missing_key"),
        Some(VIEWER) if call.starts_with("POST") => return recorded("viewer_cannot_write"),
        Some(ADMIN | VIEWER) => {}
        Some(_) => return recorded("auth_wrong_key"),
    }
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    match call {
        "GET /health/readiness/details" => recorded("health_readiness_details"),
        "GET /model_group/info" => recorded("model_group_info"),
        "GET /model/info" => recorded(memory.models),
        "GET /router/settings" => recorded("router_settings"),
        "GET /health/latest" => recorded("health_latest"),
        "GET /config/cost_margin_config" => (200, json!({ "values": memory.margin })),
        "GET /config/cost_discount_config" => (200, json!({ "values": memory.discount })),
        "GET /v2/team/list" => (200, paged(&memory.teams, query, ("teams", "page_size", "total"))),
        "GET /team/info" => team_info(memory, query),
        "GET /key/list" => key_list(memory, query),
        "GET /key/info" => key_info(memory, query),
        "GET /spend/logs/v2" => fake_usage::rows(memory, query),
        "GET /team/daily/activity" => fake_usage::activity(memory, query),
        "POST /team/new" => team_new(memory, &body),
        "POST /team/update" => team_update(memory, &body),
        "POST /key/generate" => key_generate(memory, &body),
        "POST /key/update" => key_update(memory, &body),
        "POST /key/block" => key_set(memory, &body, "blocked", json!(true)),
        "POST /key/unblock" => key_set(memory, &body, "blocked", json!(false)),
        "POST /key/delete" => key_delete(memory, &body),
        _ => recorded("route_unknown_404"),
    }
}

pub fn number(query: &Query, name: &str, default: u64) -> u64 {
    query.get(name).map_or(default, |text| text.parse().unwrap())
}

fn paged(all: &[Value], query: &Query, (items, size, total): (&str, &str, &str)) -> Value {
    let (page, size) = (number(query, "page", 1) as usize, number(query, size, 10) as usize);
    let found: Vec<&Value> = all.iter().skip((page - 1) * size).take(size).collect();
    json!({ items: found, total: all.len(), "total_pages": all.len().div_ceil(size) })
}

fn merge(into: &mut Value, from: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = from.get(*name) {
            into[*name] = value.clone();
        }
    }
}

const TEAM: [&str; 8] =
    ["team_id", "team_alias", "models", "max_budget", "budget_duration", "rpm_limit", "tpm_limit", "metadata"];

fn team_new(memory: &mut Memory, body: &Value) -> (u16, Value) {
    if memory.teams.iter().any(|team| team["team_id"] == body["team_id"]) {
        return recorded("team_new_duplicate");
    }
    let (status, mut team) = recorded("team_new");
    for name in TEAM {
        team[name] = Value::Null;
    }
    team["models"] = json!([]);
    merge(&mut team, body, &TEAM);
    memory.teams.push(team.clone());
    (status, team)
}

fn team_update(memory: &mut Memory, body: &Value) -> (u16, Value) {
    if body.get("team_id").is_none() {
        return recorded("team_new_bad_type_422");
    }
    let Some(team) = memory.teams.iter_mut().find(|team| team["team_id"] == body["team_id"]) else {
        return recorded("team_update_404");
    };
    merge(team, body, &TEAM);
    merge(team, body, &["blocked"]);
    (200, json!({ "team_id": body["team_id"], "data": team }))
}

fn team_info(memory: &Memory, query: &Query) -> (u16, Value) {
    match memory.teams.iter().find(|team| team["team_id"] == query["team_id"].as_str()) {
        Some(team) => {
            let (status, mut info) = recorded("team_info");
            info["team_id"] = team["team_id"].clone();
            info["team_info"] = team.clone();
            (status, info)
        }
        None => recorded("team_info_404"),
    }
}

const KEY: [&str; 10] = [
    "key_alias",
    "team_id",
    "models",
    "max_budget",
    "budget_duration",
    "rpm_limit",
    "tpm_limit",
    "max_parallel_requests",
    "metadata",
    "allowed_routes",
];

fn key_generate(memory: &mut Memory, body: &Value) -> (u16, Value) {
    if body.get("key").is_some() && memory.insists_on_its_own {
        let message = "Custom API key values are disabled by your administrator. Keys must be auto-generated.";
        return (403, json!({ "detail": { "error": message } }));
    }
    if memory.keys.iter().any(|key| key["key_alias"] == body["key_alias"] && !key["key_alias"].is_null()) {
        return recorded("key_generate_dup_alias");
    }
    let own = json!("sk-made-by-litellm-000001");
    let secret = body.get("key").unwrap_or(&own).as_str().unwrap();
    let token: String = Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let (status, mut made) = recorded("key_generate_custom_value");
    made["key"] = json!(secret);
    made["token"] = json!(token);
    if memory.keys.iter().any(|key| key["token"] == *token) {
        // The real one answers 200 with the new alias and changes nothing.
        made["key_alias"] = body["key_alias"].clone();
        return (status, made);
    }
    let mut key = recorded("key_list_full").1["keys"][0].clone();
    for name in KEY {
        key[name] = Value::Null;
    }
    key["token"] = json!(token);
    key["key_name"] = json!(format!("sk-...{}", &secret[secret.len() - 4..]));
    key["expires"] = Value::Null;
    merge(&mut key, body, &KEY);
    expire(&mut key, body);
    memory.keys.push(key);
    (status, made)
}

/// `duration` is a lifetime in seconds, or `-1`; counted from the fake's fixed present.
fn expire(key: &mut Value, body: &Value) {
    match body.get("duration").and_then(Value::as_str) {
        Some("-1") => key["expires"] = Value::Null,
        Some(lifetime) => {
            let seconds: i64 = lifetime.trim_end_matches('s').parse().unwrap();
            key["expires"] = json!(now().plus_millis(seconds * 1000).to_string());
        }
        None => {}
    }
}

/// The present by the clock that the `Date` header shows.
#[allow(clippy::disallowed_methods, reason = "the header is written by the server from the real clock")]
pub fn now() -> domain::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    domain::Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn key_info(memory: &Memory, query: &Query) -> (u16, Value) {
    let wanted = query["key"].as_str();
    let deleted = memory.deleted.iter().find(|key| key["token"] == wanted);
    let Some(key) = memory.keys.iter().find(|key| key["token"] == wanted).or(deleted) else {
        return recorded("key_info_404");
    };
    let mut info: Map<String, Value> = key.as_object().unwrap().clone();
    info.remove("token");
    info.insert("status".to_owned(), json!(if deleted.is_some() { "deleted" } else { "active" }));
    (200, json!({ "key": wanted, "info": info }))
}

fn key_list(memory: &Memory, query: &Query) -> (u16, Value) {
    let all =
        if query.get("status").is_some_and(|status| status == "deleted") { &memory.deleted } else { &memory.keys };
    let team = query.get("team_id");
    let mine: Vec<Value> = all.iter().filter(|key| team.is_none_or(|team| key["team_id"] == **team)).cloned().collect();
    (200, paged(&mine, query, ("keys", "size", "total_count")))
}

fn find<'a>(memory: &'a mut Memory, body: &Value) -> Option<&'a mut Value> {
    memory.keys.iter_mut().find(|key| key["token"] == body["key"])
}

fn key_update(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let taken = |key: &&Value| key["token"] != body["key"] && key["key_alias"] == body["key_alias"];
    if body.get("key_alias").is_some() && memory.keys.iter().any(|key| taken(&key)) {
        return recorded("key_generate_dup_alias");
    }
    let Some(key) = find(memory, body) else { return recorded("key_info_404") };
    merge(key, body, &KEY);
    expire(key, body);
    (200, key.clone())
}

fn key_set(memory: &mut Memory, body: &Value, name: &str, value: Value) -> (u16, Value) {
    let Some(key) = find(memory, body) else { return recorded("key_info_404") };
    key[name] = value;
    (200, key.clone())
}

fn key_delete(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let Some(at) = memory.keys.iter().position(|key| key["token"] == body["keys"][0]) else {
        return recorded("key_delete_again");
    };
    let mut key = memory.keys.remove(at);
    key["deleted_at"] = json!("2026-11-21T00:16:15.107000Z");
    memory.deleted.push(key);
    (200, json!({ "deleted_keys": body["keys"] }))
}
