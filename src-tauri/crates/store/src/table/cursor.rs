//! Cursors: how far each pull of a gateway has come. Written in the transaction of the rows they stand for.

use domain::{GatewayId, Timestamp};
use sqlx::{SqliteConnection, query, query_as};

use crate::column::time;
use crate::session::Pen;
use crate::{StoreResult, Tag};

/// The cursor of a gateway's sync as a whole: its `pulled_at` says as of when the figures are ("as of").
pub const WHOLE: &str = "whole";
/// The cursor of the files imported into a gateway that has no interface; for those it says as of when.
pub const IMPORTED: &str = "usage_import";

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

struct Row {
    gateway: i64,
    resource: String,
    point: Option<String>,
    complete_through: Option<i64>,
    pulled_at: Option<i64>,
    tried_at: i64,
    error: Option<String>,
}

impl From<Row> for StoredCursor {
    fn from(row: Row) -> Self {
        Self {
            gateway: GatewayId(row.gateway),
            resource: row.resource,
            point: row.point,
            complete_through: row.complete_through.map(time),
            pulled_at: row.pulled_at.map(time),
            tried_at: time(row.tried_at),
            error: row.error,
        }
    }
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
        let rows = query_as!(
            Row,
            "SELECT gateway, resource, point, complete_through, pulled_at, tried_at, error FROM cursor
             ORDER BY gateway, resource"
        );
        Ok(rows.fetch_all(&mut *self.conn).await?.into_iter().map(StoredCursor::from).collect())
    }

    /// One cursor.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn get(&mut self, gateway: GatewayId, resource: &str) -> StoreResult<Option<StoredCursor>> {
        let row = query_as!(
            Row,
            "SELECT gateway, resource, point, complete_through, pulled_at, tried_at, error FROM cursor
             WHERE gateway = ? AND resource = ?",
            gateway.0,
            resource
        );
        Ok(row.fetch_optional(&mut *self.conn).await?.map(StoredCursor::from))
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
        self.pen.touch(Tag::Gateways);
        let through = cursor.complete_through.map(Timestamp::as_millis);
        let pulled_at = cursor.pulled_at.map(Timestamp::as_millis);
        let tried_at = cursor.tried_at.as_millis();
        query!(
            "INSERT INTO cursor (gateway, resource, point, complete_through, pulled_at, tried_at, error)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (gateway, resource) DO UPDATE SET
                 point = excluded.point, complete_through = excluded.complete_through, pulled_at = excluded.pulled_at,
                 tried_at = excluded.tried_at, error = excluded.error",
            cursor.gateway.0,
            cursor.resource,
            cursor.point,
            through,
            pulled_at,
            tried_at,
            cursor.error
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }
}
