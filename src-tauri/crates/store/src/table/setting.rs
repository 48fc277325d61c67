//! Settings: a value of text per name.

use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

/// Reads of settings.
#[derive(Debug)]
pub struct SettingTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl SettingTable<'_> {
    /// The value of a setting.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn get(&mut self, name: &str) -> StoreResult<Option<String>> {
        todo!("{name}")
    }

    /// Every setting, by name.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<(String, String)>> {
        todo!()
    }
}

/// Writes of settings.
#[derive(Debug)]
pub struct SettingTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl SettingTableMut<'_> {
    /// Sets a value, or clears it.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn set(&mut self, name: &str, value: Option<&str>) -> StoreResult<()> {
        todo!("{name}{value:?}")
    }
}
