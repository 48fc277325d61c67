//! Changes to tokens.

use domain::{Budget, ExternalId, Key, KeySpec, KeyStatus, Limit, Mark, Timestamp};

use super::super::api::{Api, Dated};
use super::super::config::PAUSE_BOUND_SECONDS;
use super::super::map::{self, Reading};
use super::super::naming::TokenName;
use super::super::wire::{Token, TokenEdit};
use super::super::{Mode, NewApi, error, inventory, own};
use super::account::is_gone;
use super::{Step, before, differing, impossible_budget, impossible_key, quota, sent, sent_after, step};
use crate::{ErrorKind, GatewayError, KeySecret, Outcome, Receipt, RefusalReason};

/// Writings of a token until what was spent meanwhile is accounted for.
const TRIES: u32 = 3;

/// The key that is wanted.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub mark: &'a Mark,
    pub account: &'a ExternalId,
    pub spec: &'a KeySpec,
}

/// A token, whoever may change it, and how it is read.
struct Found {
    api: Api,
    token: Token,
    reading: Reading,
}

impl Found {
    fn key(&self) -> Key {
        map::key(&self.token, self.reading)
    }
}

async fn find(newapi: &NewApi, id: &ExternalId, now: Timestamp) -> Result<Found, GatewayError> {
    let (api, found) = inventory::token(newapi, id).await?;
    if own::is_marker(&found.value.name) {
        return Err(error::not_found("GET /api/token/:id", "this key (it stands for an account)"));
    }
    let reading = inventory::reading(newapi, found.date.or(Some(now))).await?;
    Ok(Found { api, token: found.value, reading })
}

/// Makes a key. New API makes the secret and tells no number: the key is found again by its name, which holds its mark,
/// and then shown. One that is there already was made by an earlier try.
pub async fn create(newapi: &NewApi, wish: Wish<'_>, now: Timestamp) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_key(wish.spec).or_else(|| past(wish.spec, now)) {
        return Ok(refused);
    }
    let (api, tag) = step!(owner(newapi, wish.account).await);
    let there = step!(before(inventory::tokens(&api).await.map_err(inventory::owner_refused)));
    let reading = inventory::reading(newapi, there.date.or(Some(now))).await?;
    let token = match marked(there, reading, wish.mark) {
        Some(token) => token,
        None => {
            let edit = step!(new_token(newapi, &wish, tag).await);
            step!(sent(api.token_create(&edit).await));
            match marked(inventory::tokens(&api).await?, reading, wish.mark) {
                Some(token) => token,
                None => return Ok(error::not_saved("key", &["existence"])),
            }
        }
    };
    let key = map::key(&token, reading);
    let fields = unlike(&key, wish.spec, reading, Some((wish.mark, wish.account)));
    if !fields.is_empty() {
        return Ok(error::not_saved("key", &fields));
    }
    let secret = show(newapi, &api, &token, now).await.unwrap_or_else(|_| KeySecret::Later(std::time::Duration::ZERO));
    Ok(Outcome::Done(Receipt { key: Some(key), secret, ..Receipt::default() }))
}

/// Whoever owns the keys of an account, and the tag that its keys carry.
async fn owner(newapi: &NewApi, account: &ExternalId) -> Result<Step<(Api, Option<String>)>, GatewayError> {
    if newapi.mode == Mode::Users {
        let user = match inventory::user_number(account) {
            Ok(user) => newapi.as_owner(user).await,
            Err(error) => Err(error),
        };
        return Ok(match before(user)? {
            Step::On(api) => Step::On((api, None)),
            Step::End(end) => Step::End(end),
        });
    }
    Ok(match before(own::marker(newapi, account).await)? {
        Step::On((_, marker)) if marker.paused => {
            Step::End(Outcome::refused("the account is paused: resume it before you make a key for it", None))
        }
        Step::On((_, marker)) => Step::On((newapi.api.clone(), Some(own::tag(&marker.mark)))),
        Step::End(end) => Step::End(end),
    })
}

fn marked(tokens: Dated<Vec<Token>>, reading: Reading, mark: &Mark) -> Option<Token> {
    let ours = |token: &Token| {
        !own::is_marker(&token.name) && TokenName::parse(&token.name, reading.tagged).mark.as_ref() == Some(mark)
    };
    tokens.value.into_iter().find(ours)
}

