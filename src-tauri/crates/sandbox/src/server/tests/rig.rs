//! A served sandbox with a clock that stands still until it is told to move.

use std::sync::Once;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;

/// A reply, read whole.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn code(&self) -> String {
        self.body["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn message(&self) -> String {
        self.body["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<i64> {
        self.headers.get(name)?.to_str().ok()?.parse().ok()
    }
}

pub(super) struct Rig {
    pub(super) server: Server,
    pub(super) sandbox: Sandbox,
    clock: Arc<AtomicI64>,
    http: reqwest::Client,
}

/// The instant at which every test starts: a Saturday, the 21st.
pub(super) fn start() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

impl Rig {
    pub(super) async fn new() -> Self {
        Self::open(None, start()).await
    }

    pub(super) async fn open(file: Option<std::path::PathBuf>, now: Timestamp) -> Self {
        static CRYPTO: Once = Once::new();
        CRYPTO.call_once(|| {
            let _already = rustls::crypto::ring::default_provider().install_default();
        });
        let clock = Arc::new(AtomicI64::new(now.as_millis()));
        let hand = Arc::clone(&clock);
        let read: Clock = Arc::new(move || Timestamp::from_millis(hand.load(Ordering::SeqCst)));
        let sandbox = Sandbox::open(file, 1, read).unwrap();
        let server = sandbox.serve([7; 32]).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { server, sandbox, clock, http }
    }

    pub(super) fn at(&self, text: &str) {
        let at: Timestamp = text.parse().unwrap();
        self.clock.store(at.as_millis(), Ordering::SeqCst);
    }

    pub(super) async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
        let method = method.to_uppercase().parse().unwrap();
        let mut call = self.http.request(method, format!("{}{path}", self.server.base_url));
        if let Some(token) = token {
            call = call.header("authorization", format!("Bearer {token}"));
        }
        if let Some(body) = body {
            call = call.header("content-type", "application/json").body(body.to_string());
        }
        let reply = call.send().await.unwrap();
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let body = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or(Value::Null);
        Reply { status, headers, body }
    }

    pub(super) async fn admin(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let token = self.server.admin_token.expose().to_owned();
        self.call(method, path, Some(&token), body).await
    }

    /// Makes an account and a key with these settings: identifiers of both, and the secret.
    pub(super) async fn client(&self, key: Value) -> (String, String, String) {
        let account = self.admin("post", "/admin/v1/accounts", Some(json!({ "name": "Acme" }))).await;
        let account = account.body["id"].as_str().unwrap().to_owned();
        let (key, secret) = self.key(&account, key).await;
        (account, key, secret)
    }

    pub(super) async fn key(&self, account: &str, mut key: Value) -> (String, String) {
        key["account"] = json!(account);
        let made = self.admin("post", "/admin/v1/keys", Some(key)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let text = |field: &str| made.body[field].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    pub(super) async fn chat(&self, secret: &str, model: &str) -> Reply {
        let body = json!({ "model": model, "messages": [{ "role": "user", "content": "Good morning!" }] });
        self.call("post", "/v1/chat/completions", Some(secret), Some(body)).await
    }
}

/// The cost of rows together, in nano-units.
pub(super) fn cost(rows: &[Value]) -> i64 {
    rows.iter().map(|row| domain::Nanos::parse(row["cost"].as_str().unwrap()).unwrap().0).sum()
}
