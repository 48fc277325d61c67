//! Routes: the models of each provider, what routing rules send elsewhere, and whether a provider's credentials work.
//!
//! A rule's condition is a program (CEL). Only `model == "…"`, for everybody, is read here; where any other rule is in
//! force, a model without a rule of its own may be sent anywhere, and its backups are *not told*.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Health, HealthState, ModelName, Name, Route, RoutePrice, Target, Told};

use super::api::Api;
use super::map::models::name;
use super::wire::{Model, Provider, RoutingRule};
use crate::{ErrorKind, GatewayError};

/// Providers that are programs on hardware of one's own, as Bifrost names them.
const OWN_NODES: [&str; 3] = ["ollama", "sgl", "vllm"];

/// Every route.
pub async fn routes(api: &Api) -> Result<Vec<Route>, GatewayError> {
    let models = api.models().await?.models;
    let mut health = BTreeMap::new();
    for mut provider in api.provider_list().await?.value {
        if provider.keys.is_empty() {
            provider.keys = if_told(api.provider_keys(&provider.name).await)?.unwrap_or_default();
        }
        health.insert(provider.name.clone(), provider_health(&provider));
    }
    let rules = if_told(api.routing_rules().await)?;
    let priced = if_told(api.price_overrides().await)?.unwrap_or_default();
    Ok(map(&models, &Facts { health, rules, priced }))
}

/// A call that older releases do not have: they answer with their web console.
fn if_told<T>(found: Result<T, GatewayError>) -> Result<Option<T>, GatewayError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind, ErrorKind::Unsupported | ErrorKind::NotFound | ErrorKind::Forbidden) => {
            Ok(None)
        }
        Err(error) if error.kind == ErrorKind::NotThisProduct && error.status == Some(200) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is known beside the models.
struct Facts {
    health: BTreeMap<String, Health>,
    rules: Option<Vec<RoutingRule>>,
    /// Whether there are prices of the operator's own.
    priced: bool,
}

impl Facts {
    /// Every enabled rule can be read: a model that none names has no other backup.
    fn are_plain(&self) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.iter().all(|rule| !rule.enabled || subject(rule).is_some()))
    }

    /// The first rule for a model; Bifrost asks those with the lowest number first.
    fn rule(&self, model: &str) -> Option<&RoutingRule> {
        let rules = self.rules.iter().flatten().filter(|rule| rule.enabled && subject(rule) == Some(model));
        rules.min_by_key(|rule| rule.priority)
    }

    fn target(&self, provider: &str, model: &str) -> Target {
        Target {
            upstream: Some(ModelName::new(model)),
            runs_at: (!provider.is_empty()).then(|| Name::lossy(provider, "?")),
            via: None,
            health: self.health.get(provider).copied().unwrap_or(Health::UNKNOWN),
        }
    }
}

fn map(models: &[Model], facts: &Facts) -> Vec<Route> {
    let offered: BTreeSet<(&str, &str)> = models.iter().map(|one| (one.provider.as_str(), one.name.as_str())).collect();
    let mut routes: BTreeMap<ModelName, Route> = BTreeMap::new();
    for (provider, model) in &offered {
        let route = route(name(provider, model), (provider, model), facts);
        routes.insert(route.model.clone(), route);
    }
    // An alias: a name that a rule turns into models, and that no provider offers.
    let aliases = facts.rules.iter().flatten().filter(|rule| rule.enabled).filter_map(subject);
    for alias in aliases.filter(|alias| offered.iter().all(|(_, model)| model != alias)) {
        let route = route(alias.to_owned(), ("", alias), facts);
        routes.insert(route.model.clone(), route);
    }
    routes.into_values().collect()
}

fn route(called: String, (provider, model): (&str, &str), facts: &Facts) -> Route {
    let rule = facts.rule(model);
    let primary: Vec<(&str, &str)> = match rule {
        Some(rule) if !rule.targets.is_empty() => {
            rule.targets.iter().map(|to| (either(&to.provider, provider), either(&to.model, model))).collect()
        }
        _ => vec![(provider, model)],
    };
    let backups = match rule {
        Some(rule) => {
            let parts = rule.fallbacks.iter().map(|name| name.split_once('/').unwrap_or(("", name)));
            Told::Told(parts.map(|(provider, model)| facts.target(provider, model)).collect())
        }
        None if facts.are_plain() => Told::Told(Vec::new()),
        None => Told::NotTold,
    };
    let own = primary.iter().all(|(provider, _)| OWN_NODES.contains(provider));
    Route {
        model: ModelName::new(called),
        primary: primary.into_iter().map(|(provider, model)| facts.target(provider, model)).collect(),
        backups,
        last_switch: Told::NotTold,
        // Bifrost tells no prices; a node of one's own has none, unless the operator made some.
        price: match (own, facts.priced) {
            (true, false) => RoutePrice::Private,
            (true, true) => RoutePrice::NotTold,
            (false, _) => RoutePrice::Priced,
        },
    }
}

/// What a rule says, or what was asked for where it leaves that open.
fn either<'a>(says: &'a str, asked: &'a str) -> &'a str {
    if says.is_empty() { asked } else { says }
}

/// The one model that a rule is about, where its condition is no more than that and holds for everybody.
fn subject(rule: &RoutingRule) -> Option<&str> {
    if rule.scope != "global" {
        return None;
    }
    let after = rule.cel_expression.trim().strip_prefix("model")?.trim_start().strip_prefix("==")?.trim();
    let quote = after.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let inner = after.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.is_empty() && !inner.contains([quote, '\\'])).then_some(inner)
}

