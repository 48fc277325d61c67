//! The roll-up tables, and differences to apply to them.

use std::collections::BTreeMap;

use sqlx::SqliteConnection;

use super::amounts::{Amounts, amount_columns};
use super::bulk::{self, Shape, Zeros};
use super::place::Place;
use super::span::spans_of;
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
const MODEL_SPAN: Table = Table { name: "rollup_model_span", key: "client, span, account, model", width: 4 };
const KEY_SPAN: Table = Table { name: "rollup_key_span", key: "client, span, account, key", width: 4 };
const CLIENT_SPAN: Table = Table { name: "rollup_client_span", key: "client, span, gateway", width: 3 };

/// Every roll-up in the order of [`Deltas::all`].
pub(super) const TABLES: [Table; 7] = [MODEL, KEY, CLIENT_DAY, MODEL_DAY, MODEL_SPAN, KEY_SPAN, CLIENT_SPAN];

/// The primary key of a roll-up row; narrower tables leave the last place 0.
pub(super) type Cell = [i64; 4];
pub(super) type Cells = BTreeMap<Cell, Amounts>;

/// Differences to the two finest roll-ups, summed in memory so that each row is written once per batch. The coarser
/// roll-ups are sums of these, so their differences follow from these alone.
#[derive(Debug, Default)]
pub(super) struct Deltas {
    model: Cells,
    key: Cells,
    /// The gateway of each account that is in them.
    gateways: BTreeMap<i64, i64>,
}

/// One counted consumption: where, and of what.
struct Spot<'p> {
    place: &'p Place,
    day: i64,
    account: i64,
    key: i64,
    model: i64,
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
        self.gateways.insert(account, place.gateway);
        self.model.entry([place.client, day, account, model]).or_default().add(amounts);
        self.key.entry([place.client, day, account, key]).or_default().add(amounts);
    }

    /// Adds to a row of [`MODEL`].
    pub(super) fn add_model(&mut self, gateway: i64, cell: Cell, amounts: &Amounts) {
        self.gateways.insert(cell[2], gateway);
        self.model.entry(cell).or_default().add(amounts);
    }

    /// Adds to a row of [`KEY`].
    pub(super) fn add_key(&mut self, cell: Cell, amounts: &Amounts) {
        self.key.entry(cell).or_default().add(amounts);
    }

    /// The differences to [`MODEL`] and to [`KEY`].
    pub(super) fn finest(self) -> [Cells; 2] {
        [self.model, self.key]
    }

    /// The differences to every roll-up, in the order of [`TABLES`].
    pub(super) fn all(self) -> [Cells; 7] {
        let Self { model, key, gateways } = self;
        let gateway = |account: i64| gateways.get(&account).copied().unwrap_or(0);
        let client_day = sums(&model, |[client, day, account, _]| [[client, day, gateway(account), 0]]);
        let model_day = sums(&model, |[_, day, account, model]| [[day, gateway(account), model, 0]]);
        let client_span = sums(&client_day, |[client, day, gateway, _]| by_span([client, day, gateway, 0]));
        let (model_span, key_span) = (sums(&model, by_span), sums(&key, by_span));
        [model, key, client_day, model_day, model_span, key_span, client_span]
    }

    /// Adds every difference to its roll-up. A row may become all zero; reports leave such rows out.
    pub(super) async fn apply(self, conn: &mut SqliteConnection) -> StoreResult<()> {
        for (table, cells) in TABLES.iter().zip(self.all()) {
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

/// Adds cells up in coarser ones.
fn sums<const N: usize>(cells: &Cells, coarser: impl Fn(Cell) -> [Cell; N]) -> Cells {
    let mut sums = Cells::new();
    for (cell, amounts) in cells {
        for cell in coarser(*cell) {
            sums.entry(cell).or_default().add(amounts);
        }
    }
    sums
}

/// The two cells of spans that a cell of a day, its second place, belongs to.
fn by_span([client, day, two, three]: Cell) -> [Cell; 2] {
    spans_of(day).map(|span| [client, span, two, three])
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
