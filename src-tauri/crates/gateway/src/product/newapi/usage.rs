//! Usage request by request, from `/api/log/`.
//!
//! The log is listed by offset, the newest first, by the second in which a row was *written*, at the end of its request.
//! So a stretch of the log is read page by page while it holds still: the total must be the same on every page, every row
//! must have come once, and the sum must be New API's own. If not, the stretch is narrowed and read again.
//!
//! A request is dated at its *start*, which is what windows are about: end less duration, but at most
//! [`LOOK_AHEAD_SECONDS`] before the row, so that each row belongs to exactly one window and none is looked for in vain.

use std::collections::BTreeMap;

use domain::{
    ExternalId, Meter, ModelName, Nanos, Period, Quantities, RequestOutcome, Timestamp, UsageOrigin, UsageRecord,
};
use rust_decimal::Decimal;

use super::api::{Api, PAGE, Window};
use super::config::{LOOK_AHEAD_SECONDS, Learned, Rate};
use super::inventory::{foreign, settle};
use super::naming::TokenName;
use super::wire::{Other, Ratio, Row};
use super::{Mode, NewApi, map, own};
use crate::{Cursor, ErrorKind, GatewayError, Page, UsageAsk};

/// A row that charges.
const CONSUMED: u32 = 2;
/// A row that gives back what was charged before.
const REFUNDED: u32 = 6;
/// Rows of a stretch that is read in one go.
const ROWS_MAX: u64 = 50 * PAGE;
/// Most pages of one second.
const PAGES_MAX: u64 = 1000;
/// Rows that a stretch aims at: its control total then costs one call in forty-one, and at New API's own pace of two
/// calls a second a sync commits, and may be stopped, every twenty seconds.
const ROWS_AIM: i64 = 40 * PAGE as i64;
/// Readings of one second that does not hold still.
const TRIES: u32 = 3;

/// Where to go on, and how long a stretch was right last time; in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    from: i64,
    span: i64,
}

/// One page: all rows of as long a stretch as is right.
pub async fn page(newapi: &NewApi, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
    let learned = newapi.known().await?;
    if !learned.is_admin {
        return Err(GatewayError::unsupported("tell usage to a token that is not an administrator's"));
    }
    let (start, end) = written(&ask.window);
    let point = point(at, start, end)?;
    let (rows, span) = match stretch(&newapi.api, point, end).await {
        Err(error) => return Err(settle(&newapi.api, true, error).await),
        found => found?,
    };
    let reader = Reader { learned: &learned, mode: newapi.mode };
    let records = rows.iter().filter_map(|row| reader.record(row));
    let asked = |record: &UsageRecord| {
        let account = ask.account.is_none() || record.account == ask.account;
        account && ask.window.contains(record.occurred_at)
    };
    let items = records.filter(asked).collect();
    let reached = point.from + span;
    let next = (reached < end).then(|| Cursor::at(format!("{reached}:{}", next_span(span, rows.len()))));
    Ok(Page { items, next, progress: per_mille(start, reached, end) })
}

/// The seconds in which rows of requests that started in a window may have been written; the end is not included.
fn written(window: &Period) -> (i64, i64) {
    let start = window.start().as_millis().div_euclid(1000);
    // A request that starts in a second that is cut belongs to the side of that whole second.
    let end = (window.end().as_millis() - 1).div_euclid(1000) + 1;
    (start, end + LOOK_AHEAD_SECONDS)
}

fn point(at: &Cursor, start: i64, end: i64) -> Result<Point, GatewayError> {
    let Some(text) = at.point() else { return Ok(Point { from: start, span: end - start }) };
    let parts = text.split_once(':').and_then(|(from, span)| Some((from.parse().ok()?, span.parse().ok()?)));
    match parts {
        Some((from, span)) if (start..end).contains(&from) && span > 0 => Ok(Point { from, span }),
        _ => Err(foreign("requests")),
    }
}

/// Aims at a stretch of the right size, at most eight times as long as the last.
fn next_span(span: i64, found: usize) -> i64 {
    let found = i64::try_from(found).unwrap_or(i64::MAX).max(1);
    let most = span.saturating_mul(8);
    span.saturating_mul(ROWS_AIM).checked_div(found).unwrap_or(most).clamp(1, most.max(1))
}

fn per_mille(start: i64, reached: i64, end: i64) -> Option<u16> {
    u16::try_from((reached - start).saturating_mul(1000) / (end - start).max(1)).ok().map(|done| done.min(1000))
}

/// All rows from a point on for as long as they hold still and are not too many; says how many seconds that was.
async fn stretch(api: &Api, point: Point, end: i64) -> Result<(Vec<Row>, i64), GatewayError> {
    let mut span = point.span.clamp(1, end - point.from);
    let mut tries = 0;
    loop {
        let window = Window { first: point.from, last: point.from + span - 1 };
        match rows(api, window, span == 1).await? {
            Read::Whole(rows) => return Ok((rows, span)),
            Read::TooMany(total) => span = narrower(span, total),
            Read::Restless if span > 1 => span = (span / 2).max(1),
            Read::Restless => {
                tries += 1;
                if tries == TRIES {
                    return Err(restless());
                }
            }
        }
    }
}

/// A shorter stretch that should be right, at most half as long.
fn narrower(span: i64, total: u64) -> i64 {
    let share = i128::from(span) * i128::from(ROWS_AIM) / i128::from(total.max(1));
    i64::try_from(share).unwrap_or(span).clamp(1, (span / 2).max(1))
}

fn restless() -> GatewayError {
    let message = "New API's log does not hold still: more is written into one second than can be read; ask again for a \
                   window that ends a minute ago";
    GatewayError::new(ErrorKind::Unavailable, "GET /api/log/", message)
}

