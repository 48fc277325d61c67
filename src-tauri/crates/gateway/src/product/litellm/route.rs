//! Routes: a model name's deployments, the names behind an alias, fallbacks, and the health that LiteLLM has kept.
//!
//! Nothing here makes LiteLLM try a model out: `GET /health` calls every deployment, which costs; `/health/latest` reads
//! what earlier checks found.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Health, HealthState, ModelName, Name, Nanos, Route, RoutePrice, Target, Told};

use super::api::Api;
use super::config::Learned;
use super::wire::{Checked, Deployment, Deployments, RouterSettings};
use crate::{ErrorKind, GatewayError};

/// Providers that are programs on hardware of one's own, as LiteLLM names them.
const OWN_NODES: [&str; 11] = [
    "docker_model_runner",
    "hosted_vllm",
    "lemonade",
    "llamafile",
    "lm_studio",
    "ollama",
    "ollama_chat",
    "oobabooga",
    "petals",
    "vllm",
    "xinference",
];

/// Latest checks by what they checked: an identifier of a deployment, or a model name.
type Checks = BTreeMap<String, Checked>;

/// Every route.
pub async fn routes(api: &Api, learned: &Learned) -> Result<Vec<Route>, GatewayError> {
    let deployments = api.deployments().await?;
    let settings = if learned.router_settings { if_told(api.router_settings().await)? } else { None };
    let checks = if learned.health_kept { if_told(api.health_latest().await)? } else { None };
    Ok(map(&deployments, settings.as_ref(), &checks.unwrap_or_default().latest_health_checks))
}

/// A call that older releases do not have, or that is not for this credential.
pub fn if_told<T>(found: Result<T, GatewayError>) -> Result<Option<T>, GatewayError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind, ErrorKind::Unsupported | ErrorKind::NotFound | ErrorKind::Forbidden) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn map(deployments: &Deployments, settings: Option<&RouterSettings>, checks: &Checks) -> Vec<Route> {
    let mut groups: BTreeMap<&str, Vec<&Deployment>> = BTreeMap::new();
    for deployment in &deployments.data {
        groups.entry(deployment.model_name.as_str()).or_default().push(deployment);
    }
    groups.iter().map(|(name, group)| route(name, group, &groups, settings, checks)).collect()
}

fn route(
    name: &str,
    group: &[&Deployment],
    groups: &BTreeMap<&str, Vec<&Deployment>>,
    settings: Option<&RouterSettings>,
    checks: &Checks,
) -> Route {
    let seen = |deployment: &&Deployment| target(deployment, None, checks);
    // Where some deployments have an `order`, only the lowest answers as long as all is well.
    let turn = in_turn(group);
    let first = turn.first().map(|deployment| deployment.litellm_params.order);
    let is_first = |deployment: &&&Deployment| Some(deployment.litellm_params.order) == first;
    let waiting = || turn.iter().filter(|one| !is_first(one));
    let fallbacks = |settings: &RouterSettings| {
        let names = settings.fallbacks_of(name);
        let other = names.iter().flat_map(|via| elsewhere(via, groups, checks));
        waiting().map(seen).chain(other).collect()
    };
    Route {
        model: ModelName::new(name),
        primary: turn.iter().filter(is_first).map(seen).collect(),
        backups: settings.map_or(Told::NotTold, |settings| Told::Told(fallbacks(settings))),
        last_switch: Told::NotTold,
        price: RoutePrice::of_all(group.iter().map(|deployment| price(deployment))),
    }
}

/// Deployments by their `order`; those without one come last.
fn in_turn<'a>(group: &[&'a Deployment]) -> Vec<&'a Deployment> {
    let mut turn = group.to_vec();
    turn.sort_by_key(|deployment| (deployment.litellm_params.order.is_none(), deployment.litellm_params.order));
    turn
}

/// The deployments of another name, which a fallback leads to; the bare name where it is not on offer.
fn elsewhere(via: &str, groups: &BTreeMap<&str, Vec<&Deployment>>, checks: &Checks) -> Vec<Target> {
    let via_name = Some(ModelName::new(via));
    match groups.get(via) {
        Some(group) => in_turn(group).iter().map(|deployment| target(deployment, via_name.clone(), checks)).collect(),
        None => vec![Target { upstream: None, runs_at: None, via: via_name, health: Health::UNKNOWN }],
    }
}

fn target(deployment: &Deployment, via: Option<ModelName>, checks: &Checks) -> Target {
    Target {
        upstream: deployment.litellm_params.model.as_deref().map(ModelName::new),
        runs_at: provider(deployment).map(|provider| Name::lossy(provider, "?")),
        via,
        health: health(deployment, checks),
    }
}

fn provider(deployment: &Deployment) -> Option<&str> {
    let params = &deployment.litellm_params;
    let prefix = params.model.as_deref().and_then(|model| model.split_once('/')).map(|(provider, _)| provider);
    params.custom_llm_provider.as_deref().or(deployment.model_info.litellm_provider.as_deref()).or(prefix)
}

