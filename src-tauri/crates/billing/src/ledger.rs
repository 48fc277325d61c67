//! A client's ledger: prepaid credit, charges, and what is owed; double entry, append-only.
//!
//! **Owns:** what an entry may say ([`Entry::new`] is the only way to one, and refuses what does not balance), which lots a
//! charge takes from and in which order (S0-17), what a refund gives back, when credit ends. **Does not own:** where
//! entries are kept, what usage costs ([`crate::rating`]), and when anything is posted: time is an argument.
//!
//! Entries are the only truth: [`Ledger::replay`] folds them, and checks each against the rules as it does. What is to
//! happen is proposed by a method on `&Ledger` that answers an [`Entry`]; [`Ledger::post`] folds that in. Nothing is
//! rounded: amounts are as exact as the charges they come from.

mod days;
mod entry;
mod error;
mod fold;
mod invoicing;
mod lot;
mod low;
mod money;
mod movements;
mod promotion;
mod propose;
mod runway;
mod spending;

pub use days::none_below_zero;
pub use entry::{Entry, EntryKind, EntryNumber, EntryParts, Posting, Pot, Receipt};
pub use error::LedgerError;
pub use fold::{Balances, HeldLot, Ledger, Posted};
pub use invoicing::Owing;
pub use lot::{Lot, LotKind, LotNumber};
pub use low::{Watch, low_balance};
pub use movements::Movements;
pub use promotion::{FirstDeposit, Promotions};
pub use propose::{Closing, Due, Refund};
pub use runway::{PACE_DAYS, Runway, runway};

#[cfg(test)]
mod tests;
