//! Margin: what is left of a charge after its cost. A report, never a rate.

use std::ops::Neg;

use domain::{ExactAmount, MoneyError};
use rust_decimal::{Decimal, RoundingStrategy};

/// A charge beside its cost, in one currency. For the agency only (S0-25).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    /// What the client pays, before tax.
    pub charge: ExactAmount,
    /// What it cost the agency.
    pub cost: ExactAmount,
}

impl Margin {
    /// Charge less cost; negative when sold below cost.
    ///
    /// # Errors
    /// Two currencies, or more digits than can be kept.
    pub fn amount(&self) -> Result<ExactAmount, MoneyError> {
        self.charge.checked_sub(self.cost)
    }

    /// The margin in per cent of the charge, rounded to one decimal for display; `None` without a charge, or where the
    /// figure cannot be computed.
    #[must_use]
    pub fn per_cent(&self) -> Option<Decimal> {
        let amount = self.amount().ok()?.amount();
        let share = amount.checked_div(self.charge.amount())?.checked_mul(Decimal::ONE_HUNDRED)?;
        Some(share.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero).normalize())
    }
}

/// Both taken back.
impl Neg for Margin {
    type Output = Self;

    fn neg(self) -> Self {
        let back = |amount: ExactAmount| ExactAmount::new(-amount.amount(), amount.currency());
        Self { charge: back(self.charge), cost: back(self.cost) }
    }
}

#[cfg(test)]
mod tests {
    use domain::Currency;

    use super::*;

    fn margin(charge: &str, cost: &str) -> Margin {
        let exact = |text: &str| ExactAmount::new(text.parse().unwrap(), Currency::USD);
        Margin { charge: exact(charge), cost: exact(cost) }
    }

    #[test]
    fn a_margin_is_a_share_of_the_charge() {
        let rows = [("125", "100", Some("20")), ("3", "2", Some("33.3")), ("0", "2", None), ("1", "2", Some("-100"))];
        for (charge, cost, per_cent) in rows {
            let shown = margin(charge, cost).per_cent().map(|share| share.to_string());
            assert_eq!(shown.as_deref(), per_cent, "{charge} charged on {cost}");
        }
    }
}
