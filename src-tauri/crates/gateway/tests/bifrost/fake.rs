//! A Bifrost that remembers: real HTTP on loopback, recorded replies as templates, and the pitfalls of three releases.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use domain::{Product, Secret, Timestamp};
use gateway::{Connection, Gateway};
use serde_json::{Value, json};

use super::{fake_keys, fake_logs};

/// The dashboard's user and password, and how they travel.
pub const ADMIN: &str = "admin:lab-canary-0001";
const BASIC: &str = "Basic YWRtaW46bGFiLWNhbmFyeS0wMDAx";

/// The releases that were recorded.
pub const RELEASES: [&str; 3] = ["1.4.19", "1.5.2", "1.5.11"];

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

pub struct Memory {
    pub release: &'static str,
    pub sign_in: bool,
    pub customers: Vec<Value>,
    pub teams: Vec<Value>,
    pub keys: Vec<Value>,
    pub rows: Vec<Value>,
    pub providers: Vec<&'static str>,
    /// Put over the recorded configuration.
    pub config: Value,
    /// Keys expire and do not tell their secret again, as in releases after those recorded.
    pub newer: bool,
    /// Pushed into the log, one at each call for rows: traffic goes on while we read.
    pub arriving: Vec<Value>,
    pub faults: BTreeMap<String, Vec<Fault>>,
    pub calls: Vec<String>,
    /// Routing rules.
    pub rules: Vec<Value>,
    pub serial: u64,
}

#[derive(Clone)]
pub struct Fake {
    pub address: SocketAddr,
    memory: Arc<Mutex<Memory>>,
}

/// A recorded pair's status and body.
pub fn recorded(release: &str, name: &str) -> (u16, Value) {
    let path = format!("{}/fixtures/bifrost/{release}/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let pair: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path);
    let status = u16::try_from(pair["response"]["status"].as_u64().unwrap()).unwrap();
    (status, pair["response"]["body"].clone())
}

/// The present by the clock that the `Date` header shows.
#[allow(clippy::disallowed_methods, reason = "the header is written by the server from the real clock")]
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

impl Fake {
    pub async fn start(release: &'static str) -> Self {
        let memory = Memory {
            release,
            sign_in: true,
            customers: Vec::new(),
            teams: Vec::new(),
            keys: Vec::new(),
            rows: Vec::new(),
            providers: vec!["openai"],
            config: json!({}),
            newer: false,
            arriving: Vec::new(),
            faults: BTreeMap::new(),
            calls: Vec::new(),
            serial: 0,
            rules: Vec::new(),
        };
        let memory = Arc::new(Mutex::new(memory));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(handle).with_state(Arc::clone(&memory));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, memory }
    }

    pub fn connect(&self, credential: Option<&str>) -> Arc<dyn Gateway> {
        let connection = Connection { product: Product::new("bifrost"), base_url: format!("http://{}", self.address) };
        let accounts = Arc::new(gateway::NoAccountSecrets);
        gateway::connect(&connection, credential.map(Secret::new), accounts).unwrap()
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Memory) -> T) -> T {
        change(&mut self.memory.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Makes the next call of this name go wrong. Identifiers in paths are written `{id}`.
    pub fn fault(&self, call: &str, fault: Fault) {
        self.change(|memory| memory.faults.entry(call.to_owned()).or_default().push(fault));
    }

    pub fn calls(&self, call: &str) -> usize {
        self.change(|memory| memory.calls.iter().filter(|known| *known == call).count())
    }
}

pub type Query = BTreeMap<String, String>;

impl Memory {
    pub fn recorded(&self, name: &str) -> (u16, Value) {
        recorded(self.release, name)
    }

    /// An identifier of its own kind for each new object.
    pub fn id(&mut self) -> String {
        self.serial += 1;
        format!("00000000-0000-4000-8000-{:012}", self.serial)
    }

    pub fn is_1_4(&self) -> bool {
        self.release == "1.4.19"
    }

    pub fn is_1_5_11(&self) -> bool {
        self.release == "1.5.11"
    }
}

async fn handle(
    State(memory): State<Arc<Mutex<Memory>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (path, id) = split(uri.path());
    let call = format!("{method} {path}");
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
    let saved = matches!(fault, Some(Fault::Forget)).then(|| (memory.customers.clone(), memory.keys.clone()));
    let credential = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let asked = Asked { id: &id, query: query(uri.query().unwrap_or_default()), body: &body };
    let (status, body) = answer(&mut memory, &call, &credential, &asked);
    if let Some((customers, keys)) = saved {
        (memory.customers, memory.keys) = (customers, keys);
    }
    if matches!(fault, Some(Fault::LoseReply)) {
        drop(memory);
        std::panic::resume_unwind(Box::new("the reply is lost"));
    }
    let html = body.as_str().filter(|text| text.starts_with('<')).map(str::to_owned);
    let kind = if html.is_some() { "text/html; charset=utf-8" } else { "application/json" };
    (StatusCode::from_u16(status).unwrap(), [("content-type", kind)], html.unwrap_or_else(|| body.to_string()))
        .into_response()
}

pub struct Asked<'a> {
    pub id: &'a str,
    pub query: Query,
    body: &'a [u8],
}

impl Asked<'_> {
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.body).unwrap_or(Value::Null)
    }
}

