//! A commission on savings: a share of what a flexible request cost less than its list price (S2-01 to S2-06).

use domain::money::{exact_product, exact_sum};
use domain::{ExactAmount, Meter, ModelName, MoneyError, Quantities};
use rust_decimal::Decimal;

use super::charge::{UnitPrice, factor_of, quotient};
use super::list::ListPrices;
use super::rules::PriceRuleError;
use super::selector::ModelSelector;

/// Most models that may be free of commission in one rule.
const FREE_MAX: usize = 100;
/// Most decimals of a share.
const SHARE_DECIMALS: u32 = 4;

/// Who pays the provider for the usage itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payer {
    /// The agency: its cost is passed on to the client, and the commission comes on top.
    Agency,
    /// The client, with its own provider key: the cost is shown, only the commission is charged (S2-06).
    Client,
}

/// Savings, added up without loss. Kept in thirds of a currency unit: audio is counted in milliseconds and sold by the
/// minute, which makes thirds, the only fraction of a price that no decimal holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Savings {
    thirds: Decimal,
}

impl Savings {
    /// The sum.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self { thirds: exact_sum(self.thirds, other.thirds)? })
    }

    /// In currency units, to 18 decimals where there is no last digit.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn amount(self) -> Result<Decimal, MoneyError> {
        quotient(self.thirds, Decimal::from(3))
    }
}

/// Three times the price of a quantity, which always has a last digit.
fn thirds(meter: Meter, quantity: u64, price: UnitPrice) -> Result<Decimal, MoneyError> {
    let thrice = exact_product(exact_product(Decimal::from(quantity), price)?, Decimal::from(3))?;
    quotient(thrice, Decimal::from(meter.per_sold_unit()))
}

/// A share of what was saved against a list of standard prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commission {
    /// Per cent of the savings, above 0 and at most 100, with at most 4 decimals; 20 in the source (S2-01).
    pub share: Decimal,
    /// What the same usage costs by default. A meter without a price counts as free, so it never adds to the savings.
    pub standard: ListPrices,
    /// Who pays the provider.
    pub payer: Payer,
    /// Models that are free of commission whatever they saved (S2-03), sorted, without repeats; meant also where they are
    /// told as flexible (S2-02), so that `claude-*` covers `flex/claude-haiku`.
    pub free: Vec<ModelSelector>,
}

impl Commission {
    /// Whether a model is free of commission.
    #[must_use]
    pub fn is_free(&self, model: &ModelName) -> bool {
        let itself = model.inflexible();
        self.free.iter().any(|selector| selector.matches(model) || selector.matches(&itself))
    }

    /// What the usage costs by the standard list.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn standard_cost(&self, quantities: &Quantities) -> Result<Savings, MoneyError> {
        quantities.iter().try_fold(Savings::default(), |sum, (meter, quantity)| {
            let price = self.standard.frozen(meter, Decimal::ONE)?.unwrap_or_default();
            sum.plus(Savings { thirds: thirds(meter, quantity, price)? })
        })
    }

    /// What one request saved: its standard cost less its cost in currency units, and never less than nothing (S2-04). Of
    /// several requests together it is at most the sum of what each saved, so adding up first never charges more.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn saved(&self, model: &ModelName, quantities: &Quantities, cost: Decimal) -> Result<Savings, MoneyError> {
        if self.is_free(model) {
            return Ok(Savings::default());
        }
        let less = exact_product(cost, Decimal::from(-3))?;
        let thirds = exact_sum(self.standard_cost(quantities)?.thirds, less)?;
        Ok(Savings { thirds: thirds.max(Decimal::ZERO) })
    }

    /// The share of savings that is charged, in currency units.
    pub(crate) fn commission(&self, saved: Savings) -> Result<Decimal, MoneyError> {
        quotient(exact_product(saved.thirds, factor_of(self.share))?, Decimal::from(3))
    }

    /// The charge on savings: the commission, and the cost where the agency paid it.
    pub(super) fn charge(&self, saved: Savings, cost: ExactAmount) -> Result<ExactAmount, MoneyError> {
        let commission = ExactAmount::new(self.commission(saved)?, cost.currency());
        match self.payer {
            Payer::Agency => commission.checked_add(cost),
            Payer::Client => Ok(commission),
        }
    }

    /// The same in its canonical form.
    pub(super) fn canonical(mut self) -> Self {
        self.free.sort();
        self.free.dedup();
        Self { share: self.share.normalize(), standard: self.standard.canonical(), ..self }
    }

    /// Refuses figures out of range. Expects the canonical form.
    pub(super) fn check(&self) -> Result<(), PriceRuleError> {
        if self.share <= Decimal::ZERO || self.share > Decimal::ONE_HUNDRED || self.share.scale() > SHARE_DECIMALS {
            return Err(PriceRuleError::ShareRange(self.share));
        }
        if self.free.len() > FREE_MAX {
            return Err(PriceRuleError::TooManyFree(self.free.len()));
        }
        self.free.iter().try_for_each(ModelSelector::check)?;
        self.standard.check()
    }
}
