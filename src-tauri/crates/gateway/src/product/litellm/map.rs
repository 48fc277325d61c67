//! Translation between LiteLLM's objects and ours, both ways.

use std::collections::BTreeMap;

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Key, KeySpec, KeyStatus, Limit,
    Mark, ModelName, ModelScope, Name, RateLimit, Scope, Timestamp,
};
use domain::{KeyFingerprint, KeyLabel};
use serde_json::value::to_raw_value;

use super::api::Fields;
use super::wire::{self, Metadata};
use crate::ModelOffer;
use crate::json::JsonNanos;

/// Where our mark is kept in an object's metadata.
const MARK: &str = "purser_mark";
/// Where a key's environment is kept.
const ENVIRONMENT: &str = "purser_environment";
/// Where a key's name is kept: the alias must be unique over all clients, a name need not be.
const NAME: &str = "purser_name";
/// What our team identifiers begin with.
const TEAM_PREFIX: &str = "purser-";
/// LiteLLM's words for "every model".
const ALL_MODELS: [&str; 2] = ["all-proxy-models", "all-team-models"];
/// LiteLLM's word for "no model at all".
const NO_MODELS: &str = "no-default-models";

/// The identifier we give to a team, so that a lost reply loses nothing.
pub fn team_id(mark: &Mark) -> ExternalId {
    ExternalId::new(format!("{TEAM_PREFIX}{mark}"))
}

/// A team as an account.
pub fn account(team: wire::Team) -> Account {
    let mark = text(&team.metadata, MARK).or_else(|| team.team_id.strip_prefix(TEAM_PREFIX).map(str::to_owned));
    let spec = AccountSpec {
        name: Name::lossy(team.team_alias.as_deref().unwrap_or_default(), &team.team_id),
        models: models(team.models),
        budget: budget(team.max_budget, team.budget_duration.as_deref()),
        rate_limit: RateLimit {
            requests_per_minute: team.rpm_limit,
            tokens_per_minute: team.tpm_limit,
            parallel: None,
        },
    };
    Account {
        mark: mark.and_then(|mark| mark.parse().ok()),
        external_id: ExternalId::new(team.team_id),
        spec,
        paused: team.blocked == Some(true),
        spent: team.spend.map(|spend| spend.0),
        resets_at: team.budget_reset_at.and_then(|at| at.parse().ok()),
    }
}

/// A key with its SHA-256; `now` is the gateway's own clock.
pub fn key(digest: &str, key: wire::Key, now: Option<Timestamp>) -> Key {
    let mark: Option<Mark> = text(&key.metadata, MARK).and_then(|mark| mark.parse().ok());
    let status = status(&key, now);
    let environment = text(&key.metadata, ENVIRONMENT).and_then(|code| Environment::from_code(&code));
    let spec = KeySpec {
        name: key_name(&key, mark.as_ref(), digest),
        environment: environment.unwrap_or(Environment::Other),
        scope: scope(&key.allowed_routes),
        models: models(key.models),
        budget: budget(key.max_budget, key.budget_duration.as_deref()),
        rate_limit: RateLimit {
            requests_per_minute: key.rpm_limit,
            tokens_per_minute: key.tpm_limit,
            parallel: key.max_parallel_requests,
        },
        expires_at: key.expires.as_deref().and_then(|at| at.parse().ok()),
    };
    Key {
        external_id: ExternalId::new(digest),
        account: key.team_id.filter(|team| !team.is_empty()).map(ExternalId::new),
        mark,
        label: KeyLabel::new(key.key_name.as_deref().unwrap_or("sk-…")),
        fingerprint: KeyFingerprint::new(digest),
        spec,
        status,
        spent: key.spend.map(|spend| spend.0),
        resets_at: key.budget_reset_at.and_then(|at| at.parse().ok()),
        created_at: key.created_at.and_then(|at| at.parse().ok()),
    }
}

/// The name we gave, as long as the alias is still one of ours; after a rename on the gateway, the alias.
fn key_name(key: &wire::Key, mark: Option<&Mark>, digest: &str) -> Name {
    let alias = key.key_alias.as_deref().unwrap_or_default();
    let ours =
        text(&key.metadata, NAME).filter(|name| alias == name || mark.is_some_and(|m| alias == alias_for(name, m)));
    // A digest is hexadecimal; what a stranger sends in its place need not be.
    let head: String = digest.chars().take(8).collect();
    Name::lossy(ours.as_deref().unwrap_or(alias), &head)
}

