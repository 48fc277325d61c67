//! Adding usage up without losing any of it.

use std::collections::BTreeMap;

use domain::{Date, Meter, MoneyError, Nanos, Quantities};

/// The sums of some usage.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) quantities: Quantities,
    pub(super) failed_requests: u64,
    pub(super) cost: Nanos,
}

impl Tally {
    /// Adds; refuses where a counter would stop at its end and hide usage.
    pub(super) fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        let quantities = self.quantities.plus(&other.quantities);
        if Meter::ALL.into_iter().any(|meter| quantities.get(meter) == u64::MAX) {
            return Err(MoneyError::Overflow);
        }
        Ok(Self {
            quantities,
            failed_requests: self.failed_requests.saturating_add(other.failed_requests),
            cost: self.cost.checked_add(other.cost)?,
        })
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

    pub(super) fn iter(&self) -> impl Iterator<Item = (Date, &Tally)> {
        self.0.iter().map(|(day, tally)| (*day, tally))
    }
}
