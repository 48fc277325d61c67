//! Pulling from gateways on demand.

/// Who may sync: one at a time.
#[derive(Debug, Default)]
pub(crate) struct SyncTurn {}

impl SyncTurn {
    pub(crate) fn cancel(&self) {}
}
