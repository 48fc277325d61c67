//! Many rows per statement: a round trip to SQLite's thread costs more than the row.

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};

use super::amounts::{AMOUNTS, Amounts};
use crate::{StoreError, StoreResult};

/// Rows per statement, largest first. Few sizes, so that few statements are prepared.
const SIZES: [usize; 4] = [256, 64, 8, 1];

/// How a row is bound: one `add` per column.
pub(super) struct Binder(SqliteArguments);

impl Binder {
    pub(super) fn int(&mut self, value: i64) -> StoreResult<()> {
        self.0.add(value).map_err(unbindable)
    }

    pub(super) fn maybe(&mut self, value: Option<i64>) -> StoreResult<()> {
        self.0.add(value).map_err(unbindable)
    }

    pub(super) fn bytes(&mut self, value: &[u8]) -> StoreResult<()> {
        self.0.add(value.to_vec()).map_err(unbindable)
    }

    pub(super) fn text(&mut self, value: &str) -> StoreResult<()> {
        self.0.add(value.to_owned()).map_err(unbindable)
    }

    pub(super) fn ints(&mut self, values: &[i64]) -> StoreResult<()> {
        values.iter().try_for_each(|value| self.int(*value))
    }
}

fn unbindable(error: sqlx::error::BoxDynError) -> StoreError {
    StoreError::Io { cause: error.to_string() }
}

/// `before (?, ?), (?, ?) after` with so many rows.
fn sql(before: &str, row: &str, rows: usize, after: &str) -> String {
    format!("{before} {} {after}", vec![row; rows].join(", "))
}

/// `(?, ?)` with so many columns.
pub(super) fn row(width: usize) -> String {
    format!("({})", vec!["?"; width].join(", "))
}

/// Which amounts are zero in every row of a write. Those are written into the statement instead of being bound: most
/// traffic has tokens and no images, and binding is the greater part of the work.
pub(super) struct Zeros([bool; AMOUNTS]);

impl Zeros {
    pub(super) fn of<'a>(rows: impl IntoIterator<Item = &'a Amounts>) -> Self {
        let mut zeros = [true; AMOUNTS];
        for amounts in rows {
            for (zero, amount) in zeros.iter_mut().zip(amounts.0) {
                *zero &= amount == 0;
            }
        }
        Self(zeros)
    }

    /// A row of so many columns, the amounts, and so many columns more.
    pub(super) fn row(&self, before: usize, after: usize) -> String {
        let amounts = self.0.iter().map(|zero| if *zero { "0" } else { "?" });
        let places = std::iter::repeat_n("?", before).chain(amounts).chain(std::iter::repeat_n("?", after));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    }

    pub(super) fn bind(&self, amounts: &Amounts, binder: &mut Binder) -> StoreResult<()> {
        let bound = amounts.0.iter().zip(self.0).filter(|(_, zero)| !zero);
        bound.map(|(amount, _)| *amount).try_for_each(|amount| binder.int(amount))
    }
}

/// The statement around the rows.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) before: String,
    /// One row in brackets: see [`row`] and [`Zeros::row`].
    pub(super) row: String,
    pub(super) after: String,
}

/// Cuts rows into pieces of the prepared sizes and binds each piece.
fn pieces<'a, T>(
    shape: &Shape,
    rows: &'a [T],
    bind: impl Fn(&T, &mut Binder) -> StoreResult<()> + 'a,
) -> impl Iterator<Item = StoreResult<(String, SqliteArguments)>> {
    let Shape { before, row, after } = shape.clone();
    let width = row.matches('?').count();
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (piece, more) = rest.split_at(size);
        rest = more;
        let mut binder = Binder(SqliteArguments::default());
        binder.0.reserve(size * width, 0);
        let bound = piece.iter().try_for_each(|row| bind(row, &mut binder));
        Some(bound.map(|()| (sql(&before, &row, size, &after), binder.0)))
    })
}

/// Runs a statement for all rows.
pub(super) async fn write<T: Sync>(
    conn: &mut SqliteConnection,
    shape: &Shape,
    rows: &[T],
    bind: impl Fn(&T, &mut Binder) -> StoreResult<()> + Send,
) -> StoreResult<()> {
    for piece in pieces(shape, rows, bind) {
        let (sql, arguments) = piece?;
        sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Runs a query for all rows and collects what it finds.
pub(super) async fn read<T: Sync>(
    conn: &mut SqliteConnection,
    shape: &Shape,
    rows: &[T],
    bind: impl Fn(&T, &mut Binder) -> StoreResult<()> + Send,
) -> StoreResult<Vec<SqliteRow>> {
    let mut found = Vec::new();
    for piece in pieces(shape, rows, bind) {
        let (sql, arguments) = piece?;
        found.extend(sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_all(&mut *conn).await?);
    }
    Ok(found)
}
