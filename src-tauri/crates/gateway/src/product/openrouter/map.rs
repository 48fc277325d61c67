//! Translation between OpenRouter's objects and ours, both ways.

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, Currency, ExternalId, Key, KeyFingerprint, KeyLabel, KeySpec,
    KeyStatus, Limit, Mark, ModelName, ModelScope, Name, Nanos, RateLimit, Scope, Timestamp, Zone,
};

use super::api::Fields;
use super::tag::Tagged;
use super::wire::{self, WorkspaceBudget};
use crate::ModelOffer;
use crate::json::JsonNanos;

/// What the slug of a workspace of ours begins with.
const SLUG: &str = "p-";
/// What the description of a workspace says while it is paused: OpenRouter has no pause of its own.
const PAUSED: &str = "[purser:paused]";
/// Longest description of a workspace, in characters.
const DESCRIPTION_MAX: usize = 500;

/// The slug of the workspace with this mark: 34 of at most 50 characters.
pub fn slug(mark: &Mark) -> String {
    format!("{SLUG}{mark}")
}

/// Whether a workspace is marked as paused.
pub fn is_marked_paused(workspace: &wire::Workspace) -> bool {
    workspace.description.as_deref().unwrap_or_default().contains(PAUSED)
}

/// The description of a workspace with or without the mark of a pause; `None` when there is no room for it.
pub fn description(workspace: &wire::Workspace, paused: bool) -> Option<String> {
    let plain = workspace.description.as_deref().unwrap_or_default().replace(PAUSED, "");
    let text = if paused { format!("{} {PAUSED}", plain.trim_end()) } else { plain };
    let text = text.trim().to_owned();
    (text.chars().count() <= DESCRIPTION_MAX).then_some(text)
}

/// A workspace as an account. Paused is what it says only while no key of it works.
pub fn account(workspace: wire::Workspace, budgets: &[WorkspaceBudget], paused: bool) -> Account {
    let spec = AccountSpec {
        name: Name::lossy(&workspace.name, &workspace.slug),
        models: ModelScope::All,
        budget: shown(budgets).map(|(period, amount)| budget(amount, period)).unwrap_or(Limit::Unlimited),
        rate_limit: RateLimit::default(),
    };
    Account {
        mark: workspace.slug.strip_prefix(SLUG).and_then(|mark| mark.parse().ok()),
        external_id: ExternalId::new(workspace.id),
        spec,
        paused,
        spent: None,
        resets_at: None,
    }
}

/// The one budget of a workspace that is shown. OpenRouter allows one per period, we have a word for one.
pub fn shown(budgets: &[WorkspaceBudget]) -> Option<(BudgetPeriod, Nanos)> {
    let of = |period: BudgetPeriod| budgets.iter().find(|one| one.reset_interval.as_deref() == reset(period));
    let order = [BudgetPeriod::Monthly, BudgetPeriod::Weekly, BudgetPeriod::Daily, BudgetPeriod::Total];
    order.into_iter().find_map(|period| Some((period, of(period)?.limit_usd.0)))
}

/// A key; `now` is OpenRouter's own clock, `digest` whether its hash is the SHA-256 of its secret.
pub fn key(key: wire::Key, models: ModelScope, now: Option<Timestamp>, digest: bool) -> Key {
    let tagged = Tagged::read(&key.name);
    let expires_at: Option<Timestamp> = key.expires_at.as_deref().and_then(|at| at.parse().ok());
    let limit = key_budget(&key);
    let period = limit.clone().as_option().map(|budget| budget.period());
    let spec = KeySpec {
        name: Name::lossy(&tagged.name, key.hash.get(..8).unwrap_or(&key.hash)),
        environment: tagged.environment,
        scope: Scope::Full,
        models,
        budget: limit,
        rate_limit: RateLimit::default(),
        expires_at,
    };
    Key {
        account: Some(&key.workspace_id).filter(|id| !id.is_empty()).map(ExternalId::new),
        mark: tagged.mark,
        label: KeyLabel::new(&key.label),
        fingerprint: KeyFingerprint::new(&key.hash).filter(|_| digest),
        status: status(&key, expires_at, now),
        spent: spent(&key, period),
        resets_at: period.zip(now).and_then(|(period, now)| resets_at(period, now)),
        created_at: key.created_at.as_deref().and_then(|at| at.parse().ok()),
        external_id: ExternalId::new(key.hash),
        spec,
    }
}

fn status(key: &wire::Key, expires_at: Option<Timestamp>, now: Option<Timestamp>) -> KeyStatus {
    if expires_at.zip(now).is_some_and(|(expires, now)| expires <= now) {
        return KeyStatus::Expired;
    }
    if key.disabled { KeyStatus::Paused } else { KeyStatus::Active }
}

