//! Opening the file.

use std::path::Path;

use crate::{Origin, Reader, StoreResult, Writer};

/// An open database. Cheap to clone; every clone is the same database.
#[derive(Debug, Clone)]
pub struct Store {}

impl Store {
    /// Opens the database at `path`, making it if it does not exist. An older file is backed up beside itself
    /// (`<file>.before-vN.bak`) and then migrated. `app_version` is recorded as the release that last opened the file.
    ///
    /// # Errors
    /// `TooNew`, `Corrupt`, `Busy`, `Full` or `Io`.
    pub async fn open(path: &Path, app_version: &str) -> StoreResult<Self> {
        todo!("{path:?}{app_version}")
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        todo!()
    }

    /// One consistent snapshot to read from; later writes do not show in it. Keep it short.
    ///
    /// # Errors
    /// `Busy` when every reader is taken for 30 s; `Corrupt`; `Io`.
    pub async fn reader(&self) -> StoreResult<Reader> {
        todo!()
    }

    /// The single writer. Waits for another writer of this process, or up to 10 s for one of another process.
    ///
    /// # Errors
    /// `Busy`, `Corrupt` or `Io`.
    pub async fn begin(&self, origin: Origin) -> StoreResult<Writer> {
        todo!("{origin:?}")
    }

    /// Waits for every connection to close, folding the write-ahead log into the file.
    pub async fn close(&self) {
        todo!()
    }

    /// Writes a verified copy of the database to `to`, which must not exist.
    ///
    /// # Errors
    /// `Full` or `Io`.
    pub async fn backup(&self, to: &Path) -> StoreResult<()> {
        todo!("{to:?}")
    }
}
