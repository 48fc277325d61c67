//! What was learned about one instance, and what it can do because of it.

use std::collections::BTreeMap;

use domain::{BudgetPeriod, Enforcement, ExternalId, Meter};

use crate::Capability;

/// How late a row may appear or be restated. A row is dated when a request *starts*, is skipped while it is
/// `processing`, and gets its cost when the request ends: two hours cover the longest call.
pub const USAGE_DELAY_SECONDS: u32 = 2 * 3600;
/// What a caller gets over budget (`budget_exceeded`), in every release that was seen.
const BUDGET_STOP_STATUS: u16 = 402;

/// In what releases differ, as far as we act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// An empty list of providers or models refuses everything (1.5 and later); before, it allows everything.
    pub empty_refuses: bool,
    /// Budgets of virtual keys may start at calendar boundaries.
    pub keys_aligned: bool,
    /// Budgets of customers may start at calendar boundaries.
    pub customers_aligned: bool,
    /// Virtual keys may expire.
    pub expiry: bool,
    /// A virtual key's secret is told whenever it is read.
    pub reveal: bool,
}

/// What probing has told. Starts as the common case, so that a page can be fetched before the first probe.
#[derive(Debug, Clone)]
pub struct Learned {
    /// Release, where told.
    pub version: Option<String>,
    /// `None` until somebody asked.
    pub features: Option<Features>,
    /// Whether there is a store of requests.
    pub logs: bool,
    /// The owner of every virtual key that was ever seen here, for releases whose rows do not tell it (1.4). A deleted
    /// key is known to the gateway no longer, and its rows are.
    pub owners: BTreeMap<String, Option<ExternalId>>,
}

impl Default for Learned {
    fn default() -> Self {
        Self { version: None, features: None, logs: true, owners: BTreeMap::new() }
    }
}

/// What an instance can do.
pub fn capability(learned: &Learned) -> Capability {
    let features = learned.features.unwrap_or(Features {
        empty_refuses: true,
        keys_aligned: true,
        customers_aligned: true,
        expiry: false,
        reveal: true,
    });
    Capability {
        account_list: true,
        account_write: true,
        account_pause: true,
        account_budget_periods: periods(features.customers_aligned),
        account_models: false,
        account_credential: false,
        key_list: true,
        key_write: true,
        key_pause: true,
        key_models: true,
        key_scope: false,
        key_rate_limit: true,
        key_expiry: features.expiry,
        key_expiry_change: features.expiry,
        key_reveal: features.reveal,
        key_name_bytes: None,
        budget_periods: periods(features.keys_aligned),
        budget_stop_status: Some(BUDGET_STOP_STATUS),
        pause_bound_seconds: 0,
        usage_requests: learned.logs,
        usage_days: false,
        usage_days_by_model: false,
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
        route_backups: true,
        route_health: true,
    }
}

/// Without calendar alignment a `1M` budget is 30 days long and drifts against the month it is invoiced for: that is no
/// monthly ceiling. A day and a week keep their length and only start at another hour.
fn periods(aligned: bool) -> Vec<(BudgetPeriod, Enforcement)> {
    let enforced = |period| match period {
        BudgetPeriod::Monthly if !aligned => Enforcement::Advisory,
        _ => Enforcement::Gateway,
    };
    BudgetPeriod::ALL.map(|period| (period, enforced(period))).to_vec()
}

/// A release as numbers: `v1.4.19` is `(1, 4, 19)`; what follows a hyphen is dropped.
pub fn release(version: &str) -> Option<(u32, u32, u32)> {
    let plain = version.trim().trim_start_matches('v');
    let plain = plain.split(['-', '+']).next().unwrap_or_default();
    let mut parts = plain.split('.').map(|part| part.parse::<u32>().ok());
    Some((parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_compare_as_numbers() {
        let rows = [
            ("v1.4.19", Some((1, 4, 19))),
            ("1.5.2", Some((1, 5, 2))),
            ("v2.0.0-prerelease2", Some((2, 0, 0))),
            ("v2.1", Some((2, 1, 0))),
            ("main", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(release(text), expected, "{text}");
        }
    }

    #[test]
    fn thirty_rolling_days_are_no_month() {
        assert!(periods(true).iter().all(|(_, by)| *by == Enforcement::Gateway));
        let rolling = periods(false);
        assert!(rolling.contains(&(BudgetPeriod::Monthly, Enforcement::Advisory)));
        assert!(rolling.contains(&(BudgetPeriod::Daily, Enforcement::Gateway)));
    }
}
