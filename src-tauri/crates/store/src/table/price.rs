//! The price book's editions. A version never changes once added (enforced by triggers), so history is never repriced.

mod rule;

use domain::{Date, PriceVersionId, Timestamp};
use sqlx::{SqliteConnection, query, query_as};

pub use self::rule::{PriceExchange, PriceRule, PriceStep};

use crate::column::{self, days, time};
use crate::session::Pen;
use crate::{StoreError, StoreResult, Tag};

/// One edition of the price book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceVersion {
    /// Our row number.
    pub id: PriceVersionId,
    /// First local date it applies to. Of several that apply, the one with the latest date counts, then the newest.
    pub effective_from: Date,
    /// Why it was made.
    pub note: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its rules in the order they were given.
    pub rules: Vec<PriceRule>,
}

struct Row {
    id: i64,
    effective_from: i64,
    note: String,
    created_at: i64,
}

/// Reads of the price book.
#[derive(Debug)]
pub struct PriceTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl PriceTable<'_> {
    /// Every version with its rules, in the order in which they take effect.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<PriceVersion>> {
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", effective_from, note, created_at FROM price_version ORDER BY effective_from, id"#
        );
        let rows = rows.fetch_all(&mut *self.conn).await?;
        let mut versions = Vec::with_capacity(rows.len());
        for row in rows {
            versions.push(self.whole(row).await?);
        }
        Ok(versions)
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: PriceVersionId) -> StoreResult<PriceVersion> {
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", effective_from, note, created_at FROM price_version WHERE id = ?"#,
            id.0
        );
        let row = row.fetch_optional(&mut *self.conn).await?;
        self.whole(row.ok_or_else(|| StoreError::not_found("price version", id))?).await
    }

    /// The version in force on a local date.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn in_force(&mut self, on: Date) -> StoreResult<Option<PriceVersion>> {
        let on = days(on);
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", effective_from, note, created_at FROM price_version
               WHERE effective_from <= ? ORDER BY effective_from DESC, id DESC LIMIT 1"#,
            on
        );
        match row.fetch_optional(&mut *self.conn).await? {
            Some(row) => self.whole(row).await.map(Some),
            None => Ok(None),
        }
    }
}

impl PriceTable<'_> {
    async fn whole(&mut self, row: Row) -> StoreResult<PriceVersion> {
        let at = column::Row { noun: "price version", id: row.id };
        Ok(PriceVersion {
            id: PriceVersionId(row.id),
            effective_from: at.date(row.effective_from)?,
            note: row.note,
            created_at: time(row.created_at),
            rules: rule::list(self.conn, at).await?,
        })
    }
}

/// Writes of the price book.
#[derive(Debug)]
pub struct PriceTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl PriceTableMut<'_> {
    /// Adds a version with its rules.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn add(
        &mut self,
        effective_from: Date,
        note: &str,
        rules: &[PriceRule],
        at: Timestamp,
    ) -> StoreResult<PriceVersionId> {
        self.pen.touch(Tag::Prices);
        let (from, at) = (days(effective_from), at.as_millis());
        let version =
            query!("INSERT INTO price_version (effective_from, note, created_at) VALUES (?, ?, ?)", from, note, at);
        let version = version.execute(&mut *self.pen.conn).await?.last_insert_rowid();
        for rule in rules {
            rule::add(self.pen.conn, version, rule).await?;
        }
        Ok(PriceVersionId(version))
    }
}