async fn new_token(newapi: &NewApi, wish: &Wish<'_>, tag: Option<String>) -> Result<Step<TokenEdit>, GatewayError> {
    let name = TokenName {
        name: wish.spec.name.as_str().to_owned(),
        environment: Some(wish.spec.environment),
        tag,
        mark: Some(*wish.mark),
    };
    let Some(text) = name.text() else { return Ok(Step::End(too_long(&name))) };
    let mut edit = map::new_edit(text);
    map::set_spec(&mut edit, wish.spec);
    let rate = newapi.known().await?.rate;
    match quota::ceiling(rate, &wish.spec.budget) {
        None => edit.unlimited_quota = true,
        Some(ceiling) => match quota::left(rate, ceiling, 0)? {
            Step::On(left) => edit.remain_quota = left,
            Step::End(end) => return Ok(Step::End(end)),
        },
    }
    Ok(Step::On(edit))
}

fn too_long(name: &TokenName) -> Outcome {
    let room = TokenName::room(name.tag.is_some());
    Outcome::refused(
        format!("New API has room for {room} bytes of this key's name, and it has {}: shorten it", name.name.len()),
        None,
    )
}

fn past(spec: &KeySpec, now: Timestamp) -> Option<Outcome> {
    let message = "the expiry lies in the past: choose a later one, or revoke the key";
    spec.expires_at.filter(|at| *at <= now).map(|_| Outcome::refused(message, None))
}

/// The secret of a key: in the list already on old releases, through the narrow door on others.
async fn show(newapi: &NewApi, api: &Api, token: &Token, now: Timestamp) -> Result<KeySecret, GatewayError> {
    if let Some(clear) = &token.key.clear {
        return Ok(KeySecret::Told(clear.clone()));
    }
    if let Err(wait) = newapi.allowance.critical.enter(now) {
        return Ok(KeySecret::Later(wait));
    }
    match api.token_key(token.id).await {
        Ok(secret) => Ok(KeySecret::Told(secret)),
        Err(error) if error.kind == ErrorKind::RateLimited => {
            Ok(KeySecret::Later(newapi.allowance.critical.refused(now, error.after)))
        }
        Err(error) => Err(error),
    }
}

/// Shows the secret of a key again.
pub async fn reveal(newapi: &NewApi, id: &ExternalId, now: Timestamp) -> Result<Outcome, GatewayError> {
    let found = step!(before(find(newapi, id, now).await));
    let secret = match show(newapi, &found.api, &found.token, now).await {
        Ok(KeySecret::Later(wait)) => return Ok(Outcome::Refused(later(wait))),
        Ok(secret) => secret,
        // Showing changes nothing, so a lost answer leaves nothing unknown; but it is not known either.
        Err(error) => return error::refusal(error),
    };
    Ok(Outcome::Done(Receipt { key: Some(found.key()), secret, ..Receipt::default() }))
}

fn later(wait: std::time::Duration) -> RefusalReason {
    let message = format!(
        "New API shows 20 keys in 20 minutes to one address, logins included, and they are used up: try again in {} s",
        wait.as_secs().max(1)
    );
    RefusalReason { message, status: Some(429), accepted_but_not_saved: false, after: Some(wait) }
}

/// Changes what differs; New API overwrites the whole token, so the rest goes back as it was read.
pub async fn update(newapi: &NewApi, id: &ExternalId, spec: &KeySpec, now: Timestamp) -> Result<Outcome, GatewayError> {
    let found = step!(before(find(newapi, id, now).await));
    let same_expiry = found.key().spec.expires_at == spec.expires_at;
    if let Some(refused) = impossible_key(spec).or_else(|| past(spec, now).filter(|_| !same_expiry)) {
        return Ok(refused);
    }
    let mut name = TokenName::parse(&found.token.name, found.reading.tagged);
    // A name that is not ours stays to the letter as long as it is not changed.
    if found.key().spec.name != spec.name {
        spec.name.as_str().clone_into(&mut name.name);
    }
    name.environment = Some(spec.environment);
    let Some(text) = name.text() else { return Ok(too_long(&name)) };
    let change = Change { name: Some(text), spec: Some(spec), ceiling: wanted(&found, &spec.budget) };
    let key = step!(overwrite(&found, &change).await);
    let fields = unlike(&key, spec, found.reading, None);
    Ok(if fields.is_empty() { Outcome::done_key(key, 0) } else { error::not_saved("key", &fields) })
}

