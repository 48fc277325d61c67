//! Credit that runs low: which of an agency's thresholds a client fell below and is told of, once each (S1-16).

use std::collections::{BTreeMap, BTreeSet};

use domain::{ExactAmount, ModelScope, MoneyError, Timestamp};
use rust_decimal::Decimal;

use super::entry::{Entry, EntryKind, Pot};
use super::fold::Ledger;
use super::lot::LotNumber;
use super::money::{is_negative, sum};

/// How a threshold stands with a client. One that its credit never was above has no state: nothing can fall below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Watch {
    /// The credit is above it: falling below it will be told.
    Armed,
    /// It fell below and that was told; it will be again once a top-up has lifted it above.
    Told,
}

impl Watch {
    /// The stable name used in storage.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Armed => "armed",
            Self::Told => "told",
        }
    }

    /// The state with this [`Watch::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Armed, Self::Told].into_iter().find(|state| state.code() == code)
    }
}

/// What changes at a client's thresholds, the highest first: which are told now, and which will be told again.
///
/// A threshold is told when the credit is below it, that of 0 when nothing is left, and only where it was above it before.
/// What lifts it above again is a top-up: usage that was restated lifts and lowers credit by itself, and nobody is told of
/// that twice. Looking again without anything new changes nothing.
#[must_use]
pub fn low_balance(
    spendable: Decimal,
    topped_up: bool,
    thresholds: &[Decimal],
    known: &BTreeMap<Decimal, Watch>,
) -> Vec<(Decimal, Watch)> {
    let all: BTreeSet<Decimal> = thresholds.iter().chain(known.keys()).copied().collect();
    let change = |threshold: Decimal| {
        let (wanted, above) = (thresholds.contains(&threshold), spendable > threshold);
        let below = spendable < threshold || spendable <= Decimal::ZERO;
        match known.get(&threshold) {
            Some(Watch::Armed) if below && wanted => Some((threshold, Watch::Told)),
            Some(Watch::Told) if above && topped_up => Some((threshold, Watch::Armed)),
            None if above && wanted => Some((threshold, Watch::Armed)),
            _ => None,
        }
    };
    all.into_iter().rev().filter_map(change).collect()
}

impl Ledger {
    /// Credit that is good for any model at an instant: what is paid, and what was given for every model. The one sum of
    /// kinds there is: all of it can be spent on everything.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn spendable(&self, at: Timestamp) -> Result<ExactAmount, MoneyError> {
        let good = self.lots().filter(|held| *held.lot.scope() == ModelScope::All && !held.lot.is_expired(at));
        sum(self.currency(), good.map(|held| held.left))
    }

    /// Whether entries that were posted last brought credit for any model by somebody's decision: a deposit, a gift, an
    /// adjustment, a refund. Usage that was restated brings none.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn was_topped_up(&self, posted: &[Entry]) -> Result<bool, MoneyError> {
        let any: BTreeSet<LotNumber> =
            self.lots().filter(|held| *held.lot.scope() == ModelScope::All).map(|held| held.lot.number()).collect();
        let decided = posted.iter().filter(|entry| {
            matches!(
                entry.parts().kind,
                EntryKind::Deposit | EntryKind::Promotion | EntryKind::Adjustment | EntryKind::Refund
            )
        });
        let postings = decided.flat_map(|entry| &entry.parts().postings);
        let given = postings.filter(|posting| matches!(posting.pot, Pot::Lot(number) if any.contains(&number)));
        // Credit that a client holds is below zero.
        Ok(is_negative(sum(self.currency(), given.map(|posting| posting.amount))?))
    }
}
