//! How a charge came about: values a screen can lay out, and a sentence for the agency's eyes.

use std::fmt;

use domain::{ExactAmount, Meter, MoneyError, PriceVersionId, Quantities};
use rust_decimal::Decimal;

use crate::price_book::{ChargeModel, PriceRule, UnitPrice, markup_factor, priced};

/// One step of a calculation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// The cost times a factor.
    CostTimes {
        /// What the gateway says it cost.
        cost: ExactAmount,
        /// One plus the markup.
        factor: Decimal,
    },
    /// A quantity at a price.
    Priced {
        /// What was counted.
        meter: Meter,
        /// How much, in counted units.
        quantity: u64,
        /// The price per sold unit ([`Meter::per_sold_unit`]).
        price: UnitPrice,
        /// Their exact product.
        amount: ExactAmount,
    },
    /// A quantity that charges nothing because the rule has no price for its meter.
    NoPrice {
        /// What was counted.
        meter: Meter,
        /// How much, in counted units.
        quantity: u64,
    },
}

/// The explanation of one rated line. Names cost and markup, so it is for the agency only (S0-25).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// The price version the rule comes from.
    pub version: PriceVersionId,
    /// The rule that applied.
    pub rule: PriceRule,
    /// The steps; the charge is their sum.
    pub terms: Vec<Term>,
    /// The exact charge.
    pub charge: ExactAmount,
}

impl Trail {
    /// Applies a rule to an amount of usage, keeping the steps.
    pub(super) fn follow(
        version: PriceVersionId,
        rule: &PriceRule,
        quantities: &Quantities,
        cost: ExactAmount,
    ) -> Result<Self, MoneyError> {
        let terms = match &rule.charge {
            ChargeModel::MarkupOnCost { per_cent } => {
                vec![Term::CostTimes { cost, factor: markup_factor(*per_cent)? }]
            }
            ChargeModel::FixedPrice { prices } => quantities
                .iter()
                .map(|(meter, quantity)| price_term(prices, meter, quantity, cost))
                .collect::<Result<_, _>>()?,
        };
        let charge = rule.charge.charge(quantities, cost)?;
        Ok(Self { version, rule: rule.clone(), terms, charge })
    }
}

fn price_term(
    prices: &[(Meter, UnitPrice)],
    meter: Meter,
    quantity: u64,
    cost: ExactAmount,
) -> Result<Term, MoneyError> {
    match prices.iter().find(|(priced, _)| *priced == meter) {
        Some((_, price)) => {
            let amount = ExactAmount::new(priced(meter, quantity, *price)?, cost.currency());
            Ok(Term::Priced { meter, quantity, price: *price, amount })
        }
        None => Ok(Term::NoPrice { meter, quantity }),
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CostTimes { cost, factor } => write!(f, "cost {cost} x {}", factor.normalize()),
            Self::Priced { meter, quantity, price, amount } => {
                let price = ExactAmount::new(*price, amount.currency());
                match meter.per_sold_unit() {
                    1 => write!(f, "{quantity} {meter} at {price}"),
                    unit => write!(f, "{quantity} {meter} at {price} per {unit}"),
                }
            }
            Self::NoPrice { meter, quantity } => write!(f, "{quantity} {meter} without a price"),
        }
    }
}

impl fmt::Display for Trail {
    /// `cost 1.234 USD x 1.25 = 1.5425 USD (rule gpt-* +25 % of price version pv_3)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, term) in self.terms.iter().enumerate() {
            let joint = if place == 0 { "" } else { " + " };
            write!(f, "{joint}{term}")?;
        }
        if self.terms.is_empty() {
            f.write_str("nothing used")?;
        }
        write!(f, " = {} (rule {} of price version {})", self.charge, self.rule, self.version)
    }
}
