//! Remembered column mappings for files of usage.

use domain::Timestamp;
use sqlx::{SqliteConnection, query, query_as};

use crate::column::time;
use crate::session::Pen;
use crate::{StoreResult, Tag};

/// A remembered mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportMapping {
    /// What files it fits: the heading line, or the names of the fields.
    pub signature: String,
    /// Name for people.
    pub name: String,
    /// Which column means what, opaque here.
    pub mapping: String,
    /// When it was last used.
    pub used_at: Timestamp,
}

struct Row {
    signature: String,
    name: String,
    mapping: String,
    used_at: i64,
}

impl From<Row> for ImportMapping {
    fn from(row: Row) -> Self {
        Self { signature: row.signature, name: row.name, mapping: row.mapping, used_at: time(row.used_at) }
    }
}

/// Reads of mappings.
#[derive(Debug)]
pub struct ImportMappingTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl ImportMappingTable<'_> {
    /// The mapping that fits a file.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn find(&mut self, signature: &str) -> StoreResult<Option<ImportMapping>> {
        let row = query_as!(
            Row,
            "SELECT signature, name, mapping, used_at FROM import_mapping WHERE signature = ?",
            signature
        );
        Ok(row.fetch_optional(&mut *self.conn).await?.map(ImportMapping::from))
    }

    /// Every mapping, last used first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<ImportMapping>> {
        let rows = query_as!(
            Row,
            "SELECT signature, name, mapping, used_at FROM import_mapping ORDER BY used_at DESC, signature"
        );
        Ok(rows.fetch_all(&mut *self.conn).await?.into_iter().map(ImportMapping::from).collect())
    }
}

/// Writes of mappings.
#[derive(Debug)]
pub struct ImportMappingTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl ImportMappingTableMut<'_> {
    /// Remembers a mapping, new or known by its signature.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn set(&mut self, mapping: &ImportMapping) -> StoreResult<()> {
        self.pen.touch(Tag::Settings);
        let used_at = mapping.used_at.as_millis();
        query!(
            "INSERT INTO import_mapping (signature, name, mapping, used_at) VALUES (?, ?, ?, ?)
             ON CONFLICT (signature) DO UPDATE SET name = excluded.name, mapping = excluded.mapping, used_at = excluded.used_at",
            mapping.signature,
            mapping.name,
            mapping.mapping,
            used_at
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Forgets a mapping.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn remove(&mut self, signature: &str) -> StoreResult<()> {
        self.pen.touch(Tag::Settings);
        query!("DELETE FROM import_mapping WHERE signature = ?", signature).execute(&mut *self.pen.conn).await?;
        Ok(())
    }
}
