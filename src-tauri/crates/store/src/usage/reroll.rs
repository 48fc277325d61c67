//! Roll-ups anew from raw usage: when an account changes its client, a client its zone, a day its grain; and the proof
//! that roll-ups and raw usage agree.

use domain::{AccountId, ClientId, Grain};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, query};

use super::amounts::{Amounts, amount_columns};
use super::place::{self, Place};
use super::rollup::{self, Cell, Cells, Deltas, TABLES, Table};
use super::source::{self, AccountDay, Source};
use super::{DAY_PLACES, LAST_DAY, erase, raw};
use crate::{StoreError, StoreResult};

/// Moves an account, with all its usage, to another client or to nobody.
pub(crate) async fn account_moved(
    conn: &mut SqliteConnection,
    account: AccountId,
    client: Option<ClientId>,
) -> StoreResult<()> {
    let mut deltas = Deltas::default();
    take_back(conn, account.0, &mut deltas).await?;
    let client = client.map(|id| id.0);
    query!("UPDATE account SET client = ? WHERE id = ?", client, account.0).execute(&mut *conn).await?;
    count_account(conn, account.0, &mut deltas).await?;
    deltas.apply(conn).await
}

/// Recounts all usage of a client after its zone changed.
pub(crate) async fn client_zone_changed(conn: &mut SqliteConnection, client: ClientId) -> StoreResult<()> {
    let accounts =
        query!(r#"SELECT id AS "id!" FROM account WHERE client = ?"#, client.0).fetch_all(&mut *conn).await?;
    for account in accounts {
        again(conn, AccountId(account.id)).await?;
    }
    Ok(())
}

/// Recounts all usage of an account where it is.
pub(crate) async fn again(conn: &mut SqliteConnection, account: AccountId) -> StoreResult<()> {
    let mut deltas = Deltas::default();
    take_back(conn, account.0, &mut deltas).await?;
    count_account(conn, account.0, &mut deltas).await?;
    deltas.apply(conn).await
}

/// Counts another grain for an account's UTC day, from now on.
pub(crate) async fn pin(conn: &mut SqliteConnection, day: AccountDay, grain: Grain) -> StoreResult<()> {
    let known = source::load(conn, &[day]).await?.remove(&day);
    let known = known.ok_or_else(|| StoreError::not_found("usage of account", AccountId(day.0)))?;
    source::save(conn, &[(day, known.pin(grain))]).await?;
    if known.grain == grain {
        return Ok(());
    }
    let place = place::place(conn, day.0).await?;
    let mut deltas = Deltas::default();
    count_day(conn, &place, day, (known.grain, false), &mut deltas).await?;
    count_day(conn, &place, day, (grain, true), &mut deltas).await?;
    deltas.apply(conn).await
}

/// Makes day totals zero that a complete pull at `observed_at` no longer told. Returns how many.
pub(crate) async fn sweep(
    conn: &mut SqliteConnection,
    account: i64,
    span: (i64, i64),
    (observation, observed_at): (i64, i64),
) -> StoreResult<u64> {
    let stale = raw::days_observed_before(conn, account, span, observed_at).await?;
    let stale: Vec<_> = stale.into_iter().filter(|(_, facts)| !facts.amounts.is_zero()).collect();
    let place = place::place(conn, account).await?;
    let days: Vec<AccountDay> = stale.iter().map(|(origin, _)| (account, origin.utc_day)).collect();
    let sources = source::load(conn, &days).await?;
    let mut deltas = Deltas::default();
    let mut zeroed = Vec::with_capacity(stale.len());
    for (origin, mut facts) in stale {
        if sources.get(&(account, origin.utc_day)).is_some_and(|source| source.grain == Grain::Day) {
            deltas.day(&place, &origin, &facts.amounts.negated());
        }
        facts.amounts = Amounts::default();
        zeroed.push((origin, facts));
    }
    raw::write_days(conn, &zeroed, observation).await?;
    deltas.apply(conn).await?;
    Ok(zeroed.len() as u64)
}

/// Adds (`true`) or takes back what an account's UTC day holds in one grain.
pub(super) async fn count_day(
    conn: &mut SqliteConnection,
    place: &Place,
    (account, utc_day): AccountDay,
    (grain, sign): (Grain, bool),
    deltas: &mut Deltas,
) -> StoreResult<()> {
    let signed = |amounts: Amounts| if sign { amounts } else { amounts.negated() };
    if grain == Grain::Day {
        for (origin, facts) in raw::days_of(conn, (account, Some(utc_day))).await? {
            deltas.day(place, &origin, &signed(facts.amounts));
        }
        return Ok(());
    }
    let mut after = utc_day * DAY_PLACES - 1;
    loop {
        let rows = raw::requests_of(conn, account, after, utc_day).await?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = *last;
        rows.iter().for_each(|(_, facts)| deltas.request(place, facts, &signed(facts.amounts)));
    }
}

/// Adds everything of an account that counts, what was erased included.
async fn count_account(conn: &mut SqliteConnection, account: i64, deltas: &mut Deltas) -> StoreResult<()> {
    let place = place::place(conn, account).await?;
    erase::count(conn, (account, &place), deltas).await?;
    count_raw(conn, account, LAST_DAY, deltas).await
}

/// Adds the raw rows of an account that count, up to a UTC day.
pub(super) async fn count_raw(
    conn: &mut SqliteConnection,
    account: i64,
    last_day: i64,
    deltas: &mut Deltas,
) -> StoreResult<()> {
    let place = place::place(conn, account).await?;
    let sources = source::of_account(conn, account).await?;
    let counts = |day: i64, grain: Grain| sources.get(&(account, day)).is_some_and(|s: &Source| s.grain == grain);
    for (origin, facts) in raw::days_of(conn, (account, None)).await? {
        if origin.utc_day <= last_day && counts(origin.utc_day, Grain::Day) {
            deltas.day(&place, &origin, &facts.amounts);
        }
    }
    let mut after = -1;
    loop {
        let rows = raw::requests_of(conn, account, after, last_day).await?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = *last;
        for (_, facts) in rows.iter().filter(|(_, facts)| counts(facts.utc_day, Grain::Request)) {
            deltas.request(&place, facts, &facts.amounts);
        }
    }
}

/// Takes back everything the roll-ups hold of an account.
async fn take_back(conn: &mut SqliteConnection, account: i64, deltas: &mut Deltas) -> StoreResult<()> {
    let place = place::place(conn, account).await?;
    for (cell, amounts) in held(conn, &rollup::MODEL, place.client, account).await? {
        deltas.add_model(place.gateway, cell, &amounts.negated());
    }
    for (cell, amounts) in held(conn, &rollup::KEY, place.client, account).await? {
        deltas.add_key(cell, &amounts.negated());
    }
    Ok(())
}

async fn held(conn: &mut SqliteConnection, table: &Table, client: i64, account: i64) -> StoreResult<Cells> {
    let columns = amount_columns(str::to_owned);
    let sql = format!("SELECT {}, {columns} FROM {} WHERE client = ? AND account = ?", table.key, table.name);
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(client).bind(account).fetch_all(conn).await?;
    rows.iter().map(|row| cell(table, row)).collect()
}

fn cell(table: &Table, row: &sqlx::sqlite::SqliteRow) -> StoreResult<(Cell, Amounts)> {
    let mut cell = [0; 4];
    for (place, part) in cell.iter_mut().take(table.width).enumerate() {
        *part = row.try_get(place)?;
    }
    Ok((cell, Amounts::read(row, table.width)?))
}

/// Recounts everything and compares: the number of roll-up rows that differ from their raw usage.
pub(crate) async fn differences(conn: &mut SqliteConnection) -> StoreResult<u64> {
    let mut deltas = Deltas::default();
    let accounts = query!(r#"SELECT id AS "id!" FROM account ORDER BY id"#).fetch_all(&mut *conn).await?;
    for account in accounts {
        count_account(conn, account.id, &mut deltas).await?;
    }
    let mut differing = 0;
    for (table, counted) in TABLES.iter().zip(deltas.all()) {
        let columns = amount_columns(str::to_owned);
        let sql = format!("SELECT {}, {columns} FROM {}", table.key, table.name);
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *conn).await?;
        let stored: Cells = rows.iter().map(|row| cell(table, row)).collect::<StoreResult<_>>()?;
        differing += differ(&stored, &counted);
    }
    Ok(differing)
}

/// Cells that are not the same on both sides; a missing cell is nothing.
fn differ(one: &Cells, other: &Cells) -> u64 {
    let missing = Amounts::default();
    let cells: std::collections::BTreeSet<&Cell> = one.keys().chain(other.keys()).collect();
    let unequal = |cell: &&&Cell| one.get(**cell).unwrap_or(&missing) != other.get(**cell).unwrap_or(&missing);
    cells.iter().filter(unequal).count() as u64
}
