//! Allowances: periodic budgets that the gateway does not know, funded by Purser one period at a time.

use domain::{AccountId, Budget, KeyId, Limit, Nanos, RateLimit, Timestamp};
use sqlx::{SqliteConnection, query, query_as};

use crate::column::{self, Ceilings, time};
use crate::session::Pen;
use crate::{StoreError, StoreResult, Tag};

/// Who has an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holder {
    /// All keys of an account together.
    Account(AccountId),
    /// One key.
    Key(KeyId),
}

/// A periodic budget, and how far the gateway was funded for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Who has it.
    pub holder: Holder,
    /// What one period allows.
    pub budget: Budget,
    /// What the holder had spent in its lifetime when the funded period began. The ceiling at the gateway is this and one
    /// period's worth.
    pub base: Nanos,
    /// The start of the period that was funded last.
    pub funded_from: Timestamp,
}

struct Row {
    id: i64,
    account: Option<i64>,
    key: Option<i64>,
    amount_nanos: i64,
    currency: String,
    period: String,
    warn_at: String,
    base_nanos: i64,
    funded_from: i64,
}

impl TryFrom<Row> for Allowance {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        let at = column::Row { noun: "allowance", id: row.id };
        let ceilings = Ceilings {
            budget_nanos: Some(row.amount_nanos),
            budget_currency: Some(row.currency),
            budget_period: Some(row.period),
            budget_warn_at: Some(row.warn_at),
            ..Ceilings::default()
        };
        let budget = at.known("budget", ceilings.budget(at)?.as_option())?;
        let account = row.account.map(|id| Holder::Account(AccountId(id)));
        let holder = at.known("holder", account.or(row.key.map(|id| Holder::Key(KeyId(id)))))?;
        Ok(Self { holder, budget, base: Nanos(row.base_nanos), funded_from: time(row.funded_from) })
    }
}

/// Reads of allowances.
#[derive(Debug)]
pub struct AllowanceTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl AllowanceTable<'_> {
    /// Every allowance, first made first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<Allowance>> {
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", account, key, amount_nanos, currency, period, warn_at, base_nanos, funded_from
               FROM allowance ORDER BY id"#
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(Allowance::try_from).collect()
    }

    /// The allowance of one holder.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn of(&mut self, holder: Holder) -> StoreResult<Option<Allowance>> {
        Ok(self.list().await?.into_iter().find(|allowance| allowance.holder == holder))
    }
}

/// Writes of allowances.
#[derive(Debug)]
pub struct AllowanceTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl AllowanceTableMut<'_> {
    /// Keeps an allowance in place of the holder's earlier one.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn set(&mut self, allowance: &Allowance) -> StoreResult<()> {
        self.remove(allowance.holder).await?;
        let (account, key) = ids(allowance.holder);
        let ceilings = Ceilings::of(&Limit::Limited(allowance.budget.clone()), RateLimit::default());
        let (base, from) = (allowance.base.0, allowance.funded_from.as_millis());
        query!(
            "INSERT INTO allowance (account, key, amount_nanos, currency, period, warn_at, base_nanos, funded_from)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            account,
            key,
            ceilings.budget_nanos,
            ceilings.budget_currency,
            ceilings.budget_period,
            ceilings.budget_warn_at,
            base,
            from
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Forgets a holder's allowance, if it has one.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn remove(&mut self, holder: Holder) -> StoreResult<()> {
        self.pen.touch(match holder {
            Holder::Account(_) => Tag::Accounts,
            Holder::Key(_) => Tag::Keys,
        });
        let (account, key) = ids(holder);
        query!("DELETE FROM allowance WHERE account = ? OR key = ?", account, key).execute(&mut *self.pen.conn).await?;
        Ok(())
    }
}

fn ids(holder: Holder) -> (Option<i64>, Option<i64>) {
    match holder {
        Holder::Account(id) => (Some(id.0), None),
        Holder::Key(id) => (None, Some(id.0)),
    }
}
