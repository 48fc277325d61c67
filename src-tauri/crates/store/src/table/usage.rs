//! Raw usage: statements as they came, which grain counts, and the roll-ups that follow from both.

use domain::{AccountId, Date, GatewayId, Grain, KeyId, ModelName, Quantities, Timestamp};
use sqlx::SqliteConnection;

use crate::column::{date, days};
use crate::session::Pen;
use crate::usage::{IngestBatch, Ingested, RawCount, erase, ingest, intern, raw, reroll, source};
use crate::{StoreResult, Tag};

/// A raw row as a client may have it: what a gateway told of its usage, without what that cost the agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawUsage {
    /// When the request started; `None` for the total of a UTC day.
    pub occurred_at: Option<Timestamp>,
    /// The UTC day.
    pub utc_day: Date,
    /// The key, where one is known.
    pub key: Option<KeyId>,
    /// The model as the client called it.
    pub model: ModelName,
    /// What was consumed.
    pub quantities: Quantities,
    /// Requests that were refused or failed.
    pub failed_requests: u64,
    /// Milliseconds to the end of the answer, where known.
    pub duration_millis: Option<u32>,
    /// Whether a single request was refused or failed.
    pub refused: bool,
    /// Whether it is in the sums: of a day's requests and its total only one counts.
    pub counted: bool,
}

/// Raw rows of an account, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPage {
    /// The rows, oldest first.
    pub rows: Vec<RawUsage>,
    /// The place after which the next page begins; `None` after the last.
    pub next: Option<i64>,
}

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

    /// The last UTC day of an account whose rows were erased; `None` where none ever were.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn erased_through(&mut self, account: AccountId) -> StoreResult<Option<Date>> {
        Ok(erase::through(self.conn, account.0).await?.map(date))
    }

    /// How many raw rows an account has between two UTC days, both included.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn raw_count(&mut self, account: AccountId, (first, last): (Date, Date)) -> StoreResult<RawCount> {
        erase::rows(self.conn, account.0, (days(first), days(last))).await
    }

    /// Single requests of an account, oldest first, after a place; 5,000 on a page.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn raw_requests(&mut self, account: AccountId, after: Option<i64>) -> StoreResult<RawPage> {
        let rows = raw::export_requests(self.conn, account.0, after.unwrap_or(-1)).await?;
        let next = rows.last().map(|(id, _)| *id);
        Ok(RawPage { rows: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// Every total of a UTC day of an account, oldest first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn raw_days(&mut self, account: AccountId) -> StoreResult<Vec<RawUsage>> {
        raw::export_days(self.conn, account.0).await
    }

    /// Recomputes every roll-up from raw usage and the sums of what was erased, and compares: the number of rows that differ, 0 when all is well.
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

    /// Erases the raw rows of an account up to a UTC day, for good: what they add up to stays in every report, and what a
    /// gateway tells of these days from now on is not taken. The days must be over and read to their end.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn erase(&mut self, account: AccountId, through: Date, at: Timestamp) -> StoreResult<RawCount> {
        self.pen.touch(Tag::Usage);
        erase::erase(self.pen.conn, account.0, (days(through), at.as_millis())).await
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
