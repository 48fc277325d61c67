//! Usage request by request, from `/spend/logs/v2`.
//!
//! Paging by offset repeats and loses rows when start times are equal, and totals stop at 10,000 (litellm.md pitfalls 1
//! and 2). So a window is narrowed until all its rows fit on one page, and only that page is read.

use std::collections::BTreeMap;

use domain::{ExternalId, Meter, ModelName, Period, Quantities, RequestOutcome, Timestamp, UsageOrigin, UsageRecord};

use super::super::api::{Api, RowAsk};
use super::super::config::ROWS_FEW;
use super::super::inventory::foreign;
use super::super::wire::Row;
use super::tokens;
use crate::{Cursor, ErrorKind, GatewayError, Page, UsageAsk};

/// Shortest window that can be asked for.
const SECOND: i64 = 1000;
/// Most pages of one second in one order: a server that always has more must not be asked for ever.
const PAGES_MAX: u32 = 1000;
/// Orders in which an overfull second is read: between them every row comes up, or we say that it did not.
const ORDERS: [(&str, &str); 6] = [
    ("startTime", "asc"),
    ("startTime", "desc"),
    ("endTime", "asc"),
    ("endTime", "desc"),
    ("spend", "asc"),
    ("total_tokens", "desc"),
];

/// A page, and how many rows this release lets us ask for.
pub struct Found {
    pub page: Page<UsageRecord>,
    pub page_size: u32,
}

/// Where to go on, and how long a window fitted on one page last time.
struct Point {
    from: i64,
    span: i64,
}

/// One page: all rows of as long a window as fits.
pub async fn page(api: &Api, ask: &UsageAsk, at: &Cursor, page_size: u32) -> Result<Found, GatewayError> {
    match window(api, ask, at, page_size).await {
        // Releases before 1.95 refuse more than a hundred.
        Err(error) if error.status == Some(422) && page_size > ROWS_FEW => {
            let page = window(api, ask, at, ROWS_FEW).await?;
            Ok(Found { page, page_size: ROWS_FEW })
        }
        page => Ok(Found { page: page?, page_size }),
    }
}

async fn window(api: &Api, ask: &UsageAsk, at: &Cursor, page_size: u32) -> Result<Page<UsageRecord>, GatewayError> {
    let point = point(at, &ask.window)?;
    let reader = Reader { api, team: ask.account.as_ref().map(ExternalId::as_str), page_size };
    let (rows, span) = reader.fitting(point.from, point.span, ask.window.end().as_millis()).await?;
    let end = (point.from + span).min(ask.window.end().as_millis());
    let inside = Period::new(Timestamp::from_millis(point.from), Timestamp::from_millis(end)).ok();
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        let record = record(row)?;
        if inside.is_some_and(|inside| inside.contains(record.occurred_at)) {
            items.push(record);
        }
    }
    let next = next_span(span, items.len(), page_size);
    let more = end < ask.window.end().as_millis();
    let next = more.then(|| Cursor::at(format!("{end}:{next}")));
    Ok(Page { items, next, progress: progress(&ask.window, end) })
}

/// Aims at a page three quarters full.
fn next_span(span: i64, found: usize, page_size: u32) -> i64 {
    let aim = i64::from(page_size) * 3 / 4;
    let found = i64::try_from(found).unwrap_or(i64::MAX).max(1);
    span.saturating_mul(aim.clamp(1, found.saturating_mul(4))).checked_div(found).unwrap_or(span).max(SECOND)
}

fn progress(window: &Period, end: i64) -> Option<u16> {
    let whole = window.end().as_millis() - window.start().as_millis();
    let done = end - window.start().as_millis();
    u16::try_from(done.saturating_mul(1000) / whole.max(1)).ok()
}

fn point(at: &Cursor, window: &Period) -> Result<Point, GatewayError> {
    let (start, end) = (window.start().as_millis(), window.end().as_millis());
    let Some(text) = at.point() else { return Ok(Point { from: start, span: end - start }) };
    let parts = text.split_once(':').and_then(|(from, span)| Some((from.parse().ok()?, span.parse().ok()?)));
    match parts {
        Some((from, span)) if (start..end).contains(&from) && span > 0 => Ok(Point { from, span }),
        _ => Err(foreign("requests")),
    }
}

struct Reader<'a> {
    api: &'a Api,
    team: Option<&'a str>,
    page_size: u32,
}

