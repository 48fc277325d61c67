//! Which models a key may call: on OpenRouter, a *guardrail* that the key is assigned to.
//!
//! A guardrail enforces nothing until a key is assigned to it, and a key has at most one: assigning replaces. Ours is
//! made for one key, named by the key's mark, and removed with it. A guardrail that somebody else made may hold other
//! rules as well, so it is read but never replaced.

use std::collections::BTreeMap;

use domain::{ExternalId, Mark, ModelName, ModelScope};

use super::api::Api;
use super::catalog::{Catalog, catalog};
use super::list;
use super::wire::Guardrail;
use crate::{ErrorKind, GatewayError, mark as marks};

/// What the names of our guardrails begin with.
const NAME: &str = "purser ";

/// The name of the guardrail of a key.
pub fn name(mark: &Mark) -> String {
    format!("{NAME}{}", marks::digits(mark))
}

/// Whether a guardrail was made for the key with this mark.
pub fn is_ours(guardrail: &Guardrail, mark: Option<&Mark>) -> bool {
    mark.is_some_and(|mark| guardrail.name == name(mark))
}

/// Guardrails by the hash of the key they hold.
#[derive(Debug, Default)]
pub struct Guards {
    by_key: BTreeMap<String, String>,
    guardrails: BTreeMap<String, Guardrail>,
    /// `None` where no list of models has to be read.
    models: Option<std::sync::Arc<Catalog>>,
}

impl Guards {
    /// The guardrails of these keys. `workspace` is the one they belong to, so that theirs are read together.
    pub async fn of(api: &Api, keys: &[&str], workspaces: &[&str]) -> Result<Self, GatewayError> {
        let mut guards = Self::default();
        if keys.is_empty() {
            return Ok(guards);
        }
        for one in list::assignments(api).await? {
            if keys.contains(&one.key_hash.as_str()) {
                guards.by_key.insert(one.key_hash, one.guardrail_id);
            }
        }
        guards.fetch(api, workspaces).await?;
        if guards.guardrails.values().any(|one| one.allowed_models.is_some()) {
            guards.models = Some(catalog(api).await?);
        }
        Ok(guards)
    }

    /// Reads the guardrails that are assigned: many by the workspace they are filed under, few one by one.
    async fn fetch(&mut self, api: &Api, workspaces: &[&str]) -> Result<(), GatewayError> {
        if self.by_key.len() > workspaces.len() {
            for workspace in workspaces {
                let filed = list::guardrails(api, workspace).await?;
                self.guardrails.extend(filed.into_iter().map(|one| (one.id.clone(), one)));
            }
        }
        for id in self.by_key.values() {
            if !self.guardrails.contains_key(id) {
                match api.guardrail(id).await {
                    Ok(one) => drop(self.guardrails.insert(id.clone(), one)),
                    // It was removed since it was listed as assigned.
                    Err(gone) if gone.kind == ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// The guardrail of a key.
    pub fn guardrail(&self, key: &str) -> Option<&Guardrail> {
        self.guardrails.get(self.by_key.get(key)?)
    }

    /// The models a key may call, under the names that clients call them by.
    pub fn models(&self, key: &str) -> ModelScope {
        let allowed = self.guardrail(key).and_then(|guardrail| guardrail.allowed_models.as_ref());
        let Some((allowed, models)) = allowed.zip(self.models.as_ref()) else { return ModelScope::All };
        ModelScope::Only(allowed.iter().map(|slug| ModelName::new(models.name(slug))).collect())
    }
}

/// Guardrails of no key, where the plan has none.
pub async fn of_one(api: &Api, enabled: bool, key: &ExternalId) -> Result<Guards, GatewayError> {
    if !enabled {
        return Ok(Guards::default());
    }
    Guards::of(api, &[key.as_str()], &[]).await
}

/// Whether two lists of models are the same, whatever their order and whichever of a model's names they use.
pub fn same_models(models: Option<&Catalog>, a: &ModelScope, b: &ModelScope) -> bool {
    let slugs = |scope: &ModelScope| match scope {
        ModelScope::All => None,
        ModelScope::Only(names) => {
            let slug = |name: &ModelName| models.map_or_else(|| name.to_string(), |models| models.slug(name.as_str()));
            Some(names.iter().map(slug).collect::<std::collections::BTreeSet<_>>())
        }
    };
    slugs(a) == slugs(b)
}
