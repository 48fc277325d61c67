//! Requests one by one, latest first, one UTC day at a time: a day is one range of rows.

use std::collections::BTreeMap;

use domain::{AccountId, ClientId, GatewayId, KeyId, ModelName, RequestOutcome, Timestamp, Zone};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use super::scan::list;
use super::{Filter, Report, RequestCursor, RequestPage, RequestRow};
use crate::column::{self, days};
use crate::usage::place::Zones;
use crate::usage::{AMOUNTS, Amounts, DAY_MILLIS, DAY_PLACES, amount_columns};
use crate::{StoreError, StoreResult};

/// Most rows on a page.
const MOST: u16 = 1_000;
/// How much larger each further read is where not every client's date is meant, and most rows of one.
const GROWTH: usize = 2;
const PIECE_MAX: usize = 4_000;

/// An account that requests may belong to.
#[derive(Debug)]
struct Owner {
    gateway: i64,
    client: i64,
    nobody: bool,
    zone: Option<Zone>,
}

/// What the rows of a page have in common.
struct Search<'f> {
    filter: &'f Filter,
    owners: BTreeMap<i64, Owner>,
    /// Whether only some accounts are meant.
    some: bool,
    models: BTreeMap<i64, ModelName>,
    limit: usize,
}

impl Report<'_> {
    /// A page of requests, latest first. Dates are local dates of each client. At most 1,000 rows.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn request_page(
        &mut self,
        filter: &Filter,
        after: Option<RequestCursor>,
        limit: u16,
    ) -> StoreResult<RequestPage> {
        let mut search = Search::new(self.conn, filter, usize::from(limit.clamp(1, MOST))).await?;
        search.models = self.names(super::Group::Model).await?;
        search.page(self.conn, after).await
    }
}

impl<'f> Search<'f> {
    async fn new(conn: &mut SqliteConnection, filter: &'f Filter, limit: usize) -> StoreResult<Self> {
        let mut owners = owners(conn).await?;
        let clients: Vec<i64> = filter.clients.iter().map(|id| id.0).collect();
        let gateways: Vec<i64> = filter.gateways.iter().map(|id| id.0).collect();
        let some = !clients.is_empty() || !gateways.is_empty() || !filter.keys.is_empty();
        owners.retain(|_, owner| {
            (clients.is_empty() || clients.contains(&owner.client))
                && (gateways.is_empty() || gateways.contains(&owner.gateway))
        });
        if !filter.keys.is_empty() {
            let used = accounts_of_keys(conn, filter).await?;
            owners.retain(|account, _| used.contains(account));
        }
        Ok(Self { filter, owners, some, models: BTreeMap::new(), limit })
    }

