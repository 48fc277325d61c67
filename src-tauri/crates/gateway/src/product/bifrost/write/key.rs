//! Changes to virtual keys.

use domain::{Budget, ExternalId, Key, KeySpec, KeyStatus, Limit, Mark, ModelScope, RateLimit, Scope, Timestamp};

use super::super::api::{Fields, key_path};
use super::super::map::budget::{self, Ceiling, RateBody};
use super::super::map::{self, Surroundings, models, tag::Tag};
use super::super::wire::{OneVirtualKey, VirtualKey};
use super::super::{error, inventory};
use super::{Step, Writer, before, budget_checks, differing, drops_one, impossible, impossible_budget, step};
use crate::http::Reply;
use crate::{ErrorKind, GatewayError, KeySecret, Outcome, Receipt};

/// How far a saved expiry may lie from the one asked for.
const EXPIRY_SLACK_MILLIS: i64 = 1000;
const CREATE: &str = "POST /api/governance/virtual-keys";
const CHANGE: &str = "PUT /api/governance/virtual-keys/{id}";
const DELETE: &str = "DELETE /api/governance/virtual-keys/{id}";

/// The key that is wanted. Its secret is Bifrost's to make.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub mark: &'a Mark,
    pub account: &'a ExternalId,
    pub spec: &'a KeySpec,
}

/// Makes a virtual key. The customer is read first (an unknown one is a 500) and so are its keys: if one has our mark,
/// an earlier try made it.
pub async fn create(writer: &Writer<'_>, wish: Wish<'_>, now: Timestamp) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_key(writer, wish.spec, None, now) {
        return Ok(refused);
    }
    let customer = step!(before(writer.api.customer(wish.account.as_str()).await));
    if Tag::read(&customer.name).paused {
        let message = "the account is paused, and a new key would work: resume it first";
        return Ok(Outcome::refused(message, None));
    }
    let around = step!(before(inventory::surroundings(writer.api, writer.features.empty_refuses).await));
    let keys = step!(before(writer.api.keys_of(&customer.id, &customer.teams).await));
    if let Some(known) = keys.into_iter().find(|key| Tag::read(&key.description).mark.as_ref() == Some(wish.mark)) {
        return made(writer, &wish, known, &around).await;
    }
    let mut fields = match new_fields(writer, &wish, &around) {
        Ok(fields) => fields,
        Err(why) => return Ok(Outcome::refused(why, None)),
    };
    let post = || writer.api.http.post("/api/governance/virtual-keys");
    let mut reply = writer.api.write(post(), CREATE, &fields).await?;
    if name_taken(writer, &reply) {
        fields.set("name", &map::alias_for(wish.spec.name.as_str(), wish.mark));
        reply = writer.api.write(post(), CREATE, &fields).await?;
    }
    if !reply.is_success() || reply.is_html() {
        return writer.refusal(&reply);
    }
    // The reply holds a secret: it is never quoted, not even in part.
    let told: OneVirtualKey = serde_json::from_slice(&reply.body).map_err(|_| {
        let message = format!("the answer to {CREATE} cannot be read: look the key up by its name");
        reply.error(ErrorKind::Malformed, message)
    })?;
    made(writer, &wish, told.virtual_key, &around).await
}

/// Reads back the key that was made and compares it with the wish. The secret is the one that the reply told.
async fn made(
    writer: &Writer<'_>,
    wish: &Wish<'_>,
    told: VirtualKey,
    around: &Surroundings,
) -> Result<Outcome, GatewayError> {
    let Some(secret) = told.value.0 else {
        let message = "an earlier try made this key, and its secret was told only then: revoke it and make another";
        return Ok(Outcome::refused(message, None));
    };
    let found = writer.api.key(&told.id).await?.value;
    let unlike = unlike(&found, wish.spec, wanted(writer, &wish.spec.budget), around, Some(wish));
    if !unlike.is_empty() {
        return Ok(error::not_saved("key", &unlike));
    }
    let key = map::key(&found, around);
    Ok(Outcome::Done(Receipt { key: Some(key), secret: KeySecret::Told(secret), ..Receipt::default() }))
}

