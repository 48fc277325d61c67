//! Tax and totals: sums of rounded lines, tax once per rate (BR-CO-10, 13, 14, 15, 17).

use domain::{Currency, ExactAmount, Money, MoneyError};
use rust_decimal::Decimal;

use super::{InvoiceError, InvoiceLine};

/// A tax rate with its name, for example `VAT` at 19 per cent (EN 16931 category S).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRate {
    label: String,
    per_cent: Decimal,
}

impl TaxRate {
    /// A rate. No tax at all is no `TaxRate`, not one of zero.
    ///
    /// # Errors
    /// No label, or a rate that is not above 0, is above 100, or has more than 4 decimals.
    pub fn new(label: &str, per_cent: Decimal) -> Result<Self, InvoiceError> {
        let (label, per_cent) = (label.trim(), per_cent.normalize());
        if label.is_empty() || label.chars().count() > 40 || label.chars().any(char::is_control) {
            return Err(InvoiceError::TaxLabel);
        }
        if per_cent <= Decimal::ZERO || per_cent > Decimal::ONE_HUNDRED || per_cent.scale() > 4 {
            return Err(InvoiceError::TaxRange(per_cent));
        }
        Ok(Self { label: label.to_owned(), per_cent })
    }

    /// The name on the invoice.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Per cent of the base.
    #[must_use]
    pub fn per_cent(&self) -> Decimal {
        self.per_cent
    }
}

/// The tax of one rate on everything it applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    /// The rate.
    pub rate: TaxRate,
    /// Sum of the rounded lines it applies to (BT-116).
    pub base: Money,
    /// Base times rate, rounded once (BT-117).
    pub amount: Money,
}

/// The sums of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Sum of the rounded lines (BT-106, BT-109).
    pub net: Money,
    /// Tax per rate; empty when none is charged.
    pub taxes: Vec<Tax>,
    /// Sum of the taxes (BT-110).
    pub tax: Money,
    /// Net plus tax: what is to be paid (BT-112, BT-115).
    pub total: Money,
}

impl Totals {
    /// Adds up lines.
    ///
    /// # Errors
    /// A line in another currency, or sums beyond the range of [`Money`].
    pub fn of(lines: &[InvoiceLine], currency: Currency, rate: Option<&TaxRate>) -> Result<Self, MoneyError> {
        let net = sum(currency, lines.iter().map(|line| line.net))?;
        let taxes = rate.map(|rate| taxed(net, rate)).transpose()?.into_iter().collect::<Vec<_>>();
        let tax = sum(currency, taxes.iter().map(|tax| tax.amount))?;
        Ok(Self { net, taxes, tax, total: net.checked_add(tax)? })
    }
}

fn sum(currency: Currency, mut amounts: impl Iterator<Item = Money>) -> Result<Money, MoneyError> {
    amounts.try_fold(Money::from_minor(0, currency), Money::checked_add)
}

fn taxed(base: Money, rate: &TaxRate) -> Result<Tax, MoneyError> {
    let exact = ExactAmount::new(base.to_decimal(), base.currency());
    let amount = exact.checked_mul(rate.per_cent)?.checked_mul(Decimal::new(1, 2))?.round()?;
    Ok(Tax { rate: rate.clone(), base, amount })
}
