//! The seeded traffic: what the invented companies called and when.
//!
//! **Owns:** that history is a pure function of a seed, a first day and a window, so that nothing of it is stored and
//! live traffic is the same function up to the clock's now. **Does not own:** who was stopped when; the state leaves
//! out what a pause or a budget would have refused.

use domain::{Date, Nanos, Period, Timestamp, Zone};

use crate::agency::{COMPANIES, Company};
use crate::catalogue::{MODELS, Tokens};
use crate::draws::{self, Draws};

mod shape;

/// One request of the invented history. Companies, keys and models are given by their place in
/// [`COMPANIES`], [`Company::keys`] and [`MODELS`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// When it started.
    pub occurred_at: Timestamp,
    /// Unique over all time; with `occurred_at` the order of rows.
    pub id: u64,
    /// Place of the company.
    pub company: usize,
    /// Place of the key among the company's keys.
    pub key: usize,
    /// Place of the model.
    pub model: usize,
    /// What it consumed; nothing when it failed.
    pub tokens: Tokens,
    /// What it cost.
    pub cost: Nanos,
    /// Time to the end of the answer, in milliseconds.
    pub duration_millis: u32,
    /// Whether it failed upstream.
    pub failed: bool,
}

impl Row {
    /// The order of rows: by time, then by identifier.
    #[must_use]
    pub fn place(&self) -> (Timestamp, u64) {
        (self.occurred_at, self.id)
    }
}

/// The generator.
#[derive(Debug, Clone)]
pub struct Traffic {
    seed: [u8; 32],
    epoch: Date,
    zones: Vec<Zone>,
}

impl Traffic {
    /// The traffic of a seed, counted from the UTC day on which the sandbox was first opened: companies started a fixed
    /// number of days before it.
    #[must_use]
    pub fn new(seed: u64, epoch: Date) -> Self {
        let zones = COMPANIES.iter().map(|company| company.zone.parse().unwrap_or_else(|_| Zone::utc())).collect();
        Self { seed: draws::derive(seed, "traffic"), epoch, zones }
    }

    /// The first UTC day with any traffic.
    #[must_use]
    pub fn first_day(&self) -> Date {
        self.epoch.plus_days(-COMPANIES.iter().map(|company| company.days).max().unwrap_or(0))
    }

    /// Requests of all companies in a window, in order.
    pub fn rows(&self, window: Period) -> impl Iterator<Item = Row> + use<'_> {
        self.rows_of(window, None)
    }

    /// Requests of one company (`None`: all) in a window, in order. Made day by day, as the iterator is asked.
    pub fn rows_of(&self, window: Period, company: Option<usize>) -> impl Iterator<Item = Row> + use<'_> {
        let utc = Zone::utc();
        let first = utc.date_of(window.start()).max(self.first_day()).epoch_days();
        let last = utc.date_of(window.end().plus_millis(-1)).epoch_days();
        let days = (first..=last).flat_map(move |day| self.day(Date::from_epoch_days(day), company));
        days.filter(move |row| window.contains(row.occurred_at))
    }

    fn day(&self, day: Date, company: Option<usize>) -> Vec<Row> {
        let mut rows = Vec::new();
        for index in 0..COMPANIES.len() {
            if company.is_none_or(|only| only == index) {
                self.company_day(index, day, &mut rows);
            }
        }
        rows.sort_unstable_by_key(Row::place);
        rows
    }

    /// One company's requests on one UTC day: a stream of its own, so that no other day or company shifts it.
    fn company_day(&self, index: usize, day: Date, rows: &mut Vec<Row>) {
        let company = &COMPANIES[index];
        let age = day.epoch_days() - (self.epoch.epoch_days() - company.days);
        if age < 0 || company.requests == 0 {
            return;
        }
        let stream = (index as u64) << 32 | u64::from(day.epoch_days().unsigned_abs());
        let mut draws = Draws::new(&self.seed, stream);
        let local = shape::LocalDay::new(&self.zones[index], day);
        let count = shape::requests(company, &local, age, &mut draws);
        let opening = usize::from(shape::opens_the_month(company, day));
        let start = Zone::utc().start_of(day);
        for ordinal in 0..count + opening {
            let millis = if ordinal < opening { 0 } else { local.moment(&mut draws) };
            let row = request(company, index, ordinal >= opening, &mut draws);
            let id = draws::shuffle(stream << 24 | ordinal as u64);
            rows.push(Row { occurred_at: start.plus_millis(millis), id, ..row });
        }
    }
}

/// A request without its time and identifier. One that may not fail costs something, so that a spend can be told.
fn request(company: &Company, index: usize, may_fail: bool, draws: &mut Draws) -> Row {
    let weights: Vec<u64> = company.models.iter().map(|(_, weight)| *weight).collect();
    let name = company.models.get(draws.weighted(&weights)).map_or("", |(name, _)| *name);
    let model = MODELS.iter().position(|model| model.name == name).unwrap_or(0);
    let key = draws.weighted(&shape::key_weights(company));
    let prompt = draws.skewed(120, company.prompt.max(200));
    let cached = if draws.per_mille(350) { prompt * draws.between(300, 850) / 1000 } else { 0 };
    let output = draws.skewed(60, 6_000);
    let failed = draws.per_mille(shape::FAILURES_PER_MILLE) && may_fail;
    let tokens = if failed { Tokens::default() } else { Tokens { input: prompt - cached, cache_read: cached, output } };
    let duration_millis = 180 + output * draws.between(6, 12) + prompt / 40;
    Row {
        occurred_at: Timestamp::from_millis(0),
        id: 0,
        company: index,
        key,
        model,
        tokens,
        cost: MODELS[model].cost(tokens),
        duration_millis: u32::try_from(duration_millis).unwrap_or(u32::MAX),
        failed,
    }
}

/// Requests of all companies in a window, in order, for a seed and a first day; see [`Traffic`].
#[must_use]
pub fn traffic(seed: u64, epoch: Date, window: Period) -> Vec<Row> {
    Traffic::new(seed, epoch).rows(window).collect()
}

#[cfg(test)]
mod tests;
