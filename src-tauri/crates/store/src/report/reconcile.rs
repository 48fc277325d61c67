//! What is compared when usage is reconciled: day totals, single requests and lines of a bill, by UTC day. These read raw
//! usage of one gateway and period, each row once.

use domain::{AccountId, BillId, Date, GatewayId, Grain, KeyId, ModelName, Nanos, Timestamp};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Report, date, nonzero};
use crate::StoreResult;
use crate::column::{days, time};
use crate::usage::DAY_PLACES;

/// One gateway's usage between two UTC days, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The gateway.
    pub gateway: GatewayId,
    /// First UTC day.
    pub first: Date,
    /// Last UTC day.
    pub last: Date,
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Requests, the failed ones included.
    pub requests: u64,
    /// Tokens of every kind.
    pub tokens: u64,
    /// Nano-units.
    pub cost: Nanos,
}

/// A UTC day of one account, key and model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId {
    /// UTC day.
    pub day: Date,
    /// The account; one that stands for nobody takes what the gateway attributes to no account.
    pub account: AccountId,
    /// The key.
    pub key: Option<KeyId>,
    /// Row number of the model: see [`Report::model_names`].
    pub model: i64,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CellWeight {
    /// Everything.
    pub whole: Weight,
    /// What failed and cost all the same; of single requests only.
    pub aborted: Weight,
}

/// A line of a bill with the row of the request it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledLine {
    /// The number of its first line in the file.
    pub line: u64,
    /// The request, where it names one.
    pub request: Option<String>,
    /// When the request started.
    pub at: Timestamp,
    /// The account as the bill calls it.
    pub account: Option<String>,
    /// The key as the bill calls it.
    pub key: Option<String>,
    /// The model as the bill calls it.
    pub model: ModelName,
    /// How much.
    pub weight: Weight,
    /// Whether the bill says that it ended early.
    pub aborted: bool,
    /// Whether an earlier line bills the same request.
    pub repeated: bool,
    /// The row of that request, wherever it lies.
    pub row: Option<BilledRow>,
}

/// The row of a request that a bill names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BilledRow {
    /// What it is about.
    pub cell: CellId,
    /// What it cost.
    pub cost: Nanos,
    /// Whether it failed.
    pub failed: bool,
}

/// A row that a bill does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnbilledRow {
    /// What it is about.
    pub cell: CellId,
    /// What it cost.
    pub cost: Nanos,
    /// Whether a row that the bill names says the same in everything but its identifier.
    pub twin: bool,
}

const TOKENS: &str = "input_tokens + output_tokens + cache_read_tokens + cache_write_tokens";
/// What two rows of one request have in common.
const FACTS: &str = "account, key, model, day_millis, requests, input_tokens, output_tokens, cache_read_tokens,
    cache_write_tokens, images, video_millis, speech_chars, audio_millis, failed, cost, duration_millis";
/// Requests that a bill names, by row number. Parameter 4 is the bill.
const NAMED: &str = "SELECT i.request FROM bill_line l JOIN usage_identity i ON i.origin = l.origin WHERE l.bill = ?4";

