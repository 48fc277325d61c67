//! Money in its three forms, and the one place where it is rounded.
//!
//! * [`Nanos`]: what a gateway says a request cost, in 10⁻⁹ of a currency unit. Integer, so a million small requests
//!   add up to the same figure in any order.
//! * [`ExactAmount`]: a decimal between the usage and the invoice line. Products are exact or refused.
//! * [`Money`]: an amount on a document, in minor units (cents). Reached only through [`ExactAmount::round`], once per
//!   invoice line, half away from zero (so a credit note mirrors its invoice to the cent).

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

/// Why an amount could not be represented or combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a three-letter currency code.
    #[error("`{0}` is not a currency code: write three letters as in ISO 4217, for example USD")]
    NotACurrency(String),
    /// The text is not a decimal number.
    #[error("`{0}` is not an amount: write digits with a decimal point, for example 12.50")]
    NotANumber(String),
    /// Two currencies met in one sum.
    #[error("{0} and {1} cannot be added: convert one of them first")]
    CurrencyMix(Currency, Currency),
    /// The result has more digits than can be kept exactly.
    #[error(
        "the amount is too large or has too many decimals to be kept exactly: use a smaller one, or fewer decimals"
    )]
    Overflow,
}

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// United States dollar, the unit in which every gateway we know reports cost.
    pub const USD: Self = Self(*b"USD");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Decimals of the minor unit on a document: 0 for yen and its like, else 2. EN 16931 allows at most two
    /// (BR-DEC-*), so a dinar is written with two as well.
    #[must_use]
    pub fn decimals(&self) -> u32 {
        const WITHOUT: [&[u8; 3]; 12] =
            [b"BIF", b"CLP", b"DJF", b"GNF", b"ISK", b"JPY", b"KMF", b"KRW", b"PYG", b"RWF", b"VND", b"XAF"];
        if WITHOUT.contains(&&self.0) { 0 } else { 2 }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let code = text.trim().to_ascii_uppercase();
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err(MoneyError::NotACurrency(text.to_owned())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in nano-units (10⁻⁹) of its gateway's currency. Range ±9.2 billion units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nanos(pub i64);

/// Nano-units in one unit.
const NANO: i64 = 1_000_000_000;
/// Decimals of a nano-unit.
const NANO_DECIMALS: u32 = 9;

impl Nanos {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A whole number of currency units.
    #[must_use]
    pub const fn units(units: i32) -> Self {
        Self(units as i64 * NANO)
    }

    /// Reads a JSON number from its *text* (`0.000194`, `1.6e-05`, `2.3421599999999994`), rounding the gateway's
    /// floating-point noise to the nearest nano-unit, half away from zero (litellm.md pitfall 10).
    ///
    /// # Errors
    /// The text is no number, or is beyond the range.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let text = text.trim();
        // A double can print up to 17 significant digits; what lies beyond the 20th decimal is noise by construction.
        let number = Decimal::from_str(text)
            .or_else(|_| Decimal::from_scientific(text))
            .map_err(|_| MoneyError::NotANumber(text.to_owned()))?;
        Self::nearest(number)
    }

    /// The nearest nano-unit to a decimal number of currency units, half away from zero.
    ///
    /// # Errors
    /// The number is beyond the range.
    pub fn nearest(units: Decimal) -> Result<Self, MoneyError> {
        let rounded = units.round_dp_with_strategy(NANO_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
        let scaled = rounded.checked_mul(Decimal::from(NANO)).ok_or(MoneyError::Overflow)?;
        i64::try_from(scaled.trunc()).map(Self).map_err(|_| MoneyError::Overflow)
    }

    /// The same amount as a decimal number of currency units. Exact.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, NANO_DECIMALS)
    }

    /// The same amount as an [`ExactAmount`]. Exact.
    #[must_use]
    pub fn exact(self, currency: Currency) -> ExactAmount {
        ExactAmount { amount: self.to_decimal(), currency }
    }

    /// Sum, or [`MoneyError::Overflow`].
    ///
    /// # Errors
    /// The sum is beyond the range.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyError::Overflow)
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_decimal().normalize())
    }
}

/// A decimal amount that has not been rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExactAmount {
    amount: Decimal,
    currency: Currency,
}

impl ExactAmount {
    /// An amount in units of a currency.
    #[must_use]
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Zero of a currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// The number of currency units.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Exact sum.
    ///
    /// # Errors
    /// Different currencies, or more digits than can be kept.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMix(self.currency, other.currency));
        }
        let amount = exact_sum(self.amount, other.amount)?;
        Ok(Self { amount, currency: self.currency })
    }

    /// Exact difference.
    ///
    /// # Errors
    /// Different currencies, or more digits than can be kept.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.checked_add(Self { amount: -other.amount, currency: other.currency })
    }

    /// Exact product with a factor such as `1.25`.
    ///
    /// # Errors
    /// The product has more digits than can be kept.
    pub fn checked_mul(self, factor: Decimal) -> Result<Self, MoneyError> {
        Ok(Self { amount: exact_product(self.amount, factor)?, currency: self.currency })
    }

    /// The amount on a document: the nearest minor unit, half away from zero. The only rounding of money there is.
    ///
    /// # Errors
    /// The amount is beyond the range of [`Money`].
    pub fn round(self) -> Result<Money, MoneyError> {
        let decimals = self.currency.decimals();
        let rounded = self.amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        let scaled = rounded.checked_mul(Decimal::from(10_i64.pow(decimals))).ok_or(MoneyError::Overflow)?;
        let minor = i64::try_from(scaled.trunc()).map_err(|_| MoneyError::Overflow)?;
        Ok(Money { minor, currency: self.currency })
    }
}

impl fmt::Display for ExactAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount.normalize(), self.currency)
    }
}

/// Multiplies without the silent loss of digits that `Decimal::checked_mul` allows beyond scale 28.
///
/// # Errors
/// The product has more digits than can be kept.
pub fn exact_product(a: Decimal, b: Decimal) -> Result<Decimal, MoneyError> {
    let (a, b) = (a.normalize(), b.normalize());
    if a.is_zero() || b.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let product = a.checked_mul(b).ok_or(MoneyError::Overflow)?;
    if product.scale() == a.scale() + b.scale() { Ok(product) } else { Err(MoneyError::Overflow) }
}

/// Adds without the silent loss of digits that `Decimal::checked_add` allows for operands of very different size.
///
/// # Errors
/// The sum has more digits than can be kept.
pub fn exact_sum(a: Decimal, b: Decimal) -> Result<Decimal, MoneyError> {
    let (a, b) = (a.normalize(), b.normalize());
    let sum = a.checked_add(b).ok_or(MoneyError::Overflow)?;
    // An exact sum keeps the finer of the two scales; the library drops to a coarser one where digits run out.
    if sum.is_zero() || sum.scale() >= a.scale().max(b.scale()) { Ok(sum) } else { Err(MoneyError::Overflow) }
}

/// An amount on a document, in minor units of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount of minor units, for example 1250 for USD 12.50.
    #[must_use]
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The number of currency units, with the currency's decimals.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.decimals())
    }

    /// Sum.
    ///
    /// # Errors
    /// Different currencies, or beyond the range.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMix(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

#[cfg(test)]
mod tests;
