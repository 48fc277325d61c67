//! The sandbox at work: the book, the seeded traffic, and what has been spent.
//!
//! **Owns:** that seeded traffic, real calls, pauses and budgets fit together: a paused or exhausted account makes no
//! more seeded requests either, and history once told is never told otherwise. **Does not own:** HTTP.

use std::collections::HashMap;
use std::path::PathBuf;

use domain::{Budget, Date, Limit, Nanos, Period, Timestamp, Zone};

use crate::SandboxError;
use crate::agency::{COMPANIES, Situation};
use crate::book::{self, Book, Cause, Stop};
use crate::pace::Pace;
use crate::traffic::{Row, Traffic};
use crate::wire::{self, Amount, BudgetBody, Stamp};

mod change;
mod chat;
mod usage;

pub(crate) use change::{ChangeError, Making};
pub(crate) use chat::{Question, Refusal, Served};
pub(crate) use usage::{Entry, Place};

/// What has a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// An account, by place.
    Account(usize),
    /// A key, by place.
    Key(usize),
}

/// What a holder spent in one period of its budget.
#[derive(Debug, Clone, Copy)]
struct Tally {
    spent: Nanos,
    /// When it starts again; `None` is never.
    resets_at: Option<Timestamp>,
}

/// The sandbox at work.
pub(crate) struct State {
    pub(crate) book: Book,
    traffic: Traffic,
    file: Option<PathBuf>,
    tallies: HashMap<Holder, Tally>,
    pace: Pace,
    /// Places of accounts by company, and of keys by company and place there.
    seeded: HashMap<usize, usize>,
    seeded_keys: HashMap<(usize, usize), usize>,
}

impl State {
    /// Opens the book of a file, or makes a new one, and brings it up to now.
    pub(crate) fn open(file: Option<PathBuf>, seed: u64, now: Timestamp) -> Result<Self, SandboxError> {
        let kept = file.as_deref().map(Book::read).transpose()?.flatten();
        let book = kept.map_or_else(|| Book::new(seed, now), Ok)?;
        let seeded =
            book.accounts.iter().enumerate().filter_map(|(at, account)| Some((account.company?, at))).collect();
        let traffic = Traffic::new(book.seed, book.epoch.0);
        let mut state = Self {
            book,
            traffic,
            file,
            tallies: HashMap::new(),
            pace: Pace::default(),
            seeded,
            seeded_keys: HashMap::new(),
        };
        state.seeded_keys = state.find_seeded_keys();
        state.advance(now);
        state.tell_stories(now);
        state.save()?;
        Ok(state)
    }

    fn find_seeded_keys(&self) -> HashMap<(usize, usize), usize> {
        let company = |id: &str| self.book.account(id).and_then(|at| self.book.accounts[at].company);
        let keys = self.book.keys.iter().enumerate();
        keys.filter_map(|(at, key)| Some(((company(&key.account)?, key.place?), at))).collect()
    }

    /// Writes the book, where there is a file.
    pub(crate) fn save(&self) -> Result<(), SandboxError> {
        self.file.as_deref().map_or(Ok(()), |file| self.book.write(file))
    }

    /// The first UTC day anything was used.
    pub(crate) fn first_day(&self) -> Date {
        let called = self.book.calls.first().map(|call| Zone::utc().date_of(call.at.0));
        called.map_or(self.traffic.first_day(), |day| day.min(self.traffic.first_day()))
    }

    /// The budget of a holder.
    pub(crate) fn budget(&self, holder: Holder) -> Option<Budget> {
        let body = match holder {
            Holder::Account(at) => self.book.accounts[at].settings.budget.as_ref(),
            Holder::Key(at) => self.book.keys[at].settings.budget.as_ref(),
        };
        wire::limit(body).as_option()
    }

    fn stops(&mut self, holder: Holder) -> &mut Vec<Stop> {
        match holder {
            Holder::Account(at) => &mut self.book.accounts[at].stops,
            Holder::Key(at) => &mut self.book.keys[at].stops,
        }
    }