fn new_fields(writer: &Writer<'_>, wish: &Wish<'_>, around: &Surroundings) -> Result<Fields, String> {
    let spec = wish.spec;
    let tag = Tag { mark: Some(*wish.mark), environment: Some(spec.environment), ..Tag::default() };
    let mut fields = Fields::default();
    fields.set("name", &spec.name.as_str()).set("description", &tag.write());
    fields.set("customer_id", &wish.account.as_str());
    let configs = models::bodies(&spec.models, &[], around.empty_refuses, &around.providers)?;
    fields.set("provider_configs", &configs);
    if around.empty_refuses {
        // With or without a budget: 1.5.2 keeps an alignment only from a key's creation.
        fields.set("calendar_aligned", &true);
    }
    if let Some(ceiling) = wanted(writer, &spec.budget) {
        set_budget(&mut fields, Some(ceiling), around.empty_refuses);
    }
    if spec.rate_limit != RateLimit::default() {
        fields.set("rate_limit", &budget::rate_body(&spec.rate_limit));
    }
    if let Some(expires_at) = spec.expires_at {
        fields.set("expires_at", &expires_at.to_string());
    }
    Ok(fields)
}

fn name_taken(writer: &Writer<'_>, reply: &Reply) -> bool {
    !reply.is_success() && error::error(reply, writer.api.signed_in).kind == ErrorKind::Conflict
}

/// Changes what differs.
pub async fn update(
    writer: &Writer<'_>,
    id: &ExternalId,
    spec: &KeySpec,
    now: Timestamp,
) -> Result<Outcome, GatewayError> {
    let found = step!(before(writer.api.key(id.as_str()).await)).value;
    let around = step!(before(inventory::surroundings(writer.api, newer(writer, &found)).await));
    let is = map::key(&found, &around);
    if let Some(refused) = impossible_key(writer, spec, Some(&is), now) {
        return Ok(refused);
    }
    let mut fields = match changed_fields(writer, &found, &is, spec, &around) {
        Ok(fields) => fields,
        Err(why) => return Ok(Outcome::refused(why, None)),
    };
    if drops_one(&is.spec.rate_limit, &spec.rate_limit) {
        let mut none = Fields::default();
        none.set("rate_limit", &RateBody::default());
        step!(change(writer, &found, none).await);
    }
    if !fields.is_empty() {
        set_owner(&mut fields, &found);
        let put = || Ok::<_, GatewayError>(writer.api.http.put(&key_path(id.as_str())?));
        let mut reply = writer.api.write(put()?, CHANGE, &fields).await?;
        if let Some(mark) = is.mark.filter(|_| name_taken(writer, &reply)) {
            fields.set("name", &map::alias_for(spec.name.as_str(), &mark));
            reply = writer.api.write(put()?, CHANGE, &fields).await?;
        }
        if !reply.is_success() || reply.is_html() {
            return writer.refusal(&reply);
        }
    }
    let after = writer.api.key(id.as_str()).await?.value;
    let ceiling = budget::keep(map::key_ceiling(&found), wanted(writer, &spec.budget));
    let mut unlike = unlike(&after, spec, ceiling, &around, None);
    unlike.extend(moved(&found, &after));
    let key = map::key(&after, &around);
    Ok(if unlike.is_empty() { Outcome::done_key(key, 0) } else { error::not_saved("key", &unlike) })
}

fn changed_fields(
    writer: &Writer<'_>,
    found: &VirtualKey,
    is: &Key,
    spec: &KeySpec,
    around: &Surroundings,
) -> Result<Fields, String> {
    let mut fields = Fields::default();
    if is.spec.name != spec.name {
        fields.set("name", &spec.name.as_str());
    }
    if is.spec.environment != spec.environment {
        let tag = Tag { environment: Some(spec.environment), ..Tag::read(&found.description) };
        fields.set("description", &tag.write());
    }
    if !models::same(&is.spec.models, &spec.models) {
        let refuses = map::empty_refuses(found, around.empty_refuses);
        let configs = models::bodies(&spec.models, &found.provider_configs, refuses, &around.providers)?;
        fields.set("provider_configs", &configs);
    }
    let ceiling = budget::keep(map::key_ceiling(found), wanted(writer, &spec.budget));
    if !budget::same(map::key_ceiling(found), ceiling) {
        set_budget(&mut fields, ceiling, newer(writer, found));
    }
    if is.spec.rate_limit != spec.rate_limit {
        fields.set("rate_limit", &budget::rate_body(&spec.rate_limit));
    }
    if !same_expiry(is.spec.expires_at, spec.expires_at) {
        let text = spec.expires_at.map(|at| at.to_string()).unwrap_or_default();
        fields.set("expires_at", &text);
    }
    Ok(fields)
}

