//! From roll-ups to cost, charge and margin: `billing` applied to what `store` holds.
//!
//! **Owns:** loading the price book and adding up what screens show. **Does not own:** any rule of pricing.

pub(crate) mod by_key;
mod month;
mod private;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use billing::{MeteredUsage, PriceBook, PriceBookVersion, PriceRules};
use domain::{ClientId, Currency, Date, ExactAmount, ModelName};
use store::Reader;
use store::report::{Filter, RatingRow};

use crate::wire::{AmountRole, TrioView};
use crate::{App, AppError};
use crate::{agency, format, rule};

pub use month::{PricedRow, priced, private_apart, rows_summed};
use private::PrivateModels;

/// The price book as stored.
///
/// # Errors
/// The store cannot be read, or a stored rule is not one `billing` accepts.
pub async fn price_book(app: &App, reader: &mut Reader) -> Result<Prices, AppError> {
    let currency = currency(app, reader).await?;
    let mut versions = Vec::new();
    for stored in reader.price().list().await? {
        let rules = stored.rules.into_iter().map(rule::from_stored).collect::<Result<Vec<_>, AppError>>()?;
        let rules = PriceRules::new(rules).map_err(broken)?;
        versions.push(PriceBookVersion::new(stored.id, stored.effective_from, rules, stored.note));
    }
    let book = PriceBook::new(currency, versions).map_err(broken)?;
    Ok(Prices { book, private: PrivateModels::read(reader).await? })
}

/// The price book, and what it does not concern.
#[derive(Debug, Clone)]
pub struct Prices {
    book: PriceBook,
    private: PrivateModels,
}

impl Prices {
    /// Whether the model was ever private on its gateway.
    #[must_use]
    pub fn may_be_private(&self, row: &RatingRow) -> bool {
        self.private.knows(row)
    }
}

impl Deref for Prices {
    type Target = PriceBook;

    fn deref(&self) -> &PriceBook {
        &self.book
    }
}

/// The currency of costs and prices.
///
/// # Errors
/// The setting cannot be read.
pub async fn currency(app: &App, reader: &mut Reader) -> Result<Currency, AppError> {
    agency::read(app, reader).await?.currency.parse().map_err(broken)
}

/// Cost and charge of some usage, and the models in it that have no price.
#[derive(Debug, Clone)]
pub struct Tally {
    /// What it cost the agency.
    pub cost: ExactAmount,
    /// What clients pay.
    pub charge: ExactAmount,
    /// Models without a price; their charge is not in [`Tally::charge`].
    pub unpriced: BTreeSet<ModelName>,
}

impl Tally {
    /// Nothing.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self { cost: ExactAmount::zero(currency), charge: ExactAmount::zero(currency), unpriced: BTreeSet::new() }
    }

    fn add(&mut self, priced: &PricedRow) -> Result<(), AppError> {
        self.cost = self.cost.checked_add(priced.cost)?;
        match priced.charge {
            Some(charge) => self.charge = self.charge.checked_add(charge)?,
            // Usage of nobody costs and is charged to nobody.
            None if priced.row.client.is_some() && !priced.is_idle() => {
                self.unpriced.insert(priced.row.model.clone());
            }
            None => {}
        }
        Ok(())
    }

    /// The same multiplied, for a projection.
    ///
    /// # Errors
    /// The result has more digits than can be kept.
    pub fn projected(&self, elapsed: i64, whole: i64) -> Result<Self, AppError> {
        let scale = |amount: ExactAmount| {
            let scaled =
                amount.amount() * rust_decimal::Decimal::from(whole) / rust_decimal::Decimal::from(elapsed.max(1));
            ExactAmount::new(
                scaled.round_dp_with_strategy(9, rust_decimal::RoundingStrategy::MidpointAwayFromZero),
                amount.currency(),
            )
        };
        Ok(Self { cost: scale(self.cost), charge: scale(self.charge), unpriced: self.unpriced.clone() })
    }

    /// To show.
    ///
    /// # Errors
    /// The margin has more digits than can be kept.
    pub fn view(&self) -> Result<TrioView, AppError> {
        let margin = billing::Margin { charge: self.charge, cost: self.cost };
        let left = self.charge.checked_sub(self.cost)?;
        Ok(TrioView {
            cost: format::amount(self.cost, AmountRole::Cost),
            charge: format::amount(self.charge, AmountRole::Charge),
            margin: format::amount(left, AmountRole::Margin),
            margin_percent: margin.per_cent().map(format::per_cent),
            unpriced: self.unpriced.iter().map(model_text).collect(),
        })
    }
}

/// A model's name for people; requests that failed before one was chosen have none.
#[must_use]
pub fn model_text(model: &ModelName) -> String {
    if model.as_str().is_empty() { "(no model)".to_owned() } else { model.to_string() }
}

/// Adds rows up by a key of the caller's choice.
///
/// # Errors
/// A sum has more digits than can be kept.
pub fn tallies<K: Ord>(
    rows: &[PricedRow],
    book: &PriceBook,
    by: impl Fn(&RatingRow) -> K,
) -> Result<BTreeMap<K, Tally>, AppError> {
    let mut sums = BTreeMap::new();
    for priced in rows {
        sums.entry(by(&priced.row)).or_insert_with(|| Tally::zero(book.currency())).add(priced)?;
    }
    Ok(sums)
}

/// Everything together.
///
/// # Errors
/// As for [`tallies`].
pub fn tally(rows: &[PricedRow], book: &PriceBook) -> Result<Tally, AppError> {
    let mut sums = tallies(rows, book, |_| ())?;
    Ok(sums.remove(&()).unwrap_or_else(|| Tally::zero(book.currency())))
}

/// What rating an invoice starts from: one client's rows, day by day.
///
/// # Errors
/// The store cannot be read.
pub async fn metered(
    reader: &mut Reader,
    client: ClientId,
    (first, last): (Date, Date),
    book: &Prices,
) -> Result<Vec<MeteredUsage>, AppError> {
    let rows = reader.report().usage_by_client_model(&Filter::days(first, last).client(client)).await?;
    Ok(rows.into_iter().map(|row| metered_row(row, book)).collect())
}

/// One row as rating wants it.
#[must_use]
pub fn metered_row(row: RatingRow, book: &Prices) -> MeteredUsage {
    MeteredUsage {
        private: book.private.served(&row),
        day: row.day,
        gateway: row.gateway,
        model: row.model,
        quantities: row.consumption.quantities,
        failed_requests: row.consumption.failed_requests,
        cost: row.consumption.cost,
        currency: book.currency(),
    }
}

/// Something stored that its own crate does not accept: a fault, since it was checked when it was written.
pub(crate) fn broken(problem: impl std::fmt::Display) -> AppError {
    AppError::internal(format!("the database holds something that makes no sense: {problem}"))
}
