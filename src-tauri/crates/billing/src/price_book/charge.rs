//! How a rule turns usage into a charge.

use std::fmt;

use domain::money::{exact_product, exact_sum};
use domain::{ExactAmount, Meter, ModelName, MoneyError, Quantities};
use rust_decimal::{Decimal, RoundingStrategy};

use super::commission::{Commission, Payer, Savings};
use super::list::ListPrices;
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
/// Most decimals of a discount: a factor of at most 6, as in S3-01.
const DISCOUNT_DECIMALS: u32 = 4;
/// Most decimals of a unit price.
pub(super) const PRICE_DECIMALS: u32 = 12;
/// Highest unit price.
const PRICE_MAX: i64 = 1_000_000;

/// How a rule turns usage into a charge.
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
    /// Somebody's list prices less a discount, whatever it cost (S3-01). A meter without a price charges nothing.
    DiscountOffList {
        /// The list.
        list: ListPrices,
        /// Per cent off: 0 to 100, at most 4 decimals.
        per_cent: Decimal,
    },
    /// A share of what was saved against a list (S2-01).
    CommissionOnSavings(Commission),
}

impl ChargeModel {
    /// Whether it is a share of what was saved, which accrues until it is worth an invoice (S2-08).
    #[must_use]
    pub fn is_commission(&self) -> bool {
        matches!(self, Self::CommissionOnSavings(_))
    }

    /// The price per sold unit of a meter, at the rule's own rate or at that of a step; `None` where the model has no
    /// unit prices or no price for the meter.
    pub(crate) fn price(&self, meter: Meter, step: Option<Decimal>) -> Result<Option<UnitPrice>, MoneyError> {
        match self {
            Self::FixedPrice { prices } => {
                let own = prices.iter().find(|(priced, _)| *priced == meter).map(|(_, price)| *price);
                Ok(own.map(|own| step.unwrap_or(own)))
            }
            Self::DiscountOffList { list, per_cent } => list.frozen(meter, discount_factor(step.unwrap_or(*per_cent))),
            Self::MarkupOnCost { .. } | Self::CommissionOnSavings(_) => Ok(None),
        }
    }

    /// The exact charge for an amount of usage, provided that it follows from quantities, cost and savings alone.
    pub(crate) fn charge(
        &self,
        quantities: impl Iterator<Item = (Meter, Option<Decimal>, u64)>,
        cost: ExactAmount,
        saved: Savings,
    ) -> Result<ExactAmount, MoneyError> {
        match self {
            Self::MarkupOnCost { per_cent } => cost.checked_mul(markup_factor(*per_cent)?),
            Self::CommissionOnSavings(commission) => commission.charge(saved, cost),
            Self::FixedPrice { .. } | Self::DiscountOffList { .. } => {
                quantities.into_iter().try_fold(ExactAmount::zero(cost.currency()), |sum, (meter, step, quantity)| {
                    let Some(price) = self.price(meter, step)? else { return Ok(sum) };
                    sum.checked_add(ExactAmount::new(priced(meter, quantity, price)?, cost.currency()))
                })
            }
        }
    }

    /// What one request, or several added up, saved against the list of a commission; zero under any other model.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn saved(&self, model: &ModelName, quantities: &Quantities, cost: Decimal) -> Result<Savings, MoneyError> {
        match self {
            Self::CommissionOnSavings(commission) => commission.saved(model, quantities, cost),
            _ => Ok(Savings::default()),
        }
    }

    /// What usage costs the agency: nothing where the client pays its provider itself (S2-06).
    #[must_use]
    pub fn agency_cost(&self, cost: ExactAmount) -> ExactAmount {
        match self {
            Self::CommissionOnSavings(Commission { payer: Payer::Client, .. }) => ExactAmount::zero(cost.currency()),
            _ => cost,
        }
    }

    /// Whether parts may be charged one by one and added up.
    pub(super) fn is_linear(&self) -> bool {
        !matches!(self, Self::CommissionOnSavings(_))
    }

    /// The list it depends on.
    #[must_use]
    pub fn list(&self) -> Option<&ListPrices> {
        match self {
            Self::DiscountOffList { list, .. } => Some(list),
            Self::CommissionOnSavings(commission) => Some(&commission.standard),
            Self::MarkupOnCost { .. } | Self::FixedPrice { .. } => None,
        }
    }

    pub(super) fn names_amounts(&self) -> bool {
        !matches!(self, Self::MarkupOnCost { .. })
    }

    pub(super) fn has_unit_prices(&self) -> bool {
        matches!(self, Self::FixedPrice { .. } | Self::DiscountOffList { .. })
    }

    /// Refuses a condition on a meter that has no price of its own.
    pub(super) fn must_price(&self, meter: Meter) -> Result<(), PriceRuleError> {
        let priced = match self {
            Self::FixedPrice { prices } => prices.iter().any(|(priced, _)| *priced == meter),
            Self::DiscountOffList { list, .. } => list.of(meter).is_some(),
            Self::MarkupOnCost { .. } | Self::CommissionOnSavings(_) => false,
        };
        if priced { Ok(()) } else { Err(PriceRuleError::ConditionWithoutPrice(meter)) }
    }

    /// Refuses a step's rate that the rule itself could not have.
    pub(super) fn check_step(&self, meter: Meter, rate: Decimal) -> Result<(), PriceRuleError> {
        match self {
            Self::DiscountOffList { .. } => check_discount(rate),
            _ => check_price(meter, rate),
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
            Self::DiscountOffList { list, per_cent } => {
                Self::DiscountOffList { list: list.canonical(), per_cent: per_cent.normalize() }
            }
            Self::CommissionOnSavings(commission) => Self::CommissionOnSavings(commission.canonical()),
        }
    }

    /// Refuses figures out of range. Expects the canonical form.
    pub(super) fn check(&self) -> Result<(), PriceRuleError> {
        match self {
            Self::MarkupOnCost { per_cent } => check_markup(*per_cent),
            Self::FixedPrice { prices } => check_prices(prices),
            Self::DiscountOffList { list, per_cent } => {
                check_discount(*per_cent)?;
                list.check()
            }
            Self::CommissionOnSavings(commission) => commission.check(),
        }
    }
}

