//! What clients that are past due were stopped from using, and what it was before.

use domain::{ClientId, KeyId, ModelScope, Timestamp};
use sqlx::{SqliteConnection, query};

use crate::column::{self, models, models_text};
use crate::session::Pen;
use crate::{StoreResult, Tag};

/// What was done to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldKind {
    /// The whole key was paused.
    Pause,
    /// It may call fewer models.
    Models {
        /// Before.
        before: ModelScope,
        /// Since.
        after: ModelScope,
    },
}

/// Something that was taken from a key and not given back yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its client.
    pub client: ClientId,
    /// The key.
    pub key: KeyId,
    /// What was done.
    pub kind: HoldKind,
    /// When.
    pub held_at: Timestamp,
}

/// Reads of holds.
#[derive(Debug)]
pub struct PastDueTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl PastDueTable<'_> {
    /// What is held of a client, by key.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn held(&mut self, client: ClientId) -> StoreResult<Vec<Hold>> {
        let rows = query!(
            "SELECT key, what, models_before, models_after, held_at FROM past_due_hold
             WHERE client = ? AND lifted_at IS NULL ORDER BY key",
            client.0
        );
        let rows = rows.fetch_all(&mut *self.conn).await?.into_iter().map(|row| Hold {
            client,
            key: KeyId(row.key),
            kind: match row.what.as_str() {
                "pause" => HoldKind::Pause,
                _ => HoldKind::Models { before: models(row.models_before), after: models(row.models_after) },
            },
            held_at: column::time(row.held_at),
        });
        Ok(rows.collect())
    }
}

/// Writes of holds.
#[derive(Debug)]
pub struct PastDueTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl PastDueTableMut<'_> {
    /// Notes what was taken from a key.
    ///
    /// # Errors
    /// `Rule` when something is held of it already.
    pub async fn hold(&mut self, hold: &Hold) -> StoreResult<()> {
        self.pen.touch(Tag::Keys);
        let (what, before, after) = match &hold.kind {
            HoldKind::Pause => ("pause", None, None),
            HoldKind::Models { before, after } => ("models", models_text(before), models_text(after)),
        };
        let (client, key, at) = (hold.client.0, hold.key.0, hold.held_at.as_millis());
        query!(
            "INSERT INTO past_due_hold (client, key, what, models_before, models_after, held_at) VALUES (?, ?, ?, ?, ?, ?)",
            client,
            key,
            what,
            before,
            after,
            at
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Notes that what was held of a key was given back, or is no longer ours to give back.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn lift(&mut self, key: KeyId, at: Timestamp) -> StoreResult<()> {
        self.pen.touch(Tag::Keys);
        let at = at.as_millis();
        query!("UPDATE past_due_hold SET lifted_at = ? WHERE key = ? AND lifted_at IS NULL", at, key.0)
            .execute(&mut *self.pen.conn)
            .await?;
        Ok(())
    }
}
