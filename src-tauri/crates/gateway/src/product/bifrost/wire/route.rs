//! What tells of routes: providers with their credentials' fate, and routing rules.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{lenient, or_default};

/// A provider that is set up.
#[derive(Debug, Deserialize)]
pub struct Provider {
    pub name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub provider_status: String,
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
    /// Its credentials, in releases before 1.5.
    #[serde(default, deserialize_with = "lenient")]
    pub keys: Vec<ProviderSecret>,
}

/// `GET /api/providers/{id}/keys`.
#[derive(Debug, Deserialize)]
pub struct ProviderKeys {
    #[serde(default, deserialize_with = "or_default")]
    pub keys: Vec<ProviderSecret>,
}

/// A credential at a provider: only how it fares is read.
#[derive(Debug, Deserialize)]
pub struct ProviderSecret {
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
}

/// `GET /api/governance/routing-rules`.
#[derive(Debug, Deserialize)]
pub struct RoutingRules {
    #[serde(default, deserialize_with = "or_default")]
    pub rules: Vec<RoutingRule>,
}

/// A rule that sends calls elsewhere.
#[derive(Debug, Deserialize)]
pub struct RoutingRule {
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub cel_expression: String,
    #[serde(default, deserialize_with = "lenient")]
    pub scope: String,
    #[serde(default, deserialize_with = "lenient")]
    pub priority: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub targets: Vec<RoutingTarget>,
    /// Names as `provider/model`, first choice first.
    #[serde(default, deserialize_with = "or_default")]
    pub fallbacks: Vec<String>,
}

/// Where a rule sends calls; what is empty stays as it was asked for.
#[derive(Debug, Deserialize)]
pub struct RoutingTarget {
    #[serde(default, deserialize_with = "lenient")]
    pub provider: String,
    #[serde(default, deserialize_with = "lenient")]
    pub model: String,
}

/// `GET /api/governance/pricing-overrides`: only whether there are any matters.
#[derive(Debug, Deserialize)]
pub struct PriceOverrides {
    #[serde(default, deserialize_with = "or_default")]
    pub pricing_overrides: Vec<Box<RawValue>>,
}

const fn yes() -> bool {
    true
}
