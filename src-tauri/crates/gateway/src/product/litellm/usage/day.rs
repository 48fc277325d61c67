//! Usage by UTC day, from `/team/daily/activity`.
//!
//! The answer is a cube whose faces do not all meet: per model and key, and per team and key, but not per team, key and
//! model. As long as a key was used by one team on a day (always, unless it was moved), the two faces give the third.
//! For the keys where they do not, the teams are asked one by one (litellm.md pitfall 12).

use std::collections::BTreeMap;

use domain::{Date, ExternalId, Meter, ModelName, RequestOutcome, UsageOrigin, UsageRecord, Zone};

use super::super::api::{ActivityAsk, Api};
use super::super::inventory::foreign;
use super::super::wire::{ActivityDay, Breakdown, Bucket, Metrics};
use super::tokens;
use crate::json::JsonNanos;
use crate::{Cursor, ErrorKind, GatewayError, Page, UsageAsk};

/// Days of one account on a page.
const DAYS_OF_ONE: i32 = 31;
/// Days of all accounts on a page: one, because hundreds of teams make thousands of rows a day.
const DAYS_OF_ALL: i32 = 1;
/// Most pages of one span of days, a million rows: a server that always has more must not be asked for ever.
const PAGES_MAX: u32 = 1000;
/// LiteLLM's name for "no team".
const UNASSIGNED: &str = "Unassigned";

/// Counters by model.
type ByModel = BTreeMap<String, Metrics>;

/// One page: some days of one account, or one day of all.
pub async fn page(api: &Api, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
    let utc = Zone::utc();
    let first = utc.date_of(ask.window.start());
    let last = utc.date_of(ask.window.end().plus_millis(-1));
    let from = start(at, first, last)?;
    let team = ask.account.as_ref().map(ExternalId::as_str);
    let days = if team.is_some() { DAYS_OF_ONE } else { DAYS_OF_ALL };
    let to = from.plus_days(days - 1).min(last);
    let cube = cube(api, ActivityAsk { first: from, last: to, team, key: None }).await?;
    let mut items = Vec::new();
    for (date, day) in &cube {
        match team {
            Some(team) => {
                items.extend(day.keys.keys().flat_map(|key| records(*date, Some(team), key, day.models_of(key))))
            }
            None => attributed(api, *date, day, &mut items).await?,
        }
    }
    let next = (to < last).then(|| Cursor::at(to.plus_days(1).epoch_days().to_string()));
    Ok(Page { items, next, progress: progress(first, to, last) })
}

fn start(at: &Cursor, first: Date, last: Date) -> Result<Date, GatewayError> {
    let Some(point) = at.point() else { return Ok(first) };
    let date = point.parse().map(Date::from_epoch_days).map_err(|_| foreign("days"))?;
    if (first..=last).contains(&date) { Ok(date) } else { Err(foreign("days")) }
}

fn progress(first: Date, done: Date, last: Date) -> Option<u16> {
    let days = |to: Date| i64::from(to.epoch_days() - first.epoch_days() + 1);
    u16::try_from(days(done) * 1000 / days(last).max(1)).ok()
}

/// Every page of a span of days, added up: a day's breakdown may be spread over several (litellm.md pitfall 4).
async fn cube(api: &Api, ask: ActivityAsk<'_>) -> Result<BTreeMap<Date, Day>, GatewayError> {
    let mut cube: BTreeMap<Date, Day> = BTreeMap::new();
    for page in 1..=PAGES_MAX {
        let found = api.activity(ask, page).await?;
        let total = found.metadata.total_pages.unwrap_or(0);
        let more = (found.metadata.has_more || u64::from(page) < total) && !found.results.is_empty();
        for day in found.results {
            let date = date(&day)?;
            if (ask.first..=ask.last).contains(&date) {
                cube.entry(date).or_default().add(day.breakdown);
            }
        }
        if !more {
            return Ok(cube);
        }
    }
    let message = "LiteLLM's daily totals do not end: ask for one account, or check what answers at this address";
    Err(GatewayError::new(ErrorKind::Malformed, "GET /team/daily/activity", message))
}

fn date(day: &ActivityDay) -> Result<Date, GatewayError> {
    let text = day.date.get(..10).unwrap_or(&day.date);
    text.parse().map_err(|why| {
        GatewayError::new(ErrorKind::Malformed, "GET /team/daily/activity", format!("a day cannot be read: {why}"))
    })
}

/// One day of the cube: its three faces, by key.
#[derive(Default)]
struct Day {
    keys: ByModel,
    groups: BTreeMap<String, ByModel>,
    models: BTreeMap<String, ByModel>,
    teams: BTreeMap<String, ByModel>,
    all_teams: Vec<String>,
}

impl Day {
    fn add(&mut self, breakdown: Breakdown) {
        for (key, bucket) in &breakdown.api_keys {
            self.keys.entry(key.clone()).or_default().add(&bucket.metrics);
        }
        turn(&mut self.groups, &breakdown.model_groups);
        turn(&mut self.models, &breakdown.models);
        turn(&mut self.teams, &breakdown.entities);
        for team in breakdown.entities.into_keys() {
            if !self.all_teams.contains(&team) {
                self.all_teams.push(team);
            }
        }
    }

    /// A key's counters by model: by the name the client called, if those add up; else by upstream model; what neither
    /// explains is counted under no model, so that nothing is lost.
    fn models_of(&self, key: &str) -> ByModel {
        let whole = self.keys.get(key).copied().unwrap_or_default();
        let face = |face: &BTreeMap<String, ByModel>| face.get(key).cloned().unwrap_or_default();
        let groups = face(&self.groups);
        if sum(&groups).same_counts(&whole) {
            return groups;
        }
        let models = face(&self.models);
        if sum(&models).same_counts(&whole) {
            return models;
        }
        let mut groups = groups;
        let rest = whole.minus(&sum(&groups));
        groups.entry(String::new()).or_default().add(&rest);
        groups
    }

