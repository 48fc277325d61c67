//! Remembered column mappings for files of usage.

use domain::Timestamp;
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

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
        todo!("{signature}")
    }

    /// Every mapping, last used first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<ImportMapping>> {
        todo!()
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
        todo!("{mapping:?}")
    }

    /// Forgets a mapping.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn remove(&mut self, signature: &str) -> StoreResult<()> {
        todo!("{signature}")
    }
}
