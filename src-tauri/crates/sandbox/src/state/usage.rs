//! Usage as the gateway tells it: seeded requests and real calls as one list, in order.

use std::collections::BTreeMap;

use domain::{Date, Nanos, Period, Timestamp, Zone};

use super::State;
use crate::book::Call;
use crate::catalogue::{MODELS, Tokens};
use crate::traffic::Row;

/// Where a request stands in the order of all requests.
pub(crate) type Place = (Timestamp, u64);

/// One request, seeded or real.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) place: Place,
    /// Place of the account.
    pub(crate) account: usize,
    /// Place of the key.
    pub(crate) key: usize,
    pub(crate) model: &'a str,
    pub(crate) tokens: Tokens,
    pub(crate) cost: Nanos,
    pub(crate) duration_millis: u32,
    pub(crate) failed: bool,
}

/// The requests of one account, key and model on one UTC day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DayTotal {
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    pub(crate) tokens: Tokens,
    pub(crate) cost: Nanos,
}

/// What a [`DayTotal`] is of: place of the account, place of the key, model.
type Whose<'a> = (usize, usize, &'a str);

impl State {
    /// Requests that started in a window and not after `now`, of one account or of all, in order.
    pub(crate) fn entries(
        &self,
        window: Period,
        account: Option<usize>,
        now: Timestamp,
    ) -> Box<dyn Iterator<Item = Entry<'_>> + '_> {
        let end = window.end().min(now.plus_millis(1));
        let Ok(window) = Period::new(window.start(), end) else { return Box::new(std::iter::empty()) };
        let calls = self.called(window, account);
        match account.map(|at| self.book.accounts[at].company) {
            // An account that was made here has no invented company behind it.
            Some(None) => Box::new(calls),
            only => Box::new(merged(self.seeded(window, only.flatten()), calls)),
        }
    }

    fn seeded(&self, window: Period, company: Option<usize>) -> impl Iterator<Item = Entry<'_>> + '_ {
        self.traffic.rows_of(window, company).filter_map(|row| self.seeded_entry(&row))
    }

    fn seeded_entry(&self, row: &Row) -> Option<Entry<'static>> {
        let owner = self.owner(row).filter(|owner| self.was_served(*owner, row.occurred_at))?;
        Some(Entry {
            place: row.place(),
            account: owner.0,
            key: owner.1,
            model: MODELS.get(row.model)?.name,
            tokens: row.tokens,
            cost: row.cost,
            duration_millis: row.duration_millis,
            failed: row.failed,
        })
    }

    fn called(&self, window: Period, account: Option<usize>) -> impl Iterator<Item = Entry<'_>> + '_ {
        let first = self.book.calls.partition_point(|call| call.at.0 < window.start());
        let last = self.book.calls.partition_point(|call| call.at.0 < window.end());
        let calls = self.book.calls.get(first..last).unwrap_or_default().iter();
        let entries = calls.filter_map(|call| self.called_entry(call));
        entries.filter(move |entry| account.is_none_or(|only| only == entry.account))
    }

    fn called_entry<'a>(&self, call: &'a Call) -> Option<Entry<'a>> {
        Some(Entry {
            place: (call.at.0, call.id),
            account: self.book.account(&call.account)?,
            key: self.book.key(&call.key)?,
            model: &call.model,
            tokens: call.tokens(),
            cost: call.cost.0,
            duration_millis: call.duration_millis,
            failed: false,
        })
    }

    /// Up to `limit` requests after a place, and whether there are more.
    pub(crate) fn page(
        &self,
        (window, after): (Period, Option<Place>),
        account: Option<usize>,
        limit: usize,
        now: Timestamp,
    ) -> (Vec<Entry<'_>>, bool) {
        let start = after.map_or(window.start(), |(at, _)| at.max(window.start()));
        let Ok(rest) = Period::new(start, window.end()) else { return (Vec::new(), false) };
        let later = self.entries(rest, account, now).filter(|entry| after.is_none_or(|after| entry.place > after));
        let mut entries: Vec<Entry<'_>> = later.take(limit + 1).collect();
        let more = entries.len() > limit;
        entries.truncate(limit);
        (entries, more)
    }

    /// The totals of one UTC day up to `now`.
    pub(crate) fn day(&self, day: Date, account: Option<usize>, now: Timestamp) -> BTreeMap<Whose<'_>, DayTotal> {
        let mut totals = BTreeMap::<Whose<'_>, DayTotal>::new();
        for entry in self.entries(Zone::utc().day(day), account, now) {
            totals.entry((entry.account, entry.key, entry.model)).or_default().add(&entry);
        }
        totals
    }
}

impl DayTotal {
    fn add(&mut self, entry: &Entry<'_>) {
        self.requests += u64::from(!entry.failed);
        self.failed += u64::from(entry.failed);
        self.tokens.input += entry.tokens.input;
        self.tokens.cache_read += entry.tokens.cache_read;
        self.tokens.output += entry.tokens.output;
        self.cost = Nanos(self.cost.0.saturating_add(entry.cost.0));
    }
}

/// Two ordered lists as one.
fn merged<'a>(
    seeded: impl Iterator<Item = Entry<'a>>,
    called: impl Iterator<Item = Entry<'a>>,
) -> impl Iterator<Item = Entry<'a>> {
    let (mut seeded, mut called) = (seeded.peekable(), called.peekable());
    std::iter::from_fn(move || match (seeded.peek(), called.peek()) {
        (Some(one), Some(other)) if one.place <= other.place => seeded.next(),
        (Some(_), None) => seeded.next(),
        _ => called.next(),
    })
}
