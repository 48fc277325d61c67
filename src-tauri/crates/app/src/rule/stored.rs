//! Price rules as the store keeps them.

use billing::{
    ChargeModel, Commission, Conditions, ExchangeRate, ListPrices, Payer, PriceRule, TierMode, TierStep, Tiers,
};
use domain::Currency;
use store::table::price::{PriceExchange, PriceRule as Stored, PriceStep};

use crate::AppError;
use crate::rating::broken;

const MARKUP: &str = "markup_on_cost";
const FIXED: &str = "fixed_price";
const DISCOUNT: &str = "discount_off_list";
const COMMISSION: &str = "commission_on_savings";
const AGENCY: &str = "agency";
const CLIENT: &str = "client";
const GRADUATED: &str = "graduated";
const VOLUME: &str = "volume";

/// What a stored rule says.
///
/// # Errors
/// It is of a kind this Purser does not know.
pub fn from_stored(stored: Stored) -> Result<PriceRule, AppError> {
    let selector = stored.pattern.parse().map_err(broken)?;
    let (charge, conditions) = (charge(&stored)?, conditions(&stored)?);
    Ok(PriceRule { client: stored.client, selector, charge, conditions })
}

fn charge(stored: &Stored) -> Result<ChargeModel, AppError> {
    match (stored.charge.as_str(), stored.per_cent, stored.currency) {
        (MARKUP, Some(per_cent), _) => Ok(ChargeModel::MarkupOnCost { per_cent }),
        (FIXED, _, _) => Ok(ChargeModel::FixedPrice { prices: stored.rates.clone() }),
        (DISCOUNT, Some(per_cent), Some(currency)) => {
            Ok(ChargeModel::DiscountOffList { list: list(stored, currency), per_cent })
        }
        (COMMISSION, Some(share), Some(currency)) => Ok(ChargeModel::CommissionOnSavings(Commission {
            share,
            standard: list(stored, currency),
            payer: if stored.payer.as_deref() == Some(CLIENT) { Payer::Client } else { Payer::Agency },
            free: stored.free.iter().map(|text| text.parse()).collect::<Result<_, _>>().map_err(broken)?,
        })),
        (other, _, _) => Err(AppError::internal(format!("the price book holds a rule of unknown kind `{other}`"))),
    }
}

fn list(stored: &Stored, currency: Currency) -> ListPrices {
    let rate = |one: &PriceExchange| ExchangeRate { rate: one.rate, date: one.date, source: one.source.clone() };
    ListPrices { currency, prices: stored.rates.clone(), exchange: stored.exchange.as_ref().map(rate) }
}

fn conditions(stored: &Stored) -> Result<Conditions, AppError> {
    let mode = match stored.tier_mode.as_deref() {
        None => None,
        Some(GRADUATED) => Some(TierMode::Graduated),
        Some(VOLUME) => Some(TierMode::Volume),
        Some(other) => {
            return Err(AppError::internal(format!("the price book holds tiers of unknown kind `{other}`")));
        }
    };
    let step = |step: &PriceStep| TierStep { meter: step.meter, above: step.above, rate: step.rate };
    Ok(Conditions {
        tiers: mode.map(|mode| Tiers { mode, steps: stored.steps.iter().map(step).collect() }),
        included: stored.included.clone(),
        minimum: stored.minimum,
        flat_fee: stored.flat_fee,
    })
}

/// A rule as it is stored, in a price book of a currency.
#[must_use]
pub fn to_stored(rule: &PriceRule, book: Currency) -> Stored {
    let Conditions { tiers, included, minimum, flat_fee } = &rule.conditions;
    let step = |step: &TierStep| PriceStep { meter: step.meter, above: step.above, rate: step.rate };
    let plain = Stored {
        client: rule.client,
        pattern: rule.selector.to_string(),
        tier_mode: tiers.as_ref().map(|tiers| mode(tiers.mode).to_owned()),
        steps: tiers.iter().flat_map(|tiers| &tiers.steps).map(step).collect(),
        included: included.clone(),
        minimum: *minimum,
        flat_fee: *flat_fee,
        ..Stored::default()
    };
    match &rule.charge {
        ChargeModel::MarkupOnCost { per_cent } => {
            Stored { charge: MARKUP.to_owned(), per_cent: Some(*per_cent), ..plain }
        }
        ChargeModel::FixedPrice { prices } => {
            Stored { charge: FIXED.to_owned(), currency: Some(book), rates: prices.clone(), ..plain }
        }
        ChargeModel::DiscountOffList { list, per_cent } => {
            listed(Stored { charge: DISCOUNT.to_owned(), per_cent: Some(*per_cent), ..plain }, list)
        }
        ChargeModel::CommissionOnSavings(Commission { share, standard, payer, free }) => {
            let payer = if *payer == Payer::Client { CLIENT } else { AGENCY };
            let rule = Stored {
                charge: COMMISSION.to_owned(),
                per_cent: Some(*share),
                payer: Some(payer.to_owned()),
                free: free.iter().map(ToString::to_string).collect(),
                ..plain
            };
            listed(rule, standard)
        }
    }
}

fn listed(rule: Stored, list: &ListPrices) -> Stored {
    let exchange = |one: &ExchangeRate| PriceExchange { rate: one.rate, date: one.date, source: one.source.clone() };
    Stored {
        currency: Some(list.currency),
        rates: list.prices.clone(),
        exchange: list.exchange.as_ref().map(exchange),
        ..rule
    }
}

fn mode(mode: TierMode) -> &'static str {
    match mode {
        TierMode::Graduated => GRADUATED,
        TierMode::Volume => VOLUME,
    }
}
