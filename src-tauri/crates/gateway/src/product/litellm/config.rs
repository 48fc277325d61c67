//! What was learned about one instance, and what it can do because of it.

use domain::{BudgetPeriod, Enforcement, Meter};

use crate::{Capability, Rights};

/// Rows asked for at once, where the release allows (1.95 and later).
pub const ROWS_MANY: u32 = 1000;
/// Rows asked for at once in older releases.
pub const ROWS_FEW: u32 = 100;
/// Longest time a pause takes to bite on several workers without Redis: the default life of a cached key.
pub const PAUSE_BOUND_SECONDS: u32 = 60;
/// How late a row may appear. Rows are written 10 to 15 s after a call *ends* and dated when it *starts*; two hours
/// cover the longest call a proxy lets through by default (litellm.md pitfall 7).
pub const USAGE_DELAY_SECONDS: u32 = 2 * 3600;

/// What probing has told. Starts as the common case, so that a page can be fetched before the first probe.
#[derive(Debug, Clone)]
pub struct Learned {
    /// Release, where told.
    pub version: Option<String>,
    /// What the credential may do.
    pub rights: Rights,
    /// Whether `/spend/logs/v2` exists and rows are kept.
    pub usage_requests: bool,
    /// Whether `/team/daily/activity` exists.
    pub usage_days: bool,
    /// Day totals tell models apart: no two of them share an upstream.
    pub usage_days_by_model: bool,
    /// Rows that may be asked for at once.
    pub page_size: u32,
    /// Whether `/router/settings` tells fallbacks.
    pub router_settings: bool,
    /// Whether `/health/latest` tells what checks found.
    pub health_kept: bool,
}

impl Default for Learned {
    fn default() -> Self {
        Self {
            version: None,
            rights: Rights::Admin,
            usage_requests: true,
            usage_days: true,
            usage_days_by_model: true,
            page_size: ROWS_MANY,
            router_settings: true,
            health_kept: true,
        }
    }
}

/// What an instance can do. A read-only credential switches every write off.
pub fn capability(learned: &Learned) -> Capability {
    let writes = learned.rights == Rights::Admin;
    Capability {
        account_list: true,
        account_write: writes,
        account_pause: writes,
        account_budget_periods: BudgetPeriod::ALL.map(|period| (period, Enforcement::Gateway)).to_vec(),
        account_models: true,
        account_credential: false,
        key_list: true,
        key_write: writes,
        key_pause: writes,
        key_models: true,
        key_scope: true,
        key_rate_limit: true,
        key_expiry: true,
        key_expiry_change: true,
        key_reveal: false,
        key_name_bytes: None,
        budget_periods: BudgetPeriod::ALL.map(|period| (period, Enforcement::Gateway)).to_vec(),
        budget_stop_status: learned.version.as_deref().and_then(budget_stop_status),
        pause_bound_seconds: PAUSE_BOUND_SECONDS,
        usage_requests: learned.usage_requests,
        usage_days: learned.usage_days,
        usage_days_by_model: learned.usage_days && learned.usage_days_by_model,
        usage_delay_seconds: USAGE_DELAY_SECONDS,
        usage_meters: vec![
            Meter::Requests,
            Meter::InputTokens,
            Meter::OutputTokens,
            Meter::CacheReadTokens,
            Meter::CacheWriteTokens,
        ],
        model_list: true,
        route_list: true,
        route_backups: learned.router_settings,
        route_health: learned.health_kept,
    }
}

/// The status of a call over budget, by release; it is configurable, so this is only for people (litellm.md §4).
fn budget_stop_status(version: &str) -> Option<u16> {
    let mut parts = version.split('.');
    let (major, minor) = (parts.next()?.parse::<u32>().ok()?, parts.next()?.parse::<u32>().ok()?);
    Some(match (major, minor) {
        (0, _) | (1, 0..=84) => 400,
        (1, 85..=103) => 429,
        _ => 422,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_over_budget_status_follows_the_release() {
        let rows = [("1.81.3", Some(400)), ("1.90.0", Some(429)), ("1.106.2", Some(422)), ("main", None)];
        for (version, status) in rows {
            assert_eq!(budget_stop_status(version), status, "{version}");
        }
    }
}
