//! What was told of clients whose credit runs low, append-only (enforced by triggers), and what a person has seen of it.

use std::collections::BTreeMap;

use billing::ledger::Watch;
use domain::{ClientId, Currency, ExactAmount, NoticeId, Timestamp};
use rust_decimal::Decimal;
use sqlx::{SqliteConnection, query, query_as};

use crate::column::{self, time};
use crate::session::Pen;
use crate::{StoreError, StoreResult, Tag};

/// A notice that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNotice {
    /// Its row.
    pub id: NoticeId,
    /// Of whom.
    pub client: ClientId,
    /// What the credit fell below; nothing left where it is zero.
    pub threshold: ExactAmount,
    /// What could be spent on any model then.
    pub spendable: ExactAmount,
    /// When.
    pub at: Timestamp,
    /// When a person marked it as seen.
    pub seen_at: Option<Timestamp>,
    /// Whether a top-up has lifted the credit above the threshold since.
    pub over: bool,
}

/// A row of `balance_notice` with what came after it.
struct Row {
    id: i64,
    client: i64,
    threshold: String,
    spendable: String,
    currency: String,
    noted_at: i64,
    seen_at: Option<i64>,
    over: bool,
}

impl Row {
    fn notice(self) -> StoreResult<StoredNotice> {
        let at = column::Row { noun: "low-balance notice", id: self.id };
        let currency: Currency = at.ok(self.currency.parse())?;
        let amount = |text: &str| at.ok(Decimal::from_str_exact(text)).map(|number| ExactAmount::new(number, currency));
        Ok(StoredNotice {
            id: NoticeId(self.id),
            client: ClientId(self.client),
            threshold: amount(&self.threshold)?,
            spendable: amount(&self.spendable)?,
            at: time(self.noted_at),
            seen_at: self.seen_at.map(time),
            over: self.over,
        })
    }
}

/// Reads of notices.
#[derive(Debug)]
pub struct NoticeTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl NoticeTable<'_> {
    /// How the thresholds of a client stand.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn watches(&mut self, client: ClientId) -> StoreResult<BTreeMap<Decimal, Watch>> {
        let rows = query!(
            r#"SELECT id AS "id!", threshold, state FROM balance_notice WHERE client = ? ORDER BY id"#,
            client.0
        );
        let rows = rows.fetch_all(&mut *self.conn).await?;
        let watch = |id, threshold: String, state: String| {
            let at = column::Row { noun: "low-balance notice", id };
            Ok((at.ok(Decimal::from_str_exact(&threshold))?, at.known("state", Watch::from_code(&state))?))
        };
        rows.into_iter().map(|row| watch(row.id, row.threshold, row.state)).collect()
    }

    /// Every notice that was told, of one client or of all, newest first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self, client: Option<ClientId>) -> StoreResult<Vec<StoredNotice>> {
        let client = client.map(|client| client.0);
        let rows = query_as!(
            Row,
            r#"SELECT notice.id AS "id!", notice.client, threshold, spendable, currency, noted_at, seen_at,
                   EXISTS (SELECT 1 FROM balance_notice later
                           WHERE later.client = notice.client AND later.threshold = notice.threshold
                               AND later.id > notice.id) AS "over!: bool"
               FROM balance_notice notice LEFT JOIN balance_notice_seen seen ON seen.notice = notice.id
               WHERE state = 'told' AND (?1 IS NULL OR notice.client = ?1) ORDER BY notice.id DESC"#,
            client
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(Row::notice).collect()
    }
}

/// Writes of notices.
#[derive(Debug)]
pub struct NoticeTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl NoticeTableMut<'_> {
    /// Notes how a threshold stands from now on.
    ///
    /// # Errors
    /// `Rule` where it stands so already.
    pub async fn note(
        &mut self,
        client: ClientId,
        (threshold, state): (Decimal, Watch),
        spendable: ExactAmount,
        at: Timestamp,
    ) -> StoreResult<()> {
        self.pen.touch(Tag::Notices);
        let (threshold, state, at) = (threshold.normalize().to_string(), state.code(), at.as_millis());
        let (amount, currency) = (spendable.amount().to_string(), spendable.currency().code().to_owned());
        query!(
            "INSERT INTO balance_notice (client, threshold, state, spendable, currency, noted_at)
             VALUES (?, ?, ?, ?, ?, ?)",
            client.0,
            threshold,
            state,
            amount,
            currency,
            at
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Marks a notice and the earlier ones of its client as seen. What was seen before stays as it is.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn see(&mut self, notice: NoticeId, at: Timestamp) -> StoreResult<()> {
        self.pen.touch(Tag::Notices);
        let known = query!("SELECT client FROM balance_notice WHERE id = ? AND state = 'told'", notice.0);
        let Some(known) = known.fetch_optional(&mut *self.pen.conn).await? else {
            return Err(StoreError::NotFound { noun: "low-balance notice", id: notice.to_string() });
        };
        let at = at.as_millis();
        query!(
            "INSERT INTO balance_notice_seen (notice, seen_at)
             SELECT id, ?1 FROM balance_notice WHERE client = ?2 AND id <= ?3 AND state = 'told'
             ON CONFLICT (notice) DO NOTHING",
            at,
            known.client,
            notice.0
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }
}
