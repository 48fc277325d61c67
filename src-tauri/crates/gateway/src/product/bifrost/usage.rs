//! Usage request by request, from `/api/logs`.
//!
//! Pages by offset shuffle rows of equal times, and the count of long spans is a stale one on Postgres. So rows are read
//! in the order of their time and never by offset: a page that is full is cut before its last instant, and the next one
//! starts there. What is told twice is the same statement.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::{ExternalId, Meter, ModelName, Period, Quantities, RequestOutcome, Timestamp, UsageOrigin, UsageRecord};

use super::api::{Api, ROWS_PAGE, RowAsk};
use super::inventory::foreign;
use super::map;
use super::wire::Row;
use crate::{Cursor, ErrorKind, GatewayError, Page, UsageAsk};

/// Longest first window: Bifrost counts the whole of what is asked for each page.
const FIRST_SPAN: i64 = 86_400_000;
/// Shortest window.
const SHORTEST_SPAN: i64 = 1000;
/// How much longer a window may be than the one before.
const GROWTH: i64 = 8;
/// Most pages of one instant.
const PAGES_MAX: usize = 200;
/// How often an overfull instant is read in search of all its rows.
const SWEEPS: usize = 6;

/// Where to go on, and how long a window fitted on one page last time.
struct Point {
    from: i64,
    span: i64,
}

/// One page: all rows of as long a window as fits.
pub async fn page(owners: &Owners<'_>, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
    let point = point(at, &ask.window)?;
    let end = ask.window.end().as_millis();
    let to = point.from.saturating_add(point.span).min(end);
    let reader = Reader { api: owners.api, customer: ask.account.as_ref().map(ExternalId::as_str) };
    let found = reader.rows(point.from, to).await?;
    owners.learn(&found.rows).await?;
    let mut items = Vec::with_capacity(found.rows.len());
    for row in found.rows.iter().filter(|row| is_final(row) && is_consumption(row)) {
        let record = record(row, owners.of(row))?;
        let inside = (point.from..found.until).contains(&record.occurred_at.as_millis());
        if inside && (ask.account.is_none() || ask.account == record.account) {
            items.push(record);
        }
    }
    let span = next_span(found.until - point.from, found.rows.len());
    let next = (found.until < end).then(|| Cursor::at(format!("{}:{span}", found.until)));
    Ok(Page { items, next, progress: progress(&ask.window, found.until) })
}

/// Aims at a page three quarters full.
fn next_span(span: i64, found: usize) -> i64 {
    let aim = i64::try_from(ROWS_PAGE * 3 / 4).unwrap_or(i64::MAX);
    let found = i64::try_from(found).unwrap_or(i64::MAX).max(1);
    let fitting = span.max(1).saturating_mul(aim) / found;
    fitting.clamp(SHORTEST_SPAN, span.saturating_mul(GROWTH).max(SHORTEST_SPAN))
}

fn progress(window: &Period, end: i64) -> Option<u16> {
    let whole = window.end().as_millis() - window.start().as_millis();
    let done = end - window.start().as_millis();
    u16::try_from(done.saturating_mul(1000) / whole.max(1)).ok()
}

fn point(at: &Cursor, window: &Period) -> Result<Point, GatewayError> {
    let (start, end) = (window.start().as_millis(), window.end().as_millis());
    let Some(text) = at.point() else { return Ok(Point { from: start, span: FIRST_SPAN }) };
    let parts = text.split_once(':').and_then(|(from, span)| Some((from.parse().ok()?, span.parse().ok()?)));
    match parts {
        Some((from, span)) if (start..end).contains(&from) && span > 0 => Ok(Point { from, span }),
        _ => Err(foreign("requests")),
    }
}

/// Rows that are complete up to an instant.
struct Found {
    rows: Vec<Row>,
    until: i64,
}

struct Reader<'a> {
    api: &'a Api,
    customer: Option<&'a str>,
}

impl Reader<'_> {
    /// All rows from a point on, up to `to` or to where the page was full.
    async fn rows(&self, from: i64, to: i64) -> Result<Found, GatewayError> {
        let rows = self.read((from, to), 0, true).await?;
        if rows.len() < ROWS_PAGE {
            return Ok(Found { rows, until: to });
        }
        let times = times(&rows)?;
        let last = times.last().copied().unwrap_or(from);
        if !times.is_sorted() || times.first().is_some_and(|first| *first < from) {
            let message = "Bifrost does not list requests in the order of their time: this release is newer than Purser \
                           knows";
            return Err(GatewayError::new(ErrorKind::Malformed, "GET /api/logs", message));
        }
        // Rows of the last instant may be missing; those before it are all there.
        if last > from {
            return Ok(Found { rows, until: last });
        }
        let until = (from + 1).min(to);
        Ok(Found { rows: self.overfull(from, until).await?, until })
    }

    /// More rows in one millisecond than fit on a page: every page is read from both ends, and the count checked.
    async fn overfull(&self, from: i64, to: i64) -> Result<Vec<Row>, GatewayError> {
        let mut unique: BTreeMap<String, Row> = BTreeMap::new();
        for sweep in 0..SWEEPS {
            for page in 0..PAGES_MAX {
                let rows = self.read((from, to), page * ROWS_PAGE, sweep % 2 == 0).await?;
                let short = rows.len() < ROWS_PAGE;
                unique.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
                if short {
                    break;
                }
            }
            let total = self.api.rows(self.ask((from, to), 0, true, 1)).await?.stats.total_requests;
            if total.is_some_and(|total| unique.len() as u64 >= total) {
                return Ok(unique.into_values().collect());
            }
        }
        let message = "Bifrost cannot list the requests of one very busy millisecond completely: try again";
        Err(GatewayError::new(ErrorKind::Unavailable, "GET /api/logs", message))
    }

    async fn read(&self, span: (i64, i64), offset: usize, ascending: bool) -> Result<Vec<Row>, GatewayError> {
        Ok(self.api.rows(self.ask(span, offset, ascending, ROWS_PAGE)).await?.logs)
    }

    fn ask<'a>(&'a self, (from, to): (i64, i64), offset: usize, ascending: bool, limit: usize) -> RowAsk<'a> {
        // Both ends are included; what lies on the upper one is filtered out.
        let (from, to) = (Timestamp::from_millis(from), Timestamp::from_millis(to));
        RowAsk { from, to, customer: self.customer, missing_cost: false, limit, offset, ascending }
    }
}

