//! Many rows per statement: a round trip to SQLite's thread costs more than the row.

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};

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

    pub(super) fn ints(&mut self, values: &[i64]) -> StoreResult<()> {
        values.iter().try_for_each(|value| self.int(*value))
    }
}

fn unbindable(error: sqlx::error::BoxDynError) -> StoreError {
    StoreError::Io { cause: error.to_string() }
}

/// `before (?, ?), (?, ?) after` with as many rows of `width` columns as `rows`.
fn sql(before: &str, width: usize, rows: usize, after: &str) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    format!("{before} {} {after}", vec![row.as_str(); rows].join(", "))
}

/// The statement around the rows.
pub(super) struct Shape {
    pub(super) before: String,
    pub(super) width: usize,
    pub(super) after: String,
}

/// Cuts rows into pieces of the prepared sizes and binds each piece.
fn pieces<'a, T>(
    shape: &Shape,
    rows: &'a [T],
    bind: impl Fn(&T, &mut Binder) -> StoreResult<()> + 'a,
) -> impl Iterator<Item = StoreResult<(String, SqliteArguments)>> {
    let (before, width, after) = (shape.before.clone(), shape.width, shape.after.clone());
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (piece, more) = rest.split_at(size);
        rest = more;
        let mut binder = Binder(SqliteArguments::default());
        binder.0.reserve(size * width, 0);
        let bound = piece.iter().try_for_each(|row| bind(row, &mut binder));
        Some(bound.map(|()| (sql(&before, width, size, &after), binder.0)))
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