/// The alias of a key whose plain name is taken by another key.
pub fn alias_for(name: &str, mark: &Mark) -> String {
    format!("{name}-{}", mark.short())
}

fn status(key: &wire::Key, now: Option<Timestamp>) -> KeyStatus {
    if key.deleted_at.is_some() || key.status.as_deref() == Some("deleted") {
        return KeyStatus::Revoked;
    }
    let expires: Option<Timestamp> = key.expires.as_deref().and_then(|at| at.parse().ok());
    let past = expires.zip(now).is_some_and(|(expires, now)| expires <= now);
    if past || key.status.as_deref() == Some("expired") {
        return KeyStatus::Expired;
    }
    if key.blocked == Some(true) { KeyStatus::Paused } else { KeyStatus::Active }
}

fn text(metadata: &Metadata, name: &str) -> Option<String> {
    metadata.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok())
}

fn models(names: Vec<String>) -> ModelScope {
    if names.is_empty() || names.iter().any(|name| ALL_MODELS.contains(&name.as_str())) {
        return ModelScope::All;
    }
    ModelScope::Only(names.into_iter().filter(|name| name != NO_MODELS).map(ModelName::new).collect())
}

fn scope(routes: &[String]) -> Scope {
    match routes {
        [only] if only == "llm_api_routes" => Scope::Inference,
        [only] if only == "info_routes" => Scope::ReadOnly,
        _ => Scope::Full,
    }
}

fn budget(amount: Option<JsonNanos>, duration: Option<&str>) -> Limit<Budget> {
    let Some(JsonNanos(amount)) = amount else { return Limit::Unlimited };
    let amount = amount.clamp(domain::Nanos::ZERO, Budget::MAX);
    Budget::new(amount, Currency::USD, period(duration)).ok().into()
}

/// The period nearest to a duration. LiteLLM aligns `1mo` and `30d` alike to the first of the month; shorter spans that
/// we have no word for are shown as the longest of ours that they fit in.
fn period(duration: Option<&str>) -> BudgetPeriod {
    let Some(duration) = duration.filter(|text| !text.is_empty()) else { return BudgetPeriod::Total };
    let digits = duration.find(|c: char| !c.is_ascii_digit()).unwrap_or(duration.len());
    let (count, unit) = duration.split_at(digits);
    let count: u64 = count.parse().unwrap_or(1);
    match (unit, count) {
        ("mo", _) | ("d", 28..) => BudgetPeriod::Monthly,
        ("w", _) | ("d", 7..) => BudgetPeriod::Weekly,
        _ => BudgetPeriod::Daily,
    }
}

const fn duration(period: BudgetPeriod) -> Option<&'static str> {
    match period {
        BudgetPeriod::Daily => Some("1d"),
        BudgetPeriod::Weekly => Some("7d"),
        BudgetPeriod::Monthly => Some("1mo"),
        BudgetPeriod::Total => None,
    }
}

/// Amount and period of a budget: what LiteLLM holds. Warnings are kept by us.
pub fn ceiling(budget: &Limit<Budget>) -> Option<(domain::Nanos, BudgetPeriod)> {
    match budget {
        Limit::Unlimited => None,
        Limit::Limited(budget) => Some((budget.amount(), budget.period())),
    }
}

/// Writes a budget; `null` clears it.
pub fn set_budget(fields: &mut Fields, budget: &Limit<Budget>) {
    let ceiling = ceiling(budget);
    fields.set("max_budget", &ceiling.map(|(amount, _)| JsonNanos(amount)));
    fields.set("budget_duration", &ceiling.and_then(|(_, period)| duration(period)));
}

/// Writes a list of models; the empty list is LiteLLM's word for all.
pub fn set_models(fields: &mut Fields, scope: &ModelScope) {
    let names: Vec<&str> = match scope {
        ModelScope::All => Vec::new(),
        ModelScope::Only(names) => names.iter().map(ModelName::as_str).collect(),
    };
    fields.set("models", &names);
}

/// Writes what a key may do, as a preset of routes.
pub fn set_scope(fields: &mut Fields, scope: Scope) {
    let routes: &[&str] = match scope {
        Scope::Inference => &["llm_api_routes"],
        Scope::ReadOnly => &["info_routes"],
        Scope::Full => &[],
    };
    fields.set("allowed_routes", &routes);
}

