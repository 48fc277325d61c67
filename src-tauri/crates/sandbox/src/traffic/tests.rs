use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::agency::Situation;

fn epoch() -> Date {
    "2026-11-21".parse().unwrap()
}

fn whole_history() -> Vec<Row> {
    let traffic = Traffic::new(1, epoch());
    traffic.rows(Zone::utc().days(traffic.first_day(), epoch())).collect()
}

#[test]
fn the_same_seed_draws_the_same_history_and_another_seed_another() {
    let window = Zone::utc().days("2026-10-01".parse().unwrap(), "2026-10-07".parse().unwrap());
    assert_eq!(traffic(1, epoch(), window), traffic(1, epoch(), window));
    assert_ne!(traffic(1, epoch(), window), traffic(2, epoch(), window));
}

#[test]
fn a_window_is_the_same_however_it_is_cut() {
    let window = Zone::utc().days("2026-10-01".parse().unwrap(), "2026-10-03".parse().unwrap());
    let (first, second) = window.halves().unwrap();
    let mut parts = traffic(1, epoch(), first);
    parts.extend(traffic(1, epoch(), second));
    assert_eq!(parts, traffic(1, epoch(), window));
    let alone = Traffic::new(1, epoch());
    let of_one: Vec<Row> = alone.rows_of(window, Some(4)).collect();
    parts.retain(|row| row.company == 4);
    assert_eq!(of_one, parts, "one company's traffic does not depend on the others");
}

#[test]
fn the_history_is_of_the_promised_size_and_order() {
    let rows = whole_history();
    assert!((130_000..175_000).contains(&rows.len()), "about 150,000 requests, not {}", rows.len());
    assert!(rows.is_sorted_by(|a, b| a.place() < b.place()), "strictly ascending");
    let ids: BTreeSet<u64> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows.len(), "identifiers never repeat");
}

#[test]
fn the_history_is_believable() {
    let rows = whole_history();
    let failed = rows.iter().filter(|row| row.failed).count() * 1000 / rows.len();
    assert!((10..=20).contains(&failed), "1 to 2 % fail, not {failed} per mille");
    assert!(rows.iter().any(|row| row.tokens.cache_read > 0), "some prompts are read from the cache");
    assert!(rows.iter().all(|row| !row.failed || row.cost == Nanos::ZERO), "a failed request costs nothing");
    let mut cost = BTreeMap::<usize, i64>::new();
    for row in &rows {
        *cost.entry(row.company).or_default() += row.cost.0;
    }
    for (index, company) in COMPANIES.iter().enumerate() {
        let spent = cost.get(&index).copied();
        match company.situation {
            Situation::New => assert_eq!(spent, None, "the new company never called"),
            Situation::Private => assert_eq!(spent, Some(0), "its own hardware costs nothing per token (S0-14)"),
            _ => assert!(spent > Some(1_000_000_000), "{} spent {spent:?}", company.name),
        }
    }
}

#[test]
fn traffic_grows_rests_at_night_and_at_weekends_and_spikes_once() {
    let rows = whole_history();
    let count = |keep: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| keep(row)).count();
    let tokyo: Zone = "Asia/Tokyo".parse().unwrap();
    let hour = |row: &Row| tokyo.clock(row.occurred_at).1;
    let day = count(&|row| row.company == 2 && (9..18).contains(&hour(row)));
    let night = count(&|row| row.company == 2 && (0..6).contains(&hour(row)));
    assert!(day > 8 * night, "{day} by day and {night} by night in Yokohama");
    let month = |text: &str| Zone::utc().days(text.parse().unwrap(), text.parse::<Date>().unwrap().plus_days(29));
    let (early, late) = (month("2025-07-01"), month("2026-10-01"));
    let (early, late) = (count(&|r| early.contains(r.occurred_at)), count(&|r| late.contains(r.occurred_at)));
    assert!(late > 3 * early, "{early} requests grew to {late}");
    let on = |date: Date| count(&|r| r.company == 8 && Zone::utc().date_of(r.occurred_at) == date);
    let spike = epoch().plus_days(-95);
    assert!(on(spike) > 3 * on(spike.plus_days(-14)), "the spike stands out");
}

#[test]
fn two_companies_call_in_the_first_millisecond_of_a_month() {
    let start = Zone::utc().start_of("2026-11-01".parse().unwrap());
    let rows = traffic(1, epoch(), Period::new(start, start.plus_millis(1)).unwrap());
    assert_eq!(rows.len(), 2, "their budgets can be told at any time");
}
