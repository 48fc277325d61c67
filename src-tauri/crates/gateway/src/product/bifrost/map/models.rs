//! Models, providers and their configurations, both ways.
//!
//! A client calls `provider/model`. A virtual key has one configuration per provider, each with a list of model names,
//! where `*` is all of them (1.5 and later) or an empty list is (1.4). "Everything of one provider" is shown as
//! `provider/*`.

use domain::{ModelName, ModelScope};
use serde::Serialize;
use serde_json::value::RawValue;

use super::super::wire::ProviderConfig;
use crate::ModelOffer;

/// Every model of a provider, or every credential.
const ALL: &str = "*";

/// A configuration on its way to Bifrost.
#[derive(Debug, Clone, Serialize)]
pub struct ConfigBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    provider: String,
    weight: Option<Box<RawValue>>,
    allowed_models: Vec<String>,
    blacklisted_models: Vec<String>,
    /// Without it, releases from 1.5 on take every credential away ("no keys found").
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ids: Option<Vec<String>>,
}

/// What a virtual key may call.
pub fn scope(configs: &[ProviderConfig], empty_refuses: bool, providers: &[String]) -> ModelScope {
    if configs.is_empty() {
        return if empty_refuses { ModelScope::Only(Vec::new()) } else { ModelScope::All };
    }
    let whole = |config: &ProviderConfig| is_whole(config, empty_refuses);
    let open = |provider: &String| configs.iter().any(|config| config.provider == *provider && whole(config));
    if configs.iter().all(whole) && providers.iter().all(open) {
        return ModelScope::All;
    }
    let mut names = Vec::new();
    for config in configs {
        match lists_all(config, empty_refuses) {
            true => names.push(format!("{}/{ALL}", config.provider)),
            false => {
                let allowed = config.allowed_models.iter().filter(|model| !config.blacklisted_models.contains(model));
                names.extend(allowed.map(|model| format!("{}/{model}", config.provider)));
            }
        }
    }
    ModelScope::Only(names.into_iter().map(ModelName::new).collect())
}

fn lists_all(config: &ProviderConfig, empty_refuses: bool) -> bool {
    match empty_refuses {
        true => config.allowed_models.iter().any(|model| model == ALL),
        false => config.allowed_models.is_empty(),
    }
}

fn is_whole(config: &ProviderConfig, empty_refuses: bool) -> bool {
    lists_all(config, empty_refuses) && config.blacklisted_models.is_empty()
}

/// Whether two scopes allow the same, in whatever order.
pub fn same(a: &ModelScope, b: &ModelScope) -> bool {
    match (a, b) {
        (ModelScope::All, ModelScope::All) => true,
        (ModelScope::Only(a), ModelScope::Only(b)) => a.len() == b.len() && a.iter().all(|name| b.contains(name)),
        _ => false,
    }
}

/// The configurations that open what is wanted. Those that are there already keep their identity, weight and
/// credentials.
///
/// # Errors
/// A sentence: a name without a provider, or of a provider that is not set up.
pub fn bodies(
    scope: &ModelScope,
    found: &[ProviderConfig],
    empty_refuses: bool,
    providers: &[String],
) -> Result<Vec<ConfigBody>, String> {
    let wanted = match scope {
        ModelScope::All if !empty_refuses => return Ok(Vec::new()),
        ModelScope::All => providers.iter().map(|provider| (provider.clone(), vec![ALL.to_owned()])).collect(),
        ModelScope::Only(names) => by_provider(names, providers)?,
    };
    let bodies = wanted.into_iter().map(|(provider, models)| {
        let known = found.iter().find(|config| config.provider == provider);
        let all = models.iter().any(|model| model == ALL);
        let allowed = match (all, empty_refuses) {
            (true, true) => vec![ALL.to_owned()],
            (true, false) => Vec::new(),
            (false, _) => models,
        };
        body(provider, allowed, known, empty_refuses)
    });
    Ok(bodies.collect())
}

/// Models by provider, in the order in which the providers are first named: in that order Bifrost tells them again.
fn by_provider(names: &[ModelName], providers: &[String]) -> Result<Vec<(String, Vec<String>)>, String> {
    let mut wanted: Vec<(String, Vec<String>)> = Vec::new();
    for name in names {
        let Some((provider, model)) = name.as_str().split_once('/').filter(|(_, model)| !model.is_empty()) else {
            return Err(format!("`{name}` names no provider: write it as provider/model, for example openai/{name}"));
        };
        if !providers.iter().any(|known| known == provider) {
            let known = providers.join(", ");
            return Err(format!("`{name}` is of a provider that this Bifrost does not have: it has {known}"));
        }
        match wanted.iter_mut().find(|(known, _)| known == provider) {
            Some((_, models)) if models.iter().any(|known| known == model) => {}
            Some((_, models)) => models.push(model.to_owned()),
            None => wanted.push((provider.to_owned(), vec![model.to_owned()])),
        }
    }
    Ok(wanted)
}

