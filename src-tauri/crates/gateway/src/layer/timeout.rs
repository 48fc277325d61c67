//! A method that takes too long ends.
//!
//! Each HTTP call has its own limit; this one bounds a whole method, which may make several.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{Timestamp, UsageRecord};

use crate::{
    Action, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page, Probe, Resource, UsageAsk,
};

/// The longest time for one call of each method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// [`Gateway::probe`].
    pub probe: Duration,
    /// [`Gateway::inventory`], one page.
    pub inventory: Duration,
    /// [`Gateway::usage`], one page.
    pub usage: Duration,
    /// [`Gateway::apply`], the reading back included.
    pub apply: Duration,
}

impl Default for Bounds {
    /// Generous: a slow month of usage took 16.7 s on a small machine (litellm.md §5).
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { probe: seconds(45), inventory: seconds(60), usage: seconds(180), apply: seconds(90) }
    }
}

/// A gateway whose every method ends in time.
pub struct Timeout {
    inner: Arc<dyn Gateway>,
    bounds: Bounds,
}

impl Timeout {
    /// Wraps a gateway.
    #[must_use]
    pub fn new(inner: Arc<dyn Gateway>, bounds: Bounds) -> Self {
        Self { inner, bounds }
    }
}

async fn bounded<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = Result<T, GatewayError>>,
) -> Result<T, GatewayError> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        let message =
            format!("the gateway took longer than {} s to {what}: try again, or look at its load", limit.as_secs());
        Err(GatewayError::new(ErrorKind::Unavailable, what, message))
    })
}

#[async_trait]
impl Gateway for Timeout {
    fn describe(&self) -> Descriptor {
        self.inner.describe()
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        bounded(self.bounds.probe, "say who it is", self.inner.probe(now)).await
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        bounded(self.bounds.inventory, "list", self.inner.inventory(what, at)).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        bounded(self.bounds.usage, "tell its usage", self.inner.usage(ask, at)).await
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        bounded(self.bounds.apply, "make the change", self.inner.apply(action, now)).await
    }
}