fn times(rows: &[Row]) -> Result<Vec<i64>, GatewayError> {
    rows.iter().map(|row| started(row).map(Timestamp::as_millis)).collect()
}

/// Who pays for a virtual key's requests, where rows do not tell (1.4).
pub struct Owners<'a> {
    api: &'a Api,
    known: Mutex<BTreeMap<String, Option<ExternalId>>>,
}

impl<'a> Owners<'a> {
    pub fn new(api: &'a Api, known: BTreeMap<String, Option<ExternalId>>) -> Self {
        Self { api, known: Mutex::new(known) }
    }

    pub fn into_known(self) -> BTreeMap<String, Option<ExternalId>> {
        self.known.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for all virtual keys, if any row needs them. What is known of deleted ones stays.
    async fn learn(&self, rows: &[Row]) -> Result<(), GatewayError> {
        if !rows.iter().any(|row| row.customer_id.is_none() && row.virtual_key_id.is_some()) {
            return Ok(());
        }
        let keys = self.api.keys().await?;
        let found = keys.iter().map(|key| (key.id.clone(), map::owner(key).map(ExternalId::new)));
        self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        Ok(())
    }

    fn of(&self, row: &Row) -> Option<ExternalId> {
        if let Some(told) = &row.customer_id {
            return told.clone().filter(|id| !id.is_empty()).map(ExternalId::new);
        }
        let key = row.virtual_key_id.as_ref()?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned().flatten()
    }
}

/// A row that will not change by itself any more.
fn is_final(row: &Row) -> bool {
    row.status != "processing"
}

/// Listing models is written down as a request, and is none that anyone pays for.
pub fn is_consumption(row: &Row) -> bool {
    row.object != "list_models"
}

fn started(row: &Row) -> Result<Timestamp, GatewayError> {
    row.timestamp.parse().map_err(|why| {
        GatewayError::new(ErrorKind::Malformed, "GET /api/logs", format!("a request cannot be read: {why}"))
    })
}

/// A row as a usage record. Attempts at fallbacks are rows of their own, as they are on the provider's bill.
fn record(row: &Row, account: Option<ExternalId>) -> Result<UsageRecord, GatewayError> {
    let failed = row.status != "success";
    let cost = row.cost.unwrap_or_default().0;
    let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let answered = map::models::name(&row.provider, &row.model);
    let called = named(&row.alias).map_or_else(|| answered.clone(), |alias| map::models::name(&row.provider, &alias));
    Ok(UsageRecord {
        origin: UsageOrigin::Request(ExternalId::new(&row.id)),
        occurred_at: started(row)?,
        account,
        key: named(&row.virtual_key_id).map(ExternalId::new),
        upstream_model: (called != answered).then(|| ModelName::new(answered)),
        model: ModelName::new(called),
        quantities: if failed && cost.0 == 0 { Quantities::NONE } else { quantities(row, failed) },
        failed_requests: u64::from(failed),
        cost,
        duration_millis: row.latency.as_ref().and_then(whole_millis),
        outcome: if failed { RequestOutcome::Failed } else { RequestOutcome::Succeeded },
    })
}

/// Bifrost's prompt tokens include what was read from and written to a cache; where they plainly do not (fewer than the
/// cached ones), they are taken as they are.
fn quantities(row: &Row, failed: bool) -> Quantities {
    let usage = &row.token_usage;
    let details = &usage.prompt_tokens_details;
    let read = details.cached_read_tokens.or(details.cached_tokens).unwrap_or(0);
    let write = details.cached_write_tokens.unwrap_or(0);
    let fresh = usage.prompt_tokens.checked_sub(read.saturating_add(write)).unwrap_or(usage.prompt_tokens);
    Quantities::NONE
        .with(Meter::Requests, u64::from(!failed))
        .with(Meter::InputTokens, fresh)
        .with(Meter::OutputTokens, usage.completion_tokens)
        .with(Meter::CacheReadTokens, read)
        .with(Meter::CacheWriteTokens, write)
}

/// The part before the point of `12` and `12.75`; nothing of what is below zero or too long.
fn whole_millis(latency: &serde_json::Number) -> Option<u32> {
    latency.to_string().split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_next_window_is_never_empty(span in 1_i64..100_000_000_000, found in 0_usize..2000) {
            let next = next_span(span, found);
            proptest::prop_assert!(next >= SHORTEST_SPAN && next <= (span * GROWTH).max(SHORTEST_SPAN), "{next}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_is_left_out() {
        for (text, expected) in [("12", Some(12)), ("12.75", Some(12)), ("1e3", Some(1000)), ("-1", None)] {
            assert_eq!(whole_millis(&serde_json::from_str(text).unwrap()), expected, "{text}");
        }
    }
}
