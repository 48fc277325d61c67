//! Arithmetic of one currency that the ledger needs beside [`ExactAmount`]'s own.

use domain::{Currency, ExactAmount, MoneyError};

pub(super) fn negated(amount: ExactAmount) -> ExactAmount {
    ExactAmount::new(-amount.amount(), amount.currency())
}

pub(super) fn is_zero(amount: ExactAmount) -> bool {
    amount.amount().is_zero()
}

pub(super) fn is_positive(amount: ExactAmount) -> bool {
    amount.amount().is_sign_positive() && !is_zero(amount)
}

pub(super) fn is_negative(amount: ExactAmount) -> bool {
    amount.amount().is_sign_negative() && !is_zero(amount)
}

/// The smaller of two amounts of one currency.
pub(super) fn least(a: ExactAmount, b: ExactAmount) -> ExactAmount {
    if b.amount() < a.amount() { b } else { a }
}

pub(super) fn sum(
    currency: Currency,
    amounts: impl IntoIterator<Item = ExactAmount>,
) -> Result<ExactAmount, MoneyError> {
    amounts.into_iter().try_fold(ExactAmount::zero(currency), ExactAmount::checked_add)
}
