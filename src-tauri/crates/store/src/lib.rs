//! The local database: the agency's books, the cache of usage, and the report queries over both.
//!
//! **Owns:** SQL, the file, its migrations and backups, and which tables a write touched. **Does not own:** what a price
//! or an invoice means (snapshots are opaque text here), when to pull, how a figure is shown. Nothing here calls out to
//! the network or reads a clock. Queries are checked when compiled, against `.sqlx`; `prepare.sh` refreshes it.
//!
//! [`Store::reader`] gives one consistent snapshot; [`Store::begin`] gives the single writer, whose
//! [`Writer::commit`] tells the tags it touched. Dropping a writer rolls everything back.

pub mod change;
mod column;
pub mod error;
mod open;
pub mod report;
pub mod session;
pub mod table;
#[cfg(test)]
mod testing;
pub mod usage;

pub use change::{Changed, Origin, Tag};
pub use error::StoreError;
pub use open::{READERS, Store};
pub use report::{Filter, Group, Report};
pub use session::{Reader, Writer};
pub use usage::{IngestBatch, Ingested, RawCount};

/// What every method of this crate answers.
pub type StoreResult<T> = Result<T, StoreError>;
