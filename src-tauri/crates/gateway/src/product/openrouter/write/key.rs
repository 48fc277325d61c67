//! Changes to keys.

use domain::{Budget, ExternalId, Key, KeySpec, KeyStatus, Limit, Mark, ModelScope, Scope, Secret, Timestamp};
use sha2::{Digest, Sha256};

use super::super::api::Fields;
use super::super::catalog::{Catalog, catalog};
use super::super::config::{Lesson, PAUSE_BOUND_SECONDS};
use super::super::guard;
use super::super::tag::Tagged;
use super::super::wire::{self, KeyMade};
use super::super::{error, inventory, list, map};
use super::models::ModelWish;
use super::{Step, Writer, before, differing, impossible_budget, impossible_speed, step};
use crate::http::{Http, Reply};
use crate::{ErrorKind, GatewayError, KeySecret, Outcome, Receipt};

/// How far a saved expiry may lie from the one asked for.
const EXPIRY_SLACK_MILLIS: i64 = 60_000;

/// The key that is wanted. OpenRouter makes the secret.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub mark: &'a Mark,
    pub account: &'a ExternalId,
    pub spec: &'a KeySpec,
}

/// What was made so far, to be taken back when the rest is refused.
struct Made {
    hash: String,
    guardrail: Option<String>,
}

