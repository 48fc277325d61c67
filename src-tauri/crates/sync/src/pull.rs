//! One pull, page by page: each page is one transaction of rows, roll-ups and cursor.

mod inventory;
mod usage;

use std::future::Future;
use std::sync::Arc;

use domain::{GatewayId, Timestamp};
use gateway::{Cursor, ErrorKind, Gateway, GatewayError};
use store::table::{StoredCursor, WHOLE};
use store::{Changed, Origin, Store, StoreError, StoreResult, Writer};
use tokio_util::sync::CancellationToken;

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
    pub(crate) progress: OnProgress,
    pub(crate) cancel: CancellationToken,
    pub(crate) fetches: Fetches,
    pub(crate) state: GatewayState,
    pub(crate) totals: DayTotals,
    pub(crate) report: GatewayReport,
    /// Which pull this is and how many there are.
    pub(crate) place: (usize, usize),
}

impl Course {
    /// Does one pull.
    pub(crate) async fn pull(&mut self, pull: &Pull) -> Result<PullCount, Stop> {
        match &pull.what {
            What::Inventory(listing) => self.list(pull, *listing).await,
            What::Days { .. } | What::Requests { .. } => self.fetch(pull).await,
        }
    }

    /// Waits for a call, unless the sync is cancelled first. A read may be dropped half-way.
    pub(crate) async fn ask<T>(&self, call: impl Future<Output = Result<T, GatewayError>>) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            answer = call => Ok(answer?),
        }
    }

    pub(crate) async fn begin(&self) -> StoreResult<Writer> {
        self.store.begin(Origin::Sync(self.gateway)).await
    }

    /// Tells what a committed page did.
    fn tell(&mut self, pull: &Pull, count: PullCount, (done, changed): (Option<u16>, Changed)) {
        self.report.changed.extend(changed.tags.iter().copied());
        let (number, total) = self.place;
        let (gateway, pull, rows) = (self.gateway, pull.clone(), count.rows);
        (self.progress)(Progress { gateway, pull, number, total, done, rows, changed: changed.tags });
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
