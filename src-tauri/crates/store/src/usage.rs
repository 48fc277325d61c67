//! How statements become roll-ups.

use domain::{GatewayId, Grain, Timestamp, UsageRecord};

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
