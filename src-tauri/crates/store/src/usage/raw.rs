//! Raw usage as it lies in its tables.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{Grain, KeyId, ModelName, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use super::amounts::{AMOUNTS, Amounts, amount_columns};
use super::bulk::{self, Binder, Shape, Zeros};
use super::source::{self, AccountDay};
use super::statement::{DayFacts, DayOrigin, Fingerprint, RequestFacts, day_of};
use super::{DAY_MILLIS, DAY_PLACES, LAST_DAY};
use crate::report::Consumption;
use crate::table::RawUsage;
use crate::{StoreResult, column};

/// A known statement about a request.
#[derive(Debug)]
pub(super) struct KnownRequest {
    pub(super) id: i64,
    pub(super) observed_at: i64,
    pub(super) facts: RequestFacts,
}

/// A known day total.
#[derive(Debug)]
pub(super) struct KnownDay {
    pub(super) observed_at: i64,
    pub(super) facts: DayFacts,
}

const REQUEST_COLUMNS: usize = 6;

/// The facts of a request, from the alias `r`, beginning with its row number.
fn request_facts() -> String {
    let amounts = amount_columns(|name| format!("r.{name}"));
    format!("r.id, r.account, r.key, r.model, r.upstream, r.day_millis, {amounts}, r.duration_millis, r.refused")
}

fn read_request(row: &SqliteRow, first: usize) -> StoreResult<(i64, RequestFacts)> {
    let id: i64 = row.try_get(first)?;
    let facts = RequestFacts {
        amounts: Amounts::read(row, first + REQUEST_COLUMNS)?,
        utc_day: day_of(id),
        day_millis: row.try_get(first + 5)?,
        account: row.try_get(first + 1)?,
        key: row.try_get(first + 2)?,
        model: row.try_get(first + 3)?,
        upstream: row.try_get(first + 4)?,
        duration_millis: row.try_get(first + REQUEST_COLUMNS + AMOUNTS)?,
        refused: row.try_get::<i64, _>(first + REQUEST_COLUMNS + AMOUNTS + 1)? != 0,
    };
    Ok((id, facts))
}

pub(super) async fn known_requests(
    conn: &mut SqliteConnection,
    origins: &[Fingerprint],
) -> StoreResult<HashMap<Fingerprint, KnownRequest>> {
    let shape = Shape {
        before: "WITH v (origin) AS (VALUES".to_owned(),
        row: bulk::row(1),
        after: format!(
            ") SELECT i.origin, o.at, {} FROM v CROSS JOIN usage_identity i ON i.origin = v.origin
             CROSS JOIN usage_request r ON r.id = i.request CROSS JOIN observation o ON o.id = r.observation",
            request_facts()
        ),
    };
    let rows = bulk::read(conn, &shape, origins, |origin, binder| binder.bytes(origin)).await?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in rows {
        let (id, facts) = read_request(&row, 2)?;
        let mut origin = [0; 16];
        origin.copy_from_slice(row.try_get::<&[u8], _>(0)?.get(..16).unwrap_or(&[0; 16]));
        known.insert(origin, KnownRequest { id, observed_at: row.try_get(1)?, facts });
    }
    Ok(known)
}

