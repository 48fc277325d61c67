//! Why the ledger refused something, as sentences.

use domain::{Currency, ExactAmount, MoneyError};

use super::entry::{EntryKind, Pot};
use super::lot::{LotKind, LotNumber};

/// Why an entry was refused. Nothing was posted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Debits and credits differ.
    #[error("the entry's debits and credits differ by {0}: every entry has to balance")]
    Unbalanced(ExactAmount),
    /// An entry without two sides.
    #[error("an entry needs at least two postings, each of an amount, and no two to the same place")]
    Shape,
    /// Two currencies in one ledger.
    #[error("the ledger is kept in {ledger}, and this is in {other}: use {ledger}")]
    Currency {
        /// The ledger's.
        ledger: Currency,
        /// The other.
        other: Currency,
    },
    /// No reason for what needs one (S3-05).
    #[error("{} needs a reason: say in a few words why", .0.noun())]
    NoReason(EntryKind),
    /// An amount that is not above zero.
    #[error("the amount has to be above zero")]
    NotPositive,
    /// A top-up below the smallest one (S1-15).
    #[error("a deposit is at least {0}: pay in {0} or more")]
    BelowMinimum(ExactAmount),
    /// More asked for than there is.
    #[error("there is only {left} of {what} left: use at most that")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// What is left.
        left: ExactAmount,
    },
    /// The same thing twice.
    #[error("this was posted before (`{0}`): nothing is posted twice")]
    Again(String),
    /// A charge that the ledger does not hold.
    #[error("no charge was posted for this receipt: look at the ledger for one that was")]
    NoCharge,
    /// A lot that cannot be.
    #[error("{0}")]
    Lot(&'static str),
    /// A pot below zero, or a lot above what it was opened with.
    #[error("the entry takes more from {0} than it holds")]
    Overdrawn(Pot),
    /// A lot drawn for a model that it is not for.
    #[error("lot {0} is not for this model")]
    OutOfScope(LotNumber),
    /// A lot drawn after its end.
    #[error("lot {0} had expired")]
    Expired(LotNumber),
    /// Lots are numbered from 1 without gaps.
    #[error("lot {0} is out of order: lots are numbered from 1 without gaps")]
    Order(LotNumber),
    /// A lot named and not opened.
    #[error("there is no lot {0}")]
    NoLot(LotNumber),
    /// An entry whose sides are not what its kind says.
    #[error("{} cannot have these postings", .0.noun())]
    Kind(EntryKind),
    /// Arithmetic.
    #[error(transparent)]
    Amount(#[from] MoneyError),
}

impl LedgerError {
    pub(super) fn too_much(kind: LotKind, left: ExactAmount) -> Self {
        let what = match kind {
            LotKind::Paid => "the paid credit",
            LotKind::Bonus => "the bonus credit",
            LotKind::Free => "the free credit",
        };
        Self::TooMuch { what, left }
    }
}