/// Sets or clears the budget and nothing else.
pub async fn budget(
    newapi: &NewApi,
    id: &ExternalId,
    budget: &Limit<Budget>,
    now: Timestamp,
) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_budget(budget) {
        return Ok(refused);
    }
    let found = step!(before(find(newapi, id, now).await));
    let change = Change { name: None, spec: None, ceiling: wanted(&found, budget) };
    let key = step!(overwrite(&found, &change).await);
    Ok(Outcome::done_key(key, 0))
}

/// What is to be different.
struct Change<'a> {
    name: Option<String>,
    spec: Option<&'a KeySpec>,
    /// Over the key's life, in units; `None` is no ceiling.
    ceiling: Option<i64>,
}

/// The ceiling that is wanted. One that reads as it is stays to the unit, however money rounds.
fn wanted(found: &Found, budget: &Limit<Budget>) -> Option<i64> {
    if map::ceiling(&found.key().spec.budget) == map::ceiling(budget) {
        return map::ceiling_units(&found.token);
    }
    quota::ceiling(found.reading.rate, budget)
}

/// Overwrites a token and proves that nothing spent was handed back. New API takes what is *left*, and calls are spending
/// it: what is left and what is used always add up to the ceiling, unless a call was charged between our reading and our
/// writing. Then the sum is too high by that much, and it is written once more from the newer reading.
async fn overwrite(found: &Found, change: &Change<'_>) -> Result<Step<Key>, GatewayError> {
    let mut token = found.token.clone();
    for _ in 0..TRIES {
        let mut edit = map::edit(&token);
        if let Some(name) = &change.name {
            edit.name.clone_from(name);
        }
        if let Some(spec) = change.spec {
            map::set_spec(&mut edit, spec);
        }
        edit.unlimited_quota = change.ceiling.is_none();
        if let Some(ceiling) = change.ceiling {
            match quota::left(found.reading.rate, ceiling, token.used_quota)? {
                Step::On(left) => edit.remain_quota = left,
                Step::End(end) => return Ok(Step::End(end)),
            }
        }
        match sent(found.api.token_edit(&edit).await)? {
            Step::On(()) => {}
            Step::End(end) => return Ok(Step::End(end)),
        }
        token = found.api.token(token.id).await?.value;
        if is_kept(&token, change.ceiling) {
            return awakened(found, token).await;
        }
    }
    Ok(Step::End(drifted(found, &token)))
}

/// Whether what is left and what is used add up to the ceiling, or nothing is left of a lower one.
fn is_kept(token: &Token, ceiling: Option<i64>) -> bool {
    match (ceiling, map::ceiling_units(token)) {
        (None, None) => true,
        (Some(wanted), Some(is)) => is == wanted || (token.used_quota >= wanted && token.remain_quota <= 0),
        _ => false,
    }
}

fn drifted(found: &Found, token: &Token) -> Outcome {
    let is = map::key(token, found.reading).spec.budget;
    let money =
        map::ceiling(&is).map_or_else(|| "no ceiling".to_owned(), |amount| format!("a ceiling of {amount} USD"));
    Outcome::not_saved(format!(
        "the key was called while it was changed, three times over, and now has {money}: pause the key, then set its budget"
    ))
}

/// A key that New API found expired or without quota stays off when that is no longer so, until it is enabled again.
async fn awakened(found: &Found, token: Token) -> Result<Step<Key>, GatewayError> {
    let spent = !token.unlimited_quota && token.remain_quota <= 0;
    let over = match token.status {
        map::TOKEN_EXPIRED => !map::is_past(&token, found.reading.now),
        map::TOKEN_EXHAUSTED => !spent,
        _ => false,
    };
    if !over {
        return Ok(Step::On(map::key(&token, found.reading)));
    }
    let enabled = found.api.token_status(token.id, map::TOKEN_ENABLED).await;
    match sent_after("the key is changed", enabled)? {
        Step::On(()) => {}
        Step::End(end) => return Ok(Step::End(end)),
    }
    let token = found.api.token(token.id).await?.value;
    Ok(Step::On(map::key(&token, found.reading)))
}

