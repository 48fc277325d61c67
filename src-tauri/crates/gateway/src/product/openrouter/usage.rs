//! Usage by UTC day, from the analytics.
//!
//! Statistics name keys and workspaces by their display names, so they are never grouped by those: each key is asked for
//! by its hash. What is left of a workspace when all its keys are taken from its own total was consumed by keys that are
//! gone; what is left of the organisation, by workspaces that are gone. Both are told, so that nothing is lost, and both
//! tell early when there is nothing left to ask for.

mod job;
mod totals;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Date, ExternalId, Meter, ModelName, Quantities, RequestOutcome, UsageOrigin, UsageRecord, Zone};

use super::api::Api;
use super::catalog::{Catalog, catalog};
use super::inventory::foreign;
use crate::{Cursor, GatewayError, Page, UsageAsk};
use job::Job;
use totals::{Cell, Totals};

/// Days that are asked for at once: with a hundred models still below the most rows of an answer.
const SPAN_DAYS: i32 = 92;
/// Queries on a page: at 64 a minute, well within the time a page may take.
const QUERIES: u32 = 48;
/// Pulls that are remembered.
const PULLS: usize = 16;

/// What asks.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub api: &'a Api,
    /// Whether variants of models are told apart.
    pub variant: bool,
}

/// How far the pulls of this process have come. What was subtracted so far does not fit in a cursor; a pull whose memory
/// is gone starts its span of days again, which repeats records and loses none.
#[derive(Default)]
pub struct Pulls(Mutex<VecDeque<(String, Job)>>);

impl Pulls {
    fn get(&self, point: &str) -> Option<Job> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(at, _)| at == point).map(|(_, job)| job.clone())
    }

    fn keep(&self, point: String, job: Job) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(at, _)| *at != point);
        known.push_back((point, job));
        while known.len() > PULLS {
            known.pop_front();
        }
    }
}

/// A span of days and a step in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    from: Date,
    to: Date,
    step: u32,
}

impl Point {
    fn read(at: &Cursor, first: Date, last: Date) -> Result<Self, GatewayError> {
        let Some(text) = at.point() else { return Ok(Self { from: first, to: span_end(first, last), step: 0 }) };
        let parts: Option<Vec<i32>> = text.split(':').map(|part| part.parse().ok()).collect();
        let [from, to, step] = parts.as_deref().unwrap_or_default() else { return Err(foreign("days")) };
        let (from, to) = (Date::from_epoch_days(*from), Date::from_epoch_days(*to));
        let step = u32::try_from(*step).map_err(|_| foreign("days"))?;
        let inside = first <= from && from <= to && to <= last;
        if inside { Ok(Self { from, to, step }) } else { Err(foreign("days")) }
    }

    fn write(&self) -> String {
        format!("{}:{}:{}", self.from.epoch_days(), self.to.epoch_days(), self.step)
    }
}

fn span_end(from: Date, last: Date) -> Date {
    from.plus_days(SPAN_DAYS - 1).min(last)
}

/// One page: as many keys as a page has queries for.
pub async fn page(
    reader: &Reader<'_>,
    pulls: &Pulls,
    ask: &UsageAsk,
    at: &Cursor,
) -> Result<Page<UsageRecord>, GatewayError> {
    let utc = Zone::utc();
    let (first, last) = (utc.date_of(ask.window.start()), utc.date_of(ask.window.end().plus_millis(-1)));
    let mut point = Point::read(at, first, last)?;
    let pull = |point: &Point| {
        format!("{first}..{last} {} {}", ask.account.as_ref().map(ExternalId::as_str).unwrap_or("*"), point.write())
    };
    let remembered = if point.step > 0 { pulls.get(&pull(&point)) } else { None };
    let mut job = match remembered {
        Some(job) => job,
        None => {
            let job;
            (job, point.to) = Job::begin(reader, ask.account.as_ref(), (point.from, point.to)).await?;
            point.step = 0;
            job
        }
    };
    let models = catalog(reader.api).await?;
    let mut items = Vec::new();
    job.go_on(reader, QUERIES, |found| items.extend(records(found, &models))).await?;
    let next = if job.is_done() {
        let from = point.to.plus_days(1);
        (point.to < last).then(|| Point { from, to: span_end(from, last), step: 0 })
    } else {
        let next = Point { step: point.step + 1, ..point };
        pulls.keep(pull(&next), job);
        Some(next)
    };
    let progress = progress(first, next.map_or(last.plus_days(1), |next| next.from), last);
    Ok(Page { items, next: next.map(|next| Cursor::at(next.write())), progress })
}

fn progress(first: Date, next: Date, last: Date) -> Option<u16> {
    let days = |to: Date| i64::from(to.epoch_days() - first.epoch_days());
    u16::try_from(days(next) * 1000 / days(last.plus_days(1)).max(1)).ok()
}

/// Whose consumption was found.
struct Found {
    account: Option<ExternalId>,
    key: Option<ExternalId>,
    totals: Totals,
}

/// Two slugs may be one model to clients (a model and its newer edition): their counts belong together.
fn records(found: Found, models: &Arc<Catalog>) -> Vec<UsageRecord> {
    let Found { account, key, totals } = found;
    let mut named = Totals::default();
    for ((date, slug), cell) in totals.cells() {
        named.add(*date, models.name(slug), cell);
    }
    let some = named.cells().filter(|(_, cell)| !cell.is_nothing());
    some.map(|((date, model), cell)| record(*date, (&account, &key), model, cell)).collect()
}

fn record(
    date: Date,
    (account, key): (&Option<ExternalId>, &Option<ExternalId>),
    model: &str,
    cell: &Cell,
) -> UsageRecord {
    // Prompt tokens include those read from a cache; where they plainly do not, they are taken as they are.
    let fresh = cell.prompt.checked_sub(cell.cached).unwrap_or(cell.prompt);
    let quantities = Quantities::NONE
        .with(Meter::Requests, cell.requests)
        .with(Meter::InputTokens, fresh)
        .with(Meter::CacheReadTokens, cell.cached)
        .with(Meter::OutputTokens, cell.completion);
    UsageRecord {
        origin: UsageOrigin::Day(date),
        occurred_at: Zone::utc().start_of(date),
        account: account.clone(),
        key: key.clone(),
        model: ModelName::new(model),
        upstream_model: None,
        quantities,
        failed_requests: 0,
        cost: cell.cost,
        duration_millis: None,
        outcome: RequestOutcome::Succeeded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_back_and_foreign_ones_refused() {
        let (first, last): (Date, Date) = ("2026-01-01".parse().unwrap(), "2026-11-20".parse().unwrap());
        let start = Point::read(&Cursor::start(), first, last).unwrap();
        assert_eq!((start.from, start.to.to_string().as_str(), start.step), (first, "2026-04-02", 0));
        assert_eq!(Point::read(&Cursor::at(start.write()), first, last).unwrap(), start);
        let other_year = Point { from: "2025-01-01".parse().unwrap(), ..start }.write();
        for bad in
            ["", "x", "1:2", "1:2:3:4", "20500:20500:-1", "20500:20400:0", "99999999999:1:1", other_year.as_str()]
        {
            assert!(Point::read(&Cursor::at(bad), first, last).is_err(), "{bad}");
        }
    }

    #[test]
    fn progress_counts_whole_spans() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let (first, last) = (day("2026-11-01"), day("2026-11-10"));
        assert_eq!(progress(first, first, last), Some(0));
        assert_eq!(progress(first, last.plus_days(1), last), Some(1000));
    }
}
