//! One gateway is not driven harder than its pace, and a `Retry-After` holds back every caller.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Timestamp, UsageRecord};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use super::Pace;
use crate::{
    Action, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page, Probe, RefusalReason, Resource,
    UsageAsk,
};

/// Longest time a caller is kept waiting by a `Retry-After`; beyond it the caller is told instead.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Quiet after a 429 that did not say how long.
pub const QUIET: Duration = Duration::from_secs(2);

/// A gateway at a pace.
pub struct Throttle {
    inner: Arc<dyn Gateway>,
    interval: Duration,
    permits: Semaphore,
    gate: Mutex<Gate>,
}

/// When the next call may start.
#[derive(Default)]
struct Gate {
    next: Option<Instant>,
    quiet_until: Option<Instant>,
}

impl Throttle {
    /// Wraps a gateway.
    #[must_use]
    pub fn new(inner: Arc<dyn Gateway>, pace: Pace) -> Self {
        let permits = Semaphore::new(usize::from(pace.parallel.max(1)));
        Self { inner, interval: pace.interval, permits, gate: Mutex::default() }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`ErrorKind::RateLimited`] when the gateway asked for more quiet than [`PATIENCE`].
    async fn turn(&self) -> Result<SemaphorePermit<'_>, GatewayError> {
        let permit = self.permits.acquire().await.map_err(|_| too_long(Duration::ZERO))?;
        loop {
            let start = match self.slot(Instant::now()) {
                Slot::At(start) => start,
                Slot::Quiet(left) if left > PATIENCE => return Err(too_long(left)),
                Slot::Quiet(left) => {
                    sleep_until(Instant::now() + left).await;
                    continue;
                }
            };
            sleep_until(start).await;
            // A 429 may have arrived while we waited.
            if self.peek(Instant::now()).is_none() {
                return Ok(permit);
            }
        }
    }

    /// Takes the next free slot, or tells how long the quiet lasts.
    fn slot(&self, now: Instant) -> Slot {
        if let Some(left) = self.peek(now) {
            return Slot::Quiet(left);
        }
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let start = gate.next.map_or(now, |next| next.max(now));
        gate.next = Some(start + self.interval);
        Slot::At(start)
    }

    /// How long the quiet lasts, if there is one.
    fn peek(&self, now: Instant) -> Option<Duration> {
        let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.quiet_until.filter(|until| *until > now).map(|until| until - now)
    }

    /// Runs a call in its turn and heeds what it says about the next one.
    async fn paced<T>(&self, work: impl Future<Output = Result<T, GatewayError>>) -> Result<T, GatewayError> {
        let _permit = self.turn().await?;
        let result = work.await;
        if let Err(error) = &result {
            self.heed(error);
        }
        result
    }

    fn heed(&self, error: &GatewayError) {
        let wait = match error.kind {
            ErrorKind::RateLimited => error.after.unwrap_or(QUIET),
            ErrorKind::Unavailable => error.after.unwrap_or_default(),
            _ => return,
        };
        let until = Instant::now() + wait;
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.quiet_until = Some(gate.quiet_until.map_or(until, |known| known.max(until)));
    }
}

enum Slot {
    At(Instant),
    Quiet(Duration),
}

fn too_long(left: Duration) -> GatewayError {
    let message = format!("the gateway asked for quiet: try again in {} s", left.as_secs().max(1));
    GatewayError::new(ErrorKind::RateLimited, "wait", message).retry_after(left)
}

#[async_trait]
impl Gateway for Throttle {
    fn describe(&self) -> Descriptor {
        self.inner.describe()
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        self.paced(self.inner.probe(now)).await
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        self.paced(self.inner.inventory(what, at)).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        self.paced(self.inner.usage(ask, at)).await
    }

    /// A write that was not sent is refused, not unknown.
    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        let _permit = match self.turn().await {
            Ok(permit) => permit,
            Err(error) => {
                let message = format!("nothing was changed: {}", error.message);
                let after = error.after;
                return Ok(Outcome::Refused(RefusalReason {
                    message,
                    status: None,
                    accepted_but_not_saved: false,
                    after,
                }));
            }
        };
        let result = self.inner.apply(action, now).await;
        if let Err(error) = &result {
            self.heed(error);
        }
        result
    }
}