/// Stops a key or lets it go on, by the only change that New API makes to one field alone.
pub async fn pause(newapi: &NewApi, id: &ExternalId, paused: bool, now: Timestamp) -> Result<Outcome, GatewayError> {
    let found = step!(before(find(newapi, id, now).await));
    if !paused && let Some(refused) = step!(held_by_account(newapi, &found).await) {
        return Ok(refused);
    }
    let is = found.token.status;
    let needed = if paused { is != map::TOKEN_DISABLED } else { found.key().status == KeyStatus::Paused };
    if needed {
        let status = if paused { map::TOKEN_DISABLED } else { map::TOKEN_ENABLED };
        step!(sent(found.api.token_status(found.token.id, status).await));
    }
    let token = found.api.token(found.token.id).await?.value;
    let key = map::key(&token, found.reading);
    // An expired key stays expired whether it is stopped or not.
    let as_asked = match key.status {
        KeyStatus::Paused => paused,
        KeyStatus::Active => !paused,
        KeyStatus::Expired => (token.status == map::TOKEN_DISABLED) == paused,
        KeyStatus::Revoked => false,
    };
    let what = if paused { "pause" } else { "resumption" };
    Ok(if as_asked { Outcome::done_key(key, PAUSE_BOUND_SECONDS) } else { error::not_saved("change", &[what]) })
}

/// A key whose account is paused stays off, where the account is nothing but its keys.
async fn held_by_account(newapi: &NewApi, found: &Found) -> Result<Step<Option<Outcome>>, GatewayError> {
    let Some(account) = found.key().account.filter(|_| newapi.mode == Mode::OwnKeys) else { return Ok(Step::On(None)) };
    Ok(match before(own::marker(newapi, &account).await)? {
        Step::On((_, marker)) if marker.paused => {
            Step::On(Some(Outcome::refused("the account is paused: resume the account, and its keys go on", None)))
        }
        // Its account is gone: nothing holds it.
        Step::On(_) | Step::End(_) => Step::On(None),
    })
}

/// Deletes the key; New API keeps its rows. A key that is gone already cannot be told from one that never was.
pub async fn revoke(newapi: &NewApi, id: &ExternalId, now: Timestamp) -> Result<Outcome, GatewayError> {
    let found = step!(before(find(newapi, id, now).await));
    step!(sent(found.api.token_delete(found.token.id).await));
    match inventory::token(newapi, id).await {
        Ok(_) => Ok(error::not_saved("change", &["deletion"])),
        Err(gone) if is_gone(&gone) => {
            let mut key = found.key();
            key.status = KeyStatus::Revoked;
            Ok(Outcome::done_key(key, PAUSE_BOUND_SECONDS))
        }
        Err(error) => Err(error),
    }
}

/// The fields in which a key is not what was wanted. The budget is proven unit by unit where it is written.
fn unlike(key: &Key, spec: &KeySpec, reading: Reading, origin: Option<(&Mark, &ExternalId)>) -> Vec<&'static str> {
    let seconds = |at: Option<Timestamp>| at.map(|at| at.as_millis().div_euclid(1000));
    let units = |budget: &Limit<Budget>| quota::ceiling(reading.rate, budget);
    let lower = || key.spent.zip(map::ceiling(&spec.budget)).is_some_and(|(spent, wanted)| spent >= wanted);
    differing(&[
        ("name", key.spec.name == spec.name),
        ("environment", key.spec.environment == spec.environment),
        ("models", key.spec.models == spec.models),
        ("budget", units(&key.spec.budget) == units(&spec.budget) || lower()),
        ("expiry", seconds(key.spec.expires_at) == seconds(spec.expires_at)),
        ("mark", origin.is_none_or(|(mark, _)| key.mark.as_ref() == Some(mark))),
        ("account", origin.is_none_or(|(_, account)| key.account.as_ref() == Some(account))),
    ])
}
