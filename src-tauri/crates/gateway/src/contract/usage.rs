//! Usage: the same answer twice, whole however the window is cut, and nothing outside it.

use std::collections::BTreeMap;

use domain::{ExternalId, Grain, Period, Timestamp, UsageRecord, Zone};

use super::{Report, Suite, ensure, told};
use crate::{Cursor, ErrorKind, GatewayError, UsageAsk};

/// Most pages of one window: a cursor that does not move on is a breach, not an endless loop.
const PAGES_MAX: usize = 10_000;

/// A statement's identity: a later one with the same restates it.
type Identity = (String, String, String, String);

pub(super) async fn check(suite: &Suite<'_>, report: &mut Report) {
    let able = suite.capability.clone();
    for (grain, supported) in [(Grain::Day, able.usage_days), (Grain::Request, able.usage_requests)] {
        if !supported {
            report.note("a grain that is not offered is refused as unsupported", unsupported(suite, grain).await);
            continue;
        }
        report.note("usage is the same when asked twice", twice(suite, grain).await);
        report.note("usage is whole however the window is cut", cut(suite, grain).await);
        report.note("one account's usage is its part of the whole", by_account(suite, grain).await);
        report.note("a foreign cursor is refused", foreign(suite, grain).await);
    }
    let both = able.usage_days && able.usage_requests;
    let agreed = if both { agree(suite).await } else { Ok(()) };
    report.note_if(both, "both grains count the same cost", || agreed);
}

async fn fetch(suite: &Suite<'_>, ask: &UsageAsk) -> Result<BTreeMap<Identity, UsageRecord>, String> {
    let mut records = BTreeMap::new();
    let mut at = Cursor::start();
    for _ in 0..PAGES_MAX {
        let page = suite.gateway.usage(ask, &at).await.map_err(|error| told(&error))?;
        for record in page.items {
            ensure(ask.window.contains(record.occurred_at), || format!("{:?} lies outside", record.origin))?;
            ensure(record.origin.grain() == ask.grain, || format!("{:?} is of another grain", record.origin))?;
            records.insert(identity(&record), record);
        }
        match page.next {
            Some(next) => at = next,
            None => return Ok(records),
        }
    }
    Err("the pages do not end".to_owned())
}

fn identity(record: &UsageRecord) -> Identity {
    let id = |id: &Option<ExternalId>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    match &record.origin {
        domain::UsageOrigin::Request(request) => (request.to_string(), String::new(), String::new(), String::new()),
        domain::UsageOrigin::Day(day) => {
            (day.to_string(), id(&record.account), id(&record.key), record.model.to_string())
        }
    }
}

fn whole(suite: &Suite<'_>, grain: Grain) -> UsageAsk {
    UsageAsk { window: suite.world.usage, grain, account: None }
}

async fn twice(suite: &Suite<'_>, grain: Grain) -> Result<(), String> {
    let first = fetch(suite, &whole(suite, grain)).await?;
    let second = fetch(suite, &whole(suite, grain)).await?;
    ensure(!suite.world.usage_expected || !first.is_empty(), || "there is none".to_owned())?;
    ensure(first == second, || format!("{} and {} records", first.len(), second.len()))
}

/// Two halves of the window, and for requests also many uneven pieces.
async fn cut(suite: &Suite<'_>, grain: Grain) -> Result<(), String> {
    let expected = fetch(suite, &whole(suite, grain)).await?;
    let mut parts = BTreeMap::new();
    for window in pieces(suite.world.usage, grain) {
        parts.extend(fetch(suite, &UsageAsk { window, grain, account: None }).await?);
    }
    ensure(parts == expected, || format!("{} records in pieces, {} in one", parts.len(), expected.len()))
}

fn pieces(window: Period, grain: Grain) -> Vec<Period> {
    let utc = Zone::utc();
    let (start, end) = (window.start(), window.end());
    let days = (end.as_millis() - start.as_millis()) / 86_400_000;
    let cuts: Vec<Timestamp> = match grain {
        Grain::Day => (1..days).map(|day| utc.start_of(utc.date_of(start.plus_days(day)))).collect(),
        Grain::Request => {
            (1..7).map(|part| start.plus_millis((end.as_millis() - start.as_millis()) / 7 * part + 123)).collect()
        }
    };
    let mut pieces = Vec::new();
    let mut from = start;
    for to in cuts.into_iter().chain([end]) {
        pieces.extend(Period::new(from, to).ok());
        from = to;
    }
    pieces
}

/// The three accounts with most records, asked for alone.
async fn by_account(suite: &Suite<'_>, grain: Grain) -> Result<(), String> {
    let all = fetch(suite, &whole(suite, grain)).await?;
    let mut counts: BTreeMap<ExternalId, usize> = BTreeMap::new();
    for account in all.values().filter_map(|record| record.account.clone()) {
        *counts.entry(account).or_default() += 1;
    }
    let mut accounts: Vec<(usize, ExternalId)> = counts.into_iter().map(|(account, count)| (count, account)).collect();
    accounts.sort();
    for (_, account) in accounts.into_iter().rev().take(3) {
        let ask = UsageAsk { account: Some(account.clone()), ..whole(suite, grain) };
        let mine = fetch(suite, &ask).await?;
        let expected: BTreeMap<_, _> =
            all.clone().into_iter().filter(|(_, record)| record.account.as_ref() == Some(&account)).collect();
        ensure(mine == expected, || format!("{account}: {} alone, {} of the whole", mine.len(), expected.len()))?;
    }
    Ok(())
}

/// Days are sums of floats on some gateways: they may differ from the rows by a nano-unit each, not by more.
async fn agree(suite: &Suite<'_>) -> Result<(), String> {
    let days = fetch(suite, &whole(suite, Grain::Day)).await?;
    let rows = fetch(suite, &whole(suite, Grain::Request)).await?;
    let cost = |records: &BTreeMap<Identity, UsageRecord>| records.values().map(|record| record.cost.0).sum::<i64>();
    let apart = (cost(&days) - cost(&rows)).unsigned_abs();
    let allowed = (days.len() + rows.len()) as u64;
    ensure(apart <= allowed, || format!("{} by day, {} by request", cost(&days), cost(&rows)))
}

async fn unsupported(suite: &Suite<'_>, grain: Grain) -> Result<(), String> {
    expect(suite.gateway.usage(&whole(suite, grain), &Cursor::start()).await, ErrorKind::Unsupported)
}

async fn foreign(suite: &Suite<'_>, grain: Grain) -> Result<(), String> {
    let found = suite.gateway.usage(&whole(suite, grain), &Cursor::at("\u{1f980} not ours")).await;
    expect(found, ErrorKind::Rejected)
}

fn expect<T>(result: Result<T, GatewayError>, kind: ErrorKind) -> Result<(), String> {
    match result {
        Err(error) if error.kind == kind => Ok(()),
        Err(error) => Err(told(&error)),
        Ok(_) => Err("it answers".to_owned()),
    }
}
