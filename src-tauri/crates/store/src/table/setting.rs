//! Settings: a value of text per name.

use sqlx::{SqliteConnection, query, query_scalar};

use crate::session::Pen;
use crate::{StoreResult, Tag};

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
        Ok(query_scalar!("SELECT value FROM setting WHERE name = ?", name).fetch_optional(&mut *self.conn).await?)
    }

    /// Every setting, by name.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<(String, String)>> {
        let rows = query!("SELECT name, value FROM setting ORDER BY name").fetch_all(&mut *self.conn).await?;
        Ok(rows.into_iter().map(|row| (row.name, row.value)).collect())
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
        self.pen.touch(Tag::Settings);
        let conn = &mut *self.pen.conn;
        match value {
            Some(value) => {
                query!(
                    "INSERT INTO setting (name, value) VALUES (?, ?)
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    name,
                    value
                )
                .execute(conn)
                .await?
            }
            None => query!("DELETE FROM setting WHERE name = ?", name).execute(conn).await?,
        };
        Ok(())
    }
}
