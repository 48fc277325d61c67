//! OpenRouter's JSON, as far as we read it. Its description changes about weekly, so a field that may be missing is.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json::{JsonNanos, JsonPerMillion};

/// A value that is dropped, not refused, when it has another shape than ours.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default())
}

/// Every answer but a few wraps its content.
#[derive(Debug, Deserialize)]
pub struct Data<T> {
    pub data: T,
}

/// `GET /key`: the credential about itself.
#[derive(Debug, Deserialize)]
pub struct Me {
    pub is_management_key: Option<bool>,
    /// The older name of the same.
    pub is_provisioning_key: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Workspace {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub slug: String,
    #[serde(default, deserialize_with = "lenient")]
    pub description: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct WorkspaceBudget {
    pub limit_usd: JsonNanos,
    /// `null` for a budget of a lifetime.
    pub reset_interval: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Key {
    pub hash: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub disabled: bool,
    #[serde(default)]
    pub workspace_id: String,
    pub limit: Option<JsonNanos>,
    #[serde(default, deserialize_with = "lenient")]
    pub limit_reset: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub include_byok_in_limit: bool,
    pub usage: Option<JsonNanos>,
    pub usage_daily: Option<JsonNanos>,
    pub usage_weekly: Option<JsonNanos>,
    pub usage_monthly: Option<JsonNanos>,
    pub byok_usage: Option<JsonNanos>,
    pub byok_usage_daily: Option<JsonNanos>,
    pub byok_usage_weekly: Option<JsonNanos>,
    pub byok_usage_monthly: Option<JsonNanos>,
    #[serde(default, deserialize_with = "lenient")]
    pub expires_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
}

/// The answer to `POST /keys`: the only one that holds a secret, so it has no `Debug`.
#[derive(Deserialize)]
pub struct KeyMade {
    pub data: Key,
    pub key: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Guardrail {
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// Canonical slugs; `null` for every model.
    #[serde(default, deserialize_with = "lenient")]
    pub allowed_models: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Assignment {
    pub guardrail_id: String,
    pub key_hash: String,
}

#[derive(Debug, Deserialize)]
pub struct Credits {
    pub total_credits: JsonNanos,
    pub total_usage: JsonNanos,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Model {
    pub id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub canonical_slug: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub pricing: Pricing,
}

/// Prices in USD per single token, as strings; `-1` where a router chooses the model.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Pricing {
    #[serde(default, deserialize_with = "lenient")]
    pub prompt: Option<JsonPerMillion>,
    #[serde(default, deserialize_with = "lenient")]
    pub completion: Option<JsonPerMillion>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Named {
    pub name: String,
}

/// `GET /analytics/meta`.
#[derive(Debug, Default, Deserialize)]
pub struct Meta {
    #[serde(default)]
    pub metrics: Vec<Named>,
    #[serde(default)]
    pub dimensions: Vec<Named>,
}

/// What `POST /analytics/query` found.
#[derive(Debug, Deserialize)]
pub struct Found {
    pub data: Vec<BTreeMap<String, Box<RawValue>>>,
    #[serde(default)]
    pub metadata: FoundMetadata,
    #[serde(default, deserialize_with = "lenient")]
    pub warnings: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct FoundMetadata {
    #[serde(default)]
    pub truncated: bool,
}

/// A row of `GET /activity`.
#[derive(Debug, Deserialize)]
pub struct Activity {
    pub usage: Option<JsonNanos>,
    pub byok_usage_inference: Option<JsonNanos>,
}
