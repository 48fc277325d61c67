//! `/admin/v1/accounts`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Held};
use axum::http::StatusCode;
use domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::Desk;
use super::caller::{Reader, Writer};
use super::reply::{self, Fault};
use crate::state::{Holder, State};
use crate::wire::{AccountPatch, AccountSettings, Amount, Stamp};

/// Longest page of a list.
const PAGE_MAX: usize = 1000;
/// Page of a list unless asked otherwise.
const PAGE: usize = 100;

/// An account as the API shows it.
#[derive(Serialize)]
pub(super) struct AccountBody {
    id: String,
    mark: Option<String>,
    #[serde(flatten)]
    settings: AccountSettings,
    paused: bool,
    spent: Option<Amount>,
    resets_at: Option<Stamp>,
    created_at: Stamp,
}

fn body(state: &mut State, at: usize, now: Timestamp) -> AccountBody {
    let spent = state.spent(Holder::Account(at), now);
    let account = &state.book.accounts[at];
    AccountBody {
        id: account.id.clone(),
        mark: account.mark.clone(),
        settings: account.settings.clone(),
        paused: account.paused,
        spent: spent.map(|(spent, _)| Amount(spent)),
        resets_at: spent.and_then(|(_, reset)| reset).map(Stamp),
        created_at: account.created_at,
    }
}

/// What to list.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Listing {
    /// Only the object that carries this mark.
    pub(super) mark: Option<String>,
    /// Only keys of this account.
    pub(super) account: Option<String>,
    /// Go on after the object of this identifier.
    pub(super) after: Option<String>,
    /// Objects on a page.
    pub(super) limit: Option<usize>,
}

/// One page of a list.
#[derive(Serialize)]
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    /// What to give as `after` to go on; `null` on the last page.
    pub(super) next: Option<String>,
}

impl Listing {
    /// The places on this page, and whether there are more. `all` are the places that fit, in order of making.
    pub(super) fn cut(&self, all: Vec<usize>, after: Option<usize>) -> (Vec<usize>, bool) {
        let limit = self.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
        let mut rest: Vec<usize> = all.into_iter().filter(|at| after.is_none_or(|after| *at > after)).collect();
        let more = rest.len() > limit;
        rest.truncate(limit);
        (rest, more)
    }
}

/// A query of the promised shape, or a sentence.
pub(super) fn query<T>(asked: Result<Query<T>, QueryRejection>) -> Result<T, Fault> {
    asked.map(|Query(query)| query).map_err(|why| Fault::new(400, "bad_query", why.body_text()))
}

/// The answer to an identifier nothing has.
pub(super) fn missing(kind: &'static str, id: &str) -> Fault {
    crate::state::ChangeError::NotFound(kind, id.to_owned()).into()
}

pub(super) async fn list(
    _: Reader,
    Held(desk): Held<Desk>,
    asked: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Listed<AccountBody>>, Fault> {
    let listing = query(asked)?;
    let (mut state, now) = desk.open();
    let after = listing.after.as_deref().map(|id| state.book.account(id).ok_or_else(|| missing("account", id)));
    let all = state.book.accounts.iter().enumerate();
    let all = all.filter(|(_, account)| listing.mark.is_none() || account.mark == listing.mark).map(|(at, _)| at);
    let (page, more) = listing.cut(all.collect(), after.transpose()?);
    let items: Vec<AccountBody> = page.into_iter().map(|at| body(&mut state, at, now)).collect();
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Json(Listed { items, next }))
}

pub(super) async fn read(
    _: Reader,
    Held(desk): Held<Desk>,
    Path(id): Path<String>,
) -> Result<Json<AccountBody>, Fault> {
    let (mut state, now) = desk.open();
    let at = state.book.account(&id).ok_or_else(|| missing("account", &id))?;
    Ok(Json(body(&mut state, at, now)))
}

#[derive(Deserialize)]
struct Create {
    mark: Option<String>,
    #[serde(flatten)]
    settings: AccountSettings,
}

pub(super) async fn create(
    _: Writer,
    Held(desk): Held<Desk>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<AccountBody>), Fault> {
    let Create { mark, settings } = reply::read(&bytes)?;
    let (mut state, now) = desk.open();
    let at = state.account_create(mark, settings, now)?;
    Ok((StatusCode::CREATED, Json(body(&mut state, at, now))))
}

pub(super) async fn patch(
    _: Writer,
    Held(desk): Held<Desk>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Json<AccountBody>, Fault> {
    let patch: AccountPatch = reply::read(&bytes)?;
    let (mut state, now) = desk.open();
    let at = state.account_patch(&id, patch, now)?;
    Ok(Json(body(&mut state, at, now)))
}

/// Whether to refuse or to serve.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    pub(super) paused: bool,
}

pub(super) async fn pause(
    _: Writer,
    Held(desk): Held<Desk>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Json<AccountBody>, Fault> {
    let Pause { paused } = reply::read(&bytes)?;
    let (mut state, now) = desk.open();
    let at = state.account_pause(&id, paused, now)?;
    Ok(Json(body(&mut state, at, now)))
}
