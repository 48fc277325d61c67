//! An OpenRouter that remembers: real HTTP on loopback, answers in the shapes of the official description, and the
//! pitfalls of the real one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use domain::{Product, Secret};
use gateway::{Connection, Gateway};
use serde_json::{Value, json};

use super::fake_key;
use super::fake_usage::{self, Row};
use super::fake_workspace;

/// A management key.
pub const ADMIN: &str = "sk-or-v1-test-management-0001";
/// A key that calls models.
pub const INFERENCE: &str = "sk-or-v1-test-inference-0001";
/// Where the API lies.
const PATH: &str = "/api/v1";

/// What a call does instead of its duty, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Answers this and does nothing.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Does its duty, then breaks off the connection.
    LoseReply,
    /// Answers success and saves nothing.
    Forget,
    /// Changes the memory, then does its duty.
    Meanwhile(fn(&mut Saved)),
}

/// What lasts.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    pub workspaces: Vec<Value>,
    pub keys: Vec<Value>,
    pub guardrails: Vec<Value>,
    /// Guardrail by hash of the key.
    pub assigned: BTreeMap<String, String>,
    /// Budgets by workspace and interval.
    pub budgets: BTreeMap<(String, String), Value>,
    pub rows: Vec<Row>,
}

pub struct Memory {
    pub saved: Saved,
    /// The plan has budgets of workspaces: they can be read.
    pub budgets_read: bool,
    /// They can be set.
    pub budgets_write: bool,
    /// A key's hash is the SHA-256 of its secret.
    pub hash_is_digest: bool,
    pub credits: (f64, f64),
    /// Most keys on a page.
    pub key_page: usize,
    /// Most rows of statistics.
    pub rows_max: usize,
    /// What a row of statistics calls its day.
    pub day_name: &'static str,
    /// Whether the end of a time range is included.
    pub end_included: bool,
    /// Whether statistics know variants.
    pub variants: bool,
    /// What activity tells more than the statistics, in dollars.
    pub activity_more: f64,
    pub faults: BTreeMap<String, Vec<Fault>>,
    pub calls: Vec<String>,
    made: u64,
}

impl Memory {
    fn new() -> Self {
        let mut memory = Self {
            saved: Saved::default(),
            budgets_read: true,
            budgets_write: true,
            hash_is_digest: true,
            credits: (100.0, 25.5),
            key_page: 100,
            rows_max: 10_000,
            day_name: "date__day",
            end_included: false,
            variants: true,
            activity_more: 0.0,
            faults: BTreeMap::new(),
            calls: Vec::new(),
            made: 0,
        };
        memory.workspace("Default", "default");
        memory
    }

    /// A fresh identifier, larger than all before.
    pub fn uuid(&mut self) -> String {
        self.made += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.made)
    }

    /// A secret that was never handed out before.
    pub fn secret(&mut self) -> String {
        self.made += 1;
        format!("sk-or-v1-made-by-openrouter-{:08}", self.made)
    }

    /// Makes a workspace; returns its identifier.
    pub fn workspace(&mut self, name: &str, slug: &str) -> String {
        let workspace = fake_workspace::new(self, name, slug);
        let id = workspace["id"].as_str().unwrap().to_owned();
        self.saved.workspaces.push(workspace);
        id
    }

    /// Makes a key; returns its hash.
    pub fn key(&mut self, workspace: &str, name: &str) -> String {
        let body = json!({ "name": name, "workspace_id": workspace });
        let (status, made) = fake_key::create(self, &body);
        assert_eq!(status, 201, "{made}");
        made["data"]["hash"].as_str().unwrap().to_owned()
    }
}

#[derive(Clone)]
pub struct Fake {
    pub address: SocketAddr,
    memory: Arc<Mutex<Memory>>,
}

impl Fake {
    pub async fn start() -> Self {
        Self::on(0).await
    }

