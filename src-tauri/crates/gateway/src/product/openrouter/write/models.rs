//! Giving a key a list of models: a guardrail of its own, made, assigned, changed and removed.

use domain::{ExternalId, Key, Mark, ModelName, ModelScope};
use serde_json::json;

use super::super::api::Fields;
use super::super::catalog::catalog;
use super::super::guard::{self, Guards};
use super::super::wire::{Data, Guardrail};
use super::super::{error, list};
use super::{Step, Writer};
use crate::http::Http;
use crate::{GatewayError, Outcome};

/// What a key's models are to be.
#[derive(Clone, Copy)]
pub struct ModelWish<'a> {
    pub key: &'a ExternalId,
    pub workspace: &'a str,
    pub mark: Option<&'a Mark>,
    pub models: &'a ModelScope,
}

impl Writer<'_> {
    /// What cannot be asked for, said before anything is sent.
    pub(super) fn impossible_models(&self, models: &ModelScope) -> Option<Outcome> {
        let ModelScope::Only(names) = models else { return None };
        if !self.learned.guardrails {
            let message = "OpenRouter does not let this credential read guardrails, which hold lists of models: allow \
                           every model, or use a management key of the organisation";
            return Some(Outcome::refused(message, None));
        }
        let message = "OpenRouter takes no empty list of models: choose at least one, or pause instead";
        names.is_empty().then(|| Outcome::refused(message, None))
    }

    /// Makes the guardrail of a new key, which enforces nothing yet. One that an earlier try left is used again.
    pub(super) async fn guardrail_make(
        &self,
        mark: &Mark,
        workspace: &str,
        models: &[ModelName],
    ) -> Result<Step<String>, GatewayError> {
        let name = guard::name(mark);
        let left = list::guardrails(self.api, workspace).await?.into_iter().find(|one| one.name == name);
        if let Some(Guardrail { id, .. }) = left {
            return Ok(match self.guardrail_change(&id, models).await? {
                Step::On(()) => Step::On(id),
                Step::End(outcome) => Step::End(outcome),
            });
        }
        let mut fields = models_field(models);
        fields.set("name", &name).set("workspace_id", &workspace);
        fields.set("description", &"Models of one key, kept by Purser");
        match self.send(self.api.http.post("/guardrails"), &fields).await? {
            Step::On(reply) => Ok(Step::On(reply.json::<Data<Guardrail>>()?.data.id)),
            Step::End(outcome) => Ok(Step::End(outcome)),
        }
    }

    /// Puts a key under a guardrail; from then on it is enforced.
    pub(super) async fn guardrail_assign(&self, id: &str, key: &str) -> Result<Step<()>, GatewayError> {
        let call = self.api.guardrail_call(id, Http::post, "/assignments/keys")?;
        Ok(match self.send(call, &json!({ "key_hashes": [key] })).await? {
            Step::On(_) => Step::On(()),
            Step::End(outcome) => Step::End(outcome),
        })
    }

    async fn guardrail_change(&self, id: &str, models: &[ModelName]) -> Result<Step<()>, GatewayError> {
        let call = self.api.guardrail_call(id, Http::patch, "")?;
        Ok(match self.send(call, &models_field(models)).await? {
            Step::On(_) => Step::On(()),
            Step::End(outcome) => Step::End(outcome),
        })
    }

    /// Removes a guardrail; its keys may then call every model of the workspace.
    pub(super) async fn guardrail_remove(&self, id: &str) -> Result<Step<()>, GatewayError> {
        let reply = self.api.guardrail_call(id, Http::delete, "")?.send().await?;
        if reply.is_success() || reply.status == 404 {
            return Ok(Step::On(()));
        }
        Ok(Step::End(error::refusal(&reply)?))
    }

    /// Removes the guardrail that was made for a key, also one that the key was never put under.
    pub(super) async fn guardrail_forget(&self, key: &Key) -> Result<(), GatewayError> {
        let (Some(mark), Some(workspace)) = (&key.mark, &key.account) else { return Ok(()) };
        if self.learned.guardrails {
            let filed = list::guardrails(self.api, workspace.as_str()).await?;
            for ours in filed.iter().filter(|one| guard::is_ours(one, Some(mark))) {
                self.guardrail_remove(&ours.id).await?;
            }
        }
        Ok(())
    }

    /// Changes the models of a key that exists, if they differ.
    pub(super) async fn models_change(&self, guards: &Guards, wish: ModelWish<'_>) -> Result<Step<()>, GatewayError> {
        let is = guards.models(wish.key.as_str());
        let known = catalog(self.api).await?;
        if guard::same_models(Some(&known), &is, wish.models) {
            return Ok(Step::On(()));
        }
        let now = guards.guardrail(wish.key.as_str());
        if let Some(foreign) = now.filter(|one| !guard::is_ours(one, wish.mark)) {
            let message = format!(
                "the guardrail `{}`, which was made on OpenRouter, holds this key: change its models there, or take the key \
                 out of it first",
                foreign.name
            );
            return Ok(Step::End(Outcome::refused(message, None)));
        }
        match (wish.models, now, wish.mark) {
            (ModelScope::All, Some(ours), _) => self.guardrail_remove(&ours.id).await,
            (ModelScope::All, None, _) => Ok(Step::On(())),
            (ModelScope::Only(names), Some(ours), _) => self.guardrail_change(&ours.id, names).await,
            (ModelScope::Only(names), None, Some(mark)) => self.models_first(&wish, mark, names).await,
            (ModelScope::Only(_), None, None) => {
                let message =
                    "this key was not made by Purser, so its guardrail could not be found again: make a new key";
                Ok(Step::End(Outcome::refused(message, None)))
            }
        }
    }

    async fn models_first(
        &self,
        wish: &ModelWish<'_>,
        mark: &Mark,
        names: &[ModelName],
    ) -> Result<Step<()>, GatewayError> {
        match self.guardrail_make(mark, wish.workspace, names).await? {
            Step::On(id) => self.guardrail_assign(&id, wish.key.as_str()).await,
            Step::End(outcome) => Ok(Step::End(outcome)),
        }
    }
}

fn models_field(models: &[ModelName]) -> Fields {
    let names: Vec<&str> = models.iter().map(ModelName::as_str).collect();
    let mut fields = Fields::default();
    fields.set("allowed_models", &names);
    fields
}
