//! Adding usage up without losing any of it.

use std::collections::BTreeMap;

use domain::{Date, Meter, MoneyError, Nanos, Quantities};

use crate::price_book::{Band, Savings};

/// The sums of some usage.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) quantities: Quantities,
    pub(super) failed_requests: u64,
    pub(super) cost: Nanos,
    /// What its requests saved against a commission's list, each for itself.
    pub(super) saved: Savings,
    /// The quantities cut into bands; empty where the rule has no steps.
    pub(super) bands: BTreeMap<(Meter, Band), u64>,
}

impl Tally {
    /// Adds; refuses where a counter would stop at its end and hide usage.
    pub(super) fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        let quantities = self.quantities.plus(&other.quantities);
        if Meter::ALL.into_iter().any(|meter| quantities.get(meter) == u64::MAX) {
            return Err(MoneyError::Overflow);
        }
        let mut bands = self.bands.clone();
        for (band, units) in &other.bands {
            // A band is a part of its quantity, so its sum cannot pass the end before the quantity does.
            let sum = bands.entry(*band).or_default();
            *sum = sum.saturating_add(*units);
        }
        Ok(Self {
            quantities,
            failed_requests: self.failed_requests.saturating_add(other.failed_requests),
            cost: self.cost.checked_add(other.cost)?,
            saved: self.saved.plus(other.saved)?,
            bands,
        })
    }

    /// The quantities by the rate they are charged at; without steps all at the rule's own.
    pub(super) fn bands(&self) -> impl Iterator<Item = (Meter, Band, u64)> + '_ {
        let cut = self.bands.iter().map(|((meter, band), units)| (*meter, *band, *units));
        let whole = self.quantities.iter().filter(|_| self.bands.is_empty());
        cut.chain(whole.map(|(meter, units)| (meter, Band::Step(0), units)))
    }

    /// Whether there is nothing to charge for: no quantity and no cost.
    pub(super) fn is_idle(&self) -> bool {
        self.quantities == Quantities::NONE && self.cost == Nanos::ZERO
    }
}

/// Sums per local day.
#[derive(Debug, Default)]
pub(super) struct Days(BTreeMap<Date, Tally>);

impl Days {
    pub(super) fn add(&mut self, day: Date, more: &Tally) -> Result<(), MoneyError> {
        let sum = self.0.entry(day).or_default();
        *sum = sum.plus(more)?;
        Ok(())
    }

    pub(super) fn total(&self) -> Result<Tally, MoneyError> {
        self.0.values().try_fold(Tally::default(), |sum, day| sum.plus(day))
    }

    /// First and last day with usage.
    pub(super) fn span(&self) -> Option<(Date, Date)> {
        Some((*self.0.first_key_value()?.0, *self.0.last_key_value()?.0))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Date, &mut Tally)> {
        self.0.iter_mut().map(|(day, tally)| (*day, tally))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Date, &Tally)> {
        self.0.iter().map(|(day, tally)| (*day, tally))
    }
}