impl Reader<'_> {
    /// All rows from a point on for as long as fits, at most `span`; says how long that was.
    async fn fitting(&self, from: i64, span: i64, end: i64) -> Result<(Vec<Row>, i64), GatewayError> {
        let mut span = span.clamp(1, end - from);
        loop {
            let total = self.count(from, span).await?;
            let limit = u64::from(self.page_size);
            if total <= limit {
                let rows = self.rows(from, span, 1, ORDERS[0]).await?;
                // Rows may have arrived in between: a full page could be hiding some.
                if (rows.len() as u64) < limit || rows.len() as u64 == total {
                    return Ok((rows, span));
                }
            }
            if span <= SECOND {
                return Ok((self.overfull(from, span).await?, span));
            }
            span = narrower(from, span, total.max(limit), limit);
        }
    }

    async fn count(&self, from: i64, span: i64) -> Result<u64, GatewayError> {
        let found = self.api.rows(self.ask((from, span), 1, 1, ORDERS[0])).await?;
        Ok(found.total.unwrap_or(0))
    }

    async fn rows(&self, from: i64, span: i64, page: u32, order: (&str, &str)) -> Result<Vec<Row>, GatewayError> {
        Ok(self.api.rows(self.ask((from, span), page, self.page_size, order)).await?.data)
    }

    fn ask<'a>(&'a self, (from, span): (i64, i64), page: u32, page_size: u32, sort: (&'a str, &'a str)) -> RowAsk<'a> {
        // The upper end is included and cut to whole seconds, so it is rounded up; what lies beyond is filtered out.
        let to = (from + span + SECOND - 1).div_euclid(SECOND) * SECOND;
        let at = Timestamp::from_millis;
        RowAsk { from: at(from), to: at(to), team: self.team, page, page_size, sort }
    }

    /// More rows in one second than fit on a page: read every page in several orders, and check the count.
    async fn overfull(&self, from: i64, span: i64) -> Result<Vec<Row>, GatewayError> {
        let mut unique: BTreeMap<String, Row> = BTreeMap::new();
        for order in ORDERS {
            for page in 1..=PAGES_MAX {
                let rows = self.rows(from, span, page, order).await?;
                let short = rows.len() < self.page_size as usize;
                unique.extend(rows.into_iter().map(|row| (row.request_id.clone(), row)));
                if short {
                    break;
                }
            }
            if unique.len() as u64 >= self.count(from, span).await? {
                return Ok(unique.into_values().collect());
            }
        }
        let message = "LiteLLM cannot list the requests of one very busy second completely: use totals by day for it";
        Err(GatewayError::new(ErrorKind::Unavailable, "GET /spend/logs/v2", message))
    }
}

/// A shorter window that should fit, ending on a whole second, at most half as long.
fn narrower(from: i64, span: i64, total: u64, limit: u64) -> i64 {
    let share = i128::from(span) * i128::from(limit) * 3 / (i128::from(total).max(1) * 4);
    let guess = i64::try_from(share).unwrap_or(span).clamp(SECOND, (span / 2).max(SECOND));
    let end = (from + guess).div_euclid(SECOND) * SECOND;
    (end - from).max(SECOND - from.rem_euclid(SECOND))
}

/// A row as a usage record. What its failure says, and where the caller sat, stays behind.
fn record(row: &Row) -> Result<UsageRecord, GatewayError> {
    let at = |text: &str| text.parse::<Timestamp>().map_err(|why| malformed(&why.to_string()));
    let started = at(&row.start_time)?;
    let failed = row.status.as_deref().or(row.metadata.status.as_deref()) == Some("failure");
    let cost = row.spend.unwrap_or_default().0;
    let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let ended = row.end_time.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let lasted = ended.and_then(|ended| u32::try_from(ended.as_millis() - started.as_millis()).ok());
    let upstream = named(&row.model);
    let model = named(&row.model_group).or_else(|| upstream.clone()).unwrap_or_default();
    Ok(UsageRecord {
        origin: UsageOrigin::Request(ExternalId::new(&row.request_id)),
        occurred_at: started,
        account: named(&row.team_id).map(ExternalId::new),
        key: named(&row.api_key).map(ExternalId::new),
        model: ModelName::new(model),
        upstream_model: upstream.map(ModelName::new),
        // A refused request is written with an estimate of its prompt: nobody consumed that.
        quantities: if failed && cost.0 == 0 { Quantities::NONE } else { quantities(row, failed) },
        failed_requests: u64::from(failed),
        cost,
        duration_millis: row.request_duration_ms.or(lasted),
        outcome: if failed { RequestOutcome::Failed } else { RequestOutcome::Succeeded },
    })
}

fn quantities(row: &Row, failed: bool) -> Quantities {
    let usage = &row.metadata.usage_object;
    let details = &usage.prompt_tokens_details;
    let some = |value: Option<u64>| value.filter(|count| *count > 0);
    let read = some(usage.cache_read_input_tokens).or(details.cached_tokens).unwrap_or(0);
    let write = some(usage.cache_creation_input_tokens).or(details.cache_creation_tokens).unwrap_or(0);
    let tokens = tokens(row.prompt_tokens.unwrap_or(0), row.completion_tokens.unwrap_or(0), read, write);
    tokens.with(Meter::Requests, u64::from(!failed))
}

fn malformed(why: &str) -> GatewayError {
    GatewayError::new(ErrorKind::Malformed, "GET /spend/logs/v2", format!("a request cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn windows_narrow_and_end_on_seconds(from in 0_i64..2_000_000_000_000, span in 1001_i64..100_000_000_000, total in 0_u64..u64::MAX) {
            let shorter = narrower(from, span, total, 1000);
            proptest::prop_assert!(shorter >= 1 && shorter < span, "{shorter} of {span}");
            proptest::prop_assert_eq!((from + shorter) % SECOND, 0);
        }

        #[test]
        fn the_next_window_is_never_empty(span in 1_i64..100_000_000_000, found in 0_usize..2000) {
            proptest::prop_assert!(next_span(span, found, 1000) >= SECOND);
        }
    }
}
