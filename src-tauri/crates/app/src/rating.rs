//! From roll-ups to cost, charge and margin: `billing` applied to what `store` holds.
//!
//! **Owns:** loading the price book and adding up what screens show. **Does not own:** any rule of pricing.

mod private;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use billing::{ChargeModel, MeteredUsage, ModelSelector, PriceBook, PriceBookVersion, PriceRule, PriceRules};
use domain::{ClientId, Currency, Date, ExactAmount, ModelName};
use store::Reader;
use store::report::{Filter, RatingRow};

use crate::wire::{AmountRole, TrioView};
use crate::{App, AppError};
use crate::{agency, format};

use private::PrivateModels;

/// Charge kinds as stored.
pub(crate) const MARKUP: &str = "markup_on_cost";
/// See [`MARKUP`].
pub(crate) const FIXED: &str = "fixed_price";

/// The price book as stored.
///
/// # Errors
/// The store cannot be read, or a stored rule is not one `billing` accepts.
pub async fn price_book(app: &App, reader: &mut Reader) -> Result<Prices, AppError> {
    let currency = currency(app, reader).await?;
    let mut versions = Vec::new();
    for stored in reader.price().list().await? {
        let rules = stored.rules.into_iter().map(rule).collect::<Result<Vec<_>, AppError>>()?;
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

fn rule(stored: store::table::price::PriceRule) -> Result<PriceRule, AppError> {
    let selector: ModelSelector = stored.pattern.parse().map_err(broken)?;
    let charge = match (stored.charge.as_str(), stored.per_cent) {
        (MARKUP, Some(per_cent)) => ChargeModel::MarkupOnCost { per_cent },
        (FIXED, _) => ChargeModel::FixedPrice { prices: stored.rates },
        (other, _) => return Err(AppError::internal(format!("the price book holds a rule of unknown kind `{other}`"))),
    };
    Ok(PriceRule { client: stored.client, selector, charge })
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

    fn add(&mut self, row: &RatingRow, book: &Prices) -> Result<(), AppError> {
        let cost = row.consumption.cost.exact(book.currency());
        self.cost = self.cost.checked_add(cost)?;
        // Usage of nobody costs and is charged to nobody; usage of a private node is charged nothing (S0-14).
        let Some(client) = row.client.filter(|_| !book.private.served(row)) else { return Ok(()) };
        match book.quote(client, &row.model, row.day) {
            Some(quote) => {
                let charge = quote.charge(&row.consumption.quantities, cost)?;
                self.charge = self.charge.checked_add(charge)?;
            }
            None if row.consumption.quantities.iter().next().is_some() || row.consumption.cost.0 != 0 => {
                self.unpriced.insert(row.model.clone());
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
    rows: &[RatingRow],
    book: &Prices,
    by: impl Fn(&RatingRow) -> K,
) -> Result<BTreeMap<K, Tally>, AppError> {
    let mut sums = BTreeMap::new();
    for row in rows {
        sums.entry(by(row)).or_insert_with(|| Tally::zero(book.currency())).add(row, book)?;
    }
    Ok(sums)
}

/// Everything together.
///
/// # Errors
/// As for [`tallies`].
pub fn tally(rows: &[RatingRow], book: &Prices) -> Result<Tally, AppError> {
    let mut sums = tallies(rows, book, |_| ())?;
    Ok(sums.remove(&()).unwrap_or_else(|| Tally::zero(book.currency())))
}

/// The rows of a range, summed over days between which no price changes, so that a year is not read day by day.
///
/// # Errors
/// The store cannot be read.
pub async fn rows_summed(reader: &mut Reader, book: &Prices, filter: &Filter) -> Result<Vec<RatingRow>, AppError> {
    let mut rows = Vec::new();
    for span in book.spans(filter.first, filter.last) {
        let part = Filter { first: span.first, last: span.last, ..filter.clone() };
        rows.extend(reader.report().usage_by_client_model_sum(&part).await?);
    }
    private_by_day(reader, book, filter, rows).await
}

/// The same rows with those of models that are private at times client by client and day by day: only so are they told
/// from the days on which they were charged.
///
/// # Errors
/// The store cannot be read.
pub async fn private_by_day(
    reader: &mut Reader,
    book: &Prices,
    filter: &Filter,
    mut rows: Vec<RatingRow>,
) -> Result<Vec<RatingRow>, AppError> {
    if rows.iter().any(|row| book.private.knows(row)) {
        rows.retain(|row| !book.private.knows(row));
        let models = book.private.models().filter(|one| filter.models.is_empty() || filter.models.contains(one));
        let part = Filter { models: models.cloned().collect(), ..filter.clone() };
        let days = reader.report().usage_by_client_model(&part).await?;
        rows.extend(days.into_iter().filter(|row| book.private.knows(row)));
    }
    Ok(rows)
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
