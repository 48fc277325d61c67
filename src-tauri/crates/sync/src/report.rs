//! How a sync ended, per gateway and pull.

use std::collections::BTreeSet;

use domain::GatewayId;
use gateway::Probe;
use store::Tag;

use crate::{Mismatch, Pull, SyncError};

/// How a sync ended. There is no failure of the whole: one dead gateway never stops another.
#[derive(Debug, Default)]
pub struct SyncReport {
    /// One per gateway, in the order in which they were given.
    pub gateways: Vec<GatewayReport>,
}

impl SyncReport {
    /// Whether every pull of every gateway came to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.gateways.iter().all(GatewayReport::is_complete)
    }

    /// Everything that changed in the database, in declared order.
    #[must_use]
    pub fn changed(&self) -> Vec<Tag> {
        let tags: BTreeSet<Tag> = self.gateways.iter().flat_map(|one| one.changed.iter().copied()).collect();
        tags.into_iter().collect()
    }
}

/// How the sync of one gateway ended.
#[derive(Debug)]
pub struct GatewayReport {
    /// The gateway.
    pub gateway: GatewayId,
    /// What it told of itself first; for the caller to keep with the gateway.
    pub probe: Option<Probe>,
    /// Why nothing could be pulled, or the first failure of a pull.
    pub error: Option<SyncError>,
    /// Each planned pull and how it ended.
    pub pulls: Vec<PullReport>,
    /// Days on which single requests and day totals disagree.
    pub mismatches: Vec<Mismatch>,
    /// What changed in the database.
    pub changed: BTreeSet<Tag>,
}

impl GatewayReport {
    pub(crate) fn new(gateway: GatewayId) -> Self {
        Self { gateway, probe: None, error: None, pulls: vec![], mismatches: vec![], changed: BTreeSet::new() }
    }

    /// Whether every pull came to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.error.is_none() && self.pulls.iter().all(|pull| matches!(pull.result, PullResult::Done(_)))
    }

    /// What all pulls fetched together.
    #[must_use]
    pub fn count(&self) -> PullCount {
        self.pulls.iter().fold(PullCount::default(), |sum, pull| match &pull.result {
            PullResult::Done(count) => sum.plus(*count),
            _ => sum,
        })
    }
}

/// A planned pull and how it ended.
#[derive(Debug)]
pub struct PullReport {
    /// What was planned.
    pub pull: Pull,
    /// How it ended.
    pub result: PullResult,
}

/// How a pull ended.
#[derive(Debug)]
pub enum PullResult {
    /// It came to its end.
    Done(PullCount),
    /// It failed; the pages before stay, and the next sync goes on from there.
    Failed(SyncError),
    /// It needs a pull that failed, or the gateway is out of reach.
    Skipped,
    /// It was cancelled; the pages before stay, and the next sync goes on from there.
    Cancelled,
}

/// What a pull fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PullCount {
    /// Pages.
    pub pages: u64,
    /// Rows, repeated ones included.
    pub rows: u64,
    /// Rows about something new.
    pub inserted: u64,
    /// Rows that changed what was known.
    pub restated: u64,
    /// What was known and is not there any more: accounts and keys that are gone, day totals that became zero.
    pub gone: u64,
}

impl PullCount {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            pages: self.pages + other.pages,
            rows: self.rows + other.rows,
            inserted: self.inserted + other.inserted,
            restated: self.restated + other.restated,
            gone: self.gone + other.gone,
        }
    }
}
