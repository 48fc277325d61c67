//! What every adapter shares, wrapped around any [`Gateway`]: limits of time, pace, repetition and talk.
//!
//! From the outside in: [`redaction`] → [`retry`] → [`throttle`] → [`timeout`] → adapter. The throttle lies inside the
//! retry so that a `Retry-After` holds back *every* caller of that gateway, the waiting repetitions included. A write
//! passes each layer once and is never repeated.

pub mod redaction;
pub mod retry;
pub mod throttle;
pub mod timeout;

use std::sync::Arc;
use std::time::Duration;

use domain::Secret;

use crate::Gateway;

/// How hard an instance may be driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Calls at the same time, at least 1.
    pub parallel: u16,
    /// Shortest time between the starts of two calls.
    pub interval: Duration,
}

impl Pace {
    /// As hard as the caller likes: for adapters that ask nobody.
    pub const FREE: Self = Self { parallel: 64, interval: Duration::ZERO };
    /// Two calls at a time, twenty a second: a small server beside its production traffic.
    pub const GENTLE: Self = Self { parallel: 2, interval: Duration::from_millis(50) };
}

/// Wraps an adapter in every layer.
#[must_use]
pub fn wrap(adapter: Arc<dyn Gateway>, pace: Pace, credential: Option<Secret>) -> Arc<dyn Gateway> {
    let timed: Arc<dyn Gateway> = Arc::new(timeout::Timeout::new(adapter, timeout::Bounds::default()));
    let paced: Arc<dyn Gateway> = Arc::new(throttle::Throttle::new(timed, pace));
    let retried: Arc<dyn Gateway> = Arc::new(retry::Retrying::new(paced));
    Arc::new(redaction::Redacting::new(retried, credential))
}

#[cfg(test)]
mod tests;
