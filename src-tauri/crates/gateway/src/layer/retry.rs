//! A read that failed for a passing reason is repeated; a write never is.
//!
//! At most [`ATTEMPTS`] attempts. A `Retry-After` is obeyed to the second; without one the wait grows, with a spread that
//! comes from a fixed sequence, so that a test sees the same waits every time and two callers still part ways.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Timestamp, UsageRecord};
use tokio::time::sleep;

use super::throttle::PATIENCE;
use crate::{
    Action, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page, Probe, Resource, Retry, UsageAsk,
};

/// Most attempts at one read, the first included.
pub const ATTEMPTS: u32 = 3;
/// The middle of the first wait.
const FIRST_WAIT: Duration = Duration::from_millis(400);

/// A gateway whose reads are repeated.
pub struct Retrying {
    inner: Arc<dyn Gateway>,
    spread: AtomicU64,
}

impl Retrying {
    /// Wraps a gateway.
    #[must_use]
    pub fn new(inner: Arc<dyn Gateway>) -> Self {
        Self { inner, spread: AtomicU64::new(0) }
    }

    /// How long to wait after the failed attempt of this number; `None` to give up now.
    fn wait(&self, error: &GatewayError, attempt: u32) -> Option<Duration> {
        if error.retry != Retry::Temporary || attempt >= ATTEMPTS {
            return None;
        }
        match error.after {
            Some(after) if after > PATIENCE => None,
            Some(after) => Some(after),
            None => Some(self.backoff(attempt)),
        }
    }

    /// 400 ms, 1200 ms …, each spread over half to one and a half of itself.
    fn backoff(&self, attempt: u32) -> Duration {
        let step = self.spread.fetch_add(1, Ordering::Relaxed);
        let per_mille = u32::try_from(scatter(step) % 1000).unwrap_or(0);
        FIRST_WAIT * 3_u32.pow(attempt - 1) * (500 + per_mille) / 1000
    }
}

/// `SplitMix64`: a fixed sequence that looks like chance.
const fn scatter(step: u64) -> u64 {
    let mut z = step.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Repeats a read; `work` makes the future anew for each attempt.
async fn repeated<T, F>(retrying: &Retrying, mut work: impl FnMut() -> F) -> Result<T, GatewayError>
where
    F: Future<Output = Result<T, GatewayError>>,
{
    let mut attempt = 1;
    loop {
        let error = match work().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let Some(wait) = retrying.wait(&error, attempt) else {
            return Err(given_up(error, attempt));
        };
        tracing::debug!(call = %error.call, attempt, wait_millis = wait.as_millis(), "read again");
        sleep(wait).await;
        attempt += 1;
    }
}

fn given_up(mut error: GatewayError, attempt: u32) -> GatewayError {
    if error.retry == Retry::Temporary && attempt >= ATTEMPTS {
        error.retry = Retry::Exhausted;
    }
    error
}

#[async_trait]
impl Gateway for Retrying {
    fn describe(&self) -> Descriptor {
        self.inner.describe()
    }

    /// A person waits for this answer: an address where nothing answers is told at once.
    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        repeated(self, || async {
            self.inner.probe(now).await.map_err(|mut error| {
                if error.kind == ErrorKind::Unreachable {
                    error.retry = Retry::Exhausted;
                }
                error
            })
        })
        .await
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        repeated(self, || self.inner.inventory(what, at)).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        repeated(self, || self.inner.usage(ask, at)).await
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        self.inner.apply(action, now).await
    }
}
