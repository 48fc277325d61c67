//! Tax and totals: sums of rounded lines, tax once per rate (BR-CO-10, 13, 14, 15, 17).

use domain::{Currency, ExactAmount, Money, MoneyError};
use rust_decimal::Decimal;

use super::{InvoiceLine, TaxCategory};

/// The tax of one category and rate on everything it applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    /// The category.
    pub category: TaxCategory,
    /// Sum of the rounded lines it applies to (BT-116).
    pub base: Money,
    /// Base times rate, rounded once (BT-117); zero in every category but S.
    pub amount: Money,
}

/// The sums of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Sum of the rounded lines (BT-106, BT-109).
    pub net: Money,
    /// Tax per category; empty when none is named.
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
    pub fn of(lines: &[InvoiceLine], currency: Currency, tax: Option<&TaxCategory>) -> Result<Self, MoneyError> {
        let net = sum(currency, lines.iter().map(|line| line.net))?;
        let taxes = tax.map(|tax| taxed(net, tax)).transpose()?.into_iter().collect::<Vec<_>>();
        let tax = sum(currency, taxes.iter().map(|tax| tax.amount))?;
        Ok(Self { net, taxes, tax, total: net.checked_add(tax)? })
    }
}

fn sum(currency: Currency, mut amounts: impl Iterator<Item = Money>) -> Result<Money, MoneyError> {
    amounts.try_fold(Money::from_minor(0, currency), Money::checked_add)
}

fn taxed(base: Money, category: &TaxCategory) -> Result<Tax, MoneyError> {
    let per_cent = category.per_cent().unwrap_or_default();
    let exact = ExactAmount::new(base.to_decimal(), base.currency());
    let amount = exact.checked_mul(per_cent)?.checked_mul(Decimal::new(1, 2))?.round()?;
    Ok(Tax { category: category.clone(), base, amount })
}
