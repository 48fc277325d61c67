//! One thing at a time per target, so that a read-back is of the write before it and of no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::GatewayId;
use tokio::sync::{OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// The lanes in use. A lane is named after its target: an account or a key of a gateway. All lanes of a gateway are
/// closed while its open questions are settled.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    targets: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    gateways: Mutex<HashMap<GatewayId, Arc<RwLock<()>>>>,
}

/// A lane that is held; others of the same name wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Lane {
    _target: OwnedMutexGuard<()>,
    _gateway: OwnedRwLockReadGuard<()>,
}

/// A gateway to which nobody else writes until this is dropped.
pub(crate) type Closed = OwnedRwLockWriteGuard<()>;

impl Lanes {
    /// Waits for a lane.
    pub(super) async fn enter(&self, gateway: GatewayId, name: &str) -> Lane {
        let gateway = self.gateway(gateway).read_owned().await;
        let target = self.target(name).lock_owned().await;
        Lane { _target: target, _gateway: gateway }
    }

    /// Waits until nobody writes to a gateway, and keeps it so.
    pub(super) async fn close(&self, gateway: GatewayId) -> Closed {
        self.gateway(gateway).write_owned().await
    }

    fn gateway(&self, id: GatewayId) -> Arc<RwLock<()>> {
        let mut gateways = self.gateways.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gateways.entry(id).or_default())
    }

    fn target(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut lanes = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody holds or awaits a lane that only the map knows.
        lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
        Arc::clone(lanes.entry(name.to_owned()).or_default())
    }
}
