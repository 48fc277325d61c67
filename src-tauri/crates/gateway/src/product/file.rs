//! Usage from a file: the way in for a gateway without an API, and for an upstream bill to reconcile against.
//!
//! **Owns:** reading CSV and JSON Lines through a [`ColumnMapping`], whole or not at all. **Does not own:** where the
//! mapping is remembered, and what the accounts and keys named in the file are to the agency.

mod adapter;
mod bill;
mod field;
mod mapping;
mod preview;
mod read;
mod row;
mod source;

pub use adapter::{PRODUCT, gateway};
pub use bill::{Bill, BillRow, bill};
pub use mapping::{Column, ColumnMapping};
pub use preview::{MappedRow, Preview, Totals, preview};
pub use read::{RowProblem, Scan, columns, read, scan};
pub use source::Format;

#[cfg(test)]
mod tests;
