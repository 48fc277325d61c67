//! OpenRouter's calls, one function each: paths and parameters in, wire structs out.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Secret, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::catalog::Kept;
use super::error;
use super::wire::{
    Activity, Assignment, Credits, Data, Found, Guardrail, Key, Meta, Model, Workspace, WorkspaceBudget,
};
use crate::http::{Call, Http, Reply};
use crate::{ErrorKind, GatewayError};

/// Where the API lies below the address.
const PATH: &str = "/api/v1";
/// Items on a page of workspaces, guardrails or assignments: the most OpenRouter allows.
pub const LIST_PAGE: usize = 100;
/// Time between the starts of two analytics queries: OpenRouter allows 64 a minute.
const QUERY_INTERVAL: Duration = Duration::from_millis(960);
/// Longest time for a query; OpenRouter gives up with 408 before that.
const QUERY_WITHIN: Duration = Duration::from_secs(60);
/// Digits of a key's hash.
const HASH_DIGITS: usize = 64;
/// Longest identifier or slug of a workspace.
const ID_MAX: usize = 50;

/// A JSON object being put together, field by field; amounts keep their text.
#[derive(Default)]
pub struct Fields(BTreeMap<&'static str, Box<RawValue>>);

impl Fields {
    /// Sets a field.
    pub fn set(&mut self, name: &'static str, value: &impl Serialize) -> &mut Self {
        if let Ok(raw) = to_raw_value(value) {
            self.0.insert(name, raw);
        }
        self
    }

    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Fields {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// What an answer held, and the clock it was written by.
pub struct Dated<T> {
    pub value: T,
    pub date: Option<Timestamp>,
}

/// OpenRouter's API with one credential.
pub struct Api {
    pub http: Http,
    pub catalog: Kept,
    pacer: Pacer,
}

impl Api {
    /// Prepares; sends nothing. The path of the API is added to an address without it.
    pub fn new(base_url: &str, credential: Option<&Secret>) -> Result<Self, GatewayError> {
        let http = Http::new(&complete(base_url), credential)?;
        // The limit is of openrouter.ai; what listens on this machine stands in for it.
        let interval = if is_stand_in(base_url) { Duration::ZERO } else { QUERY_INTERVAL };
        Ok(Self { http, catalog: Kept::default(), pacer: Pacer { interval, next: Mutex::default() } })
    }

    async fn read<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Dated<T>, GatewayError> {
        let reply = call.send().await?;
        if !reply.is_success() || reply.is_html() {
            return Err(error::error(&reply));
        }
        Ok(Dated { value: reply.json()?, date: reply.date })
    }

    async fn data<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Dated<T>, GatewayError> {
        let Dated { value, date } = self.read::<Data<T>>(call).await?;
        Ok(Dated { value: value.data, date })
    }

    pub async fn workspaces(&self, offset: usize) -> Result<Data<Vec<Workspace>>, GatewayError> {
        let call = self.http.get("/workspaces").query("offset", offset).query("limit", LIST_PAGE);
        Ok(self.read(call).await?.value)
    }

    /// A workspace by its identifier or slug.
    pub async fn workspace(&self, id: &str) -> Result<Dated<Workspace>, GatewayError> {
        self.data(self.workspace_call(id, Http::get, "")?).await
    }

    pub async fn budgets(&self, id: &str) -> Result<Vec<WorkspaceBudget>, GatewayError> {
        Ok(self.data(self.workspace_call(id, Http::get, "/budgets")?).await?.value)
    }

    /// A page of the keys of a workspace, the disabled and the expired ones included. Pages hold 100 keys by observation only.
    pub async fn keys(&self, workspace: &str, offset: usize) -> Result<Dated<Vec<Key>>, GatewayError> {
        let call = self.http.get("/keys").query("workspace_id", workspace).query("offset", offset);
        // The later parameter is not in every description; without it, expired keys would seem to be gone.
        self.data(call.query("include_disabled", "true").query("include_expired", "true")).await
    }

    pub async fn key(&self, hash: &str) -> Result<Dated<Key>, GatewayError> {
        self.data(self.key_call(hash, Http::get)?).await
    }

    pub async fn guardrails(&self, workspace: &str, offset: usize) -> Result<Data<Vec<Guardrail>>, GatewayError> {
        let call = self.http.get("/guardrails").query("workspace_id", workspace).query("offset", offset);
        Ok(self.read(call.query("limit", LIST_PAGE)).await?.value)
    }

    pub async fn guardrail(&self, id: &str) -> Result<Guardrail, GatewayError> {
        Ok(self.data(self.guardrail_call(id, Http::get, "")?).await?.value)
    }

    pub async fn assignments(&self, offset: usize) -> Result<Data<Vec<Assignment>>, GatewayError> {
        let call = self.http.get("/guardrails/assignments/keys").query("offset", offset);
        Ok(self.read(call.query("limit", LIST_PAGE)).await?.value)
    }

    pub async fn credits(&self) -> Result<Credits, GatewayError> {
        Ok(self.data(self.http.get("/credits")).await?.value)
    }

    /// Every model there is, also those that make images or speech.
    pub async fn models(&self) -> Result<Vec<Model>, GatewayError> {
        let call = self.http.get("/models").query("output_modalities", "all");
        Ok(self.data(call.within(QUERY_WITHIN)).await?.value)
    }

    pub async fn meta(&self) -> Result<Meta, GatewayError> {
        Ok(self.data(self.http.get("/analytics/meta")).await?.value)
    }

    /// An analytics query, in its turn.
    pub async fn query(&self, body: &impl Serialize) -> Result<Found, GatewayError> {
        self.pacer.turn().await;
        let call = self.http.post("/analytics/query").json(body).within(QUERY_WITHIN);
        Ok(self.data(call).await?.value)
    }

    /// Activity of everybody on one completed UTC day of the last thirty.
    pub async fn activity(&self, date: domain::Date) -> Result<Vec<Activity>, GatewayError> {
        Ok(self.data(self.http.get("/activity").query("date", date)).await?.value)
    }

    /// A call about a key; anything that is no hash could be a secret, and would be written into an address.
    pub fn key_call<'a>(
        &'a self,
        hash: &str,
        method: fn(&'a Http, &str) -> Call<'a>,
    ) -> Result<Call<'a>, GatewayError> {
        if hash.len() != HASH_DIGITS || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(unknown("a key", "the 64 digits of its hash"));
        }
        Ok(method(&self.http, &format!("/keys/{hash}")).named("keys/{hash}"))
    }

    /// A call about a workspace, or about what lies below it.
    pub fn workspace_call<'a>(
        &'a self,
        id: &str,
        method: fn(&'a Http, &str) -> Call<'a>,
        below: &str,
    ) -> Result<Call<'a>, GatewayError> {
        if !is_plain(id) {
            return Err(unknown("a workspace", "its identifier"));
        }
        Ok(method(&self.http, &format!("/workspaces/{id}{below}")).named(&format!("workspaces/{{id}}{below}")))
    }

    /// A call about a guardrail, or about what lies below it.
    pub fn guardrail_call<'a>(
        &'a self,
        id: &str,
        method: fn(&'a Http, &str) -> Call<'a>,
        below: &str,
    ) -> Result<Call<'a>, GatewayError> {
        if !is_plain(id) {
            return Err(unknown("a guardrail", "its identifier"));
        }
        Ok(method(&self.http, &format!("/guardrails/{id}{below}")).named(&format!("guardrails/{{id}}{below}")))
    }

    /// A change: the reply of whatever status.
    pub async fn write(&self, call: Call<'_>, body: &impl Serialize) -> Result<Reply, GatewayError> {
        call.json(body).send().await
    }
}