/// Sets or clears the budget and nothing else.
pub async fn budget(writer: &Writer<'_>, id: &ExternalId, budget: &Limit<Budget>) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_budget(budget) {
        return Ok(refused);
    }
    let found = step!(before(writer.api.key(id.as_str()).await)).value;
    let ceiling = wanted(writer, budget);
    if !budget::same(map::key_ceiling(&found), ceiling) {
        let mut fields = Fields::default();
        set_budget(&mut fields, ceiling, newer(writer, &found));
        step!(change(writer, &found, fields).await);
    }
    let (after, key) = read_back(writer, &found).await?;
    let mut unlike = differing(&budget_checks(map::key_ceiling(&after), ceiling));
    unlike.extend(moved(&found, &after));
    Ok(if unlike.is_empty() { Outcome::done_key(key, 0) } else { error::not_saved("change", &unlike) })
}

/// Stops or starts a key. One that was stopped with its account is started with it only.
pub async fn pause(writer: &Writer<'_>, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
    let found = step!(before(writer.api.key(id.as_str()).await)).value;
    let tag = Tag::read(&found.description);
    if !paused && account_is_paused(writer, &found).await? {
        let message = "its account is paused, and no key of it may work: resume the account instead";
        return Ok(Outcome::refused(message, None));
    }
    if inventory::is_active(&found) == paused || tag.paused {
        let mut fields = Fields::default();
        fields.set("is_active", &!paused);
        if tag.paused {
            // A key that a person stops stays stopped when its account is resumed.
            fields.set("description", &Tag { paused: false, ..tag }.write());
        }
        step!(change(writer, &found, fields).await);
    }
    let (after, key) = read_back(writer, &found).await?;
    let what = if paused { "pause" } else { "resumption" };
    let mut unlike = differing(&[(what, inventory::is_active(&after) != paused)]);
    unlike.extend(moved(&found, &after));
    Ok(if unlike.is_empty() { Outcome::done_key(key, 0) } else { error::not_saved("change", &unlike) })
}

async fn account_is_paused(writer: &Writer<'_>, key: &VirtualKey) -> Result<bool, GatewayError> {
    let Some(owner) = map::owner(key) else { return Ok(false) };
    Ok(Tag::read(&writer.api.customer(owner).await?.name).paused)
}

/// Stops a key because its account is paused, or starts it because it is so no longer.
pub async fn set_held(writer: &Writer<'_>, found: &VirtualKey, held: bool) -> Result<Step<()>, GatewayError> {
    let mut fields = Fields::default();
    fields.set("is_active", &!held);
    fields.set("description", &Tag { paused: held, ..Tag::read(&found.description) }.write());
    change(writer, found, fields).await
}

/// Shows the secret again, where reading a key tells it.
pub async fn reveal(writer: &Writer<'_>, id: &ExternalId) -> Result<Outcome, GatewayError> {
    let found = step!(before(writer.api.key(id.as_str()).await)).value;
    let around = inventory::surroundings(writer.api, newer(writer, &found)).await?;
    let key = map::key(&found, &around);
    match found.value.0 {
        Some(secret) => {
            Ok(Outcome::Done(Receipt { key: Some(key), secret: KeySecret::Told(secret), ..Receipt::default() }))
        }
        None => Ok(Outcome::refused("this Bifrost tells a secret only once: make a new key instead", None)),
    }
}

/// Deletes the key; its requests stay. A key that is gone already cannot be shown any more.
pub async fn revoke(writer: &Writer<'_>, id: &ExternalId) -> Result<Outcome, GatewayError> {
    let found = step!(before(writer.api.key(id.as_str()).await)).value;
    let around = step!(before(inventory::surroundings(writer.api, newer(writer, &found)).await));
    let reply = writer.api.http.delete(&key_path(id.as_str())?).named(DELETE).send().await?;
    if (!reply.is_success() || reply.is_html()) && reply.status != 404 {
        return writer.refusal(&reply);
    }
    match writer.api.key(id.as_str()).await {
        Ok(_) => Ok(error::not_saved("change", &["deletion"])),
        Err(gone) if gone.kind == ErrorKind::NotFound => {
            let mut key = map::key(&found, &around);
            key.status = KeyStatus::Revoked;
            Ok(Outcome::done_key(key, 0))
        }
        Err(error) => Err(error),
    }
}

async fn change(writer: &Writer<'_>, found: &VirtualKey, mut fields: Fields) -> Result<Step<()>, GatewayError> {
    set_owner(&mut fields, found);
    let reply = writer.api.write(writer.api.http.put(&key_path(&found.id)?), CHANGE, &fields).await?;
    if reply.is_success() && !reply.is_html() { Ok(Step::On(())) } else { writer.refusal(&reply).map(Step::End) }
}

