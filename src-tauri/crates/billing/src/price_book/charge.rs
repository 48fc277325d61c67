//! How a rule turns usage into a charge.

use std::fmt;

use domain::money::{exact_product, exact_sum};
use domain::{ExactAmount, Meter, MoneyError, Quantities};
use rust_decimal::{Decimal, RoundingStrategy};

use super::rules::PriceRuleError;

/// A price in currency units per *sold* unit of a meter ([`Meter::per_sold_unit`]): per million tokens, per second of
/// video, per minute of audio, per image, per character, per request. Zero or more, at most 12 decimals.
pub type UnitPrice = Decimal;

/// Decimals kept of a quotient that has no last digit. Only audio is sold by a unit that is not a power of ten: a price
/// of at most 12 decimals times whole milliseconds over 60,000 is a multiple of 1/(3 x 10^17), so 18 decimals keep it on
/// its own side of every half cent, and an exact half stays exact.
const QUOTIENT_DECIMALS: u32 = 18;
/// Lowest and highest markup, in per cent.
const MARKUP_RANGE: std::ops::RangeInclusive<i64> = -100..=10_000;
/// Most decimals of a markup.
const MARKUP_DECIMALS: u32 = 6;
/// Most decimals of a unit price.
const PRICE_DECIMALS: u32 = 12;
/// Highest unit price.
const PRICE_MAX: i64 = 1_000_000;

/// How a rule turns usage into a charge. Further models are added as variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeModel {
    /// What the gateway says it cost, times one plus this many per cent (S0-24): -100 to 10,000, at most 6 decimals.
    MarkupOnCost {
        /// Per cent on top of the cost; negative is a discount, -100 gives it away.
        per_cent: Decimal,
    },
    /// A price per sold unit of each meter, whatever it cost (S1-04). A meter without a price charges nothing.
    FixedPrice {
        /// Prices, one per meter, in the order of [`Meter::ALL`].
        prices: Vec<(Meter, UnitPrice)>,
    },
}

impl ChargeModel {
    /// The exact charge for an amount of usage. The currency is that of `cost`. Allocates nothing, so that an overview
    /// can rate many aggregates.
    ///
    /// # Errors
    /// The charge has more digits than can be kept.
    pub fn charge(&self, quantities: &Quantities, cost: ExactAmount) -> Result<ExactAmount, MoneyError> {
        match self {
            Self::MarkupOnCost { per_cent } => cost.checked_mul(markup_factor(*per_cent)?),
            Self::FixedPrice { prices } => {
                let zero = ExactAmount::zero(cost.currency());
                prices.iter().try_fold(zero, |sum, (meter, price)| {
                    let amount = priced(*meter, quantities.get(*meter), *price)?;
                    sum.checked_add(ExactAmount::new(amount, cost.currency()))
                })
            }
        }
    }

    /// The same model in its canonical form: figures without trailing zeros, meters in order.
    pub(super) fn canonical(self) -> Self {
        match self {
            Self::MarkupOnCost { per_cent } => Self::MarkupOnCost { per_cent: per_cent.normalize() },
            Self::FixedPrice { mut prices } => {
                prices.sort_by_key(|(meter, _)| *meter);
                let prices = prices.into_iter().map(|(meter, price)| (meter, price.normalize())).collect();
                Self::FixedPrice { prices }
            }
        }
    }

    /// Refuses figures out of range. Expects the canonical form.
    pub(super) fn check(&self) -> Result<(), PriceRuleError> {
        match self {
            Self::MarkupOnCost { per_cent } => check_markup(*per_cent),
            Self::FixedPrice { prices } if prices.is_empty() => Err(PriceRuleError::NoPrices),
            Self::FixedPrice { prices } => {
                if let Some(twice) = prices.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                    return Err(PriceRuleError::PricedTwice(twice[0].0));
                }
                prices.iter().try_for_each(|(meter, price)| check_price(*meter, *price))
            }
        }
    }
}

fn check_markup(per_cent: Decimal) -> Result<(), PriceRuleError> {
    let (low, high) = (Decimal::from(*MARKUP_RANGE.start()), Decimal::from(*MARKUP_RANGE.end()));
    if per_cent < low || per_cent > high {
        return Err(PriceRuleError::MarkupRange(per_cent));
    }
    if per_cent.scale() > MARKUP_DECIMALS { Err(PriceRuleError::MarkupDecimals(per_cent)) } else { Ok(()) }
}

fn check_price(meter: Meter, price: UnitPrice) -> Result<(), PriceRuleError> {
    if price < Decimal::ZERO {
        return Err(PriceRuleError::NegativePrice(meter, price));
    }
    if price > Decimal::from(PRICE_MAX) {
        return Err(PriceRuleError::AbsurdPrice(meter, price));
    }
    if price.scale() > PRICE_DECIMALS { Err(PriceRuleError::PriceDecimals(meter, price)) } else { Ok(()) }
}

/// One plus a markup: 25 % is 1.25.
pub(crate) fn markup_factor(per_cent: Decimal) -> Result<Decimal, MoneyError> {
    exact_sum(Decimal::ONE, exact_product(per_cent, Decimal::new(1, 2))?)
}

/// The exact charge for a counted quantity at a price per sold unit. Multiplies first, so that nothing is lost before
/// the one division.
pub(crate) fn priced(meter: Meter, quantity: u64, price: UnitPrice) -> Result<Decimal, MoneyError> {
    let product = exact_product(Decimal::from(quantity), price)?;
    let unit = Decimal::from(meter.per_sold_unit());
    let quotient = product.checked_div(unit).ok_or(MoneyError::Overflow)?;
    if exact_product(quotient, unit) == Ok(product) {
        return Ok(quotient.normalize());
    }
    if quotient.scale() < QUOTIENT_DECIMALS {
        return Err(MoneyError::Overflow);
    }
    Ok(quotient.round_dp_with_strategy(QUOTIENT_DECIMALS, RoundingStrategy::MidpointAwayFromZero))
}

impl fmt::Display for ChargeModel {
    /// `+25 %`, `-10 %`, or `at fixed prices`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MarkupOnCost { per_cent } if per_cent.is_sign_negative() => write!(f, "{} %", per_cent.normalize()),
            Self::MarkupOnCost { per_cent } => write!(f, "+{} %", per_cent.normalize()),
            Self::FixedPrice { .. } => f.write_str("at fixed prices"),
        }
    }
}
