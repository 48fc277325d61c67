//! LiteLLM's JSON, as far as we read it. Every field may be missing: releases differ.

mod route;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json::{JsonNanos, JsonPerMillion};

pub use route::{Checked, LatestChecks, RouterFields, RouterSettings};

/// Free-form metadata, kept as text so that what others put there survives our writes unchanged.
pub type Metadata = BTreeMap<String, Box<RawValue>>;

/// A value that is dropped, not refused, when it has another shape than ours.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default())
}

#[derive(Debug, Default, Deserialize)]
pub struct Readiness {
    pub status: Option<String>,
    pub db: Option<String>,
    pub litellm_version: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct OpenApi {
    #[serde(default)]
    pub info: OpenApiInfo,
}

#[derive(Debug, Default, Deserialize)]
pub struct OpenApiInfo {
    pub version: Option<String>,
}

/// `/config/cost_margin_config` and `/config/cost_discount_config`.
#[derive(Debug, Default, Deserialize)]
pub struct CostConfig {
    #[serde(default, deserialize_with = "lenient")]
    pub values: BTreeMap<String, Box<RawValue>>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Team {
    pub team_id: String,
    pub team_alias: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub metadata: Metadata,
    #[serde(default, deserialize_with = "lenient")]
    pub models: Vec<String>,
    pub max_budget: Option<JsonNanos>,
    pub budget_duration: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub budget_reset_at: Option<String>,
    pub rpm_limit: Option<u32>,
    pub tpm_limit: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub blocked: Option<bool>,
    pub spend: Option<JsonNanos>,
}

#[derive(Debug, Deserialize)]
pub struct TeamInfo {
    pub team_info: Team,
}

#[derive(Debug, Deserialize)]
pub struct TeamList {
    pub teams: Vec<Team>,
    pub total_pages: Option<u64>,
}

/// A key in a list (`token` is set) or in `/key/info` (it is not).
#[derive(Debug, Clone, Deserialize)]
pub struct Key {
    pub token: Option<String>,
    pub key_name: Option<String>,
    pub key_alias: Option<String>,
    pub team_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub metadata: Metadata,
    #[serde(default, deserialize_with = "lenient")]
    pub models: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub allowed_routes: Vec<String>,
    pub max_budget: Option<JsonNanos>,
    pub budget_duration: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub budget_reset_at: Option<String>,
    pub rpm_limit: Option<u32>,
    pub tpm_limit: Option<u64>,
    pub max_parallel_requests: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    pub blocked: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub expires: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub deleted_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<String>,
    pub spend: Option<JsonNanos>,
}

#[derive(Debug, Deserialize)]
pub struct KeyInfo {
    pub info: Key,
}

#[derive(Debug, Deserialize)]
pub struct KeyList {
    pub keys: Vec<Key>,
    pub total_pages: Option<u64>,
}

/// The answer to `/key/generate`: the only one that holds a secret, so it has no `Debug`.
#[derive(Deserialize)]
pub struct KeyMade {
    pub key: String,
    pub token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct ModelGroups {
    pub data: Vec<ModelGroup>,
}

#[derive(Debug, Deserialize)]
pub struct ModelGroup {
    pub model_group: String,
    #[serde(default, deserialize_with = "lenient")]
    pub input_cost_per_token: Option<JsonPerMillion>,
    #[serde(default, deserialize_with = "lenient")]
    pub output_cost_per_token: Option<JsonPerMillion>,
}

#[derive(Debug, Deserialize)]
pub struct Deployments {
    pub data: Vec<Deployment>,
}

#[derive(Debug, Deserialize)]
pub struct Deployment {
    pub model_name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub litellm_params: DeploymentParams,
    #[serde(default, deserialize_with = "lenient")]
    pub model_info: DeploymentInfo,
}

#[derive(Debug, Default, Deserialize)]
pub struct DeploymentParams {
    pub model: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub custom_llm_provider: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub order: Option<i64>,
    /// As the operator wrote it; what LiteLLM knows by itself stands in [`DeploymentInfo`].
    #[serde(default, deserialize_with = "lenient")]
    pub input_cost_per_token: Option<JsonPerMillion>,
    #[serde(default, deserialize_with = "lenient")]
    pub output_cost_per_token: Option<JsonPerMillion>,
}

#[derive(Debug, Default, Deserialize)]
pub struct DeploymentInfo {
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub litellm_provider: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub input_cost_per_token: Option<JsonPerMillion>,
    #[serde(default, deserialize_with = "lenient")]
    pub output_cost_per_token: Option<JsonPerMillion>,
}

/// One page of `/spend/logs/v2`.
#[derive(Debug, Deserialize)]
pub struct Rows {
    pub data: Vec<Row>,
    pub total: Option<u64>,
}

/// One request. Tracebacks, addresses of callers and tags are not even read.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    pub request_id: String,
    pub api_key: Option<String>,
    pub team_id: Option<String>,
    pub model: Option<String>,
    pub model_group: Option<String>,
    pub spend: Option<JsonNanos>,
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub completion_tokens: Option<u64>,
    #[serde(rename = "startTime")]
    pub start_time: String,
    #[serde(rename = "endTime")]
    pub end_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub request_duration_ms: Option<u32>,
    pub status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub metadata: RowMetadata,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct RowMetadata {
    pub status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub usage_object: TokenUsage,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct TokenUsage {
    pub cache_read_input_tokens: Option<u64>,
    pub cache_creation_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_tokens_details: TokenDetails,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct TokenDetails {
    pub cached_tokens: Option<u64>,
    pub cache_creation_tokens: Option<u64>,
}

/// One page of `/team/daily/activity`.
#[derive(Debug, Deserialize)]
pub struct Activity {
    pub results: Vec<ActivityDay>,
    #[serde(default)]
    pub metadata: ActivityPage,
}

#[derive(Debug, Default, Deserialize)]
pub struct ActivityPage {
    #[serde(default)]
    pub has_more: bool,
    pub total_pages: Option<u64>,
    #[serde(default)]
    pub total_api_requests: u64,
}

#[derive(Debug, Deserialize)]
pub struct ActivityDay {
    pub date: String,
    #[serde(default)]
    pub breakdown: Breakdown,
}

#[derive(Debug, Default, Deserialize)]
pub struct Breakdown {
    #[serde(default)]
    pub models: BTreeMap<String, Bucket>,
    #[serde(default)]
    pub model_groups: BTreeMap<String, Bucket>,
    #[serde(default)]
    pub api_keys: BTreeMap<String, Bucket>,
    #[serde(default)]
    pub entities: BTreeMap<String, Bucket>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Bucket {
    #[serde(default)]
    pub metrics: Metrics,
    #[serde(default)]
    pub api_key_breakdown: BTreeMap<String, KeyBucket>,
}

#[derive(Debug, Default, Deserialize)]
pub struct KeyBucket {
    #[serde(default)]
    pub metrics: Metrics,
}

/// Counters of one cell of the cube.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Metrics {
    pub spend: JsonNanos,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub cache_read_input_tokens: u64,
    pub cache_creation_input_tokens: u64,
    pub successful_requests: u64,
    pub failed_requests: u64,
}
