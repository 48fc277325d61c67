//! Whether an instance offers what is about to be asked of it. Checked before anything is noted or sent.

use domain::{Budget, BudgetPeriod, Enforcement, KeySpec, Limit, ModelScope, Name, RateLimit, Scope};
use gateway::{Action, Capability};

use crate::AppError;

/// Refuses what the instance cannot do.
///
/// # Errors
/// `Unsupported`, naming what it cannot.
pub(super) fn allowed(name: &Name, can: &Capability, action: &Action) -> Result<(), AppError> {
    let (offered, what) = match action {
        Action::AccountCreate { .. } => (can.account_write, "make accounts"),
        Action::AccountUpdate { .. } => (can.account_write, "change accounts"),
        Action::AccountPause { .. } => (can.account_pause, "pause or resume an account"),
        Action::KeyCreate { .. } => (can.key_write, "make keys"),
        Action::KeyUpdate { .. } | Action::KeyBudget { .. } => (can.key_write, "change keys"),
        Action::AccountCredential { .. } => (can.account_credential, "be entrusted with a credential of an account"),
        Action::KeyReveal { .. } => (can.key_reveal, "show the secret of a key again"),
        Action::KeyPause { .. } => (can.key_pause, "pause or resume a key"),
        Action::KeyRevoke { .. } => (can.key_write, "revoke keys"),
    };
    if !offered {
        return Err(cannot(name, what));
    }
    match action {
        Action::KeyCreate { spec, .. } | Action::KeyUpdate { spec, .. } => key(name, can, spec),
        Action::KeyBudget { budget, .. } => period(name, &can.budget_periods, budget),
        Action::AccountCreate { spec, .. } | Action::AccountUpdate { spec, .. } => {
            if spec.models != ModelScope::All && !can.account_models {
                return Err(cannot(name, "restrict an account to models").at("models"));
            }
            if matches!(spec.budget, Limit::Limited(_)) && can.account_budget_periods.is_empty() {
                return Err(cannot(name, "give an account a budget").at("budget"));
            }
            period(name, &can.account_budget_periods, &spec.budget)
        }
        _ => Ok(()),
    }
}

fn key(name: &Name, can: &Capability, spec: &KeySpec) -> Result<(), AppError> {
    let wanted = [
        (spec.models != ModelScope::All, can.key_models, "models", "restrict a key to models"),
        (matches!(spec.scope, Scope::ReadOnly), can.key_scope, "scope", "restrict what a key may do"),
        (spec.rate_limit != RateLimit::default(), can.key_rate_limit, "requestsPerMinute", "limit a key's speed"),
        (spec.expires_at.is_some(), can.key_expiry, "expiresInDays", "let a key expire"),
    ];
    if let Some((_, _, field, what)) = wanted.into_iter().find(|(wanted, offered, ..)| *wanted && !offered) {
        return Err(cannot(name, what).at(field));
    }
    let length = u16::try_from(spec.name.as_str().len()).unwrap_or(u16::MAX);
    if let Some(longest) = can.key_name_bytes.filter(|longest| length > *longest) {
        let what = format!("keep a key's name of {length} bytes");
        return Err(cannot(name, &what).at("name").hint(format!("Use at most {longest} Latin letters.")));
    }
    period(name, &can.budget_periods, &spec.budget)
}

/// A period the instance does not know at all cannot be sent to it.
fn period(name: &Name, periods: &[(BudgetPeriod, Enforcement)], budget: &Limit<Budget>) -> Result<(), AppError> {
    let Limit::Limited(budget) = budget else { return Ok(()) };
    if periods.iter().any(|(known, _)| *known == budget.period()) {
        return Ok(());
    }
    let offered: Vec<&str> = periods.iter().map(|(period, _)| period.code()).collect();
    let error = cannot(name, &format!("keep a {} budget", budget.period().code())).at("budget");
    Err(if offered.is_empty() { error } else { error.hint(format!("It offers: {}.", offered.join(", "))) })
}

fn cannot(name: &Name, what: &str) -> AppError {
    AppError::unsupported(format!("{name} cannot {what}; nothing was sent"))
        .hint("Gateways shows what each gateway can do.")
}
