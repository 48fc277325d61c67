//! Changes to keys.

use domain::{Budget, ExternalId, Key, KeySpec, KeyStatus, Limit, Mark, Secret, Timestamp};
use sha2::{Digest, Sha256};

use super::super::api::{Api, Dated, Fields};
use super::super::config::PAUSE_BOUND_SECONDS;
use super::super::wire::{self, KeyMade};
use super::super::{error, inventory, map};
use super::{Step, before, differing, impossible, impossible_budget, step};
use crate::http::Reply;
use crate::{ErrorKind, GatewayError, KeySecret, Outcome, Receipt};

/// How far a saved expiry may lie from the one asked for: it is sent as a lifetime and counted from arrival.
const EXPIRY_SLACK_MILLIS: i64 = 60_000;
/// LiteLLM's word for "does not expire".
const NEVER: &str = "-1";

/// The key that is wanted.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub mark: &'a Mark,
    pub account: &'a ExternalId,
    pub spec: &'a KeySpec,
    pub secret: &'a Secret,
}

/// The identity of a key on LiteLLM.
fn digest(secret: &Secret) -> String {
    Sha256::digest(secret.expose().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a key with our secret. LiteLLM would take a team that does not exist, so the team is looked up first; its
/// answer also tells the gateway's clock, from which a lifetime is counted.
pub async fn create(api: &Api, wish: Wish<'_>, now: Timestamp) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible(&wish.spec.models, &wish.spec.budget) {
        return Ok(refused);
    }
    let team = step!(before(api.team(wish.account.as_str()).await));
    let lifetime = step!(lifetime(wish.spec, team.date.unwrap_or(now)));
    let mut fields = new_fields(&wish, lifetime.as_deref());
    let mut reply = api.write("/key/generate", &fields).await?;
    if alias_taken(&reply) {
        fields.set("key_alias", &map::alias_for(wish.spec.name.as_str(), wish.mark));
        reply = api.write("/key/generate", &fields).await?;
    }
    if insists_on_its_own(&reply) {
        fields.remove("key");
        reply = api.write("/key/generate", &fields).await?;
    }
    if !reply.is_success() {
        return error::refusal(&reply);
    }
    made(api, &wish, &reply).await
}

/// Reads back the key that was made and compares it with the wish.
async fn made(api: &Api, wish: &Wish<'_>, reply: &Reply) -> Result<Outcome, GatewayError> {
    // The reply holds a secret: it is never quoted, not even in part.
    let made: KeyMade = serde_json::from_slice(&reply.body).map_err(|_| {
        reply
            .error(ErrorKind::Malformed, "the answer to POST /key/generate cannot be read: look the key up by its name")
    })?;
    let ours = made.key == wish.secret.expose();
    let secret = (!ours).then(|| Secret::new(&made.key));
    let identity = digest(secret.as_ref().unwrap_or(wish.secret));
    if made.token.as_ref().is_some_and(|token| *token != identity) {
        return Ok(error::not_saved("key", &["identity (its SHA-256)"]));
    }
    let key = inventory::key(api, &ExternalId::new(identity)).await?;
    let fields = unlike(&key, wish.spec, Some((wish.mark, wish.account)));
    if !fields.is_empty() {
        return Ok(error::not_saved("key", &fields));
    }
    let secret = secret.map_or(KeySecret::AsAsked, KeySecret::Told);
    Ok(Outcome::Done(Receipt { key: Some(key), secret, ..Receipt::default() }))
}

fn new_fields(wish: &Wish<'_>, lifetime: Option<&str>) -> Fields {
    let spec = wish.spec;
    let mut fields = Fields::default();
    fields.set("key", &wish.secret.expose()).set("team_id", &wish.account.as_str());
    fields.set("key_alias", &spec.name.as_str());
    fields.set("metadata", &map::key_metadata(wire::Metadata::new(), Some(wish.mark), spec));
    fields.set("rpm_limit", &spec.rate_limit.requests_per_minute).set("tpm_limit", &spec.rate_limit.tokens_per_minute);
    fields.set("max_parallel_requests", &spec.rate_limit.parallel);
    map::set_models(&mut fields, &spec.models);
    map::set_budget(&mut fields, &spec.budget);
    map::set_scope(&mut fields, spec.scope);
    if let Some(lifetime) = lifetime {
        fields.set("duration", &lifetime);
    }
    fields
}

/// The time to live in seconds of the gateway's own clock.
fn lifetime(spec: &KeySpec, now: Timestamp) -> Result<Step<Option<String>>, GatewayError> {
    let Some(expires) = spec.expires_at else { return Ok(Step::On(None)) };
    let seconds = (expires.as_millis() - now.as_millis()) / 1000;
    if seconds < 1 {
        let message = "the expiry lies in the past: choose a later one, or revoke the key";
        return Ok(Step::End(Outcome::refused(message, None)));
    }
    Ok(Step::On(Some(format!("{seconds}s"))))
}

fn alias_taken(reply: &Reply) -> bool {
    let said = error::said(reply);
    reply.status == 400 && said.message.contains("already exists") && said.message.contains("alias")
}

fn insists_on_its_own(reply: &Reply) -> bool {
    reply.status == 403 && error::said(reply).message.contains("Custom API key values are disabled")
}

/// Changes what differs; metadata is replaced as a whole by LiteLLM, so it is read, merged and written.
pub async fn update(api: &Api, id: &ExternalId, spec: &KeySpec, now: Timestamp) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible(&spec.models, &spec.budget) {
        return Ok(refused);
    }
    let found = step!(live(api, id).await);
    let clock = found.date.unwrap_or(now);
    let is = map::key(id.as_str(), found.value.clone(), found.date);
    let lifetime = if same_expiry(&is, spec) { None } else { Some(step!(lifetime(spec, clock))) };
    let mut fields = changed_fields(&found.value, &is, spec);
    if let Some(lifetime) = lifetime {
        fields.set("duration", &lifetime.as_deref().unwrap_or(NEVER));
    }
    if fields.is_empty() {
        return Ok(Outcome::done_key(is, 0));
    }
    fields.set("key", &id.as_str());
    let mut reply = api.write("/key/update", &fields).await?;
    if let Some(mark) = is.mark.filter(|_| alias_taken(&reply)) {
        fields.set("key_alias", &map::alias_for(spec.name.as_str(), &mark));
        reply = api.write("/key/update", &fields).await?;
    }
    if !reply.is_success() {
        return error::refusal(&reply);
    }
    let key = inventory::key(api, id).await?;
    let unlike = unlike(&key, spec, None);
    Ok(if unlike.is_empty() { Outcome::done_key(key, 0) } else { error::not_saved("key", &unlike) })
}

