//! Gap-free numbers: one counter per series, and the promise that what is taken is used.

use sqlx::{query, query_scalar};

use super::{InvoiceTable, InvoiceTableMut};
use crate::{StoreError, StoreResult, Tag};

/// A number taken from a series, to be used in the same transaction. Not `Clone`: each is used once.
#[must_use = "a number that is taken and not used would leave a gap; the commit refuses it"]
#[derive(Debug, PartialEq, Eq)]
pub struct InvoiceNumber {
    pub(super) series: String,
    pub(super) number: i64,
}

impl InvoiceNumber {
    /// The series.
    #[must_use]
    pub fn series(&self) -> &str {
        &self.series
    }

    /// The place in the series, from 1.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.number
    }
}

impl InvoiceTable<'_> {
    /// Every series with the last number taken of it.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn series(&mut self) -> StoreResult<Vec<(String, i64)>> {
        let rows = query!("SELECT series, last FROM invoice_series ORDER BY series").fetch_all(&mut *self.conn).await?;
        Ok(rows.into_iter().map(|row| (row.series, row.last)).collect())
    }

    /// The last number taken of a series; 0 before the first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn last_number(&mut self, series: &str) -> StoreResult<i64> {
        let last = query_scalar!("SELECT last FROM invoice_series WHERE series = ?", series);
        Ok(last.fetch_optional(&mut *self.conn).await?.unwrap_or(0))
    }
}

impl InvoiceTableMut<'_> {
    /// Takes the next number of a series. It must be used before the commit; a rollback gives it back.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn number_take(&mut self, series: &str) -> StoreResult<InvoiceNumber> {
        self.pen.touch(Tag::Invoices);
        let next = query_scalar!(
            r#"INSERT INTO invoice_series (series, last) VALUES (?, 1)
               ON CONFLICT (series) DO UPDATE SET last = last + 1 RETURNING last AS "last!""#,
            series
        );
        let number = next.fetch_one(&mut *self.pen.conn).await?;
        *self.pen.numbers_open += 1;
        Ok(InvoiceNumber { series: series.to_owned(), number })
    }

    /// Makes a series go on after `last`, for an agency that numbered invoices before Purser.
    ///
    /// # Errors
    /// `Rule` when a number of the series was already taken here.
    pub async fn series_start(&mut self, series: &str, last: i64) -> StoreResult<()> {
        self.pen.touch(Tag::Invoices);
        let taken = query_scalar!("SELECT count(*) FROM invoice WHERE series = ?", series);
        if taken.fetch_one(&mut *self.pen.conn).await? > 0 {
            return Err(StoreError::rule("this series has invoices already: start another series instead"));
        }
        query!(
            "INSERT INTO invoice_series (series, last) VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET last = excluded.last",
            series,
            last
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }
}
