//! The roll-up tables, and differences to apply to them.

use std::collections::BTreeMap;

use domain::Date;
use sqlx::SqliteConnection;

use super::amounts::{Amounts, amount_columns};
use super::bulk::{self, Shape, Zeros};
use super::place::Place;
use super::statement::{DayOrigin, RequestFacts};
use crate::StoreResult;

/// A roll-up table and the columns of its primary key.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    pub(super) width: usize,
}

pub(super) const MODEL: Table = Table { name: "rollup_model", key: "client, day, account, model", width: 4 };
pub(super) const KEY: Table = Table { name: "rollup_key", key: "client, day, account, key", width: 4 };
const CLIENT_DAY: Table = Table { name: "rollup_client_day", key: "client, day, gateway", width: 3 };
const MODEL_DAY: Table = Table { name: "rollup_model_day", key: "day, gateway, model", width: 3 };
const KEY_MONTH: Table = Table { name: "rollup_key_month", key: "client, month, account, key", width: 4 };

/// Every roll-up in the order of [`Deltas::all`].
pub(super) const TABLES: [Table; 5] = [MODEL, KEY, CLIENT_DAY, MODEL_DAY, KEY_MONTH];

/// The primary key of a roll-up row; narrower tables leave the last place 0.
pub(super) type Cell = [i64; 4];
pub(super) type Cells = BTreeMap<Cell, Amounts>;

/// Differences to every roll-up, summed in memory so that each row is written once per batch.
#[derive(Debug, Default)]
pub(super) struct Deltas {
    all: [Cells; 5],
}

/// One counted consumption: where, and of what.
struct Spot<'p> {
    place: &'p Place,
    day: i64,
    account: i64,
    key: i64,
    model: i64,
}

/// The month of a date: 12 * year + month - 1.
pub(crate) fn month_of(day: i64) -> i64 {
    let date = Date::from_epoch_days(i32::try_from(day).unwrap_or(0));
    let (year, month, _) = date.parts();
    12 * i64::from(year) + i64::from(month) - 1
}

impl Deltas {
    pub(super) fn request(&mut self, place: &Place, facts: &RequestFacts, amounts: &Amounts) {
        let day = place.local_day(facts.utc_day, facts.day_millis);
        self.add(&Spot { place, day, account: facts.account, key: facts.key, model: facts.model }, amounts);
    }

    /// A UTC day's total counts on the local date of the same name: nobody can tell its hours apart.
    pub(super) fn day(&mut self, place: &Place, origin: &DayOrigin, amounts: &Amounts) {
        let DayOrigin { account, utc_day, key, model } = *origin;
        self.add(&Spot { place, day: utc_day, account, key, model }, amounts);
    }

    fn add(&mut self, spot: &Spot<'_>, amounts: &Amounts) {
        let Spot { place, day, account, key, model } = *spot;
        self.all[0].entry([place.client, day, account, model]).or_default().add(amounts);
        self.all[1].entry([place.client, day, account, key]).or_default().add(amounts);
        self.coarse(place.gateway, spot, amounts);
    }

    fn coarse(&mut self, gateway: i64, spot: &Spot<'_>, amounts: &Amounts) {
        let client = spot.place.client;
        self.all[2].entry([client, spot.day, gateway, 0]).or_default().add(amounts);
        self.all[3].entry([spot.day, gateway, spot.model, 0]).or_default().add(amounts);
        self.all[4].entry([client, month_of(spot.day), spot.account, spot.key]).or_default().add(amounts);
    }

    /// Takes back a row of [`MODEL`], and what the coarser roll-ups without keys hold of it.
    pub(super) fn take_back_model(&mut self, gateway: i64, cell: Cell, amounts: &Amounts) {
        let [client, day, _, model] = cell;
        let amounts = amounts.negated();
        self.all[0].entry(cell).or_default().add(&amounts);
        self.all[2].entry([client, day, gateway, 0]).or_default().add(&amounts);
        self.all[3].entry([day, gateway, model, 0]).or_default().add(&amounts);
    }

    /// Takes back a row of [`KEY`], and what the coarser roll-up of keys holds of it.
    pub(super) fn take_back_key(&mut self, cell: Cell, amounts: &Amounts) {
        let [client, day, account, key] = cell;
        let amounts = amounts.negated();
        self.all[1].entry(cell).or_default().add(&amounts);
        self.all[4].entry([client, month_of(day), account, key]).or_default().add(&amounts);
    }

    pub(super) fn all(&self) -> [(&'static Table, &Cells); 5] {
        std::array::from_fn(|place| (&TABLES[place], &self.all[place]))
    }

    /// Adds every difference to its roll-up. A row may become all zero; reports leave such rows out.
    pub(super) async fn apply(self, conn: &mut SqliteConnection) -> StoreResult<()> {
        for (table, cells) in TABLES.iter().zip(self.all) {
            let rows: Vec<(Cell, Amounts)> = cells.into_iter().filter(|(_, amounts)| !amounts.is_zero()).collect();
            let zeros = Zeros::of(rows.iter().map(|(_, amounts)| amounts));
            let bind = |(cell, amounts): &(Cell, Amounts), binder: &mut bulk::Binder| {
                binder.ints(&cell[..table.width])?;
                zeros.bind(amounts, binder)
            };
            bulk::write(conn, &table.upsert(&zeros), &rows, bind).await?;
        }
        Ok(())
    }
}

impl Table {
    fn upsert(&self, zeros: &Zeros) -> Shape {
        let columns = amount_columns(str::to_owned);
        let sums = amount_columns(|name| format!("{name} = {name} + excluded.{name}"));
        Shape {
            before: format!("INSERT INTO {} ({}, {columns}) VALUES", self.name, self.key),
            row: zeros.row(self.width, 0),
            after: format!("ON CONFLICT ({}) DO UPDATE SET {sums}", self.key),
        }
    }
}