impl Report<'_> {
    /// What the gateway's own day totals say. Cells at nothing are left out.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn day_totals(&mut self, span: &Span) -> StoreResult<Vec<(CellId, CellWeight)>> {
        let sql = format!(
            "SELECT utc_day, account, key, model, requests + failed, {TOKENS}, cost, 0, 0, 0 FROM usage_day
             WHERE account IN (SELECT id FROM account WHERE gateway = ?1) AND utc_day BETWEEN ?2 AND ?3
                 AND (requests + failed <> 0 OR cost <> 0)"
        );
        self.cells(sql, (span.gateway.0, days(span.first), days(span.last))).await
    }

    /// What single requests come to.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn request_totals(&mut self, span: &Span) -> StoreResult<Vec<(CellId, CellWeight)>> {
        let sql = format!(
            "SELECT id / {DAY_PLACES}, account, key, model, sum(requests + failed), sum({TOKENS}), sum(cost),
                 sum(refused AND cost <> 0), sum(iif(refused, {TOKENS}, 0)), sum(iif(refused, cost, 0))
             FROM usage_request
             WHERE id BETWEEN ?2 AND ?3 AND account IN (SELECT id FROM account WHERE gateway = ?1)
             GROUP BY 1, 2, 3, 4"
        );
        self.cells(sql, ids(span)).await
    }

    async fn cells(&mut self, sql: String, span: (i64, i64, i64)) -> StoreResult<Vec<(CellId, CellWeight)>> {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(span.0).bind(span.1).bind(span.2);
        let rows = query.fetch_all(&mut *self.conn).await?;
        rows.iter()
            .map(|row| Ok((cell(row)?, CellWeight { whole: weight(row, 4)?, aborted: weight(row, 7)? })))
            .collect()
    }

    /// Which grain counts for the accounts and UTC days of a span.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn day_grains(&mut self, span: &Span) -> StoreResult<Vec<((AccountId, Date), Grain)>> {
        let sql = "SELECT account, utc_day, grain FROM usage_day_source
                   WHERE account IN (SELECT id FROM account WHERE gateway = ?1) AND utc_day BETWEEN ?2 AND ?3";
        let query = sqlx::query(sql).bind(span.gateway.0).bind(days(span.first)).bind(days(span.last));
        let grain = |row: &SqliteRow| {
            let day = row.try_get::<&str, _>(2)? == Grain::Day.code();
            let grain = if day { Grain::Day } else { Grain::Request };
            Ok(((AccountId(row.try_get(0)?), date(row.try_get(1)?)), grain))
        };
        query.fetch_all(&mut *self.conn).await?.iter().map(grain).collect()
    }

    /// Requests of a cell that repeat another one in everything but their identifier.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn twins(&mut self, cell: &CellId) -> StoreResult<Weight> {
        let sql = format!(
            "SELECT coalesce(sum(n - 1), 0), coalesce(sum((n - 1) * tokens), 0), coalesce(sum((n - 1) * cost), 0)
             FROM (SELECT count(*) AS n, {TOKENS} AS tokens, cost FROM usage_request
                   WHERE id BETWEEN ?1 AND ?2 AND account = ?3 AND key = ?4 AND model = ?5
                   GROUP BY {FACTS} HAVING n > 1)"
        );
        let day = days(cell.day);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(day * DAY_PLACES).bind((day + 1) * DAY_PLACES - 1);
        let query = query.bind(cell.account.0).bind(cell.key.map_or(0, |key| key.0)).bind(cell.model);
        weight(&query.fetch_one(&mut *self.conn).await?, 0)
    }

    /// A bill's lines in their order, each with the row of the request it names.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn billed_lines(&mut self, bill: BillId) -> StoreResult<Vec<BilledLine>> {
        let sql = format!(
            "SELECT r.id / {DAY_PLACES}, r.account, r.key, r.model, r.cost, r.refused,
                 l.requests, l.tokens, l.cost, l.line, l.request, l.at, l.account, l.key, l.model, l.aborted, l.repeated
             FROM bill_line l LEFT JOIN usage_identity i ON i.origin = l.origin
             LEFT JOIN usage_request r ON r.id = i.request
             WHERE l.bill = ? ORDER BY l.line"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(bill.0).fetch_all(&mut *self.conn).await?;
        rows.iter().map(billed).collect()
    }

    /// Single requests of a span that a bill does not name.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn unbilled_rows(&mut self, span: &Span, bill: BillId) -> StoreResult<Vec<UnbilledRow>> {
        let here = "id BETWEEN ?2 AND ?3 AND account IN (SELECT id FROM account WHERE gateway = ?1)";
        let facts: Vec<&str> = FACTS.split(',').map(str::trim).collect();
        let same: Vec<String> = facts.iter().map(|fact| format!("r.{fact} IS s.{fact}")).collect();
        let sql = format!(
            "WITH spare AS MATERIALIZED (SELECT id, id / {DAY_PLACES} AS day, {FACTS} FROM usage_request
                                         WHERE {here} AND id NOT IN ({NAMED})),
                  twin AS MATERIALIZED (SELECT DISTINCT s.id FROM usage_request r
                                        JOIN spare s ON s.day = r.id / {DAY_PLACES} AND {}
                                        WHERE r.id BETWEEN ?2 AND ?3 AND r.id IN ({NAMED}))
             SELECT day, account, key, model, cost, id IN (SELECT id FROM twin) FROM spare ORDER BY id",
            same.join(" AND ")
        );
        let (gateway, first, last) = ids(span);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(gateway).bind(first).bind(last).bind(bill.0);
        let row = |row: &SqliteRow| {
            Ok(UnbilledRow { cell: cell(row)?, cost: Nanos(row.try_get(4)?), twin: row.try_get::<i64, _>(5)? != 0 })
        };
        query.fetch_all(&mut *self.conn).await?.iter().map(row).collect()
    }

    /// Every model by row number.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn model_names(&mut self) -> StoreResult<std::collections::BTreeMap<i64, ModelName>> {
        self.names(super::Group::Model).await
    }
}

/// The gateway and the row numbers of a span's requests.
fn ids(span: &Span) -> (i64, i64, i64) {
    (span.gateway.0, days(span.first) * DAY_PLACES, (days(span.last) + 1) * DAY_PLACES - 1)
}

fn cell(row: &SqliteRow) -> StoreResult<CellId> {
    Ok(CellId {
        day: date(row.try_get(0)?),
        account: AccountId(row.try_get(1)?),
        key: nonzero(row.try_get(2)?).map(KeyId),
        model: row.try_get(3)?,
    })
}

fn weight(row: &SqliteRow, first: usize) -> StoreResult<Weight> {
    let count = |place: usize| row.try_get::<i64, _>(place).map(|count| u64::try_from(count).unwrap_or(0));
    Ok(Weight { requests: count(first)?, tokens: count(first + 1)?, cost: Nanos(row.try_get(first + 2)?) })
}

fn billed(row: &SqliteRow) -> StoreResult<BilledLine> {
    let met: Option<i64> = row.try_get(0)?;
    let known = met.map(|_| {
        Ok::<_, crate::StoreError>(BilledRow {
            cell: cell(row)?,
            cost: Nanos(row.try_get(4)?),
            failed: row.try_get::<i64, _>(5)? != 0,
        })
    });
    Ok(BilledLine {
        weight: weight(row, 6)?,
        line: u64::try_from(row.try_get::<i64, _>(9)?).unwrap_or(0),
        request: row.try_get(10)?,
        at: time(row.try_get(11)?),
        account: row.try_get(12)?,
        key: row.try_get(13)?,
        model: ModelName::new(row.try_get::<String, _>(14)?),
        aborted: row.try_get::<i64, _>(15)? != 0,
        repeated: row.try_get::<i64, _>(16)? != 0,
        row: known.transpose()?,
    })
}
