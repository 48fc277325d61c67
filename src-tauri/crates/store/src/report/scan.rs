//! One scan over the cheapest roll-up that can answer.

use domain::{ClientId, Date, GatewayId, KeyId};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use super::{Consumption, Filter, Group};
use crate::column::days;
use crate::usage::{AMOUNTS, Amounts, amount_columns, month_of};
use crate::{StoreError, StoreResult};

/// What a row of the answer is told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Local date.
    Day,
    /// A member of a group.
    Member(Group),
}

/// The roll-ups, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// By day, gateway and model: all clients together.
    ModelDay,
    /// By client, day and gateway.
    ClientDay,
    /// By client, day, account and model.
    Model,
    /// By client, day, account and key.
    Key,
    /// By client, month, account and key, with [`Source::Key`] for the days that are no whole month.
    KeyMonth,
}

/// A scan that is ready to run.
#[derive(Debug)]
pub(super) struct Scan {
    source: Source,
    slots: Vec<Slot>,
    first: i64,
    last: i64,
    clients: Vec<i64>,
    gateways: Vec<i64>,
    keys: Vec<i64>,
    models: Vec<i64>,
    model_names: Vec<String>,
}

/// Fewest days for which whole months are read from the roll-up of months.
const LONG: i64 = 62;

impl Scan {
    pub(super) fn new(filter: &Filter, slots: &[Slot]) -> StoreResult<Self> {
        Ok(Self {
            source: source(filter, slots)?,
            slots: slots.to_vec(),
            first: days(filter.first),
            last: days(filter.last),
            clients: filter.clients.iter().map(|ClientId(id)| *id).collect(),
            gateways: filter.gateways.iter().map(|GatewayId(id)| *id).collect(),
            keys: filter.keys.iter().map(|KeyId(id)| *id).collect(),
            models: Vec::new(),
            model_names: filter.models.iter().map(|name| name.as_str().to_owned()).collect(),
        })
    }

    /// Restricts the scan to some members of a group.
    pub(super) fn only(&mut self, group: Group, ids: &[i64]) {
        let list = match group {
            Group::Client => &mut self.clients,
            Group::Gateway => &mut self.gateways,
            Group::Key => &mut self.keys,
            Group::Model => &mut self.models,
        };
        ids.clone_into(list);
        self.model_names.clear();
    }

    /// The answer, in the order of its slots.
    pub(super) async fn run(mut self, conn: &mut SqliteConnection) -> StoreResult<Vec<(Vec<i64>, Consumption)>> {
        if !self.model_names.is_empty() {
            self.models = model_ids(conn, &self.model_names).await?;
        }
        let width = self.slots.len();
        let (months_first, months_last) = self.whole_months();
        let query = sqlx::query(AssertSqlSafe(self.sql()))
            .bind(list(&self.clients))
            .bind(self.first)
            .bind(self.last)
            .bind(list(&self.gateways))
            .bind(list(&self.keys))
            .bind(list(&self.models))
            .bind(months_first)
            .bind(months_last);
        let mut answer = Vec::new();
        for row in query.fetch_all(conn).await? {
            let slots = (0..width).map(|place| row.try_get(place)).collect::<Result<Vec<i64>, _>>()?;
            if row.try_get::<Option<i64>, _>(width)?.is_some() {
                let amounts = Amounts::read(&row, width)?;
                if !amounts.is_zero() {
                    answer.push((slots, amounts.into()));
                }
            }
        }
        Ok(answer)
    }

    /// The whole months inside the range, as `12 * year + month - 1`; empty (first > last) when there is none.
    fn whole_months(&self) -> (i64, i64) {
        let first = if month_of(self.first) == month_of(self.first - 1) { 1 } else { 0 };
        let last = if month_of(self.last) == month_of(self.last + 1) { 1 } else { 0 };
        (month_of(self.first) + first, month_of(self.last) - last)
    }

    /// The statement. Parameters: 1 clients, 2 first and 3 last day, 4 gateways, 5 keys, 6 models, 7 first and 8 last
    /// whole month; lists are JSON.
    pub(super) fn sql(&self) -> String {
        let sums = amount_columns(|name| format!("SUM({name})"));
        let places: Vec<String> = self.slots.iter().map(|slot| self.column(*slot)).collect();
        let places = places.join(", ");
        let comma = if places.is_empty() { "" } else { ", " };
        let from = self.origin();
        let group = if places.is_empty() { String::new() } else { format!(" GROUP BY {places} ORDER BY {places}") };
        format!("SELECT {places}{comma}{sums} FROM {from}{group}")
    }

    fn origin(&self) -> String {
        let day = "day BETWEEN ?2 AND ?3";
        match self.source {
            Source::ModelDay => format!("rollup_model_day WHERE {day}{}", self.rest("")),
            Source::ClientDay => format!("rollup_client_day WHERE {}{day}{}", self.clients(), self.rest("")),
            Source::Model => format!("rollup_model WHERE {}{day}{}", self.clients(), self.rest("account")),
            Source::Key => format!("rollup_key WHERE {}{day}{}", self.clients(), self.rest("account")),
            Source::KeyMonth => self.months_and_edges(),
        }
    }