    /// Listens on this port of the loopback.
    pub async fn on(port: u16) -> Self {
        let memory = Arc::new(Mutex::new(Memory::new()));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(handle).with_state(Arc::clone(&memory));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, memory }
    }

    pub fn connect(&self, credential: &str) -> Arc<dyn Gateway> {
        connect(&format!("http://{}", self.address), credential)
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Memory) -> T) -> T {
        change(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the next call of this name go wrong.
    pub fn fault(&self, call: &str, fault: Fault) {
        self.change(|memory| memory.faults.entry(call.to_owned()).or_default().push(fault));
    }

    pub fn calls(&self, call: &str) -> usize {
        self.change(|memory| memory.calls.iter().filter(|known| *known == call).count())
    }
}

pub fn connect(base_url: &str, credential: &str) -> Arc<dyn Gateway> {
    let connection = Connection { product: Product::new("openrouter"), base_url: base_url.to_owned() };
    gateway::connect(&connection, Some(Secret::new(credential)), Arc::new(gateway::NoAccountSecrets)).unwrap()
}

/// The present by the clock that the `Date` header shows.
#[allow(clippy::disallowed_methods, reason = "the header is written by the server from the real clock")]
pub fn now() -> domain::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    domain::Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

pub type Query = BTreeMap<String, String>;

/// An error as OpenRouter words it.
pub fn refusal(status: u16, message: &str) -> (u16, Value) {
    (status, json!({ "error": { "code": status, "message": message } }))
}

/// One call, taken apart.
pub struct Asked<'a> {
    /// As `PATCH /keys/{hash}`.
    pub call: String,
    /// The identifiers in its path.
    pub ids: Vec<&'a str>,
    pub query: Query,
    pub body: Value,
}

impl<'a> Asked<'a> {
    fn new(method: &Method, uri: &'a Uri, body: &[u8]) -> Option<Self> {
        let parts: Vec<&str> = uri.path().strip_prefix(PATH)?.split('/').skip(1).collect();
        let (shape, ids) = match parts.as_slice() {
            ["keys", hash] => ("/keys/{hash}", vec![*hash]),
            ["workspaces", id] => ("/workspaces/{id}", vec![*id]),
            ["workspaces", id, "budgets"] => ("/workspaces/{id}/budgets", vec![*id]),
            ["workspaces", id, "budgets", interval] => ("/workspaces/{id}/budgets/{interval}", vec![*id, *interval]),
            ["guardrails", "assignments", "keys"] => ("/guardrails/assignments/keys", vec![]),
            ["guardrails", id] => ("/guardrails/{id}", vec![*id]),
            ["guardrails", id, "assignments", "keys"] => ("/guardrails/{id}/assignments/keys", vec![*id]),
            _ => (uri.path().strip_prefix(PATH)?, vec![]),
        };
        let query = query(uri.query().unwrap_or_default());
        Some(Self {
            call: format!("{method} {shape}"),
            ids,
            query,
            body: serde_json::from_slice(body).unwrap_or(Value::Null),
        })
    }
}

fn query(text: &str) -> Query {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn handle(
    State(memory): State<Arc<Mutex<Memory>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(asked) = Asked::new(&method, &uri, &body) else {
        let page = "<!DOCTYPE html><html>Not found</html>";
        return (StatusCode::NOT_FOUND, [("content-type", "text/html")], page).into_response();
    };
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    memory.calls.push(asked.call.clone());
    let faults = memory.faults.get_mut(&asked.call).filter(|faults| !faults.is_empty());
    let fault = faults.map(|faults| faults.remove(0));
    if let Some(Fault::Answer(status, headers, text)) = fault {
        let mut reply = (StatusCode::from_u16(status).unwrap(), text).into_response();
        for (name, value) in headers {
            reply.headers_mut().insert(name, value.parse().unwrap());
        }
        return reply;
    }
    if let Some(Fault::Meanwhile(change)) = fault {
        change(&mut memory.saved);
    }
    let saved = matches!(fault, Some(Fault::Forget)).then(|| memory.saved.clone());
    let credential = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (status, body) = answer(&mut memory, credential, &asked);
    if let Some(saved) = saved {
        memory.saved = saved;
    }
    if matches!(fault, Some(Fault::LoseReply)) {
        drop(memory);
        std::panic::resume_unwind(Box::new("the reply is lost"));
    }
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body.to_string()).into_response()
}

