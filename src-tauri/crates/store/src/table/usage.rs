//! Raw usage: statements as they came, which grain counts, and the roll-ups that follow from both.

use domain::{AccountId, Date, GatewayId, Grain, Timestamp};
use sqlx::SqliteConnection;

use crate::column::days;
use crate::session::Pen;
use crate::usage::{IngestBatch, Ingested, ingest, intern, reroll, source};
use crate::{StoreResult, Tag};

/// Reads of raw usage. Reports read roll-ups instead: see [`crate::Report`].
#[derive(Debug)]
pub struct UsageTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl UsageTable<'_> {
    /// Which grain counts for an account's UTC day; `None` when nothing was stated.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn grain(&mut self, account: AccountId, utc_day: Date) -> StoreResult<Option<Grain>> {
        let day = (account.0, days(utc_day));
        Ok(source::load(self.conn, &[day]).await?.get(&day).map(|source| source.grain))
    }

    /// Recomputes every roll-up from raw usage and compares: the number of rows that differ, 0 when all is well.
    /// Reads all raw usage; for tests and for a check that the operator asks for.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn rollup_differences(&mut self) -> StoreResult<u64> {
        reroll::differences(self.conn).await
    }
}

/// Writes of raw usage.
#[derive(Debug)]
pub struct UsageTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl UsageTableMut<'_> {
    /// Keeps a batch of statements and brings every roll-up up to date. A known origin with other values restates;
    /// with the same values, or observed before what is known, it changes nothing. Unknown accounts, keys and models
    /// are made. The outcome is the same in whatever order batches come and however often.
    ///
    /// # Errors
    /// `Rule` when a quantity is beyond `i64`.
    pub async fn ingest(&mut self, batch: &IngestBatch<'_>) -> StoreResult<Ingested> {
        self.pen.touch(Tag::Usage);
        let (told, made) = ingest::ingest(self.pen.conn, batch).await?;
        if made {
            self.pen.touch(Tag::Accounts);
            self.pen.touch(Tag::Keys);
        }
        Ok(told)
    }

    /// Says which grain counts for an account's UTC day from now on, whatever arrives. Roll-ups follow exactly.
    ///
    /// # Errors
    /// `NotFound` when the account has no statement for that day.
    pub async fn set_grain(&mut self, account: AccountId, utc_day: Date, grain: Grain) -> StoreResult<()> {
        self.pen.touch(Tag::Usage);
        reroll::pin(self.pen.conn, (account.0, days(utc_day)), grain).await
    }

    /// After a complete pull of day totals for these UTC days (inclusive) observed at `observed_at`: day totals that
    /// were observed earlier and not restated no longer exist on the gateway, and become zero. Returns how many.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn sweep_days(
        &mut self,
        gateway: GatewayId,
        first: Date,
        last: Date,
        observed_at: Timestamp,
    ) -> StoreResult<u64> {
        self.pen.touch(Tag::Usage);
        let at = observed_at.as_millis();
        let observation = intern::observation(self.pen.conn, gateway, observed_at).await?;
        let accounts = sqlx::query!(r#"SELECT id AS "id!" FROM account WHERE gateway = ?"#, gateway.0);
        let mut swept = 0;
        for account in accounts.fetch_all(&mut *self.pen.conn).await? {
            swept += reroll::sweep(self.pen.conn, account.id, (days(first), days(last)), (observation, at)).await?;
        }
        Ok(swept)
    }

    /// Rebuilds every roll-up of an account from raw usage.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn reroll(&mut self, account: AccountId) -> StoreResult<()> {
        self.pen.touch(Tag::Usage);
        reroll::again(self.pen.conn, account).await
    }
}
