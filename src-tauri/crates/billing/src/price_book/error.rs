//! Why a price rule is refused: each a sentence for whoever typed it.

use domain::{ClientId, Meter};
use rust_decimal::Decimal;

use super::charge::UnitPrice;
use super::selector::{ModelSelector, SelectorError};

/// Why a price rule was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceRuleError {
    /// Two rules for the same client and models.
    #[error("there are two price rules for {selector} {}: keep one of them", whose(.client))]
    Duplicate {
        /// Whose rules; `None` is every client.
        client: Option<ClientId>,
        /// The models both are for.
        selector: ModelSelector,
    },
    /// There is no such rule to remove.
    #[error("there is no price rule for {selector} {}: nothing was removed", whose(.client))]
    NoSuchRule {
        /// Whose rule; `None` is every client.
        client: Option<ClientId>,
        /// The models it would be for.
        selector: ModelSelector,
    },
    /// The models cannot be selected so.
    #[error(transparent)]
    Selector(#[from] SelectorError),
    /// A markup outside -100 to 10,000 %.
    #[error("a markup of {0} % makes no sense: use -100 (free) to 10000")]
    MarkupRange(Decimal),
    /// A markup finer than 6 decimals.
    #[error("a markup of {0} % is too fine: use at most 6 decimals")]
    MarkupDecimals(Decimal),
    /// A fixed price or a list without any price.
    #[error("a rule needs at least one unit with a price: write 0 to charge nothing")]
    NoPrices,
    /// Two prices for one meter.
    #[error("there are two prices for {0}: keep one of them")]
    PricedTwice(Meter),
    /// A price below zero.
    #[error("a price cannot be negative: {0} is priced at {1}")]
    NegativePrice(Meter, UnitPrice),
    /// A price above 1,000,000.
    #[error("a price of {1} for {0} makes no sense: use at most 1000000 per sold unit")]
    AbsurdPrice(Meter, UnitPrice),
    /// A price finer than 12 decimals.
    #[error("a price of {1} for {0} is too fine: use at most 12 decimals")]
    PriceDecimals(Meter, UnitPrice),
    /// A discount outside 0 to 100 %, or finer than 4 decimals.
    #[error("a discount of {0} % makes no sense: use 0 to 100 with at most 4 decimals, such as 15 for 0.85 x list")]
    DiscountRange(Decimal),
    /// A share of savings outside 0 to 100 %, or finer than 4 decimals.
    #[error("a commission of {0} % makes no sense: use more than 0 and at most 100, with at most 4 decimals")]
    ShareRange(Decimal),
    /// Too many models free of commission.
    #[error("{0} models are free of commission: use at most 100, for example by prefixes such as claude-*")]
    TooManyFree(usize),
    /// An exchange rate that is none.
    #[error("an exchange rate of {0} makes no sense: use more than 0 and at most 1000000, with at most 10 decimals")]
    ExchangeRange(Decimal),
    /// An exchange rate without its source.
    #[error("an exchange rate needs a source of 1 to 80 characters on one line: say who published it, such as ECB")]
    ExchangeSource,
    /// Tiers or an included quantity where nothing is priced by quantity.
    #[error(
        "tiers and included quantities need prices per unit: use a fixed price or a discount off list, or leave them out"
    )]
    NothingToStep,
    /// A fee or minimum out of range.
    #[error(
        "an amount of {0} per month makes no sense: use more than 0 and at most 1000000000, with at most 2 decimals"
    )]
    AmountRange(Decimal),
    /// An included quantity or a step of something without a price.
    #[error("{0} has no price in this rule, so nothing of it can be included or stepped: give it a price first")]
    ConditionWithoutPrice(Meter),
    /// Two included quantities of one meter.
    #[error("there are two included quantities of {0}: keep one of them")]
    IncludedTwice(Meter),
    /// Nothing included.
    #[error("an included quantity of 0 {0} is none: leave it out, or write more than 0")]
    IncludedNothing(Meter),
    /// More units than anybody uses in a month.
    #[error("{1} {0} in a month make no sense: use at most 1000000000000000")]
    AbsurdUnits(Meter, u64),
    /// Tiers without steps.
    #[error("tiers need at least one step: say above which quantity another price applies")]
    NoSteps,
    /// Two steps at one quantity.
    #[error("two steps of {0} begin at the same quantity: keep one of them")]
    SteppedTwice(Meter),
    /// A step that begins at once.
    #[error("a step of {0} above 0 is the price itself: write it as the price, or begin the step later")]
    StepAtZero(Meter),
    /// More than 20 steps of one meter.
    #[error("{0} has more than 20 steps: leave some out")]
    TooManySteps(Meter),
}

fn whose(client: &Option<ClientId>) -> String {
    client.map_or_else(|| "for every client".to_owned(), |client| format!("for {client}"))
}
