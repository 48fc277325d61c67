//! Cursors: how far each pull of a gateway has come. Written in the transaction of the rows they stand for.

use domain::{GatewayId, Timestamp};
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

/// How far one pull has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCursor {
    /// The gateway.
    pub gateway: GatewayId,
    /// What is pulled, by a name that `sync` chooses: `accounts`, `usage_day` …
    pub resource: String,
    /// Where to go on inside an unfinished run; opaque.
    pub point: Option<String>,
    /// Everything up to here has been pulled at least once.
    pub complete_through: Option<Timestamp>,
    /// When a run last finished.
    pub pulled_at: Option<Timestamp>,
    /// When a run last started or failed.
    pub tried_at: Timestamp,
    /// Why the last run failed, as a redacted sentence; `None` after a success.
    pub error: Option<String>,
}

/// Reads of cursors.
#[derive(Debug)]
pub struct CursorTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl CursorTable<'_> {
    /// Every cursor, by gateway and resource.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<StoredCursor>> {
        todo!()
    }

    /// One cursor.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn get(&mut self, gateway: GatewayId, resource: &str) -> StoreResult<Option<StoredCursor>> {
        todo!("{gateway}{resource}")
    }
}

/// Writes of cursors.
#[derive(Debug)]
pub struct CursorTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl CursorTableMut<'_> {
    /// Keeps a cursor, new or known.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn set(&mut self, cursor: &StoredCursor) -> StoreResult<()> {
        todo!("{cursor:?}")
    }
}