fn answer(memory: &mut Memory, credential: &str, asked: &Asked<'_>) -> (u16, Value) {
    if asked.call == "GET /models" {
        return (200, fake_usage::models());
    }
    let manages = match credential.strip_prefix("Bearer ") {
        None => return refusal(401, "Missing Authentication header"),
        Some(ADMIN) => true,
        Some(INFERENCE) => false,
        Some(_) => return refusal(401, "User not found."),
    };
    match asked.call.as_str() {
        "GET /key" => return (200, json!({ "data": me(manages) })),
        // Seen: an inference key is answered, with nothing in it.
        "GET /credits" if !manages => return (200, json!({ "data": { "total_credits": 0, "total_usage": 0 } })),
        _ if !manages => return refusal(403, "Only management keys can perform this operation"),
        "GET /credits" => {
            let (bought, used) = memory.credits;
            return (200, json!({ "data": { "total_credits": bought, "total_usage": used } }));
        }
        _ => {}
    }
    match asked.call.as_str() {
        "GET /keys" => fake_key::list(memory, asked),
        "POST /keys" => fake_key::create(memory, &asked.body),
        "GET /keys/{hash}" => fake_key::get(memory, asked),
        "PATCH /keys/{hash}" => fake_key::update(memory, asked),
        "DELETE /keys/{hash}" => fake_key::delete(memory, asked),
        "GET /workspaces" => fake_workspace::list(memory, asked),
        "POST /workspaces" => fake_workspace::create(memory, &asked.body),
        "GET /workspaces/{id}" => fake_workspace::get(memory, asked),
        "PATCH /workspaces/{id}" => fake_workspace::update(memory, asked),
        "DELETE /workspaces/{id}" => fake_workspace::delete(memory, asked),
        "GET /workspaces/{id}/budgets" => fake_workspace::budgets(memory, asked),
        "PUT /workspaces/{id}/budgets/{interval}" => fake_workspace::budget_put(memory, asked),
        "DELETE /workspaces/{id}/budgets/{interval}" => fake_workspace::budget_delete(memory, asked),
        "GET /guardrails" => fake_workspace::guardrails(memory, asked),
        "POST /guardrails" => fake_workspace::guardrail_create(memory, &asked.body),
        "GET /guardrails/{id}" => fake_workspace::guardrail_get(memory, asked),
        "PATCH /guardrails/{id}" => fake_workspace::guardrail_update(memory, asked),
        "DELETE /guardrails/{id}" => fake_workspace::guardrail_delete(memory, asked),
        "GET /guardrails/assignments/keys" => fake_workspace::assignments(memory, asked),
        "POST /guardrails/{id}/assignments/keys" => fake_workspace::assign(memory, asked),
        "GET /analytics/meta" => (200, fake_usage::meta(memory)),
        "POST /analytics/query" => fake_usage::query(memory, &asked.body),
        "GET /activity" => fake_usage::activity(memory, asked),
        _ => refusal(404, "Resource not found"),
    }
}

fn me(manages: bool) -> Value {
    json!({
        "label": "sk-or-v1-tes...001", "usage": 25.5, "usage_daily": 0, "usage_weekly": 0, "usage_monthly": 0,
        "byok_usage": 0, "byok_usage_daily": 0, "byok_usage_weekly": 0, "byok_usage_monthly": 0,
        "creator_user_id": null, "expires_at": null, "include_byok_in_limit": false, "is_free_tier": false,
        "is_management_key": manages, "is_provisioning_key": manages,
        "limit": null, "limit_remaining": null, "limit_reset": null,
        "rate_limit": { "interval": "10s", "note": "This field is deprecated and safe to ignore.", "requests": -1 },
        // Newer than the description: the official client of later releases insists on them.
        "allowed_data_regions": ["global"], "budgets": [], "effective_budget": null, "organization_id": null,
        "workspace_id": null, "free_model_daily_requests": { "limit": 1000, "remaining": 1000, "used": 0 },
    })
}

/// A page of a list, with how many there are in all.
pub fn paged(all: &[Value], asked: &Asked<'_>) -> Value {
    let offset = number(&asked.query, "offset", 0);
    let limit = number(&asked.query, "limit", 50).min(100);
    let page: Vec<&Value> = all.iter().skip(offset).take(limit).collect();
    json!({ "data": page, "total_count": all.len() })
}

pub fn number(query: &Query, name: &str, default: usize) -> usize {
    query.get(name).map_or(default, |text| text.parse().unwrap())
}

/// Takes over the fields that may be set; a field that nobody knows is refused, as the description demands.
pub fn merge(into: &mut Value, from: &Value, names: &[&str]) -> Result<(), (u16, Value)> {
    let fields = from.as_object().ok_or_else(|| refusal(400, "Invalid request parameters"))?;
    for (name, value) in fields {
        if !names.contains(&name.as_str()) {
            return Err(refusal(400, &format!("Unrecognized key: {name}")));
        }
        into[name] = value.clone();
    }
    Ok(())
}
