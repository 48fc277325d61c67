//! Day totals as the gateway told them in this sync.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::{Date, ExternalId, Nanos, UsageOrigin, UsageRecord};

/// Parts of one account's day, by a digest of key and model, so that a repeated statement is not added twice.
type Parts = HashMap<u64, Nanos>;

/// Day totals told in this sync, of the accounts and days that are compared with requests.
#[derive(Debug, Default)]
pub(crate) struct DayTotals {
    /// Accounts of which every day is kept.
    whole: HashSet<ExternalId>,
    /// From this day on, every account is kept.
    recent: Option<Date>,
    told: BTreeMap<ExternalId, BTreeMap<Date, Parts>>,
    /// Days of which every total was told, by account; `None` is all accounts.
    complete: BTreeSet<(Option<ExternalId>, Date)>,
    moved: BTreeSet<Date>,
}

impl DayTotals {
    /// Keeps every day of the accounts in `whole`, and from `recent` on the days of all.
    pub(crate) fn keeping(whole: HashSet<ExternalId>, recent: Date) -> Self {
        Self { whole, recent: Some(recent), ..Self::default() }
    }

    /// Takes the totals of a page; `news` says whether the page told anything that was not known.
    pub(crate) fn tell(&mut self, records: &[UsageRecord], news: bool) {
        for record in records {
            let UsageOrigin::Day(day) = record.origin else { continue };
            if news {
                self.moved.insert(day);
            }
            let Some(account) = &record.account else { continue };
            if self.whole.contains(account) || self.recent.is_some_and(|recent| day >= recent) {
                let days = self.told.entry(account.clone()).or_default();
                days.entry(day).or_default().insert(part(record), record.cost);
            }
        }
    }

    /// Notes that every total of these days was told.
    pub(crate) fn complete(&mut self, account: Option<&ExternalId>, first: Date, last: Date) {
        let days = (first.epoch_days()..=last.epoch_days()).map(Date::from_epoch_days);
        self.complete.extend(days.map(|day| (account.cloned(), day)));
    }

    /// The days of an account whose total is known, zero included.
    pub(crate) fn days_of(&self, account: &ExternalId) -> impl Iterator<Item = Date> {
        let (all, own) = (self.of(None), self.of(Some(account.clone())));
        let days: BTreeSet<Date> = all.chain(own).filter(|day| self.keeps(account, *day)).collect();
        days.into_iter()
    }

    /// The total of an account's day, if every part of it was told.
    pub(crate) fn total(&self, account: &ExternalId, day: Date) -> Option<Nanos> {
        let known = self.complete.contains(&(None, day)) || self.complete.contains(&(Some(account.clone()), day));
        let parts = self.told.get(account).and_then(|days| days.get(&day));
        let sum = parts.map_or(0, |parts| parts.values().map(|part| part.0).fold(0, i64::saturating_add));
        (known && self.keeps(account, day)).then_some(Nanos(sum))
    }

    /// Whether anything about a day was not known before.
    pub(crate) fn moved(&self, day: Date) -> bool {
        self.moved.contains(&day)
    }

    fn of(&self, account: Option<ExternalId>) -> impl Iterator<Item = Date> {
        let (first, last) = (Date::from_epoch_days(i32::MIN), Date::from_epoch_days(i32::MAX));
        self.complete.range((account.clone(), first)..=(account, last)).map(|(_, day)| *day)
    }

    fn keeps(&self, account: &ExternalId, day: Date) -> bool {
        self.whole.contains(account) || self.recent.is_some_and(|recent| day >= recent)
    }
}

fn part(record: &UsageRecord) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&record.key, &record.model).hash(&mut hasher);
    hasher.finish()
}
