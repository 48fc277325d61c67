//! Reconciling: what somebody else says usage came to, against the rows we charge from, and why the two differ.
//!
//! **Owns:** the causes of a difference and how each is told from the others ([`Cause`] has the definitions), and that
//! the parts of a [`Split`] add up to its difference. **Does not own:** where either side comes from, and what is done
//! about it: a person decides.

mod bill;
mod split;
mod totals;

pub use bill::{BillLine, DayPool, KnownRow, SpareRow};
pub use split::{Cause, Finding, Part, Place, Split};
pub use totals::{Measure, TotalCell};

#[cfg(test)]
mod tests;
