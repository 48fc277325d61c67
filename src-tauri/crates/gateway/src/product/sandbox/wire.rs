//! The admin API's JSON. Amounts and instants are text.

use serde::{Deserialize, Serialize};

/// `GET /version`.
#[derive(Deserialize)]
pub struct Version {
    pub product: String,
    pub version: String,
}

/// `GET /admin/v1/me`.
#[derive(Deserialize)]
pub struct Me {
    pub rights: String,
    pub now: String,
}

/// A page of anything.
#[derive(Deserialize)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// A budget.
#[derive(Serialize, Deserialize)]
pub struct Budget {
    pub amount: String,
    pub currency: String,
    pub period: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn_at: Option<Vec<u8>>,
}

/// Ceilings on speed.
#[derive(Default, Serialize, Deserialize)]
pub struct Rate {
    pub requests_per_minute: Option<u32>,
    pub tokens_per_minute: Option<u64>,
    pub parallel: Option<u32>,
}

/// What an account is set to.
#[derive(Serialize, Deserialize)]
pub struct AccountSettings {
    pub name: String,
    pub models: Option<Vec<String>>,
    pub budget: Option<Budget>,
    #[serde(default)]
    pub rate_limit: Rate,
}

/// An account.
#[derive(Deserialize)]
pub struct Account {
    pub id: String,
    pub mark: Option<String>,
    #[serde(flatten)]
    pub settings: AccountSettings,
    pub paused: bool,
    pub spent: Option<String>,
    pub resets_at: Option<String>,
}

/// What a key is set to.
#[derive(Serialize, Deserialize)]
pub struct KeySettings {
    pub name: String,
    pub environment: String,
    pub scope: String,
    pub models: Option<Vec<String>>,
    pub budget: Option<Budget>,
    #[serde(default)]
    pub rate_limit: Rate,
    pub expires_at: Option<String>,
}

/// A key.
#[derive(Deserialize)]
pub struct Key {
    pub id: String,
    pub account: String,
    pub mark: Option<String>,
    #[serde(flatten)]
    pub settings: KeySettings,
    pub label: String,
    pub fingerprint: Option<String>,
    pub status: String,
    pub spent: Option<String>,
    pub resets_at: Option<String>,
    pub created_at: Option<String>,
}

/// `POST /admin/v1/accounts`.
#[derive(Serialize)]
pub struct AccountCreate {
    pub mark: String,
    #[serde(flatten)]
    pub settings: AccountSettings,
}

/// `POST /admin/v1/keys`. Holds the secret on its way out; never printed, so no `Debug`.
#[derive(Serialize)]
pub struct KeyCreate<'a> {
    pub mark: String,
    pub account: &'a str,
    pub secret: &'a str,
    #[serde(flatten)]
    pub settings: KeySettings,
}

/// `PATCH` of a key's budget alone.
#[derive(Serialize)]
pub struct BudgetPatch {
    pub budget: Option<Budget>,
}

/// `PUT …/pause`.
#[derive(Serialize)]
pub struct Pause {
    pub paused: bool,
}

/// A model on offer; costs per million tokens.
#[derive(Deserialize)]
pub struct Model {
    pub name: String,
    pub upstream: Option<String>,
    pub input_cost: Option<String>,
    pub output_cost: Option<String>,
}

/// What answers calls to a model name.
#[derive(Deserialize)]
pub struct Route {
    pub model: String,
    pub primary: Vec<Target>,
    pub backups: Vec<Target>,
    pub last_switch: Option<String>,
    pub price: String,
}

/// One place that can answer.
#[derive(Deserialize)]
pub struct Target {
    pub upstream: String,
    pub runs_at: String,
    pub health: String,
    pub checked_at: Option<String>,
}

/// What was consumed.
#[derive(Deserialize)]
pub struct Consumed {
    pub input_tokens: u64,
    pub cache_read_tokens: u64,
    pub output_tokens: u64,
    pub cost: String,
}

/// One request.
#[derive(Deserialize)]
pub struct Request {
    pub id: String,
    pub occurred_at: String,
    pub account: String,
    pub key: String,
    pub model: String,
    pub upstream_model: Option<String>,
    pub status: String,
    #[serde(flatten)]
    pub consumed: Consumed,
    pub duration_millis: Option<u32>,
}

/// One day's total.
#[derive(Deserialize)]
pub struct Day {
    pub day: String,
    pub account: String,
    pub key: String,
    pub model: String,
    pub upstream_model: Option<String>,
    pub requests: u64,
    pub failed_requests: u64,
    #[serde(flatten)]
    pub consumed: Consumed,
}

/// A refusal.
#[derive(Deserialize)]
pub struct Refusal {
    pub error: RefusalBody,
}

/// What a refusal says.
#[derive(Deserialize)]
pub struct RefusalBody {
    pub message: String,
}
