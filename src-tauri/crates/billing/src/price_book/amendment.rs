//! Changing prices from a day on: the editions that have to be made, so that the change holds from its first day and does
//! not end where the next edition begins.

use domain::{ClientId, Date, PriceVersionId};

use super::{ModelSelector, PriceBook, PriceBookError, PriceBookVersion, PriceRule, PriceRuleError, PriceRules};

#[cfg(test)]
mod tests;

/// What is done with one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleChange {
    /// It is put in force, in the place of the one for the same client and models if there is one.
    Set(Box<PriceRule>),
    /// The rule for exactly this owner and selector ends.
    Remove(Option<ClientId>, ModelSelector),
}

impl RuleChange {
    fn subject(&self) -> (Option<ClientId>, &ModelSelector) {
        match self {
            Self::Set(rule) => (rule.client, &rule.selector),
            Self::Remove(client, selector) => (*client, selector),
        }
    }

    fn of<'a>(&self, rules: &'a PriceRules) -> Option<&'a PriceRule> {
        let (client, selector) = self.subject();
        rules.get(client, selector)
    }

    fn made(&self, rules: PriceRules) -> Result<PriceRules, PriceRuleError> {
        match self {
            Self::Set(rule) => rules.with((**rule).clone()),
            Self::Remove(client, selector) => rules.without(*client, selector),
        }
    }
}

/// Why prices were not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmendmentError {
    /// Two changes of one rule: which of them is meant, nobody knows.
    #[error("there are two changes for {0} in one: keep one of them")]
    Twice(ModelSelector),
    /// The rules are in force as they are wanted.
    #[error("these rules are in force already: nothing would change")]
    Nothing,
    /// A later edition makes something else of the rule: which of the two is to hold from then on, nobody said.
    #[error("the rule for {selector} changes on {on} already, so this one would overlap it")]
    Overlaps {
        /// The rule concerned.
        selector: ModelSelector,
        /// The first day of the later edition.
        on: Date,
    },
    /// A rule that makes no sense, or is not there to be removed.
    #[error(transparent)]
    Rule(#[from] PriceRuleError),
    /// The editions would not make a price book.
    #[error(transparent)]
    Book(#[from] PriceBookError),
}

/// The editions that have to be made for some changes to hold from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// The rules of the edition that begins on that day.
    pub rules: PriceRules,
    /// Those of the later editions that take the changes over, by first day.
    pub later: Vec<(Date, PriceRules)>,
}

impl PriceBook {
    /// The editions that some changes make from a day on. A later edition that changes a rule to what is wanted ends the
    /// matter for that rule.
    ///
    /// # Errors
    /// Two changes of one rule; a rule that makes no sense, is not there, or is changed to something else by a later
    /// edition; an edition that the book would not accept ([`PriceBook::with_version`]); changes that change nothing.
    pub fn amended(&self, from: Date, changes: &[RuleChange]) -> Result<Amended, AmendmentError> {
        one_each(changes)?;
        let in_force = self.edition_on(from);
        let rules = made(in_force.clone(), changes)?;
        if rules == in_force {
            return Err(AmendmentError::Nothing);
        }
        let mut open: Vec<RuleChange> = changes.to_vec();
        let mut later = Vec::new();
        for day in self.begins_after(from) {
            let (before, after) = (self.edition_on(day.plus_days(-1)), self.edition_on(day));
            let changes_here = |change: &RuleChange| change.of(&before) != change.of(&after);
            open.retain(|change| !changes_here(change) || change.of(&after) != change.of(&rules));
            if let Some(change) = open.iter().find(|change| changes_here(change)) {
                return Err(AmendmentError::Overlaps { selector: change.subject().1.clone(), on: day });
            }
            later.push((day, made(after, &open)?));
        }
        later.retain(|(day, rules)| self.edition_on(*day) != *rules);
        let amended = Amended { rules, later };
        self.accepts(from, &amended)?;
        Ok(amended)
    }

    fn edition_on(&self, day: Date) -> PriceRules {
        self.version_on(day).map_or_else(PriceRules::default, |version| version.rules().clone())
    }

    fn begins_after(&self, from: Date) -> Vec<Date> {
        let begins = self.versions.iter().map(PriceBookVersion::effective_from);
        let mut days: Vec<Date> = begins.filter(|day| *day > from).collect();
        days.dedup();
        days
    }

    /// Checks the book with all of them in it: what holds for the first edition alone may not hold for the month that a
    /// later one begins in, and the reverse.
    fn accepts(&self, from: Date, amended: &Amended) -> Result<(), PriceBookError> {
        let later = amended.later.iter().map(|(day, rules)| (*day, rules));
        let numbered = std::iter::once((from, &amended.rules)).chain(later).zip(0..);
        let versions = numbered.map(|((day, rules), place)| {
            PriceBookVersion::new(PriceVersionId(i64::MAX - place), day, rules.clone(), "")
        });
        self.with_versions(versions).map(|_| ())
    }
}

fn made(rules: PriceRules, changes: &[RuleChange]) -> Result<PriceRules, PriceRuleError> {
    changes.iter().try_fold(rules, |rules, change| change.made(rules))
}

fn one_each(changes: &[RuleChange]) -> Result<(), AmendmentError> {
    let twice = |(place, change): &(usize, &RuleChange)| {
        changes.iter().take(*place).any(|earlier| earlier.subject() == change.subject())
    };
    match changes.iter().enumerate().find(twice) {
        Some((_, change)) => Err(AmendmentError::Twice(change.subject().1.clone())),
        None => Ok(()),
    }
}