impl Writer<'_> {
    /// Makes a key: first its guardrail, which enforces nothing, then the key, whose secret nobody has yet, then the
    /// assignment. Only when all of it stands is the secret handed over.
    pub(super) async fn key_create(&self, wish: Wish<'_>) -> Result<Outcome, GatewayError> {
        if let Some(refused) = self.impossible_key(wish.spec) {
            return Ok(refused);
        }
        let workspace = step!(before(self.api.workspace(wish.account.as_str()).await));
        if let Some(refused) = past(wish.spec, workspace.date.unwrap_or(self.now)) {
            return Ok(refused);
        }
        let workspace = workspace.value;
        let keys = step!(before(list::keys(self.api, &workspace.id).await)).value;
        if keys.iter().any(|key| Tagged::read(&key.name).mark.as_ref() == Some(wish.mark)) {
            let message = "this key was made already, and OpenRouter shows a key's secret only once: revoke it and make \
                           another one";
            return Ok(Outcome::refused(message, None));
        }
        let guardrail = match &wish.spec.models {
            ModelScope::All => None,
            ModelScope::Only(names) => Some(step!(self.guardrail_make(wish.mark, &workspace.id, names).await)),
        };
        let off = map::is_marked_paused(&workspace);
        let reply = self.api.write(self.api.http.post("/keys"), &new_fields(&wish, &workspace, off)).await?;
        if !reply.is_success() {
            let outcome = error::refusal(&reply)?;
            if let Some(id) = guardrail {
                let _gone = self.guardrail_remove(&id).await;
            }
            return Ok(outcome);
        }
        self.finish(&wish, made(&reply)?, guardrail, off).await
    }

    /// Puts the new key under its guardrail, stops it where its workspace is paused, reads it back, hands it over.
    async fn finish(
        &self,
        wish: &Wish<'_>,
        (key, secret): (wire::Key, Secret),
        guardrail: Option<String>,
        off: bool,
    ) -> Result<Outcome, GatewayError> {
        let made = Made { hash: key.hash.clone(), guardrail };
        if let Some(id) = &made.guardrail
            && let Step::End(outcome) = self.guardrail_assign(id, &key.hash).await?
        {
            return Ok(self.undo(&made, outcome).await);
        }
        if off && let Step::End(outcome) = self.stop(&key, true, true).await? {
            return Ok(self.undo(&made, outcome).await);
        }
        let mut key = inventory::key(self.api, &self.learned, &ExternalId::new(&made.hash)).await?;
        let fields = self.unlike(&key, wish.spec, Some((wish.mark, wish.account))).await?;
        if !fields.is_empty() {
            return Ok(self.undo(&made, error::not_saved("key", &fields)).await);
        }
        if digest(&secret) != made.hash {
            self.teach(Lesson::HashIsNoDigest);
            key.fingerprint = None;
        }
        Ok(Outcome::Done(Receipt { key: Some(key), secret: KeySecret::Told(secret), ..Receipt::default() }))
    }

    /// Takes a key back that is not as it was asked for. Nobody has its secret, so nobody misses it.
    async fn undo(&self, made: &Made, outcome: Outcome) -> Outcome {
        let Outcome::Refused(mut reason) = outcome else { return outcome };
        let gone = match self.api.key_call(&made.hash, Http::delete) {
            Ok(call) => call.send().await.is_ok_and(|reply| reply.is_success()),
            Err(_) => false,
        };
        if let Some(id) = &made.guardrail {
            let _gone = self.guardrail_remove(id).await;
        }
        let end = if gone { "the new key was removed again" } else { "the new key is still there: revoke it" };
        reason.message = format!("{} ({end})", reason.message);
        Outcome::Refused(reason)
    }

    fn impossible_key(&self, spec: &KeySpec) -> Option<Outcome> {
        let message = "a key of OpenRouter always may call models: it cannot be for reading only";
        let scope = (spec.scope == Scope::ReadOnly).then(|| Outcome::refused(message, None));
        scope
            .or_else(|| self.impossible_models(&spec.models))
            .or_else(|| impossible_budget(&spec.budget))
            .or_else(|| impossible_speed(&spec.rate_limit))
    }

    /// Changes what differs. An expiry cannot be changed.
    pub(super) async fn key_update(&self, id: &ExternalId, spec: &KeySpec) -> Result<Outcome, GatewayError> {
        if let Some(refused) = self.impossible_key(spec) {
            return Ok(refused);
        }
        let found = step!(before(self.api.key(id.as_str()).await));
        let guards = step!(before(guard::of_one(self.api, self.learned.guardrails, id).await));
        let models = guards.models(id.as_str());
        let is = map::key(found.value.clone(), models, found.date, self.learned.hash_is_digest);
        if !same_expiry(&is, spec) {
            let message = "OpenRouter sets an expiry only when a key is made: rotate the key to give it another one";
            return Ok(Outcome::refused(message, None));
        }
        let fields = changed_fields(&found.value, &is, spec);
        if !fields.is_empty() {
            step!(self.send(self.api.key_call(id.as_str(), Http::patch)?, &fields).await);
        }
        if is.spec.models != spec.models {
            let workspace = found.value.workspace_id.as_str();
            let wish = ModelWish { key: id, workspace, mark: is.mark.as_ref(), models: &spec.models };
            if let Step::End(outcome) = self.models_change(&guards, wish).await? {
                return Ok(half_done(outcome, !fields.is_empty()));
            }
        }
        let key = inventory::key(self.api, &self.learned, id).await?;
        let unlike = self.unlike(&key, spec, None).await?;
        Ok(if unlike.is_empty() { Outcome::done_key(key, 0) } else { error::not_saved("key", &unlike) })
    }

    /// Sets or clears the budget and nothing else.
    pub(super) async fn key_budget(&self, id: &ExternalId, budget: &Limit<Budget>) -> Result<Outcome, GatewayError> {
        if let Some(refused) = impossible_budget(budget) {
            return Ok(refused);
        }
        let _there = step!(before(self.api.key(id.as_str()).await));
        let mut fields = Fields::default();
        map::set_budget(&mut fields, budget);
        step!(self.send(self.api.key_call(id.as_str(), Http::patch)?, &fields).await);
        let key = inventory::key(self.api, &self.learned, id).await?;
        let same = map::ceiling(&key.spec.budget) == map::ceiling(budget);
        Ok(if same { Outcome::done_key(key, 0) } else { error::not_saved("change", &["budget"]) })
    }

    /// Deletes the key, and the guardrail we made for it. What it consumed stays with its workspace.
    pub(super) async fn key_revoke(&self, id: &ExternalId) -> Result<Outcome, GatewayError> {
        let mut key = step!(before(inventory::key(self.api, &self.learned, id).await));
        let reply = self.api.key_call(id.as_str(), Http::delete)?.send().await?;
        if !reply.is_success() && reply.status != 404 {
            return error::refusal(&reply);
        }
        match inventory::key(self.api, &self.learned, id).await {
            Ok(_) => return Ok(error::not_saved("change", &["deletion"])),
            Err(gone) if gone.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // Left behind, it would hold nothing: not worth failing for.
        let _gone = self.guardrail_forget(&key).await;
        key.status = KeyStatus::Revoked;
        Ok(Outcome::done_key(key, PAUSE_BOUND_SECONDS))
    }

    /// The fields in which a key is not what was wanted.
    async fn unlike(
        &self,
        key: &Key,
        spec: &KeySpec,
        origin: Option<(&Mark, &ExternalId)>,
    ) -> Result<Vec<&'static str>, GatewayError> {
        let known = if key.spec.models == spec.models { None } else { Some(catalog(self.api).await?) };
        let known: Option<&Catalog> = known.as_deref();
        Ok(differing(&[
            ("name", key.spec.name == spec.name),
            ("environment", key.spec.environment == spec.environment),
            ("models", guard::same_models(known, &key.spec.models, &spec.models)),
            ("budget", map::ceiling(&key.spec.budget) == map::ceiling(&spec.budget)),
            ("expiry", same_expiry(key, spec)),
            ("mark", origin.is_none_or(|(mark, _)| key.mark.as_ref() == Some(mark))),
            ("workspace", origin.is_none_or(|(_, account)| key.account.as_ref() == Some(account))),
        ]))
    }
}

