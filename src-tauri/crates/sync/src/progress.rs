//! What can be told while a sync runs.

use std::sync::Arc;

use domain::GatewayId;
use store::Tag;

use crate::Pull;

/// How far a pull has come. Sent after each committed page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The gateway.
    pub gateway: GatewayId,
    /// The pull.
    pub pull: Pull,
    /// Which pull of this gateway's this is, counted from 1.
    pub number: usize,
    /// How many pulls are planned for this gateway at present; grows once its accounts are listed.
    pub total: usize,
    /// How much of this pull is done, in per mille, where the gateway tells.
    pub done: Option<u16>,
    /// Rows this pull has fetched so far.
    pub rows: u64,
    /// What the page changed in the database: which of a window's caches are stale.
    pub changed: Vec<Tag>,
}

/// Who is told. Called between pages; must not block.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;
