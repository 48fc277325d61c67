//! What tells of routes: the router's settings and the checks it kept. A failed check's words hold paths and addresses of
//! the server: they are not read.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lenient;

/// `/router/settings`.
#[derive(Debug, Deserialize)]
pub struct RouterFields {
    #[serde(default, deserialize_with = "lenient")]
    pub current_values: RouterSettings,
}

/// The router's settings, as far as they are read.
#[derive(Debug, Default, Deserialize)]
pub struct RouterSettings {
    #[serde(default, deserialize_with = "lenient")]
    pub fallbacks: Option<Vec<BTreeMap<String, Vec<Fallback>>>>,
}

/// What takes over: a name, or settings with a name in them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Fallback {
    /// A name.
    Name(String),
    /// A name with settings of its own.
    Settings {
        /// The name.
        #[serde(default, deserialize_with = "lenient")]
        model: String,
    },
}

impl Fallback {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Settings { model: name } => name,
        }
    }
}

/// `/health/latest`.
#[derive(Debug, Default, Deserialize)]
pub struct LatestChecks {
    #[serde(default, deserialize_with = "lenient")]
    pub latest_health_checks: BTreeMap<String, Checked>,
}

/// What one check found.
#[derive(Debug, Default, Deserialize)]
pub struct Checked {
    #[serde(default, deserialize_with = "lenient")]
    pub model_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub healthy_count: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub unhealthy_count: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub checked_at: Option<String>,
}
