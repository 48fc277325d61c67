//! The summable columns that raw usage and every roll-up share.

use domain::{Meter, Nanos, Quantities, UsageRecord};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::report::Consumption;
use crate::{StoreError, StoreResult};

/// Number of summable columns.
pub(crate) const AMOUNTS: usize = Meter::ALL.len() + 2;

const NAMES: [&str; AMOUNTS] = [
    "requests",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "images",
    "video_millis",
    "speech_chars",
    "audio_millis",
    "failed",
    "cost",
];

/// The summable columns in order, each written by `spell`, separated by commas.
pub(crate) fn amount_columns(spell: impl Fn(&str) -> String) -> String {
    NAMES.map(spell).join(", ")
}

/// The places of [`Amounts`] that stay 0 while nobody makes images, video, speech or transcripts.
pub(crate) const MEDIA: std::ops::Range<usize> = Meter::Images as usize..Meter::AudioMillis as usize + 1;

/// Every meter in its declared order, then failed requests, then cost in nano-units. Differences may be negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amounts(pub(crate) [i64; AMOUNTS]);

impl Amounts {
    pub(crate) fn of(record: &UsageRecord) -> StoreResult<Self> {
        let beyond = |_| StoreError::rule("a gateway stated a quantity that is impossibly large: check its usage log");
        let mut amounts = [0; AMOUNTS];
        for (slot, meter) in amounts.iter_mut().zip(Meter::ALL) {
            *slot = i64::try_from(record.quantities.get(meter)).map_err(beyond)?;
        }
        amounts[AMOUNTS - 2] = i64::try_from(record.failed_requests).map_err(beyond)?;
        amounts[AMOUNTS - 1] = record.cost.0;
        Ok(Self(amounts))
    }

    /// Reads the columns that start at `first`.
    pub(crate) fn read(row: &SqliteRow, first: usize) -> StoreResult<Self> {
        let mut amounts = [0; AMOUNTS];
        for (place, slot) in amounts.iter_mut().enumerate() {
            *slot = row.try_get(first + place)?;
        }
        Ok(Self(amounts))
    }

    /// Adds; wraps at the ends of `i64`, which no sum of a gateway's statements reaches.
    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = mine.wrapping_add(theirs);
        }
    }

    pub(crate) fn negated(&self) -> Self {
        Self(self.0.map(i64::wrapping_neg))
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.iter().all(|amount| *amount == 0)
    }
}

impl From<Amounts> for Consumption {
    fn from(amounts: Amounts) -> Self {
        let count = |amount: i64| u64::try_from(amount).unwrap_or(0);
        let meters = Meter::ALL.into_iter().zip(amounts.0);
        Self {
            quantities: meters.fold(Quantities::NONE, |sum, (meter, amount)| sum.with(meter, count(amount))),
            failed_requests: count(amounts.0[AMOUNTS - 2]),
            cost: Nanos(amounts.0[AMOUNTS - 1]),
        }
    }
}

impl From<&Consumption> for Amounts {
    fn from(consumption: &Consumption) -> Self {
        let count = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        let mut amounts = [0; AMOUNTS];
        for (slot, meter) in amounts.iter_mut().zip(Meter::ALL) {
            *slot = count(consumption.quantities.get(meter));
        }
        amounts[AMOUNTS - 2] = count(consumption.failed_requests);
        amounts[AMOUNTS - 1] = consumption.cost.0;
        Self(amounts)
    }
}
