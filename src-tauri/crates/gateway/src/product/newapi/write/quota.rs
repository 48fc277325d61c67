//! Ceilings in units of quota, checked before they are sent.

use domain::{Budget, Limit};

use super::super::config::{QUOTA_MAX, Rate};
use super::Step;
use crate::{GatewayError, Outcome};

/// A ceiling over a whole life, in units; `None` is no ceiling.
pub fn ceiling(rate: Rate, budget: &Limit<Budget>) -> Option<i64> {
    match budget {
        Limit::Unlimited => None,
        Limit::Limited(budget) => Some(rate.units(budget.amount()).unwrap_or(i64::MAX)),
    }
}

/// What has to be left so that a ceiling holds, after so much was used. Nothing is left below the ceiling.
///
/// # Errors
/// None; ends the change when New API's columns cannot hold it.
pub fn left(rate: Rate, ceiling: i64, used: i64) -> Result<Step<i64>, GatewayError> {
    let left = ceiling.saturating_sub(used).max(0);
    if left <= QUOTA_MAX {
        return Ok(Step::On(left));
    }
    let message = format!(
        "New API holds at most {} USD at a time in a wallet or key: give a smaller budget, and raise it when it is used up",
        rate.money(QUOTA_MAX)
    );
    Ok(Step::End(Outcome::refused(message, None)))
}
