//! Months and thirds of months: the dates that the coarse roll-ups add up, and ranges cut along them.

use domain::Date;

use crate::column::days;

/// Places per month: the month itself, then its thirds (days 1 to 10, 11 to 20, 21 to the end).
const PLACES: i64 = 4;

/// A range of dates as few spans and at most two runs of days, together each date once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cover {
    /// Numbers of months and thirds that lie wholly in the range.
    pub(crate) spans: Vec<i64>,
    /// First and last day of the dates before and after the spans; without spans, of all. Empty when first > last.
    pub(crate) edges: [(i64, i64); 2],
}

/// The month and the third that a date lies in, by number.
pub(crate) fn spans_of(day: i64) -> [i64; 2] {
    let (month, place) = month_and_day(day);
    [month * PLACES, month * PLACES + third(place)]
}

/// Cuts a range of dates along months and thirds.
pub(crate) fn cover(first: i64, last: i64) -> Cover {
    let mut spans = Vec::new();
    let (mut before, mut after) = ((first, first - 1), (1, 0));
    let mut day = first;
    while day <= last {
        if let Some((span, end)) = starting(day).into_iter().find(|(_, end)| *end <= last) {
            spans.push(span);
            day = end + 1;
        } else if spans.is_empty() {
            before.1 = day;
            day += 1;
        } else {
            after = (day, last);
            day = last + 1;
        }
    }
    Cover { spans, edges: [before, after] }
}

/// The spans that start on a date, longest first, each with its last day.
fn starting(day: i64) -> Vec<(i64, i64)> {
    let (month, place) = month_and_day(day);
    let [whole, third] = spans_of(day);
    let end = first_day(month + 1) - 1;
    match place {
        1 => vec![(whole, end), (third, day + 9)],
        11 => vec![(third, day + 9)],
        21 => vec![(third, end)],
        _ => Vec::new(),
    }
}

fn third(place: i8) -> i64 {
    match place {
        ..=10 => 1,
        11..=20 => 2,
        _ => 3,
    }
}

/// 12 * year + month - 1, and the day of the month.
fn month_and_day(day: i64) -> (i64, i8) {
    let (year, month, place) = Date::from_epoch_days(i32::try_from(day).unwrap_or(0)).parts();
    (12 * i64::from(year) + i64::from(month) - 1, place)
}

/// Days since 1970 of the first day of a month 12 * year + month - 1.
fn first_day(month: i64) -> i64 {
    let year = i16::try_from(month.div_euclid(12)).unwrap_or(1970);
    let month = i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
    Date::new(year, month, 1).map_or(0, days)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> i64 {
        days(text.parse().unwrap())
    }

    fn month(year: i64, month: i64) -> i64 {
        PLACES * (12 * year + month - 1)
    }

    #[test]
    fn ranges_are_cut_along_months_and_thirds() {
        let december = month(2026, 12);
        let rows = [
            ("2026-12-01", "2026-12-31", vec![december], 0),
            ("2026-12-01", "2026-12-30", vec![december + 1, december + 2], 10),
            ("2026-12-02", "2026-12-31", vec![december + 2, december + 3], 9),
            ("2026-10-16", "2026-11-14", vec![month(2026, 10) + 3, month(2026, 11) + 1], 9),
            ("2026-12-05", "2026-12-19", vec![], 15),
            ("2025-12-31", "2026-02-28", vec![month(2026, 1), month(2026, 2)], 1),
        ];
        for (first, last, spans, rest) in rows {
            let cover = cover(day(first), day(last));
            let left: i64 = cover.edges.iter().map(|(first, last)| (last - first + 1).max(0)).sum();
            assert_eq!((cover.spans, left), (spans, rest), "{first} to {last}");
        }
        assert_eq!(cover(10, 9).edges, [(10, 9), (1, 0)], "an empty range covers nothing");
    }

    proptest! {
        /// Whatever the range: each of its dates is in exactly one span or edge, and no other date is in any.
        #[test]
        fn every_date_of_a_range_is_covered_once(first in 0_i64..40_000, length in 0_i64..1_200) {
            let last = first + length;
            let cover = cover(first, last);
            let chosen: BTreeSet<i64> = cover.spans.iter().copied().collect();
            prop_assert_eq!(chosen.len(), cover.spans.len(), "no span twice");
            for day in first - 40..=last + 40 {
                let spans = spans_of(day).iter().filter(|span| chosen.contains(span)).count();
                let edges = cover.edges.iter().filter(|(first, last)| (*first..=*last).contains(&day)).count();
                prop_assert_eq!(spans + edges, usize::from((first..=last).contains(&day)), "day {}", day);
            }
        }
    }
}
