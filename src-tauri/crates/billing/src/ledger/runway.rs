//! How long credit lasts at the present pace (S0-13).

use domain::money::exact_product;
use domain::{Date, ExactAmount, MoneyError};
use rust_decimal::Decimal;

use super::fold::Ledger;
use super::money::sum;

/// Full local days that the pace is taken from.
pub const PACE_DAYS: u32 = 7;
/// Fewer days than this tell no pace.
const PACE_LEAST: u32 = 2;
/// Nobody knows what is further off than this.
const DAYS_MAX: u32 = 365;

/// How long credit lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runway {
    /// There is none.
    UsedUp,
    /// There were too few full days to tell.
    Unknown,
    /// Nothing was spent in these days.
    NothingSpent,
    /// So many whole days, 0 to 365; 0 is less than a day.
    Days(u32),
    /// More than 365 days.
    MoreThanAYear,
}

/// How long credit lasts if as much is spent per day as in the last full `days`, without the day that is begun.
///
/// # Errors
/// More digits than can be kept.
pub fn runway(spendable: Decimal, spent: Decimal, days: u32) -> Result<Runway, MoneyError> {
    if spendable <= Decimal::ZERO {
        return Ok(Runway::UsedUp);
    }
    if days < PACE_LEAST {
        return Ok(Runway::Unknown);
    }
    if spent <= Decimal::ZERO {
        return Ok(Runway::NothingSpent);
    }
    // A quotient would be rounded; what so many days cost is exact.
    let credit = exact_product(spendable, Decimal::from(days))?;
    let lasts = |count: u32| exact_product(spent, Decimal::from(count)).map(|cost| cost <= credit);
    if lasts(DAYS_MAX + 1)? {
        return Ok(Runway::MoreThanAYear);
    }
    let (mut lasting, mut over) = (0, DAYS_MAX + 1);
    while over - lasting > 1 {
        let middle = lasting.midpoint(over);
        if lasts(middle)? { lasting = middle } else { over = middle }
    }
    Ok(Runway::Days(lasting))
}

impl Ledger {
    /// What usage of some days came to, both included, whatever paid for it and whatever was refunded since.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn charged(&self, first: Date, last: Date) -> Result<ExactAmount, MoneyError> {
        let days = self.receipts().filter(|(receipt, _)| first <= receipt.day && receipt.day <= last);
        sum(self.currency(), days.map(|(_, posted)| posted.rated))
    }
}
