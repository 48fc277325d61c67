//! How a charge came about: values a screen can lay out, and a sentence for the agency's eyes.

use std::fmt;

use domain::{Currency, ExactAmount, Meter, ModelName, MoneyError, PriceVersionId};
use rust_decimal::Decimal;

use super::tally::Tally;
use crate::price_book::{
    Band, ChargeModel, Commission, ListPrices, Payer, PriceRule, UnitPrice, discount_factor, factor_of, markup_factor,
    priced,
};

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
    /// A quantity at a discount off a list.
    Listed {
        /// What was counted.
        meter: Meter,
        /// How much, in counted units.
        quantity: u64,
        /// The list's price per sold unit, in the list's currency.
        list: ExactAmount,
        /// What one unit of the list's currency is worth, where it is another one.
        exchange: Option<Decimal>,
        /// One less the discount.
        factor: Decimal,
        /// The price per sold unit they come to, rounded once.
        price: UnitPrice,
        /// The exact product of quantity and price.
        amount: ExactAmount,
    },
    /// A quantity that is included in the agreement.
    Included {
        /// What was counted.
        meter: Meter,
        /// How much, in counted units.
        quantity: u64,
    },
    /// A share of what was saved against standard prices.
    Commission {
        /// What the usage costs by the standard list.
        standard: ExactAmount,
        /// What it did cost.
        cost: ExactAmount,
        /// What its requests saved, each for itself.
        saved: ExactAmount,
        /// The share as a factor.
        factor: Decimal,
        /// The commission.
        amount: ExactAmount,
    },
    /// Usage of a model that is free of commission (S2-03).
    FreeOfCommission,
    /// Cost that the client pays its provider itself (S2-06).
    PaidByClient {
        /// What the gateway says it cost.
        cost: ExactAmount,
    },
    /// The flat fee of a month.
    FlatFee {
        /// The fee.
        amount: ExactAmount,
    },
    /// What a month's usage lacks of the agreed minimum.
    TopUp {
        /// The minimum.
        minimum: ExactAmount,
        /// The rounded charges of the rule's lines.
        charged: ExactAmount,
        /// The difference.
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

impl Term {
    /// What it adds to the charge; `None` where it only explains.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn amount(&self) -> Result<Option<ExactAmount>, MoneyError> {
        match self {
            Self::CostTimes { cost, factor } => cost.checked_mul(*factor).map(Some),
            Self::Priced { amount, .. }
            | Self::Listed { amount, .. }
            | Self::Commission { amount, .. }
            | Self::FlatFee { amount }
            | Self::TopUp { amount, .. } => Ok(Some(*amount)),
            Self::PaidByClient { .. } | Self::NoPrice { .. } | Self::Included { .. } | Self::FreeOfCommission => {
                Ok(None)
            }
        }
    }
}

impl Trail {
    /// Applies a rule to an amount of usage, keeping the steps.
    pub(super) fn follow(
        version: PriceVersionId,
        rule: &PriceRule,
        model: &ModelName,
        total: &Tally,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        let cost = total.cost.exact(currency);
        let terms = match &rule.charge {
            ChargeModel::MarkupOnCost { per_cent } => {
                vec![Term::CostTimes { cost, factor: markup_factor(*per_cent)? }]
            }
            ChargeModel::FixedPrice { .. } | ChargeModel::DiscountOffList { .. } => total
                .bands()
                .map(|(meter, band, quantity)| price_term(rule, (meter, band, quantity), currency))
                .collect::<Result<_, _>>()?,
            ChargeModel::CommissionOnSavings(commission) => commission_terms(commission, model, total, cost)?,
        };
        let charge = rule.charge_of(total.bands(), cost, total.saved)?;
        Ok(Self { version, rule: rule.clone(), terms, charge })
    }
}

fn price_term(
    rule: &PriceRule,
    (meter, band, quantity): (Meter, Band, u64),
    currency: Currency,
) -> Result<Term, MoneyError> {
    let Some(step) = rule.step(meter, band) else { return Ok(Term::Included { meter, quantity }) };
    let Some(price) = rule.price(meter, band)? else { return Ok(Term::NoPrice { meter, quantity }) };
    let amount = ExactAmount::new(priced(meter, quantity, price)?, currency);
    let ChargeModel::DiscountOffList { list: ListPrices { currency: of, exchange, .. }, per_cent } = &rule.charge
    else {
        return Ok(Term::Priced { meter, quantity, price, amount });
    };
    Ok(Term::Listed {
        meter,
        quantity,
        list: ExactAmount::new(rule.charge.list().and_then(|list| list.of(meter)).unwrap_or_default(), *of),
        exchange: exchange.as_ref().map(|exchange| exchange.rate),
        factor: discount_factor(step.unwrap_or(*per_cent)),
        price,
        amount,
    })
}

fn commission_terms(
    commission: &Commission,
    model: &ModelName,
    total: &Tally,
    cost: ExactAmount,
) -> Result<Vec<Term>, MoneyError> {
    let mut terms = vec![match commission.payer {
        Payer::Agency => Term::CostTimes { cost, factor: Decimal::ONE },
        Payer::Client => Term::PaidByClient { cost },
    }];
    terms.push(if commission.is_free(model) {
        Term::FreeOfCommission
    } else {
        let amount = |amount| ExactAmount::new(amount, cost.currency());
        Term::Commission {
            standard: amount(commission.standard_cost(&total.quantities)?.amount()?),
            cost,
            saved: amount(total.saved.amount()?),
            factor: factor_of(commission.share),
            amount: amount(commission.commission(total.saved)?),
        }
    });
    Ok(terms)
}

/// `2000000 input_tokens at 2.5 USD per 1000000`, the price written by the caller.
fn at(f: &mut fmt::Formatter<'_>, meter: Meter, quantity: u64, price: &dyn fmt::Display) -> fmt::Result {
    match meter.per_sold_unit() {
        1 => write!(f, "{quantity} {meter} at {price}"),
        unit => write!(f, "{quantity} {meter} at {price} per {unit}"),
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CostTimes { cost, factor } => write!(f, "cost {cost} x {}", factor.normalize()),
            Self::Priced { meter, quantity, price, amount } => {
                at(f, *meter, *quantity, &ExactAmount::new(*price, amount.currency()))
            }
            Self::Listed { meter, quantity, list, exchange, factor, price, amount } => {
                let rate = exchange.map(|rate| format!(" x {rate}")).unwrap_or_default();
                let price = ExactAmount::new(*price, amount.currency());
                at(f, *meter, *quantity, &format_args!("{factor} x list {list}{rate} = {price}"))
            }
            Self::Included { meter, quantity } => write!(f, "{quantity} {meter} included"),
            Self::Commission { standard, cost, saved, factor, .. } => {
                write!(f, "saved {saved} (standard {standard}, cost {cost}) x {factor}")
            }
            Self::FreeOfCommission => f.write_str("free of commission"),
            Self::PaidByClient { cost } => write!(f, "cost {cost} paid by the client"),
            Self::FlatFee { amount } => write!(f, "flat fee {amount}"),
            Self::TopUp { minimum, charged, .. } => write!(f, "minimum {minimum} less usage {charged}"),
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
