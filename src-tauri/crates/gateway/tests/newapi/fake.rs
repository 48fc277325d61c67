//! A New API that remembers: real HTTP on loopback, recorded answers as templates, and the pitfalls of the real one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use domain::{Product, Secret, Timestamp};
use gateway::{Connection, Gateway};
use serde_json::{Value, json};

use super::entrusted::Entrusted;
use super::{fake_log, fake_token, fake_user};

pub const ADMIN: &str = "1:throwaway-root-pat";
pub const NEWEST: &str = "1.0.0-rc.22";
pub const OLD_AUTH: &str = "1.0.0-rc.21";

/// What a call does instead of its duty, or beside it, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Answers this and does nothing.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Does its duty, then breaks off the connection.
    LoseReply,
    /// Answers success and saves nothing.
    Forget,
    /// A call with this token is charged so many units just before the duty is done.
    Spend(u64, i64),
    /// These rows are written just before the duty is done.
    Insert(Vec<Value>),
}

#[derive(Default)]
pub struct Memory {
    pub release: &'static str,
    pub users: Vec<Value>,
    pub passwords: BTreeMap<u64, String>,
    pub pats: BTreeMap<String, u64>,
    pub sessions: BTreeMap<String, u64>,
    pub tokens: Vec<Value>,
    pub rows: Vec<Value>,
    pub status: Value,
    pub options: Value,
    pub critical: u32,
    pub made: u64,
    pub faults: BTreeMap<String, Vec<Fault>>,
    pub missing: Vec<&'static str>,
    pub calls: Vec<String>,
    /// Whether a second factor is asked for at every login.
    pub second_factor: bool,
}

#[derive(Clone)]
pub struct Fake {
    pub address: SocketAddr,
    pub secrets: Arc<Entrusted>,
    memory: Arc<Mutex<Memory>>,
}

/// The present of every test.
pub fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

