//! Where an account's usage is counted: its client, that client's zone, its gateway.

use std::collections::{BTreeSet, HashMap};

use domain::{AccountId, Timestamp, Zone};
use sqlx::{Row as _, SqliteConnection};

use super::bulk::{self, Shape};
use crate::{StoreError, StoreResult, column};

/// Where an account's usage is counted. `client` 0 is nobody, whose days are UTC days.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) client: i64,
    pub(super) gateway: i64,
    /// `None` where local days are UTC days.
    zone: Option<Zone>,
}

impl Place {
    /// The local date, in days since 1970, of a moment in a UTC day.
    pub(super) fn local_day(&self, utc_day: i64, day_millis: i64) -> i64 {
        let Some(zone) = &self.zone else { return utc_day };
        let at = Timestamp::from_millis(utc_day * super::DAY_MILLIS + day_millis);
        column::days(zone.date_of(at))
    }
}

/// The places of these accounts.
pub(super) async fn places(
    conn: &mut SqliteConnection,
    accounts: impl IntoIterator<Item = i64>,
) -> StoreResult<HashMap<i64, Place>> {
    let accounts: BTreeSet<i64> = accounts.into_iter().collect();
    let accounts: Vec<i64> = accounts.into_iter().collect();
    let shape = Shape {
        before: "WITH v (id) AS (VALUES".to_owned(),
        row: bulk::row(1),
        after: ") SELECT a.id, a.gateway, a.client, c.zone FROM v CROSS JOIN account a ON a.id = v.id
                LEFT JOIN client c ON c.id = a.client"
            .to_owned(),
    };
    let rows = bulk::read(conn, &shape, &accounts, |id, binder| binder.int(*id)).await?;
    let mut zones = Zones::default();
    let mut places = HashMap::with_capacity(rows.len());
    for row in rows {
        let client = row.try_get::<Option<i64>, _>(2)?.unwrap_or(0);
        let zone = zones.of(client, row.try_get(3)?)?;
        places.insert(row.try_get(0)?, Place { client, gateway: row.try_get(1)?, zone });
    }
    Ok(places)
}

pub(super) async fn place(conn: &mut SqliteConnection, account: i64) -> StoreResult<Place> {
    let place = places(conn, [account]).await?.remove(&account);
    place.ok_or_else(|| StoreError::not_found("account", AccountId(account)))
}

/// Zones by name: reading one out of the time zone database costs more than a query.
#[derive(Debug, Default)]
pub(crate) struct Zones(HashMap<String, Zone>);

impl Zones {
    /// The zone of a client; `None` where local days are UTC days.
    pub(crate) fn of(&mut self, client: i64, name: Option<String>) -> StoreResult<Option<Zone>> {
        let Some(name) = name else { return Ok(None) };
        let at = column::Row { noun: "client", id: client };
        let zone = match self.0.get(&name) {
            Some(zone) => zone.clone(),
            None => at.ok(name.parse())?,
        };
        self.0.insert(name, zone.clone());
        Ok(Some(zone).filter(|zone| !zone.is_utc()))
    }
}
