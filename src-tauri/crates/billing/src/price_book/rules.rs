//! A checked set of price rules, and which of them applies.

use std::fmt;

use domain::{ClientId, ExactAmount, Meter, ModelName, MoneyError, Quantities};
use rust_decimal::Decimal;

use super::charge::{ChargeModel, UnitPrice};
use super::commission::Savings;
use super::conditions::{Band, Conditions};
pub use super::error::PriceRuleError;
use super::selector::ModelSelector;

/// One rule of a price book. Rules override each other, they never multiply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRule {
    /// For this client only; `None` is for every client without a rule of its own.
    pub client: Option<ClientId>,
    /// For these models.
    pub selector: ModelSelector,
    /// How the charge is made.
    pub charge: ChargeModel,
    /// What is agreed on for a month beside it.
    pub conditions: Conditions,
}

impl PriceRule {
    /// A rule without conditions.
    #[must_use]
    pub fn new(client: Option<ClientId>, selector: ModelSelector, charge: ChargeModel) -> Self {
        Self { client, selector, charge, conditions: Conditions::default() }
    }

    /// Whether it says amounts of money, which mean something in one currency only; a percentage does not.
    #[must_use]
    pub fn names_amounts(&self) -> bool {
        self.charge.names_amounts() || self.conditions.has_fees()
    }

    /// Whether usage may be added up first and charged after, or charged in parts and added up: not where a step, an
    /// included quantity or a saving per request says otherwise.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.charge.is_linear() && !self.conditions.has_steps()
    }

    /// The exact charge for an aggregate; `None` where it depends on how the month's usage is made up.
    pub(super) fn charge(&self, quantities: &Quantities, cost: ExactAmount) -> Option<Result<ExactAmount, MoneyError>> {
        let whole = quantities.iter().map(|(meter, quantity)| (meter, None, quantity));
        self.is_linear().then(|| self.charge.charge(whole, cost, Savings::default()))
    }

    /// The exact charge for usage that was cut into bands.
    pub(crate) fn charge_of(
        &self,
        bands: impl Iterator<Item = (Meter, Band, u64)>,
        cost: ExactAmount,
        saved: Savings,
    ) -> Result<ExactAmount, MoneyError> {
        let charged = bands.filter_map(|(meter, band, quantity)| Some((meter, self.step(meter, band)?, quantity)));
        self.charge.charge(charged, cost, saved)
    }

    /// The price per sold unit of a meter in a band; `None` where nothing is charged by it.
    pub(crate) fn price(&self, meter: Meter, band: Band) -> Result<Option<UnitPrice>, MoneyError> {
        self.step(meter, band).map_or(Ok(None), |step| self.charge.price(meter, step))
    }

    /// The rate of a band: the inner `None` is the rule's own, the outer one is included.
    #[expect(clippy::option_option, reason = "included and at the rule's own rate are two things")]
    pub(crate) fn step(&self, meter: Meter, band: Band) -> Option<Option<Decimal>> {
        match band {
            Band::Included => None,
            Band::Step(number) => Some(self.conditions.step(meter, number).map(|step| step.rate)),
        }
    }

    /// Refuses a rule with a selector that cannot be written or figures out of range.
    fn checked(self) -> Result<Self, PriceRuleError> {
        let (charge, conditions) = (self.charge.canonical(), self.conditions.canonical());
        let rule = Self { charge, conditions, ..self };
        rule.selector.check()?;
        rule.charge.check()?;
        rule.conditions.check(&rule.charge)?;
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
