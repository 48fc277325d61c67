//! What a change of prices would have meant for usage that is already known.

use domain::{ClientId, ExactAmount, ModelName, Month};

use crate::margin::Margin;
use crate::price_book::PriceBook;
use crate::rating::{MeteredUsage, Rated, RatingError, rate_month};

/// The usage of one client in a past month; none at all for a client that only pays fees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientUsage {
    /// The client.
    pub client: ClientId,
    /// Its usage.
    pub rows: Vec<MeteredUsage>,
}

/// What a change of prices means for one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The client.
    pub client: ClientId,
    /// Charge and cost at the old prices.
    pub old: Margin,
    /// Charge and cost at the new prices.
    pub new: Margin,
    /// New charge less old charge; negative when the client would pay less.
    pub difference: ExactAmount,
    /// Models the old prices do not cover; their usage is in no figure of `old`.
    pub unpriced_before: Vec<ModelName>,
    /// Models the new prices do not cover; their usage is in no figure of `new`.
    pub unpriced_after: Vec<ModelName>,
}

/// Rates the same month by two books, client by client, in the order given, with tiers, minimums and fees. For a change that is not yet in force, `new`
/// is [`PriceBook::as_if`] of the changed rules. Changes nothing anywhere.
///
/// # Errors
/// As [`crate::rate`]; models without a price are no error here, they are named in the effect.
pub fn preview(
    usage: &[ClientUsage],
    month: Month,
    old: &PriceBook,
    new: &PriceBook,
) -> Result<Vec<Effect>, RatingError> {
    let rated = |one: &ClientUsage, book| rate_month(&one.rows, one.client, book, month);
    let effect = |one: &ClientUsage| effect(&rated(one, old)?, &rated(one, new)?);
    usage.iter().map(effect).collect()
}

fn effect(old: &Rated, new: &Rated) -> Result<Effect, RatingError> {
    let (before, after) = (old.margin()?, new.margin()?);
    Ok(Effect {
        client: new.client,
        old: before,
        new: after,
        difference: after.charge.checked_sub(before.charge)?,
        unpriced_before: old.unpriced_models(),
        unpriced_after: new.unpriced_models(),
    })
}

#[cfg(test)]
mod tests;
