//! How far the sync of one gateway is.

use domain::GatewayId;

use crate::{Progress, Pull};

/// The pull under way and what it has done so far.
#[derive(Debug)]
pub(crate) struct Place {
    gateway: GatewayId,
    pull: Option<Pull>,
    /// Pulls begun.
    pub(crate) number: usize,
    /// Pulls planned.
    pub(crate) total: usize,
    /// How much of this pull is done, in per mille, where the gateway tells.
    pub(crate) done: Option<u16>,
    /// Rows this pull has fetched.
    pub(crate) rows: u64,
}

impl Place {
    /// Before the first pull.
    pub(crate) fn start(gateway: GatewayId) -> Self {
        Self { gateway, pull: None, number: 0, total: 0, done: None, rows: 0 }
    }

    /// Goes on to the next pull.
    pub(crate) fn enter(&mut self, pull: &Pull) {
        self.number += 1;
        (self.pull, self.done, self.rows) = (Some(pull.clone()), None, 0);
    }

    /// What is told of it, with nothing changed.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            gateway: self.gateway,
            pull: self.pull.clone(),
            number: self.number,
            total: self.total,
            done: self.done,
            rows: self.rows,
            waits: None,
            changed: Vec::new(),
        }
    }
}
