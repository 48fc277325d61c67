//! One batch: intern names, compare with what is known, decide the grains, write raw rows and roll-ups.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::Grain;
use sqlx::SqliteConnection;

use super::erase::{self, Marks};
use super::intern::{self, Names};
use super::place::{self, Place};
use super::raw::{self, KnownRequest, Placed, account_day};
use super::reroll;
use super::rollup::Deltas;
use super::source::{AccountDay, Flip, Sources};
use super::statement::{DayFacts, DayOrigin, Fingerprint, RequestFacts, Statement};
use super::{IngestBatch, Ingested};
use crate::StoreResult;

/// A batch with one statement per origin.
#[derive(Default)]
struct Stated {
    requests: HashMap<Fingerprint, RequestFacts>,
    days: BTreeMap<DayOrigin, DayFacts>,
    accounts: Vec<i64>,
}

/// What is to be written.
#[derive(Default)]
struct Changes {
    fresh: Vec<(Fingerprint, RequestFacts)>,
    restated: Vec<(Fingerprint, KnownRequest, RequestFacts)>,
    confirmed: Vec<i64>,
    days: Vec<(DayOrigin, DayFacts)>,
    /// What the day totals in `days` said before; absent for new ones.
    days_before: BTreeMap<DayOrigin, DayFacts>,
    days_confirmed: Vec<(DayOrigin, DayFacts)>,
}

/// Keeps a batch. Also tells whether an account or key was made.
pub(crate) async fn ingest(conn: &mut SqliteConnection, batch: &IngestBatch<'_>) -> StoreResult<(Ingested, bool)> {
    let names = intern::names(conn, batch.gateway, batch.records, batch.observed_at).await?;
    let erased = erase::marks(conn).await?;
    let stated = Stated::of(batch, &names, &erased)?;
    let changes = Changes::of(conn, &stated, batch.observed_at.as_millis()).await?;
    let places = place::places(conn, changes.accounts().chain(stated.accounts.iter().copied())).await?;
    let (arrived, also) = changes.days_touched();
    let (sources, flips) = Sources::update(conn, &arrived, &also, batch.prefer).await?;
    let mut deltas = Deltas::default();
    flip(conn, &places, &flips, &mut deltas).await?;
    changes.count(&places, &sources, &mut deltas);
    let told = changes.told(&stated, &places);
    changes.write(conn, names.observation).await?;
    deltas.apply(conn).await?;
    Ok((told, names.made))
}

impl Stated {
    /// What the batch states, without what is about days whose rows were erased: those are not taken again.
    fn of(batch: &IngestBatch<'_>, names: &Names<'_>, erased: &Marks) -> StoreResult<Self> {
        let mut stated = Self::default();
        stated.requests.reserve(batch.records.len());
        for record in batch.records {
            let statement = Statement::of(batch.gateway, record, names)?;
            stated.accounts.push(statement.account());
            if erased.get(&statement.account()).is_some_and(|through| statement.utc_day() <= *through) {
                continue;
            }
            match statement {
                // Of two statements observed together, the greater one holds: meters only ever count up.
                Statement::Request(origin, facts) => {
                    let held = stated.requests.entry(origin).or_insert_with(|| facts.clone());
                    if facts > *held {
                        *held = facts;
                    }
                }
                Statement::Day(origin, facts) => {
                    let held = stated.days.entry(origin).or_insert_with(|| facts.clone());
                    if facts > *held {
                        *held = facts;
                    }
                }
            }
        }
        Ok(stated)
    }
}

impl Changes {
    async fn of(conn: &mut SqliteConnection, stated: &Stated, observed_at: i64) -> StoreResult<Self> {
        let mut changes = Self::default();
        let origins: Vec<Fingerprint> = stated.requests.keys().copied().collect();
        let mut known = raw::known_requests(conn, &origins).await?;
        for (origin, facts) in &stated.requests {
            changes.request(*origin, facts, known.remove(origin), observed_at);
        }
        let origins: Vec<DayOrigin> = stated.days.keys().copied().collect();
        let mut known = raw::known_days(conn, &origins).await?;
        for (origin, facts) in &stated.days {
            changes.day(*origin, facts, known.remove(origin), observed_at);
        }
        // Written in the order of time, so that a day's rows lie together.
        changes.fresh.sort_unstable_by_key(|(origin, facts)| (facts.utc_day, facts.day_millis, *origin));
        Ok(changes)
    }

    fn request(&mut self, origin: Fingerprint, facts: &RequestFacts, known: Option<KnownRequest>, observed_at: i64) {
        let Some(known) = known else { return self.fresh.push((origin, facts.clone())) };
        if known.facts == *facts {
            if observed_at > known.observed_at {
                self.confirmed.push(known.id);
            }
        } else if (observed_at, facts) > (known.observed_at, &known.facts) {
            self.restated.push((origin, known, facts.clone()));
        }
    }

