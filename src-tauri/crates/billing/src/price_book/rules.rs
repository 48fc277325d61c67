//! A checked set of price rules, and which of them applies.

use std::fmt;

use domain::{ClientId, Meter, ModelName};
use rust_decimal::Decimal;

use super::charge::{ChargeModel, UnitPrice};
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
    /// A fixed price without any price.
    #[error("a fixed price needs at least one unit with a price: write 0 to charge nothing")]
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
}

fn whose(client: &Option<ClientId>) -> String {
    client.map_or_else(|| "for every client".to_owned(), |client| format!("for {client}"))
}

/// One rule of a price book. Rules override each other, they never multiply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRule {
    /// For this client only; `None` is for every client without a rule of its own.
    pub client: Option<ClientId>,
    /// For these models.
    pub selector: ModelSelector,
    /// How the charge is made.
    pub charge: ChargeModel,
}

impl PriceRule {
    /// Refuses a rule with a selector that cannot be written or figures out of range.
    fn checked(self) -> Result<Self, PriceRuleError> {
        let rule = Self { charge: self.charge.canonical(), ..self };
        rule.selector.check()?;
        rule.charge.check()?;
        Ok(rule)
    }

    fn is_for(&self, client: Option<ClientId>, selector: &ModelSelector) -> bool {
        self.client == client && self.selector == *selector
    }
}

impl fmt::Display for PriceRule {
    /// `gpt-* +25 %` or `gpt-* for cl_3 at fixed prices`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.client {
            Some(client) => write!(f, "{} for {client} {}", self.selector, self.charge),
            None => write!(f, "{} {}", self.selector, self.charge),
        }
    }
}

/// A checked set of rules: figures in range, at most one rule per client and selector. Sorted so that the first match
/// of an owner is its closest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceRules(Vec<PriceRule>);

impl PriceRules {
    /// Checks a set of rules.
    ///
    /// # Errors
    /// A figure out of range, a selector that cannot be written, or two rules for the same client and selector.
    pub fn new(rules: Vec<PriceRule>) -> Result<Self, PriceRuleError> {
        let mut rules = rules.into_iter().map(PriceRule::checked).collect::<Result<Vec<_>, _>>()?;
        rules.sort_by(|a, b| (a.client, a.selector.precedence()).cmp(&(b.client, b.selector.precedence())));
        match rules.windows(2).find(|pair| pair[0].is_for(pair[1].client, &pair[1].selector)) {
            Some(pair) => Err(PriceRuleError::Duplicate { client: pair[0].client, selector: pair[0].selector.clone() }),
            None => Ok(Self(rules)),
        }
    }

    /// The rules, general ones first, then by client; within an owner exact before longer before shorter prefixes
    /// before `*`.
    #[must_use]
    pub fn as_slice(&self) -> &[PriceRule] {
        &self.0
    }

    /// The rule for exactly this owner and selector.
    #[must_use]
    pub fn get(&self, client: Option<ClientId>, selector: &ModelSelector) -> Option<&PriceRule> {
        self.0.iter().find(|rule| rule.is_for(client, selector))
    }

    /// The rule that applies: a rule of the client beats a general one, and within an owner exact > longest prefix >
    /// `*` (design.md §4 "selection").
    #[must_use]
    pub fn find(&self, client: ClientId, model: &ModelName) -> Option<&PriceRule> {
        self.0.get(self.position(client, model)?)
    }

    /// The place of the rule that applies in [`PriceRules::as_slice`].
    pub(crate) fn position(&self, client: ClientId, model: &ModelName) -> Option<usize> {
        self.closest(Some(client), model).or_else(|| self.closest(None, model))
    }

    fn closest(&self, owner: Option<ClientId>, model: &ModelName) -> Option<usize> {
        let first = self.0.partition_point(|rule| rule.client < owner);
        let mut owned = self.0.iter().skip(first).take_while(|rule| rule.client == owner);
        owned.position(|rule| rule.selector.matches(model)).map(|place| first + place)
    }

    /// The rules of the next version with one rule added, or replaced where it has the same client and selector.
    ///
    /// # Errors
    /// The rule is refused.
    pub fn with(&self, rule: PriceRule) -> Result<Self, PriceRuleError> {
        let others = self.0.iter().filter(|old| !old.is_for(rule.client, &rule.selector)).cloned();
        Self::new(others.chain([rule.clone()]).collect())
    }

    /// The rules of the next version without one rule.
    ///
    /// # Errors
    /// There is no such rule.
    pub fn without(&self, client: Option<ClientId>, selector: &ModelSelector) -> Result<Self, PriceRuleError> {
        let kept: Vec<_> = self.0.iter().filter(|rule| !rule.is_for(client, selector)).cloned().collect();
        if kept.len() == self.0.len() {
            return Err(PriceRuleError::NoSuchRule { client, selector: selector.clone() });
        }
        Ok(Self(kept))
    }
}
