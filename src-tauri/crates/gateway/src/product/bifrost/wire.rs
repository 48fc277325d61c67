//! Bifrost's JSON, as far as we read it. Every field may be missing: releases differ. Prompts, replies and error texts of
//! requests have no field here, so they are never kept.

mod route;

use domain::Secret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json::JsonNanos;

pub use route::{PriceOverrides, Provider, ProviderKeys, ProviderSecret, RoutingRule, RoutingRules};

/// `null` is the same as nothing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A value that is dropped, not refused, when it has another shape than ours.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default())
}

/// Whether a field was there at all: `None` is absent, `Some(None)` is `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// `GET /api/session/is-auth-enabled`: the one answer that strangers get from every release.
#[derive(Debug, Deserialize)]
pub struct SignIn {
    pub is_auth_enabled: bool,
}

/// `GET /api/config`.
#[derive(Debug, Deserialize)]
pub struct Config {
    #[serde(default, deserialize_with = "or_default")]
    pub client_config: ClientConfig,
    #[serde(default, deserialize_with = "lenient")]
    pub is_db_connected: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub is_logs_connected: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClientConfig {
    #[serde(deserialize_with = "lenient")]
    pub enable_logging: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub enforce_auth_on_inference: Option<bool>,
    /// The older name.
    #[serde(deserialize_with = "lenient")]
    pub enforce_governance_header: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub struct Providers {
    #[serde(default, deserialize_with = "or_default")]
    pub providers: Vec<Provider>,
}

#[derive(Debug, Deserialize)]
pub struct Models {
    #[serde(default, deserialize_with = "or_default")]
    pub models: Vec<Model>,
}

#[derive(Debug, Deserialize)]
pub struct Model {
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub provider: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Budget {
    pub max_limit: JsonNanos,
    #[serde(default, deserialize_with = "lenient")]
    pub current_usage: Option<JsonNanos>,
    #[serde(default, deserialize_with = "or_default")]
    pub reset_duration: String,
    #[serde(default, deserialize_with = "lenient")]
    pub last_reset: Option<String>,
    /// In 1.4 the budget says it, later its owner does; 1.5.2 shows it on customers' budgets and ignores it.
    #[serde(default, deserialize_with = "lenient")]
    pub calendar_aligned: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RateLimit {
    #[serde(deserialize_with = "lenient")]
    pub token_max_limit: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub token_reset_duration: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub request_max_limit: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub request_reset_duration: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Team {
    pub id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub customer_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Customer {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default)]
    pub budget: Option<Budget>,
    #[serde(default, deserialize_with = "or_default")]
    pub budgets: Vec<Budget>,
    #[serde(default, deserialize_with = "or_default")]
    pub rate_limit: RateLimit,
    #[serde(default, deserialize_with = "or_default")]
    pub teams: Vec<Team>,
    #[serde(default, deserialize_with = "lenient")]
    pub calendar_aligned: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Customers {
    #[serde(default, deserialize_with = "or_default")]
    pub customers: Vec<Customer>,
}

#[derive(Debug, Deserialize)]
pub struct OneCustomer {
    pub customer: Customer,
}

/// A virtual key's secret on its way through: printed never, kept nowhere. Some releases wrap it in an object; a masked
/// one is none.
#[derive(Debug, Clone, Default)]
pub struct Value(pub Option<Secret>);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wrapped {
            value: String,
        }
        let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
        let raw = raw.as_deref().map_or("null", RawValue::get);
        let plain: Option<String> = serde_json::from_str(raw).ok();
        let text = plain.or_else(|| serde_json::from_str::<Wrapped>(raw).ok().map(|wrapped| wrapped.value));
        let clear = text.filter(|text| text.len() >= 16 && !text.contains(['*', '…', '<', ' ']));
        Ok(Self(clear.as_deref().map(Secret::new)))
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct VirtualKey {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    #[serde(default)]
    pub value: Value,
    #[serde(default)]
    pub is_active: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub provider_configs: Vec<ProviderConfig>,
    #[serde(default)]
    pub team_id: Option<String>,
    #[serde(default)]
    pub customer_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub team: Option<Team>,
    #[serde(default, deserialize_with = "or_default")]
    pub rate_limit: RateLimit,
    #[serde(default)]
    pub budget: Option<Budget>,
    #[serde(default, deserialize_with = "or_default")]
    pub budgets: Vec<Budget>,
    #[serde(default, deserialize_with = "lenient")]
    pub calendar_aligned: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub expires_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
}

/// What a virtual key may call at one provider.
#[derive(Debug, Clone, Deserialize)]
pub struct ProviderConfig {
    #[serde(default)]
    pub id: Option<u64>,
    pub provider: String,
    /// Kept as text: it goes back as it came.
    #[serde(default)]
    pub weight: Option<Box<RawValue>>,
    /// Absent in 1.4.
    #[serde(default)]
    pub allow_all_keys: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub keys: Vec<ProviderKey>,
    #[serde(default, deserialize_with = "or_default")]
    pub allowed_models: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub blacklisted_models: Vec<String>,
}

/// A provider's own credential, by name only.
#[derive(Debug, Clone, Deserialize)]
pub struct ProviderKey {
    #[serde(default, deserialize_with = "or_default")]
    pub key_id: String,
}

#[derive(Debug, Deserialize)]
pub struct VirtualKeys {
    #[serde(default, deserialize_with = "or_default")]
    pub virtual_keys: Vec<VirtualKey>,
    /// Absent in releases without pages (before 1.4.11): then this is all there is, whatever was asked.
    #[serde(default)]
    pub total_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub struct OneVirtualKey {
    pub virtual_key: VirtualKey,
}

#[derive(Debug, Deserialize)]
pub struct Logs {
    #[serde(default, deserialize_with = "or_default")]
    pub logs: Vec<Row>,
    #[serde(default, deserialize_with = "lenient")]
    pub stats: Stats,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Stats {
    pub total_requests: Option<u64>,
}

/// One attempt at one provider.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    pub id: String,
    pub timestamp: String,
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    #[serde(default, deserialize_with = "or_default")]
    pub object: String,
    #[serde(default, deserialize_with = "or_default")]
    pub provider: String,
    #[serde(default, deserialize_with = "or_default")]
    pub model: String,
    /// The name that was called, where another was resolved from it.
    #[serde(default, deserialize_with = "lenient")]
    pub alias: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub virtual_key_id: Option<String>,
    /// Absent in 1.4, where only the virtual key tells.
    #[serde(default, deserialize_with = "present")]
    pub customer_id: Option<Option<String>>,
    #[serde(default)]
    pub cost: Option<JsonNanos>,
    /// Milliseconds; with a fraction in some releases.
    #[serde(default, deserialize_with = "lenient")]
    pub latency: Option<serde_json::Number>,
    #[serde(default, deserialize_with = "or_default")]
    pub token_usage: TokenUsage,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TokenUsage {
    #[serde(deserialize_with = "or_default")]
    pub prompt_tokens: u64,
    #[serde(deserialize_with = "or_default")]
    pub completion_tokens: u64,
    #[serde(deserialize_with = "or_default")]
    pub prompt_tokens_details: PromptDetails,
}

/// Parts of the prompt's tokens.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PromptDetails {
    pub cached_read_tokens: Option<u64>,
    pub cached_write_tokens: Option<u64>,
    /// The older name of what was read.
    pub cached_tokens: Option<u64>,
}
