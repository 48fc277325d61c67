//! Tiers and included quantities: cutting a month's usage into bands, day by day.

use std::collections::BTreeMap;

use domain::{Date, Month, Quantities};

use super::Group;
use super::tally::{Days, Tally};
use crate::price_book::{PriceBook, PriceRule};

/// A day's usage of one group under a rule with steps.
struct Entry<'a> {
    /// The place of its rule among those met so far.
    rule: usize,
    day: Date,
    tally: &'a mut Tally,
}

/// Cuts the usage of rules with steps into bands: per rule and month, in the order of days, and within a day in the order
/// of gateways and models. An edition that leaves a rule as it is does not start its month again.
pub(super) fn cut(groups: &mut BTreeMap<Group<'_>, Days>, book: &PriceBook) {
    let (rules, mut entries) = entries(groups, book);
    entries.sort_by_key(|entry| entry.day);
    let mut totals: BTreeMap<(usize, Month), Quantities> = BTreeMap::new();
    for entry in &entries {
        add(totals.entry((entry.rule, entry.day.month())).or_default(), entry.tally);
    }
    let mut used: BTreeMap<(usize, Month), Quantities> = BTreeMap::new();
    for entry in entries {
        let place = (entry.rule, entry.day.month());
        let (Some(rule), Some(total)) = (rules.get(entry.rule), totals.get(&place)) else { continue };
        let before = used.entry(place).or_default();
        let bands = rule.conditions.bands(before, &entry.tally.quantities, total);
        add(before, entry.tally);
        entry.tally.bands = bands.into_iter().map(|(meter, band, units)| ((meter, band), units)).collect();
    }
}

fn add(sum: &mut Quantities, tally: &Tally) {
    *sum = sum.plus(&tally.quantities);
}

fn entries<'a, 'b>(
    groups: &'a mut BTreeMap<Group<'_>, Days>,
    book: &'b PriceBook,
) -> (Vec<&'b PriceRule>, Vec<Entry<'a>>) {
    let (mut rules, mut entries) = (Vec::new(), Vec::new());
    for (group, days) in groups {
        let Some(rule) = group.rule(book).filter(|rule| rule.conditions.has_steps()) else { continue };
        let known = rules.iter().position(|known| *known == rule);
        let place = known.unwrap_or_else(|| {
            rules.push(rule);
            rules.len() - 1
        });
        entries.extend(days.iter_mut().map(|(day, tally)| Entry { rule: place, day, tally }));
    }
    (rules, entries)
}