fn changed_fields(found: &wire::Key, is: &Key, spec: &KeySpec) -> Fields {
    let mut fields = Fields::default();
    if is.spec.name != spec.name {
        fields.set("key_alias", &spec.name.as_str());
    }
    let metadata = map::key_metadata(found.metadata.clone(), None, spec);
    if !map::same_metadata(&metadata, &found.metadata) {
        fields.set("metadata", &metadata);
    }
    if is.spec.models != spec.models {
        map::set_models(&mut fields, &spec.models);
    }
    if is.spec.scope != spec.scope {
        map::set_scope(&mut fields, spec.scope);
    }
    if map::ceiling(&is.spec.budget) != map::ceiling(&spec.budget) {
        map::set_budget(&mut fields, &spec.budget);
    }
    let (old, new) = (&is.spec.rate_limit, &spec.rate_limit);
    if old.requests_per_minute != new.requests_per_minute {
        fields.set("rpm_limit", &new.requests_per_minute);
    }
    if old.tokens_per_minute != new.tokens_per_minute {
        fields.set("tpm_limit", &new.tokens_per_minute);
    }
    if old.parallel != new.parallel {
        fields.set("max_parallel_requests", &new.parallel);
    }
    fields
}

/// Sets or clears the budget and nothing else.
pub async fn budget(api: &Api, id: &ExternalId, budget: &Limit<Budget>) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_budget(budget) {
        return Ok(refused);
    }
    let _there = step!(live(api, id).await);
    let mut fields = Fields::default();
    fields.set("key", &id.as_str());
    map::set_budget(&mut fields, budget);
    let reply = api.write("/key/update", &fields).await?;
    if !reply.is_success() {
        return error::refusal(&reply);
    }
    let key = inventory::key(api, id).await?;
    let same = map::ceiling(&key.spec.budget) == map::ceiling(budget);
    Ok(if same { Outcome::done_key(key, 0) } else { error::not_saved("change", &["budget"]) })
}

