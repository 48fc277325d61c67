//! What was learned about the organisation's plan, and what can be done because of it.

use domain::{BudgetPeriod, Enforcement, Meter};

use crate::Capability;

/// Longest time a pause may take to bite: nothing is documented, keys are checked close to the callers.
pub const PAUSE_BOUND_SECONDS: u32 = 60;
/// How late a day's totals may still grow. Today is incomplete by nature; a day's last calls are counted when they end.
pub const USAGE_DELAY_SECONDS: u32 = 24 * 3600;
/// The status of a call over a key's limit as it was seen; 402 is documented for an organisation without credits.
const BUDGET_STOP_STATUS: u16 = 403;

/// What probing and changes have told. Starts with what needs no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// Budgets of workspaces can be read (Enterprise plan).
    pub account_budgets: bool,
    /// Guardrails can be read, so keys can be given lists of models.
    pub guardrails: bool,
    /// Analytics know everything that a day's total needs.
    pub usage_days: bool,
    /// Analytics tell the variants of a model (`:free`, `:extended`) apart.
    pub variant: bool,
    /// A key's hash is the SHA-256 of its secret. Believed until a new key shows otherwise.
    pub hash_is_digest: bool,
}

impl Default for Learned {
    fn default() -> Self {
        Self { account_budgets: false, guardrails: true, usage_days: true, variant: true, hash_is_digest: true }
    }
}

/// What a change taught on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lesson {
    /// Nothing new.
    None,
    /// The plan has no budgets of workspaces after all.
    NoAccountBudgets,
    /// A key's hash is not the SHA-256 of its secret.
    HashIsNoDigest,
}

impl Learned {
    /// Takes over what a probe told; what only a change can teach stays.
    pub fn take(&mut self, told: &Self) {
        *self = Self { hash_is_digest: self.hash_is_digest, ..told.clone() };
    }

    /// Heeds a lesson.
    pub fn heed(&mut self, lesson: Lesson) {
        match lesson {
            Lesson::None => {}
            Lesson::NoAccountBudgets => self.account_budgets = false,
            Lesson::HashIsNoDigest => self.hash_is_digest = false,
        }
    }
}

/// What can be done.
pub fn capability(learned: &Learned) -> Capability {
    let all = BudgetPeriod::ALL.map(|period| (period, Enforcement::Gateway)).to_vec();
    Capability {
        account_list: true,
        account_write: true,
        account_pause: true,
        account_budget_periods: if learned.account_budgets { all.clone() } else { Vec::new() },
        account_models: false,
        account_credential: false,
        key_list: true,
        key_write: true,
        key_pause: true,
        key_models: learned.guardrails,
        key_scope: false,
        key_rate_limit: false,
        key_expiry: true,
        key_expiry_change: false,
        key_reveal: false,
        key_name_bytes: None,
        budget_periods: all,
        budget_stop_status: Some(BUDGET_STOP_STATUS),
        pause_bound_seconds: PAUSE_BOUND_SECONDS,
        usage_requests: false,
        usage_days: learned.usage_days,
        usage_days_by_model: learned.usage_days,
        usage_delay_seconds: USAGE_DELAY_SECONDS,
        usage_meters: vec![Meter::Requests, Meter::InputTokens, Meter::OutputTokens, Meter::CacheReadTokens],
        model_list: true,
        // A route is chosen request by request; the endpoints of a model are one call per model, of hundreds.
        route_list: false,
        route_backups: false,
        route_health: false,
    }
}
