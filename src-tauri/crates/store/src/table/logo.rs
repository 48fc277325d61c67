//! Logos, by fingerprint.

use domain::Timestamp;
use sqlx::{SqliteConnection, query, query_scalar};

use crate::session::Pen;
use crate::{StoreResult, Tag};

/// Reads of logos.
#[derive(Debug)]
pub struct LogoTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl LogoTable<'_> {
    /// The file of a logo.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn get(&mut self, fingerprint: &str) -> StoreResult<Option<Vec<u8>>> {
        let body = query_scalar!("SELECT body FROM logo WHERE fingerprint = ?", fingerprint);
        Ok(body.fetch_optional(&mut *self.conn).await?)
    }
}

/// Writes of logos.
#[derive(Debug)]
pub struct LogoTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl LogoTableMut<'_> {
    /// Keeps a logo; one that is known stays as it is.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn add(&mut self, fingerprint: &str, body: &[u8], at: Timestamp) -> StoreResult<()> {
        self.pen.touch(Tag::Settings);
        let at = at.as_millis();
        query!(
            "INSERT INTO logo (fingerprint, body, added_at) VALUES (?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING",
            fingerprint,
            body,
            at
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }
}
