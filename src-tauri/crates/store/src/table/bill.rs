//! Bills of whoever is behind a gateway. They are compared with usage and never are usage.

use domain::{BillId, Date, ExternalId, GatewayId, ModelName, Nanos, Timestamp, Zone};
use sqlx::{SqliteConnection, query, query_as, query_scalar};

use crate::column::{self, days, time};
use crate::session::Pen;
use crate::usage::fingerprint;
use crate::{StoreError, StoreResult, Tag};

/// A bill as it comes from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBill {
    /// The gateway whose usage it bills.
    pub gateway: GatewayId,
    /// The name of the file.
    pub name: String,
    /// SHA-256 of the file: the same file is the same bill.
    pub sha256: [u8; 32],
    /// Its lines, at least one.
    pub lines: Vec<BillEntry>,
    /// Now.
    pub imported_at: Timestamp,
}

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillEntry {
    /// The number of its first line in the file, from 1.
    pub line: u64,
    /// The request, where it names one.
    pub request: Option<ExternalId>,
    /// When the request started.
    pub at: Timestamp,
    /// The account as the bill calls it.
    pub account: Option<String>,
    /// The key as the bill calls it.
    pub key: Option<String>,
    /// The model.
    pub model: ModelName,
    /// Requests, the failed ones included.
    pub requests: u64,
    /// Tokens of every kind.
    pub tokens: u64,
    /// What it costs, in nano-units of the gateway's currency.
    pub cost: Nanos,
    /// Whether the bill says that it ended early.
    pub aborted: bool,
    /// Whether an earlier line bills the same request.
    pub repeated: bool,
}

/// A bill that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBill {
    /// Row number.
    pub id: BillId,
    /// The gateway whose usage it bills.
    pub gateway: GatewayId,
    /// The name of the file.
    pub name: String,
    /// How many lines.
    pub lines: u64,
    /// What all lines come to.
    pub cost: Nanos,
    /// UTC day of its earliest line.
    pub first: Date,
    /// UTC day of its latest line.
    pub last: Date,
    /// When it was imported.
    pub imported_at: Timestamp,
}

struct Row {
    id: i64,
    gateway: i64,
    name: String,
    lines: i64,
    cost: i64,
    first_day: i64,
    last_day: i64,
    imported_at: i64,
}

impl TryFrom<Row> for StoredBill {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        let at = column::Row { noun: "bill", id: row.id };
        Ok(Self {
            id: BillId(row.id),
            gateway: GatewayId(row.gateway),
            name: row.name,
            lines: at.ok(u64::try_from(row.lines))?,
            cost: Nanos(row.cost),
            first: at.date(row.first_day)?,
            last: at.date(row.last_day)?,
            imported_at: time(row.imported_at),
        })
    }
}

/// Reads of bills.
#[derive(Debug)]
pub struct BillTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl BillTable<'_> {
    /// Every bill, the latest period first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<StoredBill>> {
        let rows = query_as!(
            Row,
            "SELECT id, gateway, name, lines, cost, first_day, last_day, imported_at FROM bill
             ORDER BY last_day DESC, id DESC"
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(StoredBill::try_from).collect()
    }

    /// One bill.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: BillId) -> StoreResult<StoredBill> {
        let row = query_as!(
            Row,
            "SELECT id, gateway, name, lines, cost, first_day, last_day, imported_at FROM bill WHERE id = ?",
            id.0
        );
        let found = row.fetch_optional(&mut *self.conn).await?;
        found.ok_or_else(|| StoreError::not_found("bill", id))?.try_into()
    }

    /// The bill that a file was imported as.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn of_file(&mut self, gateway: GatewayId, sha256: &[u8; 32]) -> StoreResult<Option<BillId>> {
        let sha256 = sha256.as_slice();
        let id = query_scalar!(r#"SELECT id AS "id!" FROM bill WHERE gateway = ? AND sha256 = ?"#, gateway.0, sha256);
        Ok(id.fetch_optional(&mut *self.conn).await?.map(BillId))
    }
}

/// Writes of bills.
#[derive(Debug)]
pub struct BillTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl BillTableMut<'_> {
    /// Keeps a bill with its lines.
    ///
    /// # Errors
    /// `Conflict` for a file that is kept already; `Rule` without a line, or for a sum beyond the range.
    pub async fn add(&mut self, bill: &NewBill) -> StoreResult<BillId> {
        self.pen.touch(Tag::Usage);
        let utc = Zone::utc();
        let dates = bill.lines.iter().map(|line| utc.date_of(line.at));
        let (Some(first), Some(last)) = (dates.clone().min(), dates.max()) else {
            return Err(StoreError::rule("the bill has no lines: choose another file"));
        };
        let cost = bill.lines.iter().try_fold(Nanos::ZERO, |sum, line| sum.checked_add(line.cost));
        let cost = cost.map_err(|_| StoreError::rule("the bill comes to more than can be kept: check its amounts"))?.0;
        let (count, first, last) = (count(bill.lines.len() as u64)?, days(first), days(last));
        let (sha256, imported_at) = (bill.sha256.as_slice(), bill.imported_at.as_millis());
        let made = query!(
            "INSERT INTO bill (gateway, name, sha256, lines, cost, first_day, last_day, imported_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            bill.gateway.0,
            bill.name,
            sha256,
            count,
            cost,
            first,
            last,
            imported_at
        );
        let id = made.execute(&mut *self.pen.conn).await?.last_insert_rowid();
        for line in &bill.lines {
            self.line(bill.gateway, id, line).await?;
        }
        Ok(BillId(id))
    }

    async fn line(&mut self, gateway: GatewayId, bill: i64, entry: &BillEntry) -> StoreResult<()> {
        let request = entry.request.as_ref().map(ExternalId::as_str);
        let origin = request.map(|request| fingerprint(gateway, request).to_vec());
        let (line, at, model) = (count(entry.line)?, entry.at.as_millis(), entry.model.as_str());
        let (requests, tokens) = (count(entry.requests)?, count(entry.tokens)?);
        query!(
            "INSERT INTO bill_line (bill, line, origin, request, at, account, key, model, requests, tokens, cost, aborted,
                 repeated)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            bill,
            line,
            origin,
            request,
            at,
            entry.account,
            entry.key,
            model,
            requests,
            tokens,
            entry.cost.0,
            entry.aborted,
            entry.repeated
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Removes a bill with its lines.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn remove(&mut self, id: BillId) -> StoreResult<()> {
        self.pen.touch(Tag::Usage);
        query!("DELETE FROM bill_line WHERE bill = ?", id.0).execute(&mut *self.pen.conn).await?;
        let gone = query!("DELETE FROM bill WHERE id = ?", id.0).execute(&mut *self.pen.conn).await?;
        if gone.rows_affected() == 0 { Err(StoreError::not_found("bill", id)) } else { Ok(()) }
    }
}

fn count(amount: u64) -> StoreResult<i64> {
    i64::try_from(amount).map_err(|_| StoreError::rule("the bill holds a count that is impossibly large"))
}