    /// Whole months from the months, the days before and after from the days.
    fn months_and_edges(&self) -> String {
        let (clients, rest) = (self.clients(), self.rest("account"));
        let amounts = amount_columns(str::to_owned);
        let part = |table: &str, when: &str| {
            format!("SELECT client, account, key, {amounts} FROM {table} WHERE {clients}{when}{rest}")
        };
        let (months_first, months_last) = self.whole_months();
        let (before, after) = (first_day(months_first) - 1, first_day(months_last + 1));
        format!(
            "({} UNION ALL {} UNION ALL {})",
            part("rollup_key_month", "month BETWEEN ?7 AND ?8"),
            part("rollup_key", &format!("day BETWEEN ?2 AND {before}")),
            part("rollup_key", &format!("day BETWEEN {after} AND ?3"))
        )
    }

    /// Every client by name, so that the days of each are one range of the primary key.
    fn clients(&self) -> &'static str {
        if !self.clients.is_empty() {
            "client IN (SELECT value FROM json_each(?1)) AND "
        } else if !self.keys.is_empty() {
            "client IN (SELECT client FROM rollup_key_month WHERE key IN (SELECT value FROM json_each(?5))) AND "
        } else {
            "client IN (SELECT 0 UNION ALL SELECT id FROM client) AND "
        }
    }

    /// What else restricts the rows. `account` names the column that leads to the gateway, if there is one.
    fn rest(&self, account: &str) -> String {
        let mut rest = String::new();
        if !self.gateways.is_empty() {
            rest += if account.is_empty() {
                " AND gateway IN (SELECT value FROM json_each(?4))"
            } else {
                " AND account IN (SELECT id FROM account WHERE gateway IN (SELECT value FROM json_each(?4)))"
            };
        }
        if !self.keys.is_empty() {
            rest += " AND key IN (SELECT value FROM json_each(?5))";
        }
        if !self.models.is_empty() || !self.model_names.is_empty() {
            rest += " AND model IN (SELECT value FROM json_each(?6))";
        }
        rest
    }

    fn column(&self, slot: Slot) -> String {
        let coarse = matches!(self.source, Source::ModelDay | Source::ClientDay);
        let name = match slot {
            Slot::Day => "day",
            Slot::Member(Group::Client) => "client",
            Slot::Member(Group::Model) => "model",
            Slot::Member(Group::Key) => "key",
            Slot::Member(Group::Gateway) if coarse => "gateway",
            Slot::Member(Group::Gateway) => "(SELECT a.gateway FROM account a WHERE a.id = account)",
        };
        name.to_owned()
    }
}

/// The cheapest roll-up that tells the slots and the filter apart.
fn source(filter: &Filter, slots: &[Slot]) -> StoreResult<Source> {
    let has = |group| slots.contains(&Slot::Member(group));
    let by_model = has(Group::Model) || !filter.models.is_empty();
    let by_key = has(Group::Key) || !filter.keys.is_empty();
    let by_client = has(Group::Client) || !filter.clients.is_empty();
    let long = days(filter.last) - days(filter.first) >= LONG && !slots.contains(&Slot::Day);
    match (by_model, by_key, by_client) {
        (true, true, _) => Err(StoreError::rule(
            "usage is not summed by key and model together: restrict either keys or models, or list the requests",
        )),
        (false, true, _) if long => Ok(Source::KeyMonth),
        (false, true, _) => Ok(Source::Key),
        (true, false, true) => Ok(Source::Model),
        (false, false, true) => Ok(Source::ClientDay),
        (_, false, false) => Ok(Source::ModelDay),
    }
}

/// Days since 1970 of the first day of a month `12 * year + month - 1`.
fn first_day(month: i64) -> i64 {
    let year = i16::try_from(month.div_euclid(12)).unwrap_or(1970);
    let month = i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
    Date::new(year, month, 1).map_or(0, days)
}

async fn model_ids(conn: &mut SqliteConnection, names: &[String]) -> StoreResult<Vec<i64>> {
    // Never empty, so that a model nobody used finds nothing instead of everything.
    let mut ids = vec![-1];
    for name in names {
        let id = sqlx::query_scalar!(r#"SELECT id AS "id!" FROM model WHERE name = ?"#, name);
        ids.extend(id.fetch_optional(&mut *conn).await?);
    }
    Ok(ids)
}

/// Row numbers as a JSON list.
pub(super) fn list(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("[{}]", ids.join(","))
}

const _: () = assert!(AMOUNTS == 11, "a new meter needs a column in every usage table: write a migration");

#[cfg(test)]
mod tests;