fn body(
    provider: String,
    allowed_models: Vec<String>,
    known: Option<&ProviderConfig>,
    empty_refuses: bool,
) -> ConfigBody {
    let own: Vec<String> = known
        .filter(|config| config.allow_all_keys != Some(true))
        .map(|config| config.keys.iter().map(|key| key.key_id.clone()).filter(|id| !id.is_empty()).collect())
        .unwrap_or_default();
    let key_ids = match (own.is_empty(), empty_refuses) {
        (false, _) => Some(own),
        (true, true) => Some(vec![ALL.to_owned()]),
        // 1.4 looks `*` up as the name of a credential and fails.
        (true, false) => None,
    };
    let weight = known.map_or_else(|| RawValue::from_string("1".to_owned()).ok(), |config| config.weight.clone());
    ConfigBody {
        id: known.and_then(|config| config.id),
        provider,
        weight,
        allowed_models,
        blacklisted_models: Vec::new(),
        key_ids,
    }
}

/// Models on offer, once each and in one order: Bifrost lists them in any. It tells no prices.
pub fn offers(models: Vec<super::super::wire::Model>) -> Vec<ModelOffer> {
    let mut names: Vec<String> = models.into_iter().map(|model| name(&model.provider, &model.name)).collect();
    names.sort_unstable();
    names.dedup();
    let offer = |name| ModelOffer { name: ModelName::new(name), upstream: None, input_cost: None, output_cost: None };
    names.into_iter().map(offer).collect()
}

/// A model as a client calls it.
pub fn name(provider: &str, model: &str) -> String {
    match (provider, model) {
        ("", model) => model.to_owned(),
        (_, "") => String::new(),
        (provider, model) => format!("{provider}/{model}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> ProviderConfig {
        serde_json::from_str(text).unwrap()
    }

    fn only(names: &[&str]) -> ModelScope {
        ModelScope::Only(names.iter().map(|name| ModelName::new(*name)).collect())
    }

    #[test]
    fn an_empty_list_is_everything_or_nothing_by_release() {
        let providers = ["openai".to_owned(), "anthropic".to_owned()];
        let (star, empty) = (
            config(r#"{"provider": "openai", "allowed_models": ["*"]}"#),
            config(r#"{"provider": "openai", "allowed_models": []}"#),
        );
        let other = config(r#"{"provider": "anthropic", "allowed_models": ["*"], "blacklisted_models": null}"#);
        let black = config(r#"{"provider": "anthropic", "allowed_models": ["*"], "blacklisted_models": ["x"]}"#);
        let named = config(r#"{"provider": "openai", "allowed_models": ["a", "b"], "blacklisted_models": ["b"]}"#);
        let rows = [
            (vec![], true, only(&[])),
            (vec![], false, ModelScope::All),
            (vec![star.clone()], true, only(&["openai/*"])),
            (vec![star.clone(), other], true, ModelScope::All),
            (vec![star, black], true, only(&["openai/*", "anthropic/*"])),
            (vec![empty.clone()], true, only(&[])),
            (vec![empty], false, only(&["openai/*"])),
            (vec![named], true, only(&["openai/a"])),
        ];
        for (configs, empty_refuses, expected) in rows {
            assert_eq!(scope(&configs, empty_refuses, &providers), expected, "{configs:?}");
        }
    }

    #[test]
    fn what_is_written_keeps_identity_weight_and_credentials() {
        let providers = ["openai".to_owned(), "anthropic".to_owned()];
        let known = [
            config(
                r#"{"id": 7, "provider": "openai", "weight": 0.30, "allow_all_keys": false, "keys": [{"key_id": "k1"}]}"#,
            ),
            config(r#"{"id": 8, "provider": "anthropic", "weight": null, "allow_all_keys": true}"#),
        ];
        let text = |scope: &ModelScope, empty_refuses| {
            serde_json::to_string(&bodies(scope, &known, empty_refuses, &providers).unwrap()).unwrap()
        };
        assert_eq!(
            text(&ModelScope::All, true),
            r#"[{"id":7,"provider":"openai","weight":0.30,"allowed_models":["*"],"blacklisted_models":[],"key_ids":["k1"]},{"id":8,"provider":"anthropic","weight":null,"allowed_models":["*"],"blacklisted_models":[],"key_ids":["*"]}]"#
        );
        assert_eq!(text(&ModelScope::All, false), "[]", "1.4 reads this as everything");
        assert_eq!(
            text(&only(&["openai/a", "openai/org/b", "openai/a"]), false),
            r#"[{"id":7,"provider":"openai","weight":0.30,"allowed_models":["a","org/b"],"blacklisted_models":[],"key_ids":["k1"]}]"#
        );
        let fresh = bodies(&only(&["openai/*"]), &[], false, &providers).unwrap();
        assert_eq!(
            serde_json::to_string(&fresh).unwrap(),
            r#"[{"provider":"openai","weight":1,"allowed_models":[],"blacklisted_models":[]}]"#
        );
        for (name, words) in [("gpt-4o", "no provider"), ("mistral/large", "does not have"), ("openai/", "no provider")]
        {
            let refused = bodies(&only(&[name]), &[], true, &providers).unwrap_err();
            assert!(refused.contains(words), "{refused}");
        }
    }
}
