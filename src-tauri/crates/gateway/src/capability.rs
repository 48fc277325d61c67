//! What a connected instance can do, as data. Everyone outside `product/` asks this and never the product's name.

use domain::{BudgetPeriod, Enforcement, Meter};

/// What one connected instance supports. Field names start with the noun they are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capability {
    /// Accounts can be listed.
    pub account_list: bool,
    /// Accounts can be made and changed.
    pub account_write: bool,
    /// An account can be paused and resumed.
    pub account_pause: bool,
    /// Budget periods an account can have, each with who enforces it; none where an account has no budget of its own.
    pub account_budget_periods: Vec<(BudgetPeriod, Enforcement)>,
    /// An account can be given a list of models.
    pub account_models: bool,
    /// Keys are managed with a credential of each account's own, which may have to be entrusted to us
    /// ([`crate::Action::AccountCredential`]).
    pub account_credential: bool,
    /// Keys can be listed.
    pub key_list: bool,
    /// Keys can be made and changed.
    pub key_write: bool,
    /// A key can be paused and resumed with the same secret.
    pub key_pause: bool,
    /// A key can be given a list of models.
    pub key_models: bool,
    /// A key can be given scopes.
    pub key_scope: bool,
    /// A key can be given ceilings on speed.
    pub key_rate_limit: bool,
    /// A key can expire by itself.
    pub key_expiry: bool,
    /// The expiry of a key that exists can be changed; without it a new expiry needs a new key.
    pub key_expiry_change: bool,
    /// The secret of a key can be shown again.
    pub key_reveal: bool,
    /// Longest name of a key in bytes; `None` where any name we allow fits.
    pub key_name_bytes: Option<u16>,
    /// Budget periods a key can have, each with who enforces it.
    pub budget_periods: Vec<(BudgetPeriod, Enforcement)>,
    /// The HTTP status a caller gets over budget, as the instance's release is known to answer.
    pub budget_stop_status: Option<u16>,
    /// Longest time in seconds a pause may take to bite everywhere.
    pub pause_bound_seconds: u32,
    /// Usage can be listed request by request.
    pub usage_requests: bool,
    /// Usage can be listed as UTC-day totals per account, key and model.
    pub usage_days: bool,
    /// UTC-day totals tell models as clients call them apart. Without it they are right in sum, and single requests are
    /// needed to price models differently.
    pub usage_days_by_model: bool,
    /// How long after a request its statement may first appear, in seconds: a watermark looks back at least this far.
    pub usage_delay_seconds: u32,
    /// Meters that usage tells.
    pub usage_meters: Vec<Meter>,
    /// Models can be listed with their costs.
    pub model_list: bool,
    /// Routes can be listed: what answers a model name.
    pub route_list: bool,
    /// Routes tell their backups; without it every route says that it does not.
    pub route_backups: bool,
    /// Routes tell the health of their targets; without it every target's is unknown.
    pub route_health: bool,
}

impl Capability {
    /// Who would enforce a budget of this period on a key.
    #[must_use]
    pub fn enforcement(&self, period: BudgetPeriod) -> Enforcement {
        enforced(&self.budget_periods, period)
    }

    /// Who would enforce a budget of this period on an account.
    #[must_use]
    pub fn account_enforcement(&self, period: BudgetPeriod) -> Enforcement {
        enforced(&self.account_budget_periods, period)
    }

    /// Every yes/no capability with its stable name, for tables and `--json`.
    #[must_use]
    pub fn flags(&self) -> [(&'static str, bool); 21] {
        [
            ("account_list", self.account_list),
            ("account_write", self.account_write),
            ("account_pause", self.account_pause),
            ("account_models", self.account_models),
            ("account_credential", self.account_credential),
            ("key_list", self.key_list),
            ("key_write", self.key_write),
            ("key_pause", self.key_pause),
            ("key_models", self.key_models),
            ("key_scope", self.key_scope),
            ("key_rate_limit", self.key_rate_limit),
            ("key_expiry", self.key_expiry),
            ("key_expiry_change", self.key_expiry_change),
            ("key_reveal", self.key_reveal),
            ("usage_requests", self.usage_requests),
            ("usage_days", self.usage_days),
            ("usage_days_by_model", self.usage_days_by_model),
            ("model_list", self.model_list),
            ("route_list", self.route_list),
            ("route_backups", self.route_backups),
            ("route_health", self.route_health),
        ]
    }
}

fn enforced(periods: &[(BudgetPeriod, Enforcement)], period: BudgetPeriod) -> Enforcement {
    let known = periods.iter().find(|(known, _)| *known == period);
    known.map_or(Enforcement::Advisory, |(_, enforcement)| *enforcement)
}
