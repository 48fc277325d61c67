//! What a client used by key *and* model, which no roll-up tells: read from raw usage, for the days of one invoice.

use std::collections::BTreeMap;

use domain::{ClientId, Date, GatewayId, Grain, KeyId, ModelName};
use sqlx::{SqliteConnection, query};

use super::amounts::Amounts;
use super::{DAY_PLACES, place, raw, source};
use crate::StoreResult;
use crate::column::days;
use crate::report::RatingRow;

/// Local day, gateway, key (0 is none), model.
type Cell = (i64, i64, i64, i64);

/// What one key of a client used of one model on one gateway on one local date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyModelRow {
    /// The key; `None` is usage without one.
    pub key: Option<KeyId>,
    /// The rest, as rating starts from.
    pub row: RatingRow,
}

/// Rows in the order date, gateway, key, model. Counts what the roll-ups count: one grain per account and UTC day.
pub(crate) async fn rows(
    conn: &mut SqliteConnection,
    client: ClientId,
    (first, last): (Date, Date),
) -> StoreResult<Vec<KeyModelRow>> {
    let span = (days(first), days(last));
    let accounts = query!(r#"SELECT id AS "id!" FROM account WHERE client = ? ORDER BY id"#, client.0)
        .fetch_all(&mut *conn)
        .await?;
    let mut cells: BTreeMap<Cell, Amounts> = BTreeMap::new();
    for account in accounts {
        count(conn, account.id, span, &mut cells).await?;
    }
    let models = query!(r#"SELECT id AS "id!", name FROM model"#).fetch_all(&mut *conn).await?;
    let models: BTreeMap<i64, ModelName> = models.into_iter().map(|row| (row.id, ModelName::new(row.name))).collect();
    let row = |((day, gateway, key, model), amounts): (Cell, Amounts)| KeyModelRow {
        key: (key != 0).then_some(KeyId(key)),
        row: RatingRow {
            client: Some(client),
            day: Date::from_epoch_days(i32::try_from(day).unwrap_or(0)),
            gateway: GatewayId(gateway),
            model: models.get(&model).cloned().unwrap_or_else(|| ModelName::new("")),
            consumption: amounts.into(),
        },
    };
    Ok(cells.into_iter().filter(|(_, amounts)| !amounts.is_zero()).map(row).collect())
}

/// Adds what an account used in a span of local days.
async fn count(
    conn: &mut SqliteConnection,
    account: i64,
    (first, last): (i64, i64),
    cells: &mut BTreeMap<Cell, Amounts>,
) -> StoreResult<()> {
    let place = place::place(conn, account).await?;
    let sources = source::of_account(conn, account).await?;
    let counts = |day: i64, grain: Grain| sources.get(&(account, day)).is_some_and(|source| source.grain == grain);
    for (origin, facts) in raw::days_of(conn, (account, None)).await? {
        let day = origin.utc_day;
        if (first..=last).contains(&day) && counts(day, Grain::Day) {
            cells.entry((day, place.gateway, origin.key, origin.model)).or_default().add(&facts.amounts);
        }
    }
    // A local day lies in two UTC days at most: its own and a neighbour.
    let mut after = (first - 1) * DAY_PLACES - 1;
    loop {
        let rows = raw::requests_of(conn, account, after, last + 1).await?;
        let Some((id, _)) = rows.last() else { return Ok(()) };
        after = *id;
        for (_, facts) in rows.iter().filter(|(_, facts)| counts(facts.utc_day, Grain::Request)) {
            let day = place.local_day(facts.utc_day, facts.day_millis);
            if (first..=last).contains(&day) {
                cells.entry((day, place.gateway, facts.key, facts.model)).or_default().add(&facts.amounts);
            }
        }
    }
}
