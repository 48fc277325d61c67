//! One thing at a time per target, so that a read-back is of the write before it and of no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// The lanes in use. A lane is named after its target: an account or a key of a gateway.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

/// A lane that is held; others of the same name wait until it is dropped.
pub(crate) type Lane = OwnedMutexGuard<()>;

impl Lanes {
    /// Waits for a lane.
    pub(crate) async fn enter(&self, name: &str) -> Lane {
        self.lane(name).lock_owned().await
    }

    fn lane(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody else holds a lane that only the map knows.
        lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
        Arc::clone(lanes.entry(name.to_owned()).or_default())
    }
}