/// How a stretch was read.
enum Read {
    Whole(Vec<Row>),
    TooMany(u64),
    Restless,
}

/// Every row of a window; a single second is read however many they are.
async fn rows(api: &Api, window: Window, is_second: bool) -> Result<Read, GatewayError> {
    let first = api.log(window, 1).await?;
    let total = first.total;
    if total > ROWS_MAX && !is_second {
        return Ok(Read::TooMany(total));
    }
    let (mut all, mut page) = (first.items, 1);
    while (all.len() as u64) < total {
        page += 1;
        let list = api.log(window, page).await?;
        if list.total != total || list.items.is_empty() || page > PAGES_MAX {
            return Ok(Read::Restless);
        }
        all.extend(list.items);
    }
    if page == 1 {
        // One page is read in one go: nothing can have moved.
        return Ok(Read::Whole(all));
    }
    let still = is_each_once(&all, total) && charged(&all) == api.log_total(window).await?.quota;
    Ok(if still { Read::Whole(all) } else { Read::Restless })
}

/// What the rows of a stretch charge, as New API's control total counts it: without what was given back.
fn charged(rows: &[Row]) -> i64 {
    rows.iter().filter(|row| row.kind == CONSUMED).map(|row| row.quota).fold(0, i64::saturating_add)
}

/// Whether every row came, and none twice.
fn is_each_once(rows: &[Row], total: u64) -> bool {
    let unique: BTreeMap<(u64, &str), ()> = rows.iter().map(|row| ((row.id, row.request_id.as_str()), ())).collect();
    rows.len() as u64 == total && unique.len() == rows.len()
}

/// How rows are read on one instance.
struct Reader<'a> {
    learned: &'a Learned,
    mode: Mode,
}

impl Reader<'_> {
    /// A row as a usage record; `None` for rows about something else. The caller's address and free texts stay behind.
    fn record(&self, row: &Row) -> Option<UsageRecord> {
        let refund = match row.kind {
            CONSUMED => false,
            REFUNDED => true,
            _ => return None,
        };
        let other: Other = serde_json::from_str(&row.other).unwrap_or_default();
        let cost = cost(row.quota, &other, self.learned.rate);
        let lasted = row.use_time.max(0);
        // The second row of a task is the rest of its price, not another request.
        let is_rest = refund || other.pre_consumed_quota.is_some();
        let upstream = other.upstream_model_name.clone().filter(|model| !model.is_empty());
        Some(UsageRecord {
            origin: UsageOrigin::Request(self.identity(row)),
            occurred_at: started(row),
            account: self.account(row),
            key: (row.token_id > 0).then(|| map::key_id(row.user_id, row.token_id)),
            model: ModelName::new(&row.model_name),
            upstream_model: upstream.map(ModelName::new),
            quantities: if is_rest { Quantities::NONE } else { quantities(row, &other) },
            failed_requests: 0,
            cost: if refund { Nanos(cost.0.saturating_neg()) } else { cost },
            duration_millis: u32::try_from(lasted.saturating_mul(1000)).ok().filter(|_| !is_rest),
            outcome: RequestOutcome::Succeeded,
        })
    }

    fn identity(&self, row: &Row) -> ExternalId {
        if self.learned.rows_are_places && !row.request_id.is_empty() {
            return ExternalId::new(format!("{}-{}", row.request_id, row.kind));
        }
        ExternalId::new(row.id.to_string())
    }

    fn account(&self, row: &Row) -> Option<ExternalId> {
        match self.mode {
            Mode::Users => (row.user_id > 0).then(|| ExternalId::new(row.user_id.to_string())),
            Mode::OwnKeys if row.user_id == self.learned.me => {
                TokenName::parse(&row.token_name, true).tag.map(|tag| own::account_id(&tag))
            }
            Mode::OwnKeys => None,
        }
    }
}

/// When a request started, in whole seconds; never longer ago than a window looks ahead.
fn started(row: &Row) -> Timestamp {
    map::seconds(row.created_at.saturating_sub(row.use_time.clamp(0, LOOK_AHEAD_SECONDS)))
}

/// What the provider charged: the quota without the ratio of the group.
fn cost(quota: i64, other: &Other, rate: Rate) -> Nanos {
    let special = other.user_group_ratio.map(|Ratio(ratio)| ratio).filter(|ratio| *ratio >= Decimal::ZERO);
    let ratio = special.or(other.group_ratio.map(|Ratio(ratio)| ratio)).unwrap_or(Decimal::ONE);
    rate.cost(quota, ratio).unwrap_or_default()
}

/// Tokens as our meters count them. New API's prompt tokens include what was read from and written to a cache, except
/// where it says that it counts as Anthropic does; where they plainly do not (fewer than the cached ones), they are taken
/// as they are.
fn quantities(row: &Row, other: &Other) -> Quantities {
    let count = |tokens: i64| u64::try_from(tokens).unwrap_or(0);
    let read = count(other.cache_tokens);
    let split = count(other.cache_creation_tokens_5m).saturating_add(count(other.cache_creation_tokens_1h));
    let write = count(other.cache_creation_tokens).max(split);
    let prompt = count(row.prompt_tokens);
    let apart = other.usage_semantic == "anthropic";
    let cached = if apart { 0 } else { read.saturating_add(write) };
    Quantities::NONE
        .with(Meter::Requests, 1)
        .with(Meter::InputTokens, prompt.checked_sub(cached).unwrap_or(prompt))
        .with(Meter::OutputTokens, count(row.completion_tokens))
        .with(Meter::CacheReadTokens, read)
        .with(Meter::CacheWriteTokens, write)
}

#[cfg(test)]
mod tests;
