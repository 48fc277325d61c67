//! Charges of days as a ledger takes them: none below zero.

use domain::{Date, ExactAmount, MoneyError};

use super::money::is_negative;

/// The charges of ascending days with none below zero. A day can come to less than nothing, as when a volume step that is
/// reached late makes all units of the month cheaper: that is taken off the days before, latest first, so the sum stays
/// what it is. Only a sum below zero leaves something below zero, on the first day.
///
/// # Errors
/// More digits than can be kept.
pub fn none_below_zero(days: &[(Date, ExactAmount)]) -> Result<Vec<(Date, ExactAmount)>, MoneyError> {
    let mut settled = Vec::with_capacity(days.len());
    let mut over: Option<ExactAmount> = None;
    for (place, (day, charge)) in days.iter().enumerate().rev() {
        let charge = over.take().map_or(Ok(*charge), |over| charge.checked_add(over))?;
        if is_negative(charge) && place > 0 {
            over = Some(charge);
            settled.push((*day, ExactAmount::zero(charge.currency())));
        } else {
            settled.push((*day, charge));
        }
    }
    settled.reverse();
    Ok(settled)
}