/// The next requests of an account in the order of their row numbers, up to a UTC day, at most 5,000.
pub(super) async fn requests_of(
    conn: &mut SqliteConnection,
    account: i64,
    after: i64,
    last_day: i64,
) -> StoreResult<Vec<(i64, RequestFacts)>> {
    let sql = format!(
        "SELECT {} FROM usage_request r WHERE r.account = ?1 AND r.id > ?2 AND r.id < ?3 ORDER BY r.id LIMIT 5000",
        request_facts()
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(account).bind(after).bind((last_day + 1) * DAY_PLACES);
    query.fetch_all(conn).await?.iter().map(|row| read_request(row, 0)).collect()
}

/// The next requests of an account as its client may have them, in the order of their row numbers.
pub(crate) async fn export_requests(
    conn: &mut SqliteConnection,
    account: i64,
    after: i64,
) -> StoreResult<Vec<(i64, RawUsage)>> {
    let rows = requests_of(conn, account, after, LAST_DAY).await?;
    let models = models(conn).await?;
    let days: BTreeSet<AccountDay> = rows.iter().map(|(_, facts)| account_day(facts)).collect();
    let sources = source::load(conn, &days.into_iter().collect::<Vec<_>>()).await?;
    let row = |(id, facts): (i64, RequestFacts)| {
        let at = facts.utc_day * DAY_MILLIS + facts.day_millis;
        let counted = sources.get(&account_day(&facts)).is_some_and(|source| source.grain == Grain::Request);
        let told = Told { key: facts.key, model: facts.model, utc_day: facts.utc_day, amounts: facts.amounts };
        let row = RawUsage {
            occurred_at: Some(Timestamp::from_millis(at)),
            duration_millis: facts.duration_millis.and_then(|millis| u32::try_from(millis).ok()),
            refused: facts.refused,
            ..told.row(&models, counted)
        };
        (id, row)
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The day totals of an account as its client may have them, oldest first.
pub(crate) async fn export_days(conn: &mut SqliteConnection, account: i64) -> StoreResult<Vec<RawUsage>> {
    let sources = source::of_account(conn, account).await?;
    let models = models(conn).await?;
    let row = |(origin, facts): (DayOrigin, DayFacts)| {
        let DayOrigin { account, utc_day, key, model } = origin;
        let counted = sources.get(&(account, utc_day)).is_some_and(|source| source.grain == Grain::Day);
        Told { key, model, utc_day, amounts: facts.amounts }.row(&models, counted)
    };
    Ok(days_of(conn, (account, None)).await?.into_iter().map(row).collect())
}

/// What both grains tell.
struct Told {
    key: i64,
    model: i64,
    utc_day: i64,
    amounts: Amounts,
}

impl Told {
    fn row(self, models: &HashMap<i64, String>, counted: bool) -> RawUsage {
        let Consumption { quantities, failed_requests, .. } = self.amounts.into();
        RawUsage {
            occurred_at: None,
            utc_day: column::date(self.utc_day),
            key: (self.key != 0).then_some(KeyId(self.key)),
            model: ModelName::new(models.get(&self.model).map_or("", String::as_str)),
            quantities,
            failed_requests,
            duration_millis: None,
            refused: false,
            counted,
        }
    }
}

async fn models(conn: &mut SqliteConnection) -> StoreResult<HashMap<i64, String>> {
    let rows = sqlx::query!(r#"SELECT id AS "id!", name FROM model"#).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Where a request is written, and what.
pub(super) struct Placed<'f> {
    pub(super) id: i64,
    pub(super) origin: Fingerprint,
    pub(super) facts: &'f RequestFacts,
}

fn bind_request(placed: &Placed<'_>, (observation, zeros): (i64, &Zeros), binder: &mut Binder) -> StoreResult<()> {
    let facts = placed.facts;
    binder.ints(&[placed.id, facts.account, facts.key, facts.model])?;
    binder.maybe(facts.upstream)?;
    binder.ints(&[observation, facts.day_millis])?;
    zeros.bind(&facts.amounts, binder)?;
    binder.maybe(facts.duration_millis)?;
    binder.int(i64::from(facts.refused))
}

/// Writes requests under their row numbers; `restated` ones may be there already.
pub(super) async fn write_requests(
    conn: &mut SqliteConnection,
    rows: &mut [Placed<'_>],
    observation: i64,
    restated: bool,
) -> StoreResult<()> {
    let verb = if restated { "INSERT OR REPLACE" } else { "INSERT" };
    let columns = amount_columns(str::to_owned);
    let zeros = Zeros::of(rows.iter().map(|placed| &placed.facts.amounts));
    let shape = Shape {
        before: format!(
            "{verb} INTO usage_request (id, account, key, model, upstream, observation, day_millis, {columns},
             duration_millis, refused) VALUES"
        ),
        row: zeros.row(7, 2),
        after: String::new(),
    };
    bulk::write(conn, &shape, rows, |placed, binder| bind_request(placed, (observation, &zeros), binder)).await?;
    // In the order of the index, so that neighbours share a page.
    rows.sort_unstable_by_key(|placed| placed.origin);
    let shape = Shape {
        before: format!("{verb} INTO usage_identity (origin, request) VALUES"),
        row: bulk::row(2),
        after: String::new(),
    };
    let bind = |placed: &Placed<'_>, binder: &mut Binder| {
        binder.bytes(&placed.origin)?;
        binder.int(placed.id)
    };
    bulk::write(conn, &shape, rows, bind).await
}

/// The first free row number of a UTC day.
pub(super) async fn next_id(conn: &mut SqliteConnection, utc_day: i64) -> StoreResult<i64> {
    let first = utc_day * DAY_PLACES;
    let last = sqlx::query_scalar!(
        r#"SELECT max(id) AS "id: i64" FROM usage_request WHERE id >= ?1 AND id < ?1 + 67108864"#,
        first
    );
    Ok(last.fetch_one(conn).await?.map_or(first, |last| last + 1))
}

pub(super) async fn remove_request(conn: &mut SqliteConnection, id: i64) -> StoreResult<()> {
    sqlx::query!("DELETE FROM usage_request WHERE id = ?", id).execute(conn).await?;
    Ok(())
}

/// Notes that requests were observed again, unchanged.
pub(super) async fn confirm_requests(conn: &mut SqliteConnection, ids: &[i64], observation: i64) -> StoreResult<()> {
    let shape = Shape {
        before: "WITH v (id, observation) AS (VALUES".to_owned(),
        row: bulk::row(2),
        after: ") UPDATE usage_request SET observation = v.observation FROM v WHERE usage_request.id = v.id".to_owned(),
    };
    bulk::write(conn, &shape, ids, |id, binder| binder.ints(&[*id, observation])).await
}

fn day_columns(alias: &str) -> String {
    let amounts = amount_columns(|name| format!("{alias}{name}"));
    let key = ["account", "utc_day", "key", "model", "upstream"].map(|name| format!("{alias}{name}")).join(", ");
    format!("{key}, {amounts}")
}

fn read_day(row: &SqliteRow) -> StoreResult<(DayOrigin, DayFacts)> {
    let origin =
        DayOrigin { account: row.try_get(0)?, utc_day: row.try_get(1)?, key: row.try_get(2)?, model: row.try_get(3)? };
    Ok((origin, DayFacts { upstream: row.try_get(4)?, amounts: Amounts::read(row, 5)? }))
}

pub(super) async fn known_days(
    conn: &mut SqliteConnection,
    origins: &[DayOrigin],
) -> StoreResult<BTreeMap<DayOrigin, KnownDay>> {
    let shape = Shape {
        before: "WITH v (account, utc_day, key, model) AS (VALUES".to_owned(),
        row: bulk::row(4),
        after: format!(
            ") SELECT {}, o.at FROM v CROSS JOIN usage_day d
               ON d.account = v.account AND d.utc_day = v.utc_day AND d.key = v.key AND d.model = v.model
             CROSS JOIN observation o ON o.id = d.observation",
            day_columns("d.")
        ),
    };
    let bind = |o: &DayOrigin, binder: &mut Binder| binder.ints(&[o.account, o.utc_day, o.key, o.model]);
    let rows = bulk::read(conn, &shape, origins, bind).await?;
    let mut known = BTreeMap::new();
    for row in rows {
        let (origin, facts) = read_day(&row)?;
        known.insert(origin, KnownDay { observed_at: row.try_get(5 + AMOUNTS)?, facts });
    }
    Ok(known)
}

/// The day totals of an account, or of one of its UTC days.
pub(super) async fn days_of(
    conn: &mut SqliteConnection,
    (account, utc_day): (i64, Option<i64>),
) -> StoreResult<Vec<(DayOrigin, DayFacts)>> {
    let sql = format!("SELECT {} FROM usage_day WHERE account = ?1 AND utc_day BETWEEN ?2 AND ?3", day_columns(""));
    let (first, last) = utc_day.map_or((i64::MIN, i64::MAX), |day| (day, day));
    let query = sqlx::query(AssertSqlSafe(sql)).bind(account).bind(first).bind(last);
    query.fetch_all(conn).await?.iter().map(read_day).collect()
}

/// The day totals of some UTC days that were last observed before a time.
pub(super) async fn days_observed_before(
    conn: &mut SqliteConnection,
    account: i64,
    (first, last): (i64, i64),
    observed_at: i64,
) -> StoreResult<Vec<(DayOrigin, DayFacts)>> {
    let sql = format!(
        "SELECT {} FROM usage_day d JOIN observation o ON o.id = d.observation
         WHERE d.account = ?1 AND d.utc_day BETWEEN ?2 AND ?3 AND o.at < ?4",
        day_columns("d.")
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(account).bind(first).bind(last).bind(observed_at);
    query.fetch_all(conn).await?.iter().map(read_day).collect()
}

/// Writes day totals, new or known.
pub(super) async fn write_days(
    conn: &mut SqliteConnection,
    rows: &[(DayOrigin, DayFacts)],
    observation: i64,
) -> StoreResult<()> {
    let zeros = Zeros::of(rows.iter().map(|(_, facts)| &facts.amounts));
    let shape = Shape {
        before: format!("INSERT OR REPLACE INTO usage_day ({}, observation) VALUES", day_columns("")),
        row: zeros.row(5, 1),
        after: String::new(),
    };
    let bind = |(origin, facts): &(DayOrigin, DayFacts), binder: &mut Binder| {
        binder.ints(&[origin.account, origin.utc_day, origin.key, origin.model])?;
        binder.maybe(facts.upstream)?;
        zeros.bind(&facts.amounts, binder)?;
        binder.int(observation)
    };
    bulk::write(conn, &shape, rows, bind).await
}

/// The account and UTC day of a request.
pub(super) fn account_day(facts: &RequestFacts) -> AccountDay {
    (facts.account, facts.utc_day)
}
