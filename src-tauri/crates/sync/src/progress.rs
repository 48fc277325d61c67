//! What can be told while a sync runs.

use std::sync::Arc;
use std::time::Duration;

use domain::GatewayId;
use store::Tag;

use crate::Pull;

/// How far a sync of one gateway has come. Sent after each committed page, and before a wait that the gateway asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The gateway.
    pub gateway: GatewayId,
    /// The pull; `None` before the first, while the gateway is asked what it is.
    pub pull: Option<Pull>,
    /// Which pull of this gateway's this is, counted from 1.
    pub number: usize,
    /// How many pulls are planned for this gateway at present; grows once its accounts are listed.
    pub total: usize,
    /// How much of this pull is done, in per mille, where the gateway tells.
    pub done: Option<u16>,
    /// Rows this pull has fetched so far.
    pub rows: u64,
    /// How long the sync waits from now on, because the gateway asked for quiet.
    pub waits: Option<Duration>,
    /// What the page changed in the database: which of a window's caches are stale.
    pub changed: Vec<Tag>,
}

/// Who is told. Called between pages; must not block.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;