/// `/api/governance/customers/x` → (`/api/governance/customers/{id}`, `x`).
fn split(path: &str) -> (String, String) {
    for list in ["/api/governance/customers/", "/api/governance/virtual-keys/"] {
        if let Some(id) = path.strip_prefix(list) {
            return (format!("{list}{{id}}"), id.to_owned());
        }
    }
    (path.to_owned(), String::new())
}

fn query(text: &str) -> Query {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.replace("%3A", ":"))).collect()
}

pub fn number(query: &Query, name: &str, default: usize) -> usize {
    query.get(name).map_or(default, |text| text.parse().unwrap())
}

fn answer(memory: &mut Memory, call: &str, credential: &str, asked: &Asked<'_>) -> (u16, Value) {
    match call {
        "GET /api/session/is-auth-enabled" => {
            return (200, json!({ "is_auth_enabled": memory.sign_in, "has_valid_token": false }));
        }
        "GET /api/version" if !memory.is_1_4() => return memory.recorded("version_with_auth"),
        _ if !call.contains(" /api/") => return memory.recorded("err_unknown_api_route"),
        _ => {}
    }
    match credential {
        BASIC => {}
        _ if !memory.sign_in => {}
        "" => return memory.recorded("err_no_auth"),
        _ => return memory.recorded("err_wrong_basic"),
    }
    match call {
        "GET /api/version" => memory.recorded("version_with_auth"),
        "GET /api/config" => config(memory),
        "GET /api/providers" => {
            let told = memory.recorded("providers").1["providers"].clone();
            let one = |name: &&str| match *name {
                "openai" => told[0].clone(),
                name => json!({ "name": name }),
            };
            let providers: Vec<Value> = memory.providers.iter().map(one).collect();
            (200, json!({ "providers": providers, "total": providers.len() }))
        }
        "GET /api/models" => memory.recorded("models"),
        "GET /api/providers/openai/keys" if !memory.is_1_4() => recorded("1.5.11", "provider_keys"),
        "GET /api/governance/routing-rules" => (200, json!({ "rules": memory.rules })),
        "GET /api/logs" => fake_logs::rows(memory, asked),
        "GET /api/governance/pricing-overrides" => memory.recorded("pricing_overrides_empty"),
        "GET /api/governance/customers" => (200, json!({ "customers": memory.customers })),
        "POST /api/governance/customers" => customer_create(memory, &asked.json()),
        "GET /api/governance/customers/{id}" => customer_get(memory, asked),
        "PUT /api/governance/customers/{id}" => customer_update(memory, asked),
        _ if call.ends_with("/api/governance/virtual-keys") || call.ends_with("/api/governance/virtual-keys/{id}") => {
            fake_keys::answer(memory, call, asked)
        }
        _ => memory.recorded("err_unknown_api_route"),
    }
}

fn config(memory: &Memory) -> (u16, Value) {
    let (status, mut config) = memory.recorded("config");
    for (name, value) in memory.config.as_object().unwrap() {
        match name.starts_with("is_") {
            true => config[name] = value.clone(),
            false => config["client_config"][name] = value.clone(),
        }
    }
    (status, config)
}

fn customer_create(memory: &mut Memory, body: &Value) -> (u16, Value) {
    let (status, mut made) = memory.recorded("customer_create_plain");
    let id = memory.id();
    let customer = &mut made["customer"];
    customer["id"] = json!(id);
    customer["created_at"] = json!(format!("2026-11-21T09:42:10.{:09}Z", memory.serial));
    set_customer(memory, customer, body);
    memory.customers.push(customer.clone());
    (status, made)
}

fn customer_get(memory: &Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(customer) = memory.customers.iter().find(|customer| customer["id"] == asked.id) else {
        return memory.recorded("customer_get_missing");
    };
    let mut customer = customer.clone();
    let teams = memory.teams.iter().filter(|team| team["customer_id"] == asked.id);
    customer["teams"] = teams.cloned().collect();
    (200, json!({ "customer": customer }))
}

fn customer_update(memory: &mut Memory, asked: &Asked<'_>) -> (u16, Value) {
    let Some(at) = memory.customers.iter().position(|customer| customer["id"] == asked.id) else {
        return memory.recorded("customer_get_missing");
    };
    let mut customer = memory.customers[at].clone();
    set_customer(memory, &mut customer, &asked.json());
    memory.customers[at] = customer.clone();
    (200, json!({ "customer": customer, "message": "Customer updated successfully" }))
}

fn set_customer(memory: &Memory, customer: &mut Value, body: &Value) {
    if let Some(name) = body.get("name") {
        customer["name"] = name.clone();
    }
    if memory.is_1_5_11()
        && let Some(aligned) = body.get("calendar_aligned")
    {
        customer["calendar_aligned"] = aligned.clone();
    }
    if let Some(budget) = body.get("budget") {
        let aligned = match memory.is_1_5_11() {
            true => customer["calendar_aligned"] == true,
            false => memory.is_1_4() && budget["calendar_aligned"] == true,
        };
        let made = (budget != &json!({})).then(|| fake_keys::budget(budget, aligned, memory.is_1_4()));
        match memory.is_1_5_11() {
            true => customer["budgets"] = made.into_iter().collect(),
            false => customer["budget"] = made.unwrap_or(Value::Null),
        }
    }
    if let Some(limit) = body.get("rate_limit") {
        customer["rate_limit"] = fake_keys::rate_limit(&customer["rate_limit"], limit, memory.is_1_5_11());
    }
}