/// Blocks or unblocks.
pub async fn pause(api: &Api, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
    let _there = step!(live(api, id).await);
    let mut fields = Fields::default();
    fields.set("key", &id.as_str());
    let path = if paused { "/key/block" } else { "/key/unblock" };
    let reply = api.write(path, &fields).await?;
    if !reply.is_success() {
        return error::refusal(&reply);
    }
    let key = inventory::key(api, id).await?;
    // An expired key stays expired whether it is blocked or not.
    let as_asked = match key.status {
        KeyStatus::Paused => paused,
        KeyStatus::Active => !paused,
        KeyStatus::Expired => true,
        KeyStatus::Revoked => false,
    };
    let what = if paused { "pause" } else { "resumption" };
    Ok(if as_asked { Outcome::done_key(key, PAUSE_BOUND_SECONDS) } else { error::not_saved("change", &[what]) })
}

/// Deletes the key; LiteLLM archives it and keeps its usage. A key that is gone already is what was asked for.
pub async fn revoke(api: &Api, id: &ExternalId) -> Result<Outcome, GatewayError> {
    let found = step!(before(inventory::wire_key(api, id).await));
    let mut key = map::key(id.as_str(), found.value, found.date);
    if key.status == KeyStatus::Revoked {
        return Ok(Outcome::done_key(key, 0));
    }
    let mut fields = Fields::default();
    fields.set("keys", &[id.as_str()]);
    let reply = api.write("/key/delete", &fields).await?;
    if !reply.is_success() && reply.status != 404 {
        return error::refusal(&reply);
    }
    match inventory::key(api, id).await {
        Ok(after) if after.status == KeyStatus::Revoked => Ok(Outcome::done_key(after, PAUSE_BOUND_SECONDS)),
        Ok(_) => Ok(error::not_saved("change", &["deletion"])),
        // Releases that keep no archive know it no longer.
        Err(gone) if gone.kind == ErrorKind::NotFound => {
            key.status = KeyStatus::Revoked;
            Ok(Outcome::done_key(key, PAUSE_BOUND_SECONDS))
        }
        Err(error) => Err(error),
    }
}

/// A key that can still be changed.
async fn live(api: &Api, id: &ExternalId) -> Result<Step<Dated<wire::Key>>, GatewayError> {
    let found = match before(inventory::wire_key(api, id).await)? {
        Step::On(found) => found,
        end @ Step::End(_) => return Ok(end),
    };
    if map::key(id.as_str(), found.value.clone(), found.date).status == KeyStatus::Revoked {
        return Ok(Step::End(Outcome::refused("the key was revoked: make a new one", Some(404))));
    }
    Ok(Step::On(found))
}

fn same_expiry(key: &Key, spec: &KeySpec) -> bool {
    match (key.spec.expires_at, spec.expires_at) {
        (None, None) => true,
        (Some(is), Some(wanted)) => (is.as_millis() - wanted.as_millis()).abs() <= EXPIRY_SLACK_MILLIS,
        _ => false,
    }
}

/// The fields in which a key is not what was wanted.
fn unlike(key: &Key, spec: &KeySpec, origin: Option<(&Mark, &ExternalId)>) -> Vec<&'static str> {
    differing(&[
        ("name", key.spec.name == spec.name),
        ("environment", key.spec.environment == spec.environment),
        ("scope", key.spec.scope == spec.scope),
        ("models", key.spec.models == spec.models),
        ("budget", map::ceiling(&key.spec.budget) == map::ceiling(&spec.budget)),
        ("rate limit", key.spec.rate_limit == spec.rate_limit),
        ("expiry", same_expiry(key, spec)),
        ("mark", origin.is_none_or(|(mark, _)| key.mark.as_ref() == Some(mark))),
        ("team", origin.is_none_or(|(_, account)| key.account.as_ref() == Some(account))),
    ])
}