/// Releases up to 1.5.2 take a change without an owner for "belongs to nobody": the key would escape its customer's
/// budget and bill.
fn set_owner(fields: &mut Fields, found: &VirtualKey) {
    let some = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    if let Some(team) = some(&found.team_id) {
        fields.set("team_id", &team);
    } else if let Some(customer) = some(&found.customer_id) {
        fields.set("customer_id", &customer);
    }
}

async fn read_back(writer: &Writer<'_>, before: &VirtualKey) -> Result<(VirtualKey, Key), GatewayError> {
    let after = writer.api.key(&before.id).await?.value;
    let around = inventory::surroundings(writer.api, newer(writer, before)).await?;
    let key = map::key(&after, &around);
    Ok((after, key))
}

/// A key that has another owner than before was detached by the change.
fn moved(before: &VirtualKey, after: &VirtualKey) -> Option<&'static str> {
    (map::owner(before) != map::owner(after)).then_some("customer")
}

fn newer(writer: &Writer<'_>, key: &VirtualKey) -> bool {
    map::empty_refuses(key, writer.features.empty_refuses)
}

fn wanted(writer: &Writer<'_>, budget: &Limit<Budget>) -> Option<Ceiling> {
    Ceiling::wanted(budget, writer.features.keys_aligned)
}

/// From 1.5 on a key has a list of budgets and says itself that they are aligned; before, it has one that says so. A shape
/// of the other kind is ignored in silence. An alignment is never taken back: giving it again would set the counter to
/// zero, and a budget for good does not heed it.
fn set_budget(fields: &mut Fields, ceiling: Option<Ceiling>, newer: bool) {
    match (newer, ceiling) {
        (true, Some(ceiling)) => {
            fields.set("budgets", &[ceiling.body()]).set("calendar_aligned", &true);
        }
        (true, None) => {
            fields.set("budgets", &[(); 0]);
        }
        (false, Some(ceiling)) => {
            fields.set("budget", &ceiling.body());
        }
        (false, None) => {
            fields.set("budget", &Fields::default());
        }
    }
}

fn impossible_key(writer: &Writer<'_>, spec: &KeySpec, is: Option<&Key>, now: Timestamp) -> Option<Outcome> {
    let refused = |message: &str| Some(Outcome::refused(message, None));
    if spec.scope == Scope::ReadOnly {
        return refused("Bifrost has no keys that may only read: choose full access, or give no key");
    }
    let as_before = |same: &dyn Fn(&Key) -> bool| is.is_some_and(same);
    if matches!(&spec.models, ModelScope::Only(names) if names.is_empty())
        && !as_before(&|is| is.spec.models == spec.models)
    {
        return refused("an empty list of models opens every model in some releases: choose one, or pause instead");
    }
    if let Some(expires_at) =
        spec.expires_at.filter(|_| !as_before(&|is| same_expiry(is.spec.expires_at, spec.expires_at)))
    {
        if !writer.features.expiry {
            return refused("keys do not expire in this release of Bifrost: leave the expiry open, or update Bifrost");
        }
        if expires_at <= now {
            return refused("the expiry lies in the past: choose a later one, or revoke the key");
        }
    }
    impossible(&spec.budget, &spec.rate_limit)
}

fn same_expiry(is: Option<Timestamp>, wanted: Option<Timestamp>) -> bool {
    match (is, wanted) {
        (None, None) => true,
        (Some(is), Some(wanted)) => (is.as_millis() - wanted.as_millis()).abs() <= EXPIRY_SLACK_MILLIS,
        _ => false,
    }
}

/// The fields in which a key is not what was wanted.
fn unlike(
    found: &VirtualKey,
    spec: &KeySpec,
    ceiling: Option<Ceiling>,
    around: &Surroundings,
    wish: Option<&Wish<'_>>,
) -> Vec<&'static str> {
    let key = map::key(found, around);
    let [amount, alignment] = budget_checks(map::key_ceiling(found), ceiling);
    differing(&[
        ("name", key.spec.name == spec.name),
        ("environment", key.spec.environment == spec.environment),
        ("models", models::same(&key.spec.models, &spec.models)),
        amount,
        alignment,
        ("rate limit", key.spec.rate_limit == spec.rate_limit),
        ("expiry", same_expiry(key.spec.expires_at, spec.expires_at)),
        ("mark", wish.is_none_or(|wish| key.mark.as_ref() == Some(wish.mark))),
        ("customer", wish.is_none_or(|wish| key.account.as_ref() == Some(wish.account))),
    ])
}