fn new_fields(wish: &Wish<'_>, workspace: &wire::Workspace, off: bool) -> Fields {
    let spec = wish.spec;
    let name = spec.name.as_str().to_owned();
    let tagged = Tagged { name, environment: spec.environment, mark: Some(*wish.mark), off };
    let mut fields = Fields::default();
    fields.set("name", &tagged.write()).set("workspace_id", &workspace.id);
    // Usage counts what a provider's own key cost as well, so the limit does.
    fields.set("include_byok_in_limit", &true);
    map::set_budget(&mut fields, &spec.budget);
    if let Some(expires) = spec.expires_at {
        fields.set("expires_at", &expires.to_string());
    }
    fields
}

/// The key and its secret from the one answer that holds it, which is never quoted, not even in part.
fn made(reply: &Reply) -> Result<(wire::Key, Secret), GatewayError> {
    let made: KeyMade = serde_json::from_slice(&reply.body).map_err(|_| {
        let message = "the answer to POST /keys cannot be read: look the key up by its name, and revoke it";
        reply.error(ErrorKind::Malformed, message)
    })?;
    Ok((made.data, Secret::new(&made.key)))
}

fn past(spec: &KeySpec, now: Timestamp) -> Option<Outcome> {
    let message = "the expiry lies in the past: choose a later one, or revoke the key";
    spec.expires_at.filter(|expires| *expires <= now).map(|_| Outcome::refused(message, None))
}

fn changed_fields(found: &wire::Key, is: &Key, spec: &KeySpec) -> Fields {
    let mut fields = Fields::default();
    if is.spec.name != spec.name || is.spec.environment != spec.environment {
        let tagged =
            Tagged { name: spec.name.as_str().to_owned(), environment: spec.environment, ..Tagged::read(&found.name) };
        fields.set("name", &tagged.write());
    }
    if map::ceiling(&is.spec.budget) != map::ceiling(&spec.budget) {
        map::set_budget(&mut fields, &spec.budget);
    }
    fields
}

fn half_done(outcome: Outcome, changed: bool) -> Outcome {
    let Outcome::Refused(mut reason) = outcome else { return outcome };
    if changed {
        reason.message = format!("name and budget were changed, the models were not: {}", reason.message);
    }
    Outcome::Refused(reason)
}

fn same_expiry(key: &Key, spec: &KeySpec) -> bool {
    match (key.spec.expires_at, spec.expires_at) {
        (None, None) => true,
        (Some(is), Some(wanted)) => (is.as_millis() - wanted.as_millis()).abs() <= EXPIRY_SLACK_MILLIS,
        _ => false,
    }
}

fn digest(secret: &Secret) -> String {
    Sha256::digest(secret.expose().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