fn is_plain(id: &str) -> bool {
    (1..=ID_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn unknown(what: &str, named: &str) -> GatewayError {
    let message = format!("OpenRouter does not know it: {what} is named by {named}");
    GatewayError::new(ErrorKind::NotFound, "look up", message)
}

/// The address with the path of the API behind it.
pub fn complete(base_url: &str) -> String {
    let base = base_url.trim().trim_end_matches('/');
    let base = base.strip_suffix(PATH).or_else(|| base.strip_suffix("/api")).unwrap_or(base);
    format!("{base}{PATH}")
}

/// The host of an address, lower-case, without its port.
pub fn host(base_url: &str) -> Option<String> {
    let url = reqwest::Url::parse(base_url.trim()).ok()?;
    url.host_str().map(str::to_ascii_lowercase)
}

fn is_stand_in(base_url: &str) -> bool {
    let host = host(base_url).unwrap_or_default();
    host == "localhost" || host == "127.0.0.1" || host == "[::1]"
}

/// Keeps queries apart.
struct Pacer {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pacer {
    async fn turn(&self) {
        let start = {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let start = next.map_or(now, |next| next.max(now));
            *next = Some(start + self.interval);
            start
        };
        sleep_until(start).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_the_path_of_the_api() {
        let rows = [
            ("https://openrouter.ai", "https://openrouter.ai/api/v1"),
            ("https://openrouter.ai/", "https://openrouter.ai/api/v1"),
            ("https://openrouter.ai/api", "https://openrouter.ai/api/v1"),
            ("https://openrouter.ai/api/v1/", "https://openrouter.ai/api/v1"),
            ("https://proxy.example/or/api/v1", "https://proxy.example/or/api/v1"),
        ];
        for (given, complete_one) in rows {
            assert_eq!(complete(given), complete_one, "{given}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn queries_stay_below_64_a_minute() {
        let pacer = Pacer { interval: QUERY_INTERVAL, next: Mutex::default() };
        let begun = Instant::now();
        for _ in 0..64 {
            pacer.turn().await;
        }
        assert!(begun.elapsed() > Duration::from_secs(60), "64 queries took {:?}", begun.elapsed());
    }
}