    /// Holds the seeded traffic since the last time against the budgets: the request that crosses a budget completes,
    /// the next one is refused until the budget starts again (S0-08).
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let from = self.book.settled.0.plus_millis(1);
        let Ok(window) = Period::new(from, now.plus_millis(1)) else { return };
        let holders = self.holders();
        for holder in &holders {
            // Told from the period in force when we last looked, or the rows since would be counted twice.
            self.tally(*holder, self.book.settled.0);
        }
        let rows: Vec<Row> = self.traffic.rows(window).collect();
        for row in rows.iter().filter(|row| row.cost > Nanos::ZERO) {
            if let Some((account, key)) = self.owner(row).filter(|owner| self.was_served(*owner, row.occurred_at)) {
                self.spend(Holder::Account(account), row.cost, row.occurred_at);
                self.spend(Holder::Key(key), row.cost, row.occurred_at);
            }
        }
        self.book.settled = Stamp(now);
    }

    fn holders(&self) -> Vec<Holder> {
        let accounts = (0..self.book.accounts.len()).map(Holder::Account);
        let all = accounts.chain((0..self.book.keys.len()).map(Holder::Key));
        all.filter(|holder| self.budget(*holder).is_some()).collect()
    }

    /// The places of the account and the key of a seeded request.
    fn owner(&self, row: &Row) -> Option<(usize, usize)> {
        Some((*self.seeded.get(&row.company)?, *self.seeded_keys.get(&(row.company, row.key))?))
    }

    /// Whether neither a pause nor a budget refused a seeded request then.
    fn was_served(&self, (account, key): (usize, usize), at: Timestamp) -> bool {
        let stops = self.book.accounts[account].stops.iter().chain(&self.book.keys[key].stops);
        !stops.into_iter().any(|stop| stop.covers(at))
    }

    /// Adds to what a holder spent; past its budget, stops it.
    fn spend(&mut self, holder: Holder, cost: Nanos, at: Timestamp) {
        let Some(budget) = self.budget(holder) else { return };
        let mut tally = self.tally(holder, at);
        tally.spent = Nanos(tally.spent.0.saturating_add(cost.0));
        self.tallies.insert(holder, tally);
        self.stop_if_past(holder, &budget, at);
    }

    fn stop_if_past(&mut self, holder: Holder, budget: &Budget, at: Timestamp) {
        let tally = self.tally(holder, at);
        let next = at.plus_millis(1);
        if tally.spent >= budget.amount()
            && !self.stops(holder).iter().any(|s| s.cause == Cause::Budget && s.covers(next))
        {
            let until = tally.resets_at.map(Stamp);
            self.stops(holder).push(Stop { from: Stamp(next), until, cause: Cause::Budget });
        }
    }

    /// What a holder spent in the period of `at`, counted anew where that is not yet known.
    fn tally(&mut self, holder: Holder, at: Timestamp) -> Tally {
        let current = |tally: &&Tally| tally.resets_at.is_none_or(|reset| at < reset);
        if let Some(tally) = self.tallies.get(&holder).filter(current) {
            return *tally;
        }
        let tally = self.count(holder, at);
        self.tallies.insert(holder, tally);
        tally
    }

    /// Counts what a holder spent from the start of its period up to and including `at`.
    fn count(&self, holder: Holder, at: Timestamp) -> Tally {
        let utc = Zone::utc();
        let today = utc.date_of(at);
        let period = self.budget(holder).map(|budget| budget.period());
        let start = period.and_then(|period| period.first_day(today)).map(|day| utc.start_of(day));
        let resets_at = period.and_then(|period| period.next_reset(today)).map(|day| utc.start_of(day));
        // A period that has just started: nothing of it may be counted before it is told as a row.
        let end = at.min(self.book.settled.0).plus_millis(1);
        let first = start.unwrap_or_else(|| utc.start_of(self.traffic.first_day()));
        let spent = Period::new(first, end.max(first.plus_millis(1)));
        let spent = spent.map_or(Nanos::ZERO, |window| self.spent_in(holder, window, self.book.settled.0));
        Tally { spent, resets_at }
    }

    fn spent_in(&self, holder: Holder, window: Period, now: Timestamp) -> Nanos {
        let account = match holder {
            Holder::Account(at) => Some(at),
            Holder::Key(at) => self.book.account(&self.book.keys[at].account),
        };
        let mine = |entry: &Entry<'_>| match holder {
            Holder::Account(_) => true,
            Holder::Key(at) => entry.key == at,
        };
        let entries = self.entries(window, account, now).filter(mine);
        Nanos(entries.fold(0_i64, |sum, entry| sum.saturating_add(entry.cost.0)))
    }

    /// What a holder with a budget has spent in its period, and when that starts again.
    pub(crate) fn spent(&mut self, holder: Holder, now: Timestamp) -> Option<(Nanos, Option<Timestamp>)> {
        self.budget(holder)?;
        let tally = self.tally(holder, now);
        Some((tally.spent, tally.resets_at))
    }

    /// Gives the companies near and past their cap a budget that makes it true now, unless somebody set one.
    fn tell_stories(&mut self, now: Timestamp) {
        for (company, at) in self.seeded.clone() {
            let account = &self.book.accounts[at];
            let Some(aim) = aim(COMPANIES.get(company).map(|c| c.situation)).filter(|_| account.budget_told) else {
                continue;
            };
            let month = Zone::utc().start_of(Zone::utc().date_of(now).month().first());
            let Ok(window) = Period::new(month, now.plus_millis(1)) else { continue };
            let spent = self.spent_in(Holder::Account(at), window, now);
            let per_cent = self.budget(Holder::Account(at)).map(|budget| budget.per_cent(spent));
            if per_cent.is_none_or(|held| !aim.holds.contains(&held)) {
                self.set_told_budget(at, believable(spent, aim.per_cent), now);
            }
        }
    }

    fn set_told_budget(&mut self, at: usize, amount: Nanos, now: Timestamp) {
        self.book.accounts[at].settings.budget = Some(BudgetBody {
            amount: Amount(amount),
            currency: "USD".to_owned(),
            period: "monthly".to_owned(),
            warn_at: None,
        });
        self.rebudget(Holder::Account(at), now);
    }

    /// After a change of budget: what the old one stopped is lifted, and the new one is held against the period so far.
    fn rebudget(&mut self, holder: Holder, now: Timestamp) {
        book::lift(self.stops(holder), Cause::Budget, now.plus_millis(1));
        self.tallies.remove(&holder);
        if let Limit::Limited(budget) = self.budget(holder).into() {
            self.stop_if_past(holder, &budget, now);
        }
    }
}

/// How full a budget is meant to be, in per cent.
struct Aim {
    per_cent: i64,
    holds: std::ops::RangeInclusive<u32>,
}

fn aim(situation: Option<Situation>) -> Option<Aim> {
    match situation? {
        Situation::NearCap => Some(Aim { per_cent: 93, holds: 90..=97 }),
        Situation::PastCap => Some(Aim { per_cent: 108, holds: 100..=u32::MAX }),
        _ => None,
    }
}

/// The budget of which `spent` is so many per cent, rounded to a figure somebody would type: within 1 %.
fn believable(spent: Nanos, per_cent: i64) -> Nanos {
    let exact = i64::try_from(i128::from(spent.0) * 100 / i128::from(per_cent)).unwrap_or(i64::MAX / 2);
    let steps = (0..18).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
    let step = steps.take_while(|step| *step <= exact / 50).last().unwrap_or(1);
    Nanos((exact + step / 2) / step * step)
}

#[cfg(test)]
mod tests;
