//! The shape of the traffic: growth over the months, weekdays and hours in each company's zone, a spike.

use domain::{Date, Environment, Zone};

use crate::agency::{Company, Situation};
use crate::draws::Draws;

/// Requests that fail upstream, in a thousand.
pub(super) const FAILURES_PER_MILLE: u64 = 15;

/// Weight of each local hour on a working day: an office's rise, lunch and evening, with jobs at night.
const OFFICE: [u64; 24] = [6, 4, 4, 4, 5, 8, 16, 34, 68, 96, 104, 98, 78, 88, 102, 98, 88, 70, 48, 34, 26, 20, 14, 9];
/// Weight of each local hour at the weekend: later, flatter.
const WEEKEND: [u64; 24] = [8, 5, 4, 4, 4, 5, 8, 14, 24, 36, 46, 50, 48, 46, 46, 44, 42, 42, 44, 44, 38, 30, 20, 12];
/// Per cent of an ordinary weekday, from Monday.
const WEEKDAYS: [u64; 7] = [104, 108, 106, 102, 92, 34, 24];

/// Ages in days, counted from the first opening backwards, at which the spiking company had its three busy days.
const SPIKE: std::ops::Range<i32> = 94..97;
/// Slug of the company that had a spike.
const SPIKING: &str = "sahara";

/// A UTC day as seen from a zone.
pub(super) struct LocalDay {
    offset_minutes: i64,
    weekday: usize,
    hours: [u64; 24],
}

impl LocalDay {
    /// The day as seen at its noon. On the one day of a clock change half the hours are off by one, which nobody sees.
    pub(super) fn new(zone: &Zone, day: Date) -> Self {
        let noon = Zone::utc().start_of(day).plus_millis(12 * 3_600_000);
        let (date, hour, minute) = zone.clock(noon);
        let days = i64::from(date.epoch_days() - day.epoch_days());
        let offset_minutes = days * 1440 + i64::from(hour) * 60 + i64::from(minute) - 720;
        let weekday = usize::try_from(date.days_from_monday()).unwrap_or(0);
        Self { offset_minutes, weekday, hours: if weekday < 5 { OFFICE } else { WEEKEND } }
    }

    /// A moment of the UTC day in milliseconds after its start, as often as the local hour says.
    pub(super) fn moment(&self, draws: &mut Draws) -> i64 {
        let local = draws.weighted(&self.hours) as i64 * 60 + draws.below(60) as i64;
        let minute = (local - self.offset_minutes).rem_euclid(1440);
        minute * 60_000 + draws.below(60_000) as i64
    }
}

/// How many requests a company makes on a day, at this age of its history in days.
pub(super) fn requests(company: &Company, day: &LocalDay, age: i32, draws: &mut Draws) -> usize {
    let thousandths = company.requests * 1000 * growth(age, company.days) / 1000 * WEEKDAYS[day.weekday] / 100;
    let noisy = thousandths * draws.between(700, 1300) / 1000 * spike(company, age);
    let whole = noisy / 1000 + u64::from(draws.per_mille(noisy % 1000));
    usize::try_from(whole).unwrap_or(0)
}

/// Growth in per mille: from 35 % at the start to 165 % at the first opening, then level, so that a sandbox kept for
/// years stays small.
fn growth(age: i32, days: i32) -> u64 {
    let share = i64::from(age.min(days)) * 1000 / i64::from(days.max(1));
    u64::try_from(350 + 1300 * share / 1000).unwrap_or(350)
}

/// Five times the ordinary on the days of the spike.
fn spike(company: &Company, age: i32) -> u64 {
    if company.slug == SPIKING && SPIKE.contains(&(company.days - age)) { 5 } else { 1 }
}

/// The companies whose budget is told by what they spent this month make their first request in the month's first
/// millisecond (a scheduled job), so that their story holds whenever the sandbox is opened.
pub(super) fn opens_the_month(company: &Company, day: Date) -> bool {
    day.parts().2 == 1 && matches!(company.situation, Situation::NearCap | Situation::PastCap)
}

/// How often each key is used: production most, the first of each environment more than the others.
pub(super) fn key_weights(company: &Company) -> Vec<u64> {
    let weight = |(place, key): (usize, &&str)| match Company::environment(key) {
        Environment::Production => 120 / (place as u64 + 1),
        Environment::Staging => 14,
        Environment::Development => 9,
        Environment::Other => 1,
    };
    company.keys.iter().enumerate().map(weight).collect()
}
