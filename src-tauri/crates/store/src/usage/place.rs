//! Where an account's usage is counted: its client, that client's zone, its gateway.

use std::collections::{BTreeSet, HashMap};

use domain::{Timestamp, Zone};
use sqlx::{SqliteConnection, query};

use crate::StoreResult;
use crate::column;

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
    let mut places = HashMap::with_capacity(accounts.len());
    for account in accounts {
        places.insert(account, place(conn, account).await?);
    }
    Ok(places)
}

pub(super) async fn place(conn: &mut SqliteConnection, account: i64) -> StoreResult<Place> {
    let row = query!(
        r#"SELECT a.gateway, a.client, c.zone AS "zone: String"
           FROM account a LEFT JOIN client c ON c.id = a.client WHERE a.id = ?"#,
        account
    );
    let row = row.fetch_optional(conn).await?;
    let row = row.ok_or_else(|| crate::StoreError::not_found("account", account))?;
    let at = column::Row { noun: "client", id: row.client.unwrap_or(0) };
    let zone: Option<Zone> = at.ok(row.zone.map(|name| name.parse()).transpose())?;
    let zone = zone.filter(|zone| !zone.is_utc());
    Ok(Place { client: row.client.unwrap_or(0), gateway: row.gateway, zone })
}
