//! How statements become roll-ups.
//!
//! **Owns:** which of two statements about the same thing holds, which grain counts for a day, and that every roll-up
//! equals the sum of the counted raw rows. **Does not own:** when to pull, or what usage is worth.
//!
//! The rules that make the outcome independent of order and repetition (product.md R6):
//! * two statements of one origin: the one observed later holds; observed together, the greater one;
//! * an account's UTC day counts in one grain: the only one known, else the preferred one, unless it was pinned;
//! * a day whose rows were erased takes no statement any more, and its sums stay as they are.

mod amounts;
mod bulk;
pub(crate) mod by_key;
pub(crate) mod erase;
pub(crate) mod ingest;
pub(crate) mod intern;
pub(crate) mod place;
pub(crate) mod raw;
pub(crate) mod reroll;
mod rollup;
pub(crate) mod source;
pub(crate) mod span;
mod statement;

use domain::{GatewayId, Grain, Timestamp, UsageRecord};

pub(crate) use self::amounts::{AMOUNTS, Amounts, MEDIA, amount_columns};
pub use self::by_key::KeyModelRow;
pub use self::erase::RawCount;
pub(crate) use self::span::{Cover, cover};
pub(crate) use self::statement::fingerprint;

/// Statements fetched together.
#[derive(Debug, Clone, Copy)]
pub struct IngestBatch<'r> {
    /// Who stated them.
    pub gateway: GatewayId,
    /// The statements, of either grain.
    pub records: &'r [UsageRecord],
    /// When they were fetched. Of two statements about the same thing, the one fetched later holds.
    pub observed_at: Timestamp,
    /// Which grain counts where both are known. Use one value per gateway.
    pub prefer: Grain,
}

/// What a batch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Statements about something new.
    pub inserted: u64,
    /// Statements that changed what was known.
    pub restated: u64,
    /// Statements that told nothing new, or were older than what is known.
    pub unchanged: u64,
    /// Statements (of any of the above) that stand for no client at present.
    pub unattributed: u64,
}

/// Milliseconds in a UTC day.
pub(crate) const DAY_MILLIS: i64 = 86_400_000;
/// Places for requests in one UTC day: a request's row number is its day times this, plus its place.
pub(crate) const DAY_PLACES: i64 = 1 << 26;

/// A UTC day after every other whose row numbers can be told.
const LAST_DAY: i64 = i64::MAX / DAY_PLACES - 1;

#[cfg(test)]
mod tests;
