//! Raw usage that is erased at a client's wish (S0-06): its rows go, what they add up to stays.
//!
//! Sums are kept in the grain of the roll-ups, so a roll-up is always the raw rows that are left and the sums of those that
//! were erased, and every way of recounting keeps them. A mark per account keeps a gateway from telling the rows again.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, query, query_scalar};

use super::amounts::{Amounts, amount_columns};
use super::bulk::{self, Shape, Zeros};
use super::place::Place;
use super::rollup::{Cell, Cells, Deltas};
use super::{DAY_PLACES, reroll};
use crate::StoreResult;

/// The last UTC day of which nothing is kept row by row, by account.
pub(super) type Marks = HashMap<i64, i64>;

/// How many raw rows, of each grain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RawCount {
    /// Single requests.
    pub requests: u64,
    /// Totals of a UTC day, key and model.
    pub day_totals: u64,
}

impl RawCount {
    /// Both together.
    #[must_use]
    pub fn rows(self) -> u64 {
        self.requests.saturating_add(self.day_totals)
    }

    /// The sum with others.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            day_totals: self.day_totals.saturating_add(other.day_totals),
        }
    }
}

/// A table of sums and the name of its third column.
const TABLES: [(&str, &str); 2] = [("erased_model", "model"), ("erased_key", "key")];

/// Erases the raw rows of an account up to a UTC day.
pub(crate) async fn erase(
    conn: &mut SqliteConnection,
    account: i64,
    (through, at): (i64, i64),
) -> StoreResult<RawCount> {
    let mut sums = Deltas::default();
    reroll::count_raw(conn, account, through, &mut sums).await?;
    for ((table, column), cells) in TABLES.into_iter().zip(sums.finest()) {
        keep(conn, (table, column), &cells).await?;
    }
    let erased = remove(conn, account, through).await?;
    query!(
        "INSERT INTO usage_erasure (account, through_day, erased_at) VALUES (?, ?, ?)
         ON CONFLICT (account) DO UPDATE SET through_day = max(through_day, excluded.through_day),
             erased_at = excluded.erased_at",
        account,
        through,
        at
    )
    .execute(conn)
    .await?;
    Ok(erased)
}

/// Adds sums to those that are kept already.
async fn keep(conn: &mut SqliteConnection, (table, column): (&str, &str), cells: &Cells) -> StoreResult<()> {
    let rows: Vec<(Cell, Amounts)> =
        cells.iter().filter(|(_, amounts)| !amounts.is_zero()).map(|(cell, amounts)| (*cell, *amounts)).collect();
    let zeros = Zeros::of(rows.iter().map(|(_, amounts)| amounts));
    let sums = amount_columns(|name| format!("{name} = {name} + excluded.{name}"));
    let shape = Shape {
        before: format!("INSERT INTO {table} (account, day, {column}, {}) VALUES", amount_columns(str::to_owned)),
        row: zeros.row(3, 0),
        after: format!("ON CONFLICT (account, day, {column}) DO UPDATE SET {sums}"),
    };
    let bind = |([_, day, account, member], amounts): &(Cell, Amounts), binder: &mut bulk::Binder| {
        binder.ints(&[*account, *day, *member])?;
        zeros.bind(amounts, binder)
    };
    bulk::write(conn, &shape, &rows, bind).await
}

/// Deletes rows, overwriting what the file held of them.
async fn remove(conn: &mut SqliteConnection, account: i64, through: i64) -> StoreResult<RawCount> {
    let end = (through + 1) * DAY_PLACES;
    sqlx::query("PRAGMA secure_delete = ON").fetch_all(&mut *conn).await?;
    query!(
        "DELETE FROM usage_identity WHERE request IN (SELECT id FROM usage_request WHERE account = ? AND id < ?)",
        account,
        end
    )
    .execute(&mut *conn)
    .await?;
    let requests = query!("DELETE FROM usage_request WHERE account = ? AND id < ?", account, end);
    let requests = requests.execute(&mut *conn).await?.rows_affected();
    let days = query!("DELETE FROM usage_day WHERE account = ? AND utc_day <= ?", account, through);
    let day_totals = days.execute(&mut *conn).await?.rows_affected();
    sqlx::query("PRAGMA secure_delete = OFF").fetch_all(conn).await?;
    Ok(RawCount { requests, day_totals })
}

/// How many raw rows an account has between two UTC days, both included.
pub(crate) async fn rows(
    conn: &mut SqliteConnection,
    account: i64,
    (first, last): (i64, i64),
) -> StoreResult<RawCount> {
    let (start, end) = (first.saturating_mul(DAY_PLACES), last.saturating_add(1).saturating_mul(DAY_PLACES));
    let requests = query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM usage_request WHERE account = ? AND id >= ? AND id < ?"#,
        account,
        start,
        end
    );
    let requests = requests.fetch_one(&mut *conn).await?;
    let days = query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM usage_day WHERE account = ? AND utc_day BETWEEN ? AND ?"#,
        account,
        first,
        last
    );
    let days = days.fetch_one(conn).await?;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(RawCount { requests: count(requests), day_totals: count(days) })
}

/// Every account whose rows were erased.
pub(super) async fn marks(conn: &mut SqliteConnection) -> StoreResult<Marks> {
    let marks = query!(r#"SELECT account AS "account!", through_day FROM usage_erasure"#);
    Ok(marks.fetch_all(conn).await?.into_iter().map(|mark| (mark.account, mark.through_day)).collect())
}

/// The last UTC day of an account of which nothing is kept row by row.
pub(crate) async fn through(conn: &mut SqliteConnection, account: i64) -> StoreResult<Option<i64>> {
    let mark = query_scalar!("SELECT through_day FROM usage_erasure WHERE account = ?", account);
    Ok(mark.fetch_optional(conn).await?)
}

/// Adds the sums of an account's erased rows.
pub(super) async fn count(
    conn: &mut SqliteConnection,
    (account, place): (i64, &Place),
    deltas: &mut Deltas,
) -> StoreResult<()> {
    let [models, keys] = TABLES;
    for row in sums(conn, models, account).await? {
        let (day, model, amounts) = read(&row)?;
        deltas.add_model(place.gateway, [place.client, day, account, model], &amounts);
    }
    for row in sums(conn, keys, account).await? {
        let (day, key, amounts) = read(&row)?;
        deltas.add_key([place.client, day, account, key], &amounts);
    }
    Ok(())
}

async fn sums(conn: &mut SqliteConnection, (table, column): (&str, &str), account: i64) -> StoreResult<Vec<SqliteRow>> {
    let sql = format!("SELECT day, {column}, {} FROM {table} WHERE account = ?", amount_columns(str::to_owned));
    Ok(sqlx::query(AssertSqlSafe(sql)).bind(account).fetch_all(conn).await?)
}

fn read(row: &SqliteRow) -> StoreResult<(i64, i64, Amounts)> {
    Ok((row.try_get(0)?, row.try_get(1)?, Amounts::read(row, 2)?))
}
