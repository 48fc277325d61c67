//! `/admin/v1/usage`: request by request, and by UTC day.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Held};
use domain::{Date, Period, Timestamp};
use serde::{Deserialize, Serialize};

use super::Desk;
use super::accounts::{Listed, missing, query};
use super::caller::Reader;
use super::reply::Fault;
use crate::catalogue;
use crate::state::{Entry, Place, State};
use crate::wire::{Amount, Day, Stamp};

/// Longest page.
const PAGE_MAX: usize = 5000;
/// Page unless asked otherwise.
const PAGE: usize = 1000;

/// Which requests to tell.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestsAsk {
    start: Stamp,
    end: Stamp,
    account: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// One request as the API tells it.
#[derive(Serialize)]
pub(super) struct RequestBody {
    id: String,
    occurred_at: Stamp,
    account: String,
    key: String,
    model: String,
    upstream_model: Option<&'static str>,
    status: &'static str,
    input_tokens: u64,
    cache_read_tokens: u64,
    output_tokens: u64,
    cost: Amount,
    duration_millis: u32,
}

/// Which days to tell.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DaysAsk {
    first: Day,
    last: Day,
    account: Option<String>,
    after: Option<Day>,
    limit: Option<usize>,
}

/// One account's, key's and model's total of a UTC day as the API tells it.
#[derive(Serialize)]
pub(super) struct DayBody {
    day: Day,
    account: String,
    key: String,
    model: String,
    upstream_model: Option<&'static str>,
    requests: u64,
    failed_requests: u64,
    input_tokens: u64,
    cache_read_tokens: u64,
    output_tokens: u64,
    cost: Amount,
}

fn upstream(model: &str) -> Option<&'static str> {
    catalogue::find(model).map(|model| model.upstream)
}

fn request_body(state: &State, entry: &Entry<'_>) -> RequestBody {
    RequestBody {
        id: format!("req_{:016x}", entry.place.1),
        occurred_at: Stamp(entry.place.0),
        account: state.book.accounts[entry.account].id.clone(),
        key: state.book.keys[entry.key].id.clone(),
        model: entry.model.to_owned(),
        upstream_model: upstream(entry.model),
        status: if entry.failed { "failed" } else { "succeeded" },
        input_tokens: entry.tokens.input,
        cache_read_tokens: entry.tokens.cache_read,
        output_tokens: entry.tokens.output,
        cost: Amount(entry.cost),
        duration_millis: entry.duration_millis,
    }
}

/// A place in the list as text, opaque to callers.
fn cursor((at, id): Place) -> String {
    format!("{}.{id:016x}", at.as_millis())
}

fn place(cursor: &str) -> Result<Place, Fault> {
    let parts = cursor.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, u64::from_str_radix(id, 16).ok()?)));
    let (millis, id) = parts.ok_or_else(|| Fault::new(400, "bad_query", "`after` is not a cursor from `next`"))?;
    Ok((Timestamp::from_millis(millis), id))
}

fn find(state: &State, account: Option<&str>) -> Result<Option<usize>, Fault> {
    account.map(|id| state.book.account(id).ok_or_else(|| missing("account", id))).transpose()
}

pub(super) async fn requests(
    _: Reader,
    Held(desk): Held<Desk>,
    asked: Result<Query<RequestsAsk>, QueryRejection>,
) -> Result<Json<Listed<RequestBody>>, Fault> {
    let ask = query(asked)?;
    let window = Period::new(ask.start.0, ask.end.0).map_err(|why| Fault::new(400, "bad_query", why.to_string()))?;
    let after = ask.after.as_deref().map(place).transpose()?;
    let (state, now) = desk.open();
    let account = find(&state, ask.account.as_deref())?;
    let limit = ask.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let (entries, more) = state.page((window, after), account, limit, now);
    let next = entries.last().filter(|_| more).map(|entry| cursor(entry.place));
    let items = entries.iter().map(|entry| request_body(&state, entry)).collect();
    Ok(Json(Listed { items, next }))
}

pub(super) async fn days(
    _: Reader,
    Held(desk): Held<Desk>,
    asked: Result<Query<DaysAsk>, QueryRejection>,
) -> Result<Json<Listed<DayBody>>, Fault> {
    let ask = query(asked)?;
    let (state, now) = desk.open();
    let account = find(&state, ask.account.as_deref())?;
    let limit = ask.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let utc = domain::Zone::utc();
    // Nothing happened before the first day nor after today, however wide the question.
    let first = ask.after.map_or(ask.first.0, |after| after.0.plus_days(1)).max(state.first_day());
    let last = ask.last.0.min(utc.date_of(now));
    let (mut items, mut day) = (Vec::new(), first);
    while day <= last && items.len() < limit {
        items.extend(day_bodies(&state, day, account, now));
        day = day.plus_days(1);
    }
    let next = (day <= last).then(|| day.plus_days(-1).to_string());
    Ok(Json(Listed { items, next }))
}

/// A day is never split over two pages: its page may be longer than asked by what the day holds.
fn day_bodies(state: &State, day: Date, account: Option<usize>, now: Timestamp) -> Vec<DayBody> {
    let totals = state.day(day, account, now).into_iter();
    let body = totals.map(|((account, key, model), total)| DayBody {
        day: Day(day),
        account: state.book.accounts[account].id.clone(),
        key: state.book.keys[key].id.clone(),
        model: model.to_owned(),
        upstream_model: upstream(model),
        requests: total.requests,
        failed_requests: total.failed,
        input_tokens: total.tokens.input,
        cache_read_tokens: total.tokens.cache_read,
        output_tokens: total.tokens.output,
        cost: Amount(total.cost),
    });
    body.collect()
}
