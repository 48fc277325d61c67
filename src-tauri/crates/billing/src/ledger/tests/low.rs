//! Low balances and how long credit lasts.

use std::collections::BTreeMap;

use domain::ModelScope;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{charge, day, deposit, doubled, due, fast_chat, holding, number, usd};
use crate::ledger::*;

/// Balances one after the other, each with whether a top-up led to it.
type Steps<'a> = &'a [(&'a str, bool)];

fn usual() -> Vec<Decimal> {
    vec![number("5"), number("0")]
}

/// Looks after each step and says what was told: `5@4.99`.
fn told(thresholds: &[Decimal], steps: Steps) -> Vec<String> {
    let (mut known, mut told) = (BTreeMap::new(), Vec::new());
    for (spendable, topped_up) in steps {
        let changes = low_balance(number(spendable), *topped_up, thresholds, &known);
        let news = changes.iter().filter(|(_, state)| *state == Watch::Told);
        told.extend(news.map(|(threshold, _)| format!("{threshold}@{spendable}")));
        known.extend(changes);
    }
    told
}

#[test]
fn s1_16_a_threshold_is_told_once_and_again_after_a_top_up() {
    let (up, use_) = (true, false);
    let rows: [(Steps, &[&str]); 10] = [
        (&[("10", up), ("5", use_), ("4.99", use_), ("4", use_), ("0", use_), ("0", use_)], &["5@4.99", "0@0"]),
        (&[("10", up), ("0", use_)], &["5@0", "0@0"]),
        (&[("0", use_), ("0", use_)], &[]),
        (&[("4", up), ("3", use_), ("0", use_)], &["0@0"]),
        (&[("10", up), ("4", use_), ("9", up), ("4", use_)], &["5@4", "5@4"]),
        (&[("10", up), ("0", use_), ("4", up), ("0", use_)], &["5@0", "0@0", "0@0"]),
        (&[("10", up), ("4.9", use_), ("5.1", use_), ("4.9", use_)], &["5@4.9"]),
        (&[("10", up), ("4", use_), ("5", up), ("4", use_)], &["5@4"]),
        (&[("100", use_), ("1", use_)], &["5@1"]),
        (&[("10", up), ("0.000000000000000001", use_)], &["5@0.000000000000000001"]),
    ];
    for (steps, wanted) in rows {
        assert_eq!(told(&usual(), steps), wanted, "{steps:?}");
    }
    assert_eq!(told(&[], &[("10", up), ("0", use_)]), Vec::<String>::new(), "without thresholds nobody is told");
}

#[test]
fn a_threshold_that_is_new_waits_for_credit_above_it() {
    let mut known = BTreeMap::new();
    known.extend(low_balance(number("7"), true, &usual(), &known));
    let more = [number("10"), number("5"), number("0")];
    assert_eq!(low_balance(number("7"), false, &more, &known), [], "the credit never fell below 10");
    assert_eq!(low_balance(number("11"), false, &more, &known), [(number("10"), Watch::Armed)]);
    known.insert(number("10"), Watch::Told);
    let lifted = low_balance(number("20"), true, &usual(), &known);
    assert_eq!(lifted, [(number("10"), Watch::Armed)], "also where it is not asked for at present");
    assert_eq!(
        low_balance(number("4.00"), false, &[number("5.00")], &known),
        [(number("5"), Watch::Told)],
        "5.00 is 5"
    );
}

proptest! {
    /// Against a book of its own: a threshold is told exactly when the credit is below it and it was above it at the first
    /// look or at a top-up since it was last told; and looking twice is looking once.
    #[test]
    fn each_crossing_is_told_once(steps in prop::collection::vec((0_u32..1200, any::<bool>()), 0..60)) {
        let thresholds = usual();
        let mut known = BTreeMap::new();
        let mut waiting: BTreeMap<Decimal, Option<bool>> = thresholds.iter().map(|threshold| (*threshold, None)).collect();
        for (cents, topped_up) in steps {
            let spendable = Decimal::new(i64::from(cents), 2) - Decimal::ONE;
            let changes = low_balance(spendable, topped_up, &thresholds, &known);
            for (threshold, waits) in &mut waiting {
                let below = spendable < *threshold || spendable <= Decimal::ZERO;
                let tells = *waits == Some(true) && below;
                prop_assert_eq!(tells, changes.contains(&(*threshold, Watch::Told)), "{} at {}", threshold, spendable);
                let lifts = spendable > *threshold && (waits.is_none() || topped_up);
                *waits = if tells { Some(false) } else if lifts { Some(true) } else { *waits };
            }
            known.extend(changes);
            prop_assert_eq!(low_balance(spendable, topped_up, &thresholds, &known), vec![]);
        }
    }

    /// Against fractions of whole numbers.
    #[test]
    fn runway_is_the_whole_days_that_credit_pays_for(credit in 1_i64..100_000_000, spent in 1_i64..100_000_000, days in 2_u32..=7) {
        let wanted = i128::from(credit) * i128::from(days) / i128::from(spent);
        let got = runway(Decimal::new(credit, 4), Decimal::new(spent, 4), days).unwrap();
        prop_assert_eq!(got, u32::try_from(wanted).ok().filter(|days| *days <= 365).map_or(Runway::MoreThanAYear, Runway::Days));
    }
}

#[test]
fn s0_13_runway_says_what_it_does_not_know() {
    let rows = [
        ("6", "7", 7, Runway::Days(6)),
        ("6.999999999999999999", "7", 7, Runway::Days(6)),
        ("0.9", "7", 7, Runway::Days(0)),
        ("0", "7", 7, Runway::UsedUp),
        ("-1", "0", 0, Runway::UsedUp),
        ("6", "0", 7, Runway::NothingSpent),
        ("6", "2", 1, Runway::Unknown),
        ("6", "0", 1, Runway::Unknown),
        ("6", "2", 2, Runway::Days(6)),
        ("365.999", "7", 7, Runway::Days(365)),
        ("366", "7", 7, Runway::MoreThanAYear),
        ("79228162514264337593543950", "0.000000000000000001", 7, Runway::MoreThanAYear),
    ];
    for (credit, spent, days, wanted) in rows {
        let got = runway(number(credit), number(spent), days);
        assert_eq!(got.unwrap(), wanted, "{credit} of which {spent} in {days} days");
    }
}

#[test]
fn s1_16_only_credit_for_any_model_counts() {
    let ledger = holding(&[
        (LotKind::Paid, "1", None, ModelScope::All),
        (LotKind::Free, "2", None, ModelScope::All),
        (LotKind::Bonus, "4", Some(50), ModelScope::All),
        (LotKind::Bonus, "8", Some(90), fast_chat()),
    ]);
    assert_eq!(ledger.spendable(day(49)).unwrap(), usd("7"));
    assert_eq!(ledger.spendable(day(50)).unwrap(), usd("3"), "what has ended cannot be spent");
}

#[test]
fn a_top_up_is_what_somebody_decided() {
    let mut ledger = Ledger::open(domain::Currency::USD);
    let terms = doubled();
    let deposit = ledger.deposit(day(0), usd("10"), ("", ""), (number("5"), &terms)).unwrap();
    for entry in &deposit {
        ledger.post(entry).unwrap();
    }
    assert!(ledger.was_topped_up(&deposit).unwrap());
    assert!(!ledger.was_topped_up(&deposit[1..]).unwrap(), "a bonus for one model lifts nothing");
    let spent = charge(&mut ledger, &due(1, "smart-chat", "8")).unwrap();
    let restated = charge(&mut ledger, &due(1, "smart-chat", "1")).unwrap();
    assert_eq!(restated.parts().kind, EntryKind::Reversal);
    let less = ledger.adjust(day(2), LotKind::Paid, usd("-1"), "wrong").unwrap();
    let more = ledger.adjust(day(2), LotKind::Free, usd("1"), "goodwill").unwrap();
    ledger.post(&more).unwrap();
    for (entry, wanted) in [(spent, false), (restated, false), (less, false), (more, true)] {
        assert_eq!(ledger.was_topped_up(std::slice::from_ref(&entry)).unwrap(), wanted, "{entry:?}");
    }
}

#[test]
fn j5_the_pace_counts_what_any_credit_paid_for() {
    let mut ledger = Ledger::open(domain::Currency::USD);
    deposit(&mut ledger, 0, "10", &doubled());
    charge(&mut ledger, &due(1, "fast-chat", "4"));
    charge(&mut ledger, &due(2, "smart-chat", "3"));
    let of = |first: i32, last: i32| {
        let on = |days: i32| due(days, "m", "1").receipt.day;
        ledger.charged(on(first), on(last)).unwrap()
    };
    assert_eq!((of(1, 2), of(2, 7), of(3, 7)), (usd("7"), usd("3"), usd("0")));
    assert_eq!(ledger.spendable(day(3)).unwrap(), usd("7"));
}