/// A recorded answer: status, headers and body.
pub fn recorded_of(release: &str, name: &str) -> (u16, Value) {
    let path = format!("{}/fixtures/newapi/{release}/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let pair: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path);
    let status = u16::try_from(pair["response"]["status"].as_u64().unwrap()).unwrap();
    (status, pair["response"]["body"].clone())
}

pub fn recorded(name: &str) -> (u16, Value) {
    recorded_of(NEWEST, name)
}

/// The body of a success.
pub fn success(data: Value) -> (u16, Value) {
    (200, json!({ "success": true, "message": "", "data": data }))
}

/// The body of a refusal, as all of them come.
pub fn failure(message: &str) -> (u16, Value) {
    (200, json!({ "success": false, "message": message }))
}

impl Fake {
    pub async fn start() -> Self {
        Self::release(NEWEST).await
    }

    pub async fn release(release: &'static str) -> Self {
        let root = recorded("self_admin").1["data"].clone();
        let memory = Memory {
            release,
            users: vec![root],
            pats: BTreeMap::from([("throwaway-root-pat".to_owned(), 1)]),
            status: recorded_of(release, "status_public").1["data"].clone(),
            options: recorded("option_list").1["data"].clone(),
            ..Memory::default()
        };
        let memory = Arc::new(Mutex::new(memory));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(handle).with_state(Arc::clone(&memory));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, secrets: Arc::default(), memory }
    }

    pub fn connect(&self, product: &str, credential: &str) -> Arc<dyn Gateway> {
        let connection = Connection { product: Product::new(product), base_url: format!("http://{}", self.address) };
        let secrets: Arc<dyn gateway::AccountSecrets> = Arc::clone(&self.secrets) as _;
        gateway::connect(&connection, Some(Secret::new(credential)), secrets).unwrap()
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Memory) -> T) -> T {
        change(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the next call of this name go wrong.
    pub fn fault(&self, call: &str, fault: Fault) {
        self.change(|memory| memory.faults.entry(call.to_owned()).or_default().push(fault));
    }

    pub fn calls(&self, call: &str) -> usize {
        self.change(|memory| memory.calls.iter().filter(|known| *known == call).count())
    }
}

pub type Query = BTreeMap<String, String>;

/// One call as the fake sees it.
pub struct Asked {
    pub call: String,
    pub path: String,
    pub query: Query,
    pub body: Value,
}

impl Asked {
    pub fn number(&self, name: &str) -> i64 {
        self.query.get(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// The number at the end of the path.
    pub fn id(&self) -> u64 {
        self.path.split('/').rev().find_map(|part| part.parse().ok()).unwrap_or(0)
    }
}

async fn handle(
    State(memory): State<Arc<Mutex<Memory>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let named = path.split('/').map(|part| if part.parse::<u64>().is_ok() { ":id" } else { part });
    let call = format!("{method} {}", named.collect::<Vec<_>>().join("/"));
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    memory.calls.push(call.clone());
    let faults = memory.faults.get_mut(&call).filter(|faults| !faults.is_empty());
    let fault = faults.map(|faults| faults.remove(0));
    match &fault {
        Some(Fault::Answer(status, headers, text)) => return answered(*status, headers, text.clone()),
        Some(Fault::Spend(token, units)) => fake_token::charge(&mut memory, *token, *units),
        Some(Fault::Insert(rows)) => memory.rows.extend(rows.clone()),
        _ => {}
    }
    let saved = matches!(fault, Some(Fault::Forget)).then(|| (memory.users.clone(), memory.tokens.clone()));
    let query = query(uri.query().unwrap_or_default());
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let user = who(&memory, &headers);
    let asked = Asked { call, path, query, body };
    let (status, body) = answer(&mut memory, &asked, user);
    if let Some((users, tokens)) = saved {
        (memory.users, memory.tokens) = (users, tokens);
    }
    if matches!(fault, Some(Fault::LoseReply)) {
        drop(memory);
        std::panic::resume_unwind(Box::new("the reply is lost"));
    }
    let mut extra = Vec::new();
    if status == 429 && memory.release == NEWEST {
        extra.push(("retry-after", "1200".to_owned()));
    }
    if let Some(session) = body["data"]["session_cookie"].as_str() {
        extra.push(("set-cookie", format!("session={session}; Path=/; HttpOnly")));
    }
    let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    answered(status, &extra, text)
}

fn answered(status: u16, headers: &[(&'static str, String)], text: String) -> Response {
    let mut reply = (StatusCode::from_u16(status).unwrap(), text).into_response();
    reply.headers_mut().insert("content-type", "application/json; charset=utf-8".parse().unwrap());
    reply.headers_mut().insert("date", "Sat, 21 Nov 2026 10:00:00 GMT".parse().unwrap());
    for (name, value) in headers {
        reply.headers_mut().insert(*name, value.parse().unwrap());
    }
    reply
}

fn query(text: &str) -> Query {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.replace("%3A", ":"))).collect()
}

/// Who asks, by the rules of the release; else the recorded refusal.
fn who(memory: &Memory, headers: &HeaderMap) -> Result<u64, (u16, Value)> {
    let told = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let old = memory.release != NEWEST;
    let bearer = told("authorization").trim_start_matches("Bearer ").to_owned();
    let cookie = told("cookie").trim_start_matches("session=").to_owned();
    if bearer.is_empty() && cookie.is_empty() {
        return Err(recorded_of(memory.release, "err_no_auth"));
    }
    let session = if old { memory.sessions.get(&cookie) } else { memory.sessions.get(&bearer) };
    let Some(user) = memory.pats.get(&bearer).or(session).copied() else {
        return Err(recorded_of(memory.release, "err_bad_pat"));
    };
    if old && told("new-api-user").is_empty() {
        return Err(recorded_of(OLD_AUTH, "self_admin_without_new_api_user"));
    }
    if old && told("new-api-user") != user.to_string() {
        return Err((401, json!({ "success": false, "message": "New-Api-User does not match" })));
    }
    let disabled = memory.users.iter().any(|known| known["id"] == user && known["status"] != 1);
    if disabled { Err(recorded_of(memory.release, "client_self_while_disabled")) } else { Ok(user) }
}

/// Calls through the narrow door.
const CRITICAL: [&str; 4] =
    ["POST /api/user/login", "GET /api/user/token", "POST /api/token/batch/keys", "POST /api/token/:id/key"];
/// Calls that only an administrator may make.
const ADMINS: [&str; 10] = [
    "GET /api/user/",
    "GET /api/user/:id",
    "GET /api/user/search",
    "POST /api/user/",
    "PUT /api/user/",
    "POST /api/user/manage",
    "GET /api/log/",
    "GET /api/log/stat",
    "GET /api/data/flow",
    "GET /api/channel/",
];

fn answer(memory: &mut Memory, asked: &Asked, user: Result<u64, (u16, Value)>) -> (u16, Value) {
    let call = asked.call.as_str();
    if memory.missing.contains(&call) {
        return recorded("err_unknown_api_route");
    }
    if CRITICAL.contains(&call) {
        if memory.critical >= 20 {
            return (429, json!(""));
        }
        memory.critical += 1;
    }
    match call {
        "GET /api/status" => return success(memory.status.clone()),
        "GET /api/pricing" => return recorded("pricing_admin"),
        "POST /api/user/login" => return fake_user::login(memory, asked),
        _ => {}
    }
    let user = match user {
        Ok(user) => user,
        Err(refused) => return refused,
    };
    let role = fake_user::find(memory, user).map_or(0, |user| user["role"].as_u64().unwrap_or(0));
    if (ADMINS.contains(&call) && role < 10) || (call == "GET /api/option/" && role < 100) {
        return recorded_of(memory.release, "err_role_too_low_user_list");
    }
    match call {
        "GET /api/option/" => success(memory.options.clone()),
        "GET /api/channel/" => recorded("channel_list"),
        "GET /api/data/flow" => success(json!([])),
        "GET /api/user/models" => recorded("client_models"),
        "GET /api/log/" => fake_log::list(memory, asked),
        "GET /api/log/stat" => fake_log::stat(memory, asked),
        _ if call.contains("/api/user/") => fake_user::answer(memory, asked, user),
        _ if call.contains("/api/token/") => fake_token::answer(memory, asked, user),
        _ => recorded("err_unknown_api_route"),
    }
}

/// One page of a list, as New API cuts it: at most 100, whatever is asked for.
pub fn paged<T: Clone + Into<Value>>(all: &[T], asked: &Asked) -> Value {
    let size = usize::try_from(asked.number("page_size").clamp(1, 100)).unwrap();
    let page = usize::try_from(asked.number("p").max(1)).unwrap();
    let items: Vec<Value> = all.iter().skip((page - 1) * size).take(size).cloned().map(Into::into).collect();
    json!({ "page": page, "page_size": size, "total": all.len(), "items": items })
}