fn key_budget(key: &wire::Key) -> Limit<Budget> {
    let Some(JsonNanos(amount)) = key.limit else { return Limit::Unlimited };
    let known = [BudgetPeriod::Daily, BudgetPeriod::Weekly, BudgetPeriod::Monthly];
    let period = known.into_iter().find(|period| reset(*period) == key.limit_reset.as_deref());
    budget(amount, period.unwrap_or(BudgetPeriod::Total))
}

fn budget(amount: Nanos, period: BudgetPeriod) -> Limit<Budget> {
    Budget::new(amount.clamp(Nanos::ZERO, Budget::MAX), Currency::USD, period).ok().into()
}

/// What was spent in the period that the limit counts; what the client paid with a provider's key of its own only where
/// the limit counts it.
fn spent(key: &wire::Key, period: Option<BudgetPeriod>) -> Option<Nanos> {
    let (usage, byok) = match period {
        Some(BudgetPeriod::Daily) => (key.usage_daily, key.byok_usage_daily),
        Some(BudgetPeriod::Weekly) => (key.usage_weekly, key.byok_usage_weekly),
        Some(BudgetPeriod::Monthly) => (key.usage_monthly, key.byok_usage_monthly),
        Some(BudgetPeriod::Total) | None => (key.usage, key.byok_usage),
    };
    let byok = byok.filter(|_| key.include_byok_in_limit).unwrap_or_default();
    usage.and_then(|usage| usage.0.checked_add(byok.0).ok())
}

/// Limits start again at midnight UTC, weeks on Monday.
fn resets_at(period: BudgetPeriod, now: Timestamp) -> Option<Timestamp> {
    let utc = Zone::utc();
    period.next_reset(utc.date_of(now)).map(|day| utc.start_of(day))
}

const fn reset(period: BudgetPeriod) -> Option<&'static str> {
    match period {
        BudgetPeriod::Daily => Some("daily"),
        BudgetPeriod::Weekly => Some("weekly"),
        BudgetPeriod::Monthly => Some("monthly"),
        BudgetPeriod::Total => None,
    }
}

/// Amount and period of a budget: what OpenRouter holds. Warnings are kept by us.
pub fn ceiling(budget: &Limit<Budget>) -> Option<(Nanos, BudgetPeriod)> {
    match budget {
        Limit::Unlimited => None,
        Limit::Limited(budget) => Some((budget.amount(), budget.period())),
    }
}

/// Writes a key's budget; `null` clears it.
pub fn set_budget(fields: &mut Fields, budget: &Limit<Budget>) {
    let ceiling = ceiling(budget);
    fields.set("limit", &ceiling.map(|(amount, _)| JsonNanos(amount)));
    fields.set("limit_reset", &ceiling.and_then(|(_, period)| reset(period)));
}

/// Models on offer, each name once.
pub fn offers(models: Vec<wire::Model>) -> Vec<ModelOffer> {
    let mut seen = std::collections::BTreeSet::new();
    let fresh = models.into_iter().filter(|model| seen.insert(model.id.clone()));
    fresh.map(offer).collect()
}

fn offer(model: wire::Model) -> ModelOffer {
    // A router that chooses the model says -1: it has no price of its own.
    let price = |price: Option<crate::json::JsonPerMillion>| price.map(|one| one.0).filter(|one| *one >= Nanos::ZERO);
    ModelOffer {
        upstream: model.canonical_slug.map(ModelName::new),
        input_cost: price(model.pricing.prompt),
        output_cost: price(model.pricing.completion),
        name: ModelName::new(model.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_carry_the_pause_and_keep_the_rest() {
        let workspace = |text: &str| wire::Workspace {
            id: String::new(),
            name: String::new(),
            slug: String::new(),
            description: Some(text.to_owned()),
        };
        for plain in ["", "Dental clinic, Hamburg"] {
            let paused = description(&workspace(plain), true).unwrap();
            assert!(is_marked_paused(&workspace(&paused)), "{paused}");
            assert_eq!(description(&workspace(&paused), true), Some(paused.clone()), "twice is once");
            assert_eq!(description(&workspace(&paused), false).as_deref(), Some(plain));
        }
        assert_eq!(description(&workspace(&"x".repeat(500)), true), None, "there is no room");
    }

    #[test]
    fn limits_start_again_at_midnight_utc_and_on_mondays() {
        let saturday: Timestamp = "2026-11-21T18:30:00Z".parse().unwrap();
        let rows = [
            (BudgetPeriod::Daily, Some("2026-11-22T00:00:00Z")),
            (BudgetPeriod::Weekly, Some("2026-11-23T00:00:00Z")),
            (BudgetPeriod::Monthly, Some("2026-12-01T00:00:00Z")),
            (BudgetPeriod::Total, None),
        ];
        for (period, at) in rows {
            assert_eq!(resets_at(period, saturday).map(|at| at.to_string()).as_deref(), at, "{period:?}");
        }
    }
}
