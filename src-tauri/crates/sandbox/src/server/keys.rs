//! `/admin/v1/keys`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Held};
use axum::http::StatusCode;
use domain::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::accounts::{Listed, Listing, Pause, missing, query};
use super::caller::{Reader, Writer};
use super::reply::{self, Fault};
use super::{Desk, offers};
use crate::secret;
use crate::state::{Holder, Making, State};
use crate::wire::{Amount, KeyPatch, KeySettings, Stamp};

/// A key as the API shows it: never the secret.
#[derive(Serialize)]
pub(super) struct KeyBody {
    id: String,
    account: String,
    mark: Option<String>,
    #[serde(flatten)]
    settings: KeySettings,
    tier: Option<&'static str>,
    label: String,
    fingerprint: String,
    status: &'static str,
    spent: Option<Amount>,
    resets_at: Option<Stamp>,
    created_at: Stamp,
}

/// A key just made, with the secret the server chose; shown this once.
#[derive(Serialize)]
pub(super) struct Made {
    #[serde(flatten)]
    key: KeyBody,
    secret: Option<String>,
}

fn body(state: &mut State, at: usize, now: Timestamp) -> KeyBody {
    let spent = state.spent(Holder::Key(at), now);
    let status = state.status(at, now).code();
    let key = &state.book.keys[at];
    KeyBody {
        id: key.id.clone(),
        account: key.account.clone(),
        mark: key.mark.clone(),
        settings: key.settings.clone(),
        tier: offers::tier(key.settings.rate_limit.requests_per_minute),
        label: key.label.clone(),
        fingerprint: key.fingerprint.clone(),
        status,
        spent: spent.map(|(spent, _)| Amount(spent)),
        resets_at: spent.and_then(|(_, reset)| reset).map(Stamp),
        created_at: key.created_at,
    }
}

pub(super) async fn list(
    _: Reader,
    Held(desk): Held<Desk>,
    asked: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Listed<KeyBody>>, Fault> {
    let listing = query(asked)?;
    let (mut state, now) = desk.open();
    if let Some(account) = listing.account.as_deref().filter(|id| state.book.account(id).is_none()) {
        return Err(missing("account", account));
    }
    let after = listing.after.as_deref().map(|id| state.book.key(id).ok_or_else(|| missing("key", id)));
    let all = state.book.keys.iter().enumerate();
    let all = all.filter(|(_, key)| listing.mark.is_none() || key.mark == listing.mark);
    let all = all.filter(|(_, key)| listing.account.as_ref().is_none_or(|account| key.account == *account));
    let (page, more) = listing.cut(all.map(|(at, _)| at).collect(), after.transpose()?);
    let items: Vec<KeyBody> = page.into_iter().map(|at| body(&mut state, at, now)).collect();
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Json(Listed { items, next }))
}

pub(super) async fn read(_: Reader, Held(desk): Held<Desk>, Path(id): Path<String>) -> Result<Json<KeyBody>, Fault> {
    let (mut state, now) = desk.open();
    let at = state.book.key(&id).ok_or_else(|| missing("key", &id))?;
    Ok(Json(body(&mut state, at, now)))
}

#[derive(Deserialize)]
struct Create {
    account: String,
    mark: Option<String>,
    secret: Option<String>,
    #[serde(flatten)]
    settings: KeySettings,
}

pub(super) async fn create(_: Writer, Held(desk): Held<Desk>, bytes: Bytes) -> Result<(StatusCode, Json<Made>), Fault> {
    let Create { account, mark, secret: chosen, settings } = reply::read(&bytes)?;
    let (mut state, now) = desk.open();
    let own = chosen.is_none();
    let secret = match chosen {
        Some(clear) => Secret::new(&clear),
        None => secret::numbered(&desk.random, state.book.keys.len() as u64),
    };
    let at = state.key_create(Making { account, mark, settings, secret: secret.clone() }, now)?;
    let key = body(&mut state, at, now);
    Ok((StatusCode::CREATED, Json(Made { key, secret: own.then(|| secret.expose().to_owned()) })))
}

pub(super) async fn patch(
    _: Writer,
    Held(desk): Held<Desk>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Json<KeyBody>, Fault> {
    let patch: KeyPatch = reply::read(&bytes)?;
    let (mut state, now) = desk.open();
    let at = state.key_patch(&id, patch, now)?;
    Ok(Json(body(&mut state, at, now)))
}

pub(super) async fn pause(
    _: Writer,
    Held(desk): Held<Desk>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Json<KeyBody>, Fault> {
    let Pause { paused } = reply::read(&bytes)?;
    let (mut state, now) = desk.open();
    let at = state.key_pause(&id, paused, now)?;
    Ok(Json(body(&mut state, at, now)))
}

pub(super) async fn revoke(_: Writer, Held(desk): Held<Desk>, Path(id): Path<String>) -> Result<Json<KeyBody>, Fault> {
    let (mut state, now) = desk.open();
    let at = state.key_revoke(&id, now)?;
    Ok(Json(body(&mut state, at, now)))
}