    fn day(&mut self, origin: DayOrigin, facts: &DayFacts, known: Option<raw::KnownDay>, observed_at: i64) {
        let Some(known) = known else { return self.days.push((origin, facts.clone())) };
        if known.facts == *facts {
            if observed_at > known.observed_at {
                self.days_confirmed.push((origin, known.facts));
            }
        } else if (observed_at, facts) > (known.observed_at, &known.facts) {
            self.days_before.insert(origin, known.facts);
            self.days.push((origin, facts.clone()));
        }
    }

    fn accounts(&self) -> impl Iterator<Item = i64> {
        self.restated.iter().map(|(_, known, _)| known.facts.account)
    }

    /// The days for which statements of a grain (`true`: requests) arrived, and the days that requests moved away from.
    fn days_touched(&self) -> (BTreeSet<(AccountDay, bool)>, BTreeSet<AccountDay>) {
        let fresh = self.fresh.iter().map(|(_, facts)| account_day(facts));
        let restated = self.restated.iter().map(|(_, _, facts)| account_day(facts));
        let requests = fresh.chain(restated).map(|day| (day, true));
        let days = self.days.iter().map(|(origin, _)| ((origin.account, origin.utc_day), false));
        let also = self.restated.iter().map(|(_, known, _)| account_day(&known.facts));
        (requests.chain(days).collect(), also.collect())
    }

    fn count(&self, places: &HashMap<i64, Place>, sources: &Sources, deltas: &mut Deltas) {
        let mut request = |facts: &RequestFacts, sign: bool| {
            if let Some(place) = places.get(&facts.account)
                && sources.counts(account_day(facts), Grain::Request)
            {
                let amounts = if sign { facts.amounts } else { facts.amounts.negated() };
                deltas.request(place, facts, &amounts);
            }
        };
        self.fresh.iter().for_each(|(_, facts)| request(facts, true));
        for (_, known, facts) in &self.restated {
            request(&known.facts, false);
            request(facts, true);
        }
        for (origin, facts) in &self.days {
            if let Some(place) = places.get(&origin.account)
                && sources.counts((origin.account, origin.utc_day), Grain::Day)
            {
                let before = self.days_before.get(origin).map(|facts| facts.amounts).unwrap_or_default();
                deltas.day(place, origin, &before.negated());
                deltas.day(place, origin, &facts.amounts);
            }
        }
    }

    fn told(&self, stated: &Stated, places: &HashMap<i64, Place>) -> Ingested {
        let nobody = |account: &&i64| places.get(*account).is_none_or(|place| place.client == 0);
        let restated = (self.restated.len() + self.days_before.len()) as u64;
        let inserted = (self.fresh.len() + self.days.len() - self.days_before.len()) as u64;
        Ingested {
            inserted,
            restated,
            unchanged: stated.accounts.len() as u64 - inserted - restated,
            unattributed: stated.accounts.iter().filter(nobody).count() as u64,
        }
    }

    async fn write(&self, conn: &mut SqliteConnection, observation: i64) -> StoreResult<()> {
        let mut next = HashMap::new();
        let mut placed = Vec::with_capacity(self.fresh.len());
        for (origin, facts) in &self.fresh {
            let id = take_id(conn, &mut next, facts.utc_day).await?;
            placed.push(Placed { id, origin: *origin, facts });
        }
        raw::write_requests(conn, &mut placed, observation, false).await?;
        let mut placed = Vec::with_capacity(self.restated.len());
        for (origin, known, facts) in &self.restated {
            let mut id = known.id;
            if known.facts.utc_day != facts.utc_day {
                raw::remove_request(conn, id).await?;
                id = take_id(conn, &mut next, facts.utc_day).await?;
            }
            placed.push(Placed { id, origin: *origin, facts });
        }
        raw::write_requests(conn, &mut placed, observation, true).await?;
        raw::confirm_requests(conn, &self.confirmed, observation).await?;
        raw::write_days(conn, &self.days, observation).await?;
        raw::write_days(conn, &self.days_confirmed, observation).await
    }
}

async fn take_id(conn: &mut SqliteConnection, next: &mut HashMap<i64, i64>, utc_day: i64) -> StoreResult<i64> {
    let id = match next.get(&utc_day) {
        Some(id) => *id,
        None => raw::next_id(conn, utc_day).await?,
    };
    next.insert(utc_day, id + 1);
    Ok(id)
}

/// Days that change their counted grain: what counted before the batch no longer does, the other grain's rows do.
async fn flip(
    conn: &mut SqliteConnection,
    places: &HashMap<i64, Place>,
    flips: &[Flip],
    deltas: &mut Deltas,
) -> StoreResult<()> {
    for (day, from, to) in flips {
        let Some(place) = places.get(&day.0) else { continue };
        reroll::count_day(conn, place, *day, (*from, false), deltas).await?;
        reroll::count_day(conn, place, *day, (*to, true), deltas).await?;
    }
    Ok(())
}