/// Bifrost lists a provider's models with each credential and keeps whether that worked, without saying when.
fn provider_health(provider: &Provider) -> Health {
    let told = |status: &str| match status {
        "success" => HealthState::Healthy,
        "list_models_failed" | "error" => HealthState::Unhealthy,
        _ => HealthState::Unknown,
    };
    let keys: Vec<HealthState> = provider.keys.iter().filter(|key| key.enabled).map(|key| told(&key.status)).collect();
    let state = if told(&provider.provider_status) == HealthState::Unhealthy {
        HealthState::Unhealthy
    } else if keys.contains(&HealthState::Healthy) {
        HealthState::Healthy
    } else if !keys.is_empty() && keys.iter().all(|key| *key == HealthState::Unhealthy) {
        HealthState::Unhealthy
    } else {
        told(&provider.status)
    };
    Health { state, told_at: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> RoutingRule {
        serde_json::from_str(text).unwrap()
    }

    fn model(provider: &str, name: &str) -> Model {
        Model { name: name.to_owned(), provider: provider.to_owned() }
    }

    fn names(targets: &[Target]) -> Vec<String> {
        let name = |target: &Target| {
            let at = target.runs_at.as_ref().map_or("-", Name::as_str);
            format!("{at} {}", target.upstream.as_ref().unwrap())
        };
        targets.iter().map(name).collect()
    }

    #[test]
    fn only_conditions_that_are_one_model_are_read() {
        let rows = [
            (r#"model == \"gpt-4o\""#, Some("gpt-4o")),
            (" model=='a/b' ", Some("a/b")),
            (r#"model == \"a\" || model == \"b\""#, None),
            (r#"headers[\"x-tier\"] == \"gold\""#, None),
            ("model != 'a'", None),
            ("true", None),
            ("", None),
        ];
        for (cel, expected) in rows {
            let rule = rule(&format!(r#"{{"scope":"global","cel_expression":"{cel}"}}"#));
            assert_eq!(subject(&rule), expected, "{cel}");
        }
        assert_eq!(
            subject(&rule(r#"{"scope":"customer","cel_expression":"model == 'a'"}"#)),
            None,
            "of one customer only"
        );
    }

    #[test]
    fn s0_15_rules_are_aliases_and_backups_and_a_rule_nobody_can_read_is_not_told() {
        let models = [model("openai", "gpt-4o"), model("ollama", "llama3")];
        let plain = r#"{"scope":"global","cel_expression":"model == 'fast'","priority":2,
            "targets":[{"provider":"openai","model":"gpt-4o"}],"fallbacks":["ollama/llama3"]}"#;
        let health = BTreeMap::from([("openai".to_owned(), Health { state: HealthState::Healthy, told_at: None })]);
        let facts = |rules: Option<Vec<RoutingRule>>| Facts { health: health.clone(), rules, priced: false };
        let routes = map(&models, &facts(Some(vec![rule(plain)])));
        let named = |model: &str| routes.iter().find(|route| route.model.as_str() == model).unwrap();
        assert_eq!(names(&named("fast").primary), ["openai gpt-4o"]);
        assert_eq!(names(named("fast").backups.as_ref().unwrap()), ["ollama llama3"]);
        assert_eq!(named("fast").primary[0].health.state, HealthState::Healthy);
        assert_eq!(named("openai/gpt-4o").backups, Told::Told(vec![]), "no rule is about it");
        assert_eq!(named("ollama/llama3").price, RoutePrice::Private);
        assert_eq!(named("openai/gpt-4o").price, RoutePrice::Priced);

        let odd = rule(r#"{"scope":"global","cel_expression":"budget_used > 80"}"#);
        let routes = map(&models, &facts(Some(vec![rule(plain), odd])));
        assert!(
            routes.iter().filter(|route| route.model.as_str() != "fast").all(|route| route.backups == Told::NotTold)
        );
        let routes = map(&models, &facts(None));
        assert!(routes.iter().all(|route| route.backups == Told::NotTold), "a release without rules says nothing");
        let routes = map(&models, &Facts { health: BTreeMap::new(), rules: None, priced: true });
        let own = routes.iter().find(|route| route.model.as_str() == "ollama/llama3").unwrap();
        assert_eq!(own.price, RoutePrice::NotTold, "prices of the operator's own may be for this one");
    }

    #[test]
    fn a_provider_is_as_well_as_its_best_credential() {
        let rows = [
            (r#"{"name":"p","provider_status":"active","status":"unknown","keys":[{"status":"success"}]}"#, "healthy"),
            (r#"{"name":"p","keys":[{"status":"success"},{"status":"list_models_failed"}]}"#, "healthy"),
            (
                r#"{"name":"p","keys":[{"status":"list_models_failed"},{"enabled":false,"status":"success"}]}"#,
                "unhealthy",
            ),
            (r#"{"name":"p","provider_status":"error","keys":[{"status":"success"}]}"#, "unhealthy"),
            (r#"{"name":"p","provider_status":"active","status":"unknown"}"#, "unknown"),
            (r#"{"name":"p","status":"list_models_failed"}"#, "unhealthy"),
        ];
        for (text, expected) in rows {
            let provider: Provider = serde_json::from_str(text).unwrap();
            assert_eq!(provider_health(&provider).state.code(), expected, "{text}");
        }
    }
}