/// Refuses prices out of range, twice or not at all. Expects them sorted by meter.
pub(super) fn check_prices(prices: &[(Meter, UnitPrice)]) -> Result<(), PriceRuleError> {
    if prices.is_empty() {
        return Err(PriceRuleError::NoPrices);
    }
    if let Some(twice) = prices.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(PriceRuleError::PricedTwice(twice[0].0));
    }
    prices.iter().try_for_each(|(meter, price)| check_price(*meter, *price))
}

fn check_discount(per_cent: Decimal) -> Result<(), PriceRuleError> {
    let possible = (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&per_cent) && per_cent.scale() <= DISCOUNT_DECIMALS;
    if possible { Ok(()) } else { Err(PriceRuleError::DiscountRange(per_cent)) }
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

/// Per cent as a factor: 20 % is 0.2.
pub(crate) fn factor_of(per_cent: Decimal) -> Decimal {
    let mut factor = per_cent.normalize();
    // Moving the point loses nothing: no figure in per cent has more than 6 decimals.
    let _ = factor.set_scale(factor.scale() + 2);
    factor.normalize()
}

/// One less a discount: 15 % off is 0.85 x list (S3-01).
pub(crate) fn discount_factor(per_cent: Decimal) -> Decimal {
    Decimal::ONE - factor_of(per_cent)
}

/// One plus a markup: 25 % is 1.25.
pub(crate) fn markup_factor(per_cent: Decimal) -> Result<Decimal, MoneyError> {
    exact_sum(Decimal::ONE, exact_product(per_cent, Decimal::new(1, 2))?)
}

/// The exact charge for a counted quantity at a price per sold unit. Multiplies first, so that nothing is lost before
/// the one division.
pub(crate) fn priced(meter: Meter, quantity: u64, price: UnitPrice) -> Result<Decimal, MoneyError> {
    quotient(exact_product(Decimal::from(quantity), price)?, Decimal::from(meter.per_sold_unit()))
}

/// A quotient to its last digit, or to [`QUOTIENT_DECIMALS`] where it has none.
pub(super) fn quotient(product: Decimal, unit: Decimal) -> Result<Decimal, MoneyError> {
    let quotient = product.checked_div(unit).ok_or(MoneyError::Overflow)?;
    if exact_product(quotient, unit) == Ok(product.normalize()) {
        return Ok(quotient.normalize());
    }
    if quotient.scale() < QUOTIENT_DECIMALS {
        return Err(MoneyError::Overflow);
    }
    Ok(quotient.round_dp_with_strategy(QUOTIENT_DECIMALS, RoundingStrategy::MidpointAwayFromZero))
}

impl fmt::Display for ChargeModel {
    /// `+25 %`, `-10 %`, `at fixed prices`, `at 0.85 x list`, or `20 % of savings`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MarkupOnCost { per_cent } if per_cent.is_sign_negative() => write!(f, "{} %", per_cent.normalize()),
            Self::MarkupOnCost { per_cent } => write!(f, "+{} %", per_cent.normalize()),
            Self::FixedPrice { .. } => f.write_str("at fixed prices"),
            Self::DiscountOffList { per_cent, .. } => write!(f, "at {} x list", discount_factor(*per_cent)),
            Self::CommissionOnSavings(commission) => write!(f, "{} % of savings", commission.share),
        }
    }
}
