//! Keys whose gateway shows their secret later: which, and not before when. For one run, in memory; no secret is here.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{GatewayId, KeyId, Timestamp};

use crate::wire::{Changed, TagView};
use crate::{App, AppError};

/// The keys of this run whose secrets wait.
#[derive(Debug, Default)]
pub(crate) struct SecretQueue(Mutex<BTreeMap<KeyId, Waiting>>);

#[derive(Debug)]
struct Waiting {
    gateway: GatewayId,
    not_before: Timestamp,
}

impl SecretQueue {
    /// A gateway shows this key's secret no earlier than at an instant. What it says of one key holds for all of its
    /// keys: none is told to be ready while the gateway is known to show nothing. Of two instants the later one stays.
    pub(super) fn put(&self, gateway: GatewayId, key: KeyId, not_before: Timestamp) {
        let mut keys = self.lock();
        keys.entry(key).or_insert(Waiting { gateway, not_before });
        for waiting in keys.values_mut().filter(|waiting| waiting.gateway == gateway) {
            waiting.not_before = waiting.not_before.max(not_before);
        }
    }

    /// A key waits no longer. Whether it did.
    pub(crate) fn leave(&self, key: KeyId) -> bool {
        self.lock().remove(&key).is_some()
    }

    /// The keys that wait and the instant before which none of them is shown, earliest first; of one instant, the key
    /// that was made first.
    pub(crate) fn waiting(&self) -> Vec<(KeyId, Timestamp)> {
        let mut keys: Vec<_> = self.lock().iter().map(|(key, waiting)| (*key, waiting.not_before)).collect();
        keys.sort_by_key(|(_, not_before)| *not_before);
        keys
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<KeyId, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a key into the queue, after what its gateway answered, and tells the window.
pub(super) fn wait(app: &App, gateway: GatewayId, key: KeyId, after: Duration) {
    let millis = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
    app.secret_queue().put(gateway, key, app.now().plus_millis(millis));
    tell(app);
}

/// Takes a key out of the queue and tells the window, if it waited.
pub(super) fn leave(app: &App, key: KeyId) {
    if app.secret_queue().leave(key) {
        tell(app);
    }
}

/// Waits no longer for a key's secret; its gateway keeps it, and `key_reveal` asks for it at any time.
///
/// # Errors
/// `Invalid` for what is no key's identifier. A key that does not wait is none.
pub async fn secret_dequeue(app: &App, id: &str) -> Result<(), AppError> {
    leave(app, id.parse()?);
    Ok(())
}

fn tell(app: &App) {
    app.emit(Changed { tags: vec![TagView::Keys] });
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn a_key_waits_once_and_the_later_instant_stays() {
        let queue = SecretQueue::default();
        queue.put(GatewayId(1), KeyId(1), at(600));
        queue.put(GatewayId(1), KeyId(1), at(300));
        assert_eq!(queue.waiting(), [(KeyId(1), at(600))]);
        queue.put(GatewayId(1), KeyId(1), at(900));
        assert_eq!(queue.waiting(), [(KeyId(1), at(900))]);
        assert!(queue.leave(KeyId(1)) && !queue.leave(KeyId(1)), "it is there once");
    }

    #[test]
    fn what_a_gateway_says_of_one_key_holds_for_its_others_only() {
        let queue = SecretQueue::default();
        queue.put(GatewayId(1), KeyId(7), at(600));
        queue.put(GatewayId(2), KeyId(8), at(60));
        queue.put(GatewayId(1), KeyId(3), at(1200));
        assert_eq!(queue.waiting(), [(KeyId(8), at(60)), (KeyId(3), at(1200)), (KeyId(7), at(1200))]);
        assert_eq!(SecretQueue::default().waiting(), []);
    }
}
