//! One pull, page by page: each page is one transaction of rows, roll-ups and cursor.

mod inventory;
mod place;
mod usage;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::{Date, GatewayId, Timestamp};
use gateway::{Cursor, ErrorKind, Gateway, GatewayError};
use store::table::{StoredCursor, WHOLE};
use store::{Changed, Origin, Store, StoreError, StoreResult, Writer};
use tokio_util::sync::CancellationToken;

pub(crate) use place::Place;
pub(crate) use usage::PREFER;

use crate::agreement::DayTotals;
use crate::clock::Fetches;
use crate::{GatewayReport, GatewayState, OnProgress, Policy, Progress, Pull, PullCount, SyncError, What};

/// Why a pull did not come to its end.
pub(crate) enum Stop {
    Cancelled,
    Failed(SyncError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<GatewayError> for Stop {
    fn from(error: GatewayError) -> Self {
        Self::Failed(error.into())
    }
}

/// The sync of one gateway while it runs.
pub(crate) struct Course {
    pub(crate) store: Store,
    pub(crate) gateway: GatewayId,
    pub(crate) api: Arc<dyn Gateway>,
    pub(crate) policy: Policy,
    /// UTC days to pull again, for which no cursor is kept.
    pub(crate) again: Option<(Date, Date)>,
    pub(crate) progress: OnProgress,
    pub(crate) cancel: CancellationToken,
    pub(crate) fetches: Fetches,
    pub(crate) state: GatewayState,
    pub(crate) totals: DayTotals,
    pub(crate) report: GatewayReport,
    /// How far it is.
    pub(crate) place: Place,
}

impl Course {
    /// Does one pull.
    pub(crate) async fn pull(&mut self, pull: &Pull) -> Result<PullCount, Stop> {
        match &pull.what {
            What::Inventory(listing) => self.list(pull, *listing).await,
            What::Days { .. } | What::Requests { .. } => self.fetch(pull).await,
        }
    }

    /// Waits for an answer, unless the sync is cancelled first; a read may be dropped half-way. Quiet that the gateway
    /// asks for is waited out: what was pulled is committed, and another process may be calling the same gateway.
    pub(crate) async fn ask<T, F>(&self, mut call: impl FnMut() -> F) -> Result<T, Stop>
    where
        F: Future<Output = Result<T, GatewayError>>,
    {
        let mut waited = Duration::ZERO;
        loop {
            let error = match self.unless_cancelled(call()).await? {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(quiet) = self.quiet(&error, waited) else { return Err(error.into()) };
            tracing::info!(gateway = %self.gateway, seconds = quiet.as_secs(), "sync: waits, because the gateway asked for it");
            (self.progress)(Progress { waits: Some(quiet), ..self.place.progress() });
            self.unless_cancelled(tokio::time::sleep(quiet)).await?;
            waited += quiet;
        }
    }

    async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            done = work => Ok(done),
        }
    }

    /// How long to be quiet before asking again; `None` when the error is another, the gateway does not say how long, or
    /// patience would run out.
    fn quiet(&self, error: &GatewayError, waited: Duration) -> Option<Duration> {
        let patience = Duration::from_secs(u64::from(self.policy.patience_seconds));
        // At least a second, so that a gateway that asks for none at all is not asked without end.
        let asked = error.after.filter(|_| error.kind == ErrorKind::RateLimited)?.max(Duration::from_secs(1));
        (waited + asked <= patience).then_some(asked)
    }

    pub(crate) async fn begin(&self) -> StoreResult<Writer> {
        self.store.begin(Origin::Sync(self.gateway)).await
    }

    /// Tells what a committed page did.
    fn tell(&mut self, count: PullCount, (done, changed): (Option<u16>, Changed)) {
        self.report.changed.extend(changed.tags.iter().copied());
        (self.place.done, self.place.rows) = (done, count.rows);
        (self.progress)(Progress { changed: changed.tags, ..self.place.progress() });
    }

    /// The cursor of a resource as it is, with the time of this attempt and without the error of the last.
    fn cursor(&self, resource: &str, tried_at: Timestamp) -> StoredCursor {
        let known = self.state.cursor(resource).cloned();
        let known = known.unwrap_or_else(|| StoredCursor {
            gateway: self.gateway,
            resource: resource.to_owned(),
            point: None,
            complete_through: None,
            pulled_at: None,
            tried_at,
            error: None,
        });
        StoredCursor { tried_at, error: None, ..known }
    }

    /// Takes over a cursor that was committed.
    fn keep(&mut self, cursor: StoredCursor) {
        self.state.cursors.retain(|known| known.resource != cursor.resource);
        self.state.cursors.push(cursor);
    }

    /// Notes a failure with the gateway and with the cursor it concerns. The cursor does not move.
    pub(crate) async fn note(&mut self, resource: Option<&str>, error: &SyncError) -> StoreResult<()> {
        let (at, sentence) = (self.fetches.next(), error.to_string());
        let mut writer = self.begin().await?;
        writer.gateway().set_error(self.gateway, Some((&sentence, self.fetches.now()))).await?;
        let cursor =
            resource.map(|resource| StoredCursor { error: Some(sentence.clone()), ..self.cursor(resource, at) });
        if let Some(cursor) = &cursor {
            writer.cursor().set(cursor).await?;
        }
        let changed = writer.commit().await?;
        self.report.changed.extend(changed.tags);
        cursor.into_iter().for_each(|cursor| self.keep(cursor));
        Ok(())
    }

    /// Notes as of when the figures are now, and clears the gateway's last failure and those of cursors whose pulls are no
    /// longer needed.
    pub(crate) async fn all_is_well(&mut self, as_of: Timestamp) -> StoreResult<()> {
        let failed = self.state.cursors.iter().filter(|cursor| cursor.error.is_some());
        let healed: Vec<StoredCursor> = failed.map(|cursor| StoredCursor { error: None, ..cursor.clone() }).collect();
        let whole = StoredCursor { pulled_at: Some(as_of), ..self.cursor(WHOLE, as_of) };
        let mut writer = self.begin().await?;
        writer.gateway().set_error(self.gateway, None).await?;
        writer.cursor().set(&whole).await?;
        for cursor in &healed {
            writer.cursor().set(cursor).await?;
        }
        let changed = writer.commit().await?;
        self.report.changed.extend(changed.tags);
        self.keep(whole);
        healed.into_iter().for_each(|cursor| self.keep(cursor));
        Ok(())
    }
}

/// The next point, which must lead on: a gateway that repeats a point would be read for ever.
fn onward(at: &Cursor, next: Option<Cursor>, call: &str) -> Result<Option<Cursor>, Stop> {
    match next {
        Some(next) if next == *at => {
            let message =
                "the gateway's list does not go on: it points to the page it has just given; sync again later";
            Err(GatewayError::new(ErrorKind::Malformed, call, message).into())
        }
        next => Ok(next),
    }
}