/// A check of one deployment, or of all of a name's together: then it is theirs only where they all fared alike.
fn health(deployment: &Deployment, checks: &Checks) -> Health {
    let id = deployment.model_info.id.as_deref().unwrap_or_default();
    let own = checks.values().find(|check| check.model_id.as_deref() == Some(id) && !id.is_empty());
    let Some(check) = own.or_else(|| checks.get(&deployment.model_name)) else { return Health::UNKNOWN };
    let state = match (check.healthy_count, check.unhealthy_count) {
        (1.., 0) => HealthState::Healthy,
        (0, 1..) => HealthState::Unhealthy,
        _ => HealthState::Unknown,
    };
    match state {
        HealthState::Unknown => Health::UNKNOWN,
        state => Health { state, told_at: check.checked_at.as_deref().and_then(|at| at.parse().ok()) },
    }
}

/// Price 0 because somebody wrote so, or because a program of one's own has no price. A model that LiteLLM merely knows no
/// price for is not free.
fn price(deployment: &Deployment) -> RoutePrice {
    let (params, info) = (&deployment.litellm_params, &deployment.model_info);
    let costs = [info.input_cost_per_token, info.output_cost_per_token];
    if costs.iter().flatten().any(|cost| cost.0 != Nanos::ZERO) {
        return RoutePrice::Priced;
    }
    let written = [params.input_cost_per_token, params.output_cost_per_token];
    let is_own = provider(deployment).is_some_and(|provider| OWN_NODES.contains(&provider));
    if is_own || written.iter().all(Option::is_some) {
        return RoutePrice::Private;
    }
    if costs.iter().any(Option::is_some) { RoutePrice::Priced } else { RoutePrice::NotTold }
}

impl RouterSettings {
    /// The names that take over from one, first choice first. What takes over only from a prompt that is too long or was
    /// refused is no backup.
    fn fallbacks_of(&self, name: &str) -> Vec<&str> {
        let chains = self.fallbacks.iter().flatten().filter_map(|chain| chain.get(name));
        let mut seen = BTreeSet::new();
        chains.flatten().map(|one| one.name()).filter(|one| !one.is_empty() && seen.insert(*one)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployments(text: &str) -> Deployments {
        serde_json::from_str(&format!("{{\"data\":[{text}]}}")).unwrap()
    }

    #[test]
    fn s0_14_a_price_of_zero_must_be_written_or_the_node_be_ones_own() {
        let rows = [
            (r#"{"model":"ollama/llama3.1"}"#, r#"{"input_cost_per_token":0.0,"output_cost_per_token":0}"#, "private"),
            (r#"{"model":"hosted_vllm/qwen"}"#, "{}", "private"),
            (r#"{"model":"qwen","custom_llm_provider":"lm_studio"}"#, "{}", "private"),
            (r#"{"model":"ollama/llama3.1"}"#, r#"{"input_cost_per_token":1e-7}"#, "priced"),
            (
                r#"{"model":"openai/own-mix","input_cost_per_token":0,"output_cost_per_token":0.0}"#,
                r#"{"input_cost_per_token":0,"output_cost_per_token":0}"#,
                "private",
            ),
            (r#"{"model":"openai/unknown"}"#, "{}", "not_told"),
            (r#"{"model":"openai/promo"}"#, r#"{"input_cost_per_token":0,"output_cost_per_token":0}"#, "priced"),
            (r#"{"model":"openai/tts","input_cost_per_token":0}"#, r#"{"output_cost_per_token":1e-6}"#, "priced"),
        ];
        for (params, info, expected) in rows {
            let found = deployments(&format!(r#"{{"model_name":"m","litellm_params":{params},"model_info":{info}}}"#));
            assert_eq!(price(&found.data[0]).code(), expected, "{params} {info}");
        }
    }

    #[test]
    fn a_check_of_several_is_nobodys_unless_they_all_fared_alike() {
        let found = deployments(r#"{"model_name":"m","model_info":{"id":"d1"}}"#);
        let checks = |text: &str| -> Checks { serde_json::from_str(text).unwrap() };
        let rows = [
            (
                r#"{"m":{"healthy_count":0,"unhealthy_count":2,"checked_at":"2026-11-21T13:14:22.478000+00:00"}}"#,
                "unhealthy",
            ),
            (r#"{"m":{"healthy_count":1,"unhealthy_count":1}}"#, "unknown"),
            (r#"{"x":{"model_id":"d1","healthy_count":1,"unhealthy_count":0},"m":{"unhealthy_count":1}}"#, "healthy"),
            (r#"{"other":{"healthy_count":1}}"#, "unknown"),
        ];
        for (text, expected) in rows {
            assert_eq!(health(&found.data[0], &checks(text)).state.code(), expected, "{text}");
        }
        let told = health(&found.data[0], &checks(rows[0].0)).told_at.unwrap();
        assert_eq!(told.to_string(), "2026-11-21T13:14:22.478Z");
    }
}