    async fn page(&self, conn: &mut SqliteConnection, after: Option<RequestCursor>) -> StoreResult<RequestPage> {
        let mut rows = Vec::new();
        // A local date may lie in the UTC day before or after its name.
        let (first, last) = (days(self.filter.first) - 1, days(self.filter.last) + 1);
        let mut at = Some(after.unwrap_or_else(|| self.end()));
        let mut day = at.map_or(last, |cursor| cursor.occurred_at.div_euclid(DAY_MILLIS));
        let mut piece = self.limit;
        while rows.len() < self.limit && day >= first {
            // At the edges, some clients' dates do not belong: read on for the others in larger and larger pieces.
            let edge = day <= first + 1 || day >= last - 1;
            piece = if edge { (piece * GROWTH).min(PIECE_MAX) } else { self.limit };
            let found = self.day(conn, (day, piece), at).await?;
            let whole = found.len() < piece;
            for (cursor, row) in found {
                at = Some(cursor);
                if rows.len() < self.limit && self.wanted(&row)? {
                    rows.push((cursor, row));
                }
            }
            if whole {
                at = None;
                let Some(earlier) = self.earlier_day(conn, day).await? else { break };
                day = earlier;
            }
        }
        let next = if rows.len() == self.limit { rows.last().map(|(cursor, _)| *cursor) } else { None };
        Ok(RequestPage { rows: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// Where the last date ends for the client where it ends last.
    fn end(&self) -> RequestCursor {
        let utc = Zone::utc();
        let zones = self.owners.values().map(|owner| owner.zone.as_ref().unwrap_or(&utc));
        let end = zones.map(|zone| zone.day(self.filter.last).end().as_millis()).max();
        RequestCursor { occurred_at: end.unwrap_or_else(|| utc.day(self.filter.last).end().as_millis()), id: 0 }
    }

    /// The next requests of a UTC day, at most `limit`, latest first, after a point in that day.
    async fn day(
        &self,
        conn: &mut SqliteConnection,
        (day, limit): (i64, usize),
        at: Option<RequestCursor>,
    ) -> StoreResult<Vec<(RequestCursor, RequestRow)>> {
        let at = at.filter(|cursor| cursor.occurred_at.div_euclid(DAY_MILLIS) == day);
        let millis = at.map_or(DAY_MILLIS, |cursor| cursor.occurred_at.rem_euclid(DAY_MILLIS));
        let models: Vec<i64> =
            self.models.iter().filter(|(_, name)| self.filter.models.contains(name)).map(|(id, _)| *id).collect();
        let accounts: Vec<i64> =
            self.owners.iter().filter(|(_, owner)| self.meets(owner, day)).map(|(id, _)| *id).collect();
        let some = self.some || accounts.len() < self.owners.len();
        let keys: Vec<i64> = self.filter.keys.iter().map(|id| id.0).collect();
        let query = sqlx::query(AssertSqlSafe(self.sql(some)))
            .bind(day * DAY_PLACES)
            .bind((day + 1) * DAY_PLACES - 1)
            .bind(millis)
            .bind(at.map_or(0, |cursor| cursor.id))
            .bind(list(&accounts))
            .bind(list(&keys))
            .bind(list(&models))
            .bind(i64::try_from(limit).unwrap_or(1));
        query.fetch_all(conn).await?.iter().map(|row| self.read(row)).collect()
    }

    /// Whether any moment of a UTC day lies in the wanted local dates of an account's client.
    fn meets(&self, owner: &Owner, day: i64) -> bool {
        let utc = Zone::utc();
        let zone = owner.zone.as_ref().unwrap_or(&utc);
        let (start, end) = (zone.day(self.filter.first).start(), zone.day(self.filter.last).end());
        start.as_millis() < (day + 1) * DAY_MILLIS && day * DAY_MILLIS < end.as_millis()
    }

    /// Parameters: 1 and 2 the day's row numbers, 3 and 4 the point, 5 accounts if only some are meant, 6 keys, 7 models,
    /// 8 limit.
    fn sql(&self, some: bool) -> String {
        let amounts = amount_columns(str::to_owned);
        let mut rest = String::new();
        if some {
            rest += " AND account IN (SELECT value FROM json_each(?5))";
        }
        if !self.filter.keys.is_empty() {
            rest += " AND key IN (SELECT value FROM json_each(?6))";
        }
        if !self.filter.models.is_empty() {
            rest += " AND model IN (SELECT value FROM json_each(?7))";
        }
        // A day is sorted by its row numbers alone; whole rows are read for the page only.
        format!(
            "SELECT id, account, key, model, upstream, day_millis, {amounts}, duration_millis, refused
             FROM usage_request
             WHERE id IN (SELECT id FROM usage_request
                          WHERE id BETWEEN ?1 AND ?2 AND (day_millis, id) < (?3, ?4){rest}
                          ORDER BY day_millis DESC, id DESC LIMIT ?8)
             ORDER BY day_millis DESC, id DESC"
        )
    }

    fn read(&self, row: &SqliteRow) -> StoreResult<(RequestCursor, RequestRow)> {
        let id: i64 = row.try_get(0)?;
        let account: i64 = row.try_get(1)?;
        let at = column::Row { noun: "request", id };
        let owner = at.known("account", self.owners.get(&account))?;
        let occurred_at = id.div_euclid(DAY_PLACES) * DAY_MILLIS + row.try_get::<i64, _>(5)?;
        let model = |id: i64| self.models.get(&id).cloned().unwrap_or_else(|| ModelName::new(""));
        let duration: Option<i64> = row.try_get(6 + AMOUNTS)?;
        let refused = row.try_get::<i64, _>(7 + AMOUNTS)? != 0;
        let request = RequestRow {
            occurred_at: Timestamp::from_millis(occurred_at),
            gateway: GatewayId(owner.gateway),
            account: (!owner.nobody).then_some(AccountId(account)),
            client: super::nonzero(owner.client).map(ClientId),
            key: super::nonzero(row.try_get(2)?).map(KeyId),
            model: model(row.try_get(3)?),
            upstream_model: row.try_get::<Option<i64>, _>(4)?.map(model),
            consumption: Amounts::read(row, 6)?.into(),
            duration_millis: duration.and_then(|millis| u32::try_from(millis).ok()),
            outcome: if refused { RequestOutcome::Failed } else { RequestOutcome::Succeeded },
        };
        Ok((RequestCursor { occurred_at, id }, request))
    }

    /// Whether the request lies in the client's local dates.
    fn wanted(&self, row: &RequestRow) -> StoreResult<bool> {
        let client = row.client.map_or(0, |id| id.0);
        let zone = self.owners.values().find(|owner| owner.client == client).and_then(|owner| owner.zone.as_ref());
        let day = match zone {
            Some(zone) => zone.date_of(row.occurred_at),
            None => Zone::utc().date_of(row.occurred_at),
        };
        Ok((self.filter.first..=self.filter.last).contains(&day))
    }

    /// The latest UTC day with requests before a day.
    async fn earlier_day(&self, conn: &mut SqliteConnection, day: i64) -> StoreResult<Option<i64>> {
        let accounts: Vec<i64> = self.owners.keys().copied().collect();
        let query = sqlx::query_scalar::<_, Option<i64>>(AssertSqlSafe(self.earlier_sql()));
        let id = query.bind(day * DAY_PLACES).bind(list(&accounts)).fetch_one(conn).await?;
        Ok(id.map(|id| id.div_euclid(DAY_PLACES)))
    }

    /// Parameters: 1 the first row number of the day, 2 accounts.
    fn earlier_sql(&self) -> String {
        if self.some {
            "SELECT max((SELECT max(r.id) FROM usage_request r WHERE r.account = a.value AND r.id < ?1))
             FROM json_each(?2) a"
                .to_owned()
        } else {
            "SELECT max(id) FROM usage_request WHERE id < ?1".to_owned()
        }
    }
}

async fn owners(conn: &mut SqliteConnection) -> StoreResult<BTreeMap<i64, Owner>> {
    let rows = sqlx::query!(
        r#"SELECT a.id AS "id!", a.gateway, a.client, a.external_id, c.zone AS "zone: String"
           FROM account a LEFT JOIN client c ON c.id = a.client"#
    );
    let mut zones = Zones::default();
    let owners = rows.fetch_all(conn).await?.into_iter().map(|row| {
        let (client, nobody) = (row.client.unwrap_or(0), row.external_id.is_empty());
        let zone = zones.of(client, row.zone)?;
        Ok::<_, StoreError>((row.id, Owner { gateway: row.gateway, client, nobody, zone }))
    });
    owners.collect()
}

/// The accounts on which these keys have any usage that counts, or that they belong to.
async fn accounts_of_keys(conn: &mut SqliteConnection, filter: &Filter) -> StoreResult<Vec<i64>> {
    let keys = list(&filter.keys.iter().map(|id| id.0).collect::<Vec<i64>>());
    let sql = "SELECT account FROM rollup_key_span WHERE key IN (SELECT value FROM json_each(?1))
               UNION SELECT account FROM key WHERE id IN (SELECT value FROM json_each(?1)) AND account IS NOT NULL";
    Ok(sqlx::query_scalar(sql).bind(keys).fetch_all(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_never_reads_all_requests() {
        let file = crate::testing::temporary().await;
        let mut reader = file.store.reader().await.unwrap();
        let day = "2026-11-01".parse().unwrap();
        let plain = Filter::days(day, day);
        let of_client = plain.clone().client(ClientId(1));
        for (filter, index) in [(plain, "INTEGER PRIMARY KEY"), (of_client, "usage_request_account")] {
            let search = Search::new(&mut reader.tx, &filter, 100).await.unwrap();
            for sql in [search.sql(search.some), search.earlier_sql()] {
                let plan = crate::testing::plan(&mut reader.tx, &sql).await;
                assert!(!plan.contains("SCAN usage_request"), "a page must not scan raw usage: {plan}");
                assert!(plan.contains(index), "expected {index}: {plan}");
            }
        }
    }
}