/// Metadata of a team we make.
pub fn team_metadata(mark: &Mark) -> Metadata {
    let mut metadata = Metadata::new();
    put(&mut metadata, MARK, &mark.to_string());
    metadata
}

/// A key's metadata with our entries put in; what others wrote there stays.
pub fn key_metadata(mut metadata: Metadata, mark: Option<&Mark>, spec: &KeySpec) -> Metadata {
    if let Some(mark) = mark {
        put(&mut metadata, MARK, &mark.to_string());
    }
    put(&mut metadata, ENVIRONMENT, spec.environment.code());
    put(&mut metadata, NAME, spec.name.as_str());
    metadata
}

fn put(metadata: &mut Metadata, name: &str, value: &str) {
    if let Ok(raw) = to_raw_value(value) {
        metadata.insert(name.to_owned(), raw);
    }
}

/// Whether two objects hold the same metadata for our names.
pub fn same_metadata(a: &Metadata, b: &Metadata) -> bool {
    let raw = |m: &Metadata, name: &str| m.get(name).map(|raw| raw.get().to_owned());
    [MARK, ENVIRONMENT, NAME].iter().all(|name| raw(a, name) == raw(b, name))
}

/// Model groups with the upstream model behind each, where there is exactly one.
pub fn offers(groups: wire::ModelGroups, deployments: &wire::Deployments) -> Vec<ModelOffer> {
    let upstream = upstream(deployments);
    let offers = groups.data.into_iter().map(|group| ModelOffer {
        upstream: match upstream.get(group.model_group.as_str()).map(Vec::as_slice) {
            Some([only]) => Some(ModelName::new(*only)),
            _ => None,
        },
        input_cost: group.input_cost_per_token.map(|cost| cost.0),
        output_cost: group.output_cost_per_token.map(|cost| cost.0),
        name: ModelName::new(group.model_group),
    });
    offers.collect()
}

/// Deployments as offers, for releases that do not list groups; the first deployment of a name counts.
pub fn offers_of_deployments(deployments: wire::Deployments) -> Vec<ModelOffer> {
    let mut offers: Vec<ModelOffer> = Vec::new();
    for deployment in deployments.data {
        if offers.iter().all(|offer| offer.name.as_str() != deployment.model_name) {
            offers.push(ModelOffer {
                name: ModelName::new(deployment.model_name),
                upstream: deployment.litellm_params.model.map(ModelName::new),
                input_cost: deployment.model_info.input_cost_per_token.map(|cost| cost.0),
                output_cost: deployment.model_info.output_cost_per_token.map(|cost| cost.0),
            });
        }
    }
    offers
}

/// The distinct upstream models behind each public name.
pub fn upstream(deployments: &wire::Deployments) -> BTreeMap<&str, Vec<&str>> {
    let mut upstream: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for deployment in &deployments.data {
        let known = upstream.entry(deployment.model_name.as_str()).or_default();
        let model = deployment.litellm_params.model.as_deref();
        known.extend(model.filter(|model| !known.contains(model)));
    }
    upstream
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s0_10_durations_become_periods() {
        let rows = [
            (None, BudgetPeriod::Total),
            (Some("1d"), BudgetPeriod::Daily),
            (Some("24h"), BudgetPeriod::Daily),
            (Some("30s"), BudgetPeriod::Daily),
            (Some("7d"), BudgetPeriod::Weekly),
            (Some("30d"), BudgetPeriod::Monthly),
            (Some("1mo"), BudgetPeriod::Monthly),
            (Some("nonsense"), BudgetPeriod::Daily),
        ];
        for (text, expected) in rows {
            assert_eq!(period(text), expected, "{text:?}");
        }
        for expected in BudgetPeriod::ALL {
            assert_eq!(period(duration(expected)), expected, "what we write must be read back");
        }
    }

    #[test]
    fn an_empty_list_is_everything_and_one_word_is_nothing() {
        assert_eq!(models(vec![]), ModelScope::All);
        assert_eq!(models(vec!["all-team-models".to_owned()]), ModelScope::All);
        assert_eq!(models(vec![NO_MODELS.to_owned()]), ModelScope::Only(vec![]));
    }
}