    /// The one team that used a key this day; `None` where the faces do not tell.
    fn only_team(&self, key: &str) -> Option<&str> {
        let teams = self.teams.get(key)?;
        let (team, counted) = teams.first_key_value()?;
        let alone = teams.len() == 1 && self.keys.get(key).is_some_and(|whole| whole.same_counts(counted));
        alone.then_some(team.as_str())
    }
}

/// From "by name, then by key" to "by key, then by name".
fn turn(face: &mut BTreeMap<String, ByModel>, buckets: &BTreeMap<String, Bucket>) {
    for (name, bucket) in buckets {
        for (key, counted) in &bucket.api_key_breakdown {
            face.entry(key.clone()).or_default().entry(name.clone()).or_default().add(&counted.metrics);
        }
    }
}

fn sum(parts: &ByModel) -> Metrics {
    let mut sum = Metrics::default();
    parts.values().for_each(|part| sum.add(part));
    sum
}

impl Metrics {
    fn add(&mut self, other: &Self) {
        self.spend = JsonNanos(domain::Nanos(self.spend.0.0.saturating_add(other.spend.0.0)));
        for (mine, theirs) in self.counts_mut().into_iter().zip(other.counts()) {
            *mine = mine.saturating_add(theirs);
        }
    }

    fn minus(mut self, other: &Self) -> Self {
        self.spend = JsonNanos(domain::Nanos(self.spend.0.0.saturating_sub(other.spend.0.0)));
        for (mine, theirs) in self.counts_mut().into_iter().zip(other.counts()) {
            *mine = mine.saturating_sub(theirs);
        }
        self
    }

    /// Equal but for the floating-point noise of the money.
    fn same_counts(&self, other: &Self) -> bool {
        self.counts() == other.counts()
    }

    fn is_nothing(&self) -> bool {
        self.spend.0.0 == 0 && self.counts() == [0; 6]
    }

    const fn counts(&self) -> [u64; 6] {
        [
            self.prompt_tokens,
            self.completion_tokens,
            self.cache_read_input_tokens,
            self.cache_creation_input_tokens,
            self.successful_requests,
            self.failed_requests,
        ]
    }

    const fn counts_mut(&mut self) -> [&mut u64; 6] {
        [
            &mut self.prompt_tokens,
            &mut self.completion_tokens,
            &mut self.cache_read_input_tokens,
            &mut self.cache_creation_input_tokens,
            &mut self.successful_requests,
            &mut self.failed_requests,
        ]
    }
}

/// The records of one day of all teams.
async fn attributed(api: &Api, date: Date, day: &Day, items: &mut Vec<UsageRecord>) -> Result<(), GatewayError> {
    for key in day.keys.keys() {
        let models = day.models_of(key);
        match day.only_team(key) {
            Some(team) => items.extend(records(date, named(team), key, models)),
            None => several_teams(api, date, day, key, items).await?,
        }
    }
    Ok(())
}

/// A key that several teams used on one day: each team is asked for its part; the rest belongs to nobody.
async fn several_teams(
    api: &Api,
    date: Date,
    day: &Day,
    key: &str,
    items: &mut Vec<UsageRecord>,
) -> Result<(), GatewayError> {
    let mut rest = day.models_of(key);
    let teams: Vec<&str> = match day.teams.get(key) {
        Some(teams) => teams.keys().map(String::as_str).collect(),
        None => day.all_teams.iter().map(String::as_str).collect(),
    };
    for team in teams.into_iter().filter_map(named) {
        let ask = ActivityAsk { first: date, last: date, team: Some(team), key: Some(key) };
        let part = cube(api, ask).await?.remove(&date).unwrap_or_default().models_of(key);
        for (model, counted) in &part {
            let left = rest.remove(model).unwrap_or_default().minus(counted);
            rest.insert(model.clone(), left);
        }
        items.extend(records(date, Some(team), key, part));
    }
    // Money that is left without a single request is the noise of adding floats in two orders.
    rest.retain(|_, left| left.counts() != [0; 6]);
    items.extend(records(date, None, key, rest));
    Ok(())
}

fn named(team: &str) -> Option<&str> {
    (!team.is_empty() && team != UNASSIGNED).then_some(team)
}

fn records(date: Date, team: Option<&str>, key: &str, models: ByModel) -> Vec<UsageRecord> {
    let some = models.into_iter().filter(|(_, counted)| !counted.is_nothing());
    some.map(|(model, counted)| record(date, team, key, model, &counted)).collect()
}

fn record(date: Date, team: Option<&str>, key: &str, model: String, counted: &Metrics) -> UsageRecord {
    let (read, write) = (counted.cache_read_input_tokens, counted.cache_creation_input_tokens);
    let quantities = tokens(counted.prompt_tokens, counted.completion_tokens, read, write);
    let served = counted.successful_requests > 0 || counted.failed_requests == 0;
    UsageRecord {
        origin: UsageOrigin::Day(date),
        occurred_at: Zone::utc().start_of(date),
        account: team.map(ExternalId::new),
        key: (!key.is_empty()).then(|| ExternalId::new(key)),
        model: ModelName::new(model),
        upstream_model: None,
        quantities: quantities.with(Meter::Requests, counted.successful_requests),
        failed_requests: counted.failed_requests,
        cost: counted.spend.0,
        duration_millis: None,
        outcome: if served { RequestOutcome::Succeeded } else { RequestOutcome::Failed },
    }
}

#[cfg(test)]
mod tests;
