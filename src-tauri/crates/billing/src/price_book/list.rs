//! Somebody else's price list: what an upstream or a gateway publishes, in its own currency.
//!
//! List price, exchange rate and discount are kept apart and multiplied only when a charge is made, so that each can be
//! told and checked by itself.

use domain::money::exact_product;
use domain::{Currency, Date, Meter, MoneyError};
use rust_decimal::{Decimal, RoundingStrategy};

use super::charge::{PRICE_DECIMALS, UnitPrice, check_prices};
use super::rules::PriceRuleError;

/// Longest name of a source, in characters.
pub const SOURCE_MAX: usize = 80;
/// Most decimals of an exchange rate.
const RATE_DECIMALS: u32 = 10;
/// Highest exchange rate.
const RATE_MAX: i64 = 1_000_000;

/// How many units of the price book's currency one unit of the list's currency is worth, and who said so when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeRate {
    /// Above 0, at most 1,000,000 with 10 decimals.
    pub rate: Decimal,
    /// The day it was published.
    pub date: Date,
    /// Who published it, for example `ECB`: 1 to [`SOURCE_MAX`] characters.
    pub source: String,
}

/// Prices per sold unit of a list, in the list's own currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPrices {
    /// The currency of the prices.
    pub currency: Currency,
    /// Prices, one per meter, in the order of [`Meter::ALL`].
    pub prices: Vec<(Meter, UnitPrice)>,
    /// The rate into the price book's currency; `None` where both are the same.
    pub exchange: Option<ExchangeRate>,
}

impl ListPrices {
    /// The list's price of a meter.
    #[must_use]
    pub fn of(&self, meter: Meter) -> Option<UnitPrice> {
        self.prices.iter().find(|(priced, _)| *priced == meter).map(|(_, price)| *price)
    }

    /// List price x exchange rate x factor: the price per sold unit in the price book's currency. Rounded once, half
    /// away from zero, to 12 decimals; with an exchange rate to as many as make 12 per counted unit, which is 6 per
    /// million tokens (invoice.md §4.2.3). Every charge is made with the rounded price.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn frozen(&self, meter: Meter, factor: Decimal) -> Result<Option<UnitPrice>, MoneyError> {
        let Some(list) = self.of(meter) else { return Ok(None) };
        let (rate, decimals) = match &self.exchange {
            Some(exchange) => (exchange.rate, exchanged_decimals(meter)),
            None => (Decimal::ONE, PRICE_DECIMALS),
        };
        let price = exact_product(exact_product(list, rate)?, factor)?;
        Ok(Some(price.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize()))
    }

    /// The same in its canonical form.
    pub(super) fn canonical(mut self) -> Self {
        self.prices.sort_by_key(|(meter, _)| *meter);
        self.prices.iter_mut().for_each(|(_, price)| *price = price.normalize());
        if let Some(exchange) = &mut self.exchange {
            exchange.rate = exchange.rate.normalize();
            exchange.source = exchange.source.trim().to_owned();
        }
        self
    }

    /// Refuses figures out of range. Expects the canonical form.
    pub(super) fn check(&self) -> Result<(), PriceRuleError> {
        check_prices(&self.prices)?;
        let Some(ExchangeRate { rate, source, .. }) = &self.exchange else { return Ok(()) };
        if *rate <= Decimal::ZERO || *rate > Decimal::from(RATE_MAX) || rate.scale() > RATE_DECIMALS {
            return Err(PriceRuleError::ExchangeRange(*rate));
        }
        match source.chars().count() {
            1..=SOURCE_MAX if !source.chars().any(char::is_control) => Ok(()),
            _ => Err(PriceRuleError::ExchangeSource),
        }
    }
}

/// Decimals of an exchanged price: 12 per counted unit, less the digits of the unit it is sold by.
fn exchanged_decimals(meter: Meter) -> u32 {
    PRICE_DECIMALS - meter.per_sold_unit().ilog10()
}
