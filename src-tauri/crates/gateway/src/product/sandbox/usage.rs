//! Usage, request by request or by UTC day.

use domain::{
    Date, ExternalId, Grain, Meter, ModelName, Quantities, RequestOutcome, Timestamp, UsageOrigin, UsageRecord, Zone,
};

use super::api::Api;
use super::{listed, map, wire};
use crate::{Cursor, ErrorKind, GatewayError, Page, UsageAsk};

/// Rows asked for at once, the most the API gives.
const PAGE: usize = 5000;

/// One page of usage.
pub async fn page(api: &Api, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
    let mut query = vec![("limit", PAGE.to_string())];
    query.extend(ask.account.as_ref().map(|account| ("account", account.to_string())));
    let (start, end) = (ask.window.start(), ask.window.end());
    let reached = match ask.grain {
        Grain::Request => request_point(at)?,
        Grain::Day => day_point(at)?,
    };
    let mut page = match ask.grain {
        Grain::Request => {
            query.extend([("start", start.to_string()), ("end", end.to_string())]);
            let list = api.usage("/admin/v1/usage/requests", &query, at).await?;
            listed(list, request)?
        }
        Grain::Day => {
            let utc = Zone::utc();
            let (first, last) = (utc.date_of(start), utc.date_of(end.plus_millis(-1)));
            query.extend([("first", first.to_string()), ("last", last.to_string())]);
            let list = api.usage("/admin/v1/usage/days", &query, at).await?;
            listed(list, day)?
        }
    };
    let reached = page.items.last().map(|record| record.occurred_at).or(reached);
    if page.next.is_some() {
        page.progress = reached.and_then(|reached| per_mille(ask, reached));
    }
    // Another gateway that adopts this API may round a window to what it keeps.
    page.items.retain(|record| ask.window.contains(record.occurred_at));
    Ok(page)
}

/// How much of the window lies before an instant.
fn per_mille(ask: &UsageAsk, at: Timestamp) -> Option<u16> {
    let (start, end) = (ask.window.start().as_millis(), ask.window.end().as_millis());
    let done = i128::from(at.as_millis() - start) * 1000 / i128::from((end - start).max(1));
    u16::try_from(done.clamp(0, 1000)).ok()
}

/// A place in the list: `1763712000000.00c0ffee00c0ffee`.
fn request_point(at: &Cursor) -> Result<Option<Timestamp>, GatewayError> {
    at.point()
        .map(|point| {
            let (millis, id) = point.split_once('.').ok_or_else(foreign)?;
            u64::from_str_radix(id, 16).map_err(|_| foreign())?;
            millis.parse().map(Timestamp::from_millis).map_err(|_| foreign())
        })
        .transpose()
}

/// The last day told: `2026-11-20`.
fn day_point(at: &Cursor) -> Result<Option<Timestamp>, GatewayError> {
    let day = at.point().map(|point| point.parse::<Date>().map_err(|_| foreign())).transpose()?;
    Ok(day.map(|day| Zone::utc().start_of(day)))
}

fn foreign() -> GatewayError {
    let message = "the cursor is not one of the sandbox's: start from the first page";
    GatewayError::new(ErrorKind::Rejected, "GET /admin/v1/usage", message)
}

fn quantities(served: u64, consumed: &wire::Consumed) -> Quantities {
    Quantities::NONE
        .with(Meter::Requests, served)
        .with(Meter::InputTokens, consumed.input_tokens)
        .with(Meter::CacheReadTokens, consumed.cache_read_tokens)
        .with(Meter::OutputTokens, consumed.output_tokens)
}

fn request(row: wire::Request) -> Result<UsageRecord, GatewayError> {
    let failed = row.status != "succeeded";
    Ok(UsageRecord {
        origin: UsageOrigin::Request(ExternalId::new(row.id)),
        occurred_at: map::instant(&row.occurred_at)?,
        account: Some(ExternalId::new(row.account)),
        key: Some(ExternalId::new(row.key)),
        model: ModelName::new(row.model),
        upstream_model: row.upstream_model.map(ModelName::new),
        quantities: quantities(u64::from(!failed), &row.consumed),
        failed_requests: u64::from(failed),
        cost: map::amount(&row.consumed.cost)?,
        duration_millis: row.duration_millis,
        outcome: if failed { RequestOutcome::Failed } else { RequestOutcome::Succeeded },
    })
}

fn day(row: wire::Day) -> Result<UsageRecord, GatewayError> {
    let date: Date = row.day.parse().map_err(|_| super::malformed("a day"))?;
    Ok(UsageRecord {
        origin: UsageOrigin::Day(date),
        occurred_at: Zone::utc().start_of(date),
        account: Some(ExternalId::new(row.account)),
        key: Some(ExternalId::new(row.key)),
        model: ModelName::new(row.model),
        upstream_model: row.upstream_model.map(ModelName::new),
        quantities: quantities(row.requests, &row.consumed),
        failed_requests: row.failed_requests,
        cost: map::amount(&row.consumed.cost)?,
        duration_millis: None,
        outcome: RequestOutcome::Succeeded,
    })
}
