//! The price book: what the agency charges, dated, and never changed after the fact.
//!
//! **Owns:** rules, versions, and which rule is in force for a client, a model and a local date. **Does not own:** the
//! gateways' own price lists, which show up only as cost. A markup lives here and nowhere else, because gateways leak it
//! (design.md §4).

mod amendment;
mod charge;
mod commission;
mod conditions;
mod error;
mod list;
mod rules;
mod selector;

use domain::{ClientId, Currency, Date, ExactAmount, ModelName, MoneyError, PriceVersionId, Quantities};
use rust_decimal::Decimal;

pub use self::amendment::{Amended, AmendmentError, RuleChange};
pub use self::charge::{ChargeModel, UnitPrice};
pub(crate) use self::charge::{discount_factor, factor_of, markup_factor, priced};
pub use self::commission::{Commission, Payer, Savings};
pub(crate) use self::conditions::Band;
pub use self::conditions::{Conditions, TierMode, TierStep, Tiers};
pub use self::list::{ExchangeRate, ListPrices, SOURCE_MAX};
pub use self::rules::{PriceRule, PriceRuleError, PriceRules};
pub use self::selector::{ModelSelector, SELECTOR_MAX, SelectorError};

/// Why a version was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceBookError {
    /// Two versions with one identifier.
    #[error("price version {0} is in the book twice: reload the price book")]
    TwiceInBook(PriceVersionId),
    /// It would change prices that were already invoiced.
    #[error(
        "the prices would change on {effective_from}, but invoices already cover the time through {invoiced_through}: \
         let them start on {} or later",
        .invoiced_through.plus_days(1)
    )]
    AlreadyInvoiced {
        /// First day of the refused version.
        effective_from: Date,
        /// Last day that an invoice covers.
        invoiced_through: Date,
    },
    /// A list in another currency than the book, without a rate between the two.
    #[error(
        "the list prices for {selector} are in {list}, but the price book is in {book}: give the exchange rate from \
         {list} to {book}, or write the prices in {book}"
    )]
    NoExchangeRate {
        /// The rule concerned.
        selector: ModelSelector,
        /// The list's currency.
        list: Currency,
        /// The book's currency.
        book: Currency,
    },
    /// A rate between a currency and itself.
    #[error("the list prices for {selector} are in {currency} as the price book is: leave the exchange rate out")]
    NeedlessExchangeRate {
        /// The rule concerned.
        selector: ModelSelector,
        /// Both currencies.
        currency: Currency,
    },
    /// An amount finer than the currency's smallest coin.
    #[error("{amount} {currency} per month for {selector} cannot be paid: write at most {} decimals", .currency.decimals())]
    AmountDecimals {
        /// The rule concerned.
        selector: ModelSelector,
        /// The fee or minimum.
        amount: Decimal,
        /// The book's currency.
        currency: Currency,
    },
    /// Conditions of a month that would begin, change or end within one.
    #[error(
        "the rule for {selector} has tiers, an included quantity, a minimum or a flat fee, which count by calendar \
         month, so it cannot begin, change or end on {from}: use the first of a month"
    )]
    WithinMonth {
        /// The rule concerned.
        selector: ModelSelector,
        /// The first day of the edition that changes it.
        from: Date,
    },
}

/// One immutable edition of the price book, in force from a local date until the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBookVersion {
    id: PriceVersionId,
    effective_from: Date,
    rules: PriceRules,
    note: String,
}

impl PriceBookVersion {
    /// An edition. `note` says why it was made, for the agency only.
    #[must_use]
    pub fn new(id: PriceVersionId, effective_from: Date, rules: PriceRules, note: impl Into<String>) -> Self {
        Self { id, effective_from, rules, note: note.into() }
    }

    /// Its identifier; invoices name it.
    #[must_use]
    pub fn id(&self) -> PriceVersionId {
        self.id
    }

    /// The first local date it is in force.
    #[must_use]
    pub fn effective_from(&self) -> Date {
        self.effective_from
    }

    /// Its rules. The next version's are made from them with [`PriceRules::with`] and [`PriceRules::without`].
    #[must_use]
    pub fn rules(&self) -> &PriceRules {
        &self.rules
    }

    /// Why it was made.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }
}

/// The rule that applies and the version it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote<'a> {
    /// The version in force.
    pub version: &'a PriceBookVersion,
    /// The rule of that version.
    pub rule: &'a PriceRule,
}

impl Quote<'_> {
    /// The exact charge for an aggregate. Linear in its arguments, so that an overview may add up first and rate after,
    /// as long as one version was in force (see [`PriceBook::spans`]). `None` where the rule is not linear
    /// ([`PriceRule::is_linear`]): [`crate::rate`] the month then.
    ///
    /// # Errors
    /// The charge has more digits than can be kept.
    pub fn charge(&self, quantities: &Quantities, cost: ExactAmount) -> Result<Option<ExactAmount>, MoneyError> {
        self.rule.charge(quantities, cost).transpose()
    }
}

/// A run of local dates, both included, with one version in force throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceSpan<'a> {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// The version in force; `None` before the book's first.
    pub version: Option<&'a PriceBookVersion>,
}

/// Every edition of the agency's prices, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBook {
    currency: Currency,
    versions: Vec<PriceBookVersion>,
}

impl PriceBook {
    /// A price book from its editions, in any order. A book without editions prices nothing.
    ///
    /// # Errors
    /// Two editions have the same identifier.
    pub fn new(currency: Currency, mut versions: Vec<PriceBookVersion>) -> Result<Self, PriceBookError> {
        versions.sort_by_key(PriceBookVersion::id);
        if let Some(pair) = versions.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(PriceBookError::TwiceInBook(pair[0].id));
        }
        // Stable, so that the later identifier comes last among editions of one day, and the last one wins.
        versions.sort_by_key(PriceBookVersion::effective_from);
        Ok(Self { currency, versions })
    }

    /// The same book with one more edition.
    ///
    /// # Errors
    /// The identifier is taken, a list's currency does not fit the book's, an amount has too many decimals, or
    /// conditions that count by month would begin, change or end within one.
    pub fn with_version(&self, version: PriceBookVersion) -> Result<Self, PriceBookError> {
        self.with_versions([version])
    }

    fn with_versions(&self, more: impl IntoIterator<Item = PriceBookVersion>) -> Result<Self, PriceBookError> {
        let mut versions = self.versions.clone();
        for version in more {
            version.rules.as_slice().iter().try_for_each(|rule| self.check(rule))?;
            versions.push(version);
        }
        let book = Self::new(self.currency, versions)?;
        book.check_months().map(|()| book)
    }

    fn check(&self, rule: &PriceRule) -> Result<(), PriceBookError> {
        let selector = || rule.selector.clone();
        if let Some(list) = rule.charge.list() {
            match (list.currency == self.currency, list.exchange.is_some()) {
                (true, true) => {
                    return Err(PriceBookError::NeedlessExchangeRate { selector: selector(), currency: list.currency });
                }
                (false, false) => {
                    let (list, book) = (list.currency, self.currency);
                    return Err(PriceBookError::NoExchangeRate { selector: selector(), list, book });
                }
                _ => {}
            }
        }
        let amounts = [rule.conditions.minimum, rule.conditions.flat_fee];
        match amounts.into_iter().flatten().find(|amount| amount.scale() > self.currency.decimals()) {
            Some(amount) => {
                Err(PriceBookError::AmountDecimals { selector: selector(), amount, currency: self.currency })
            }
            None => Ok(()),
        }
    }

    /// Conditions count by month, so a rule that has some is the same throughout each month.
    fn check_months(&self) -> Result<(), PriceBookError> {
        for from in self.versions.iter().map(PriceBookVersion::effective_from) {
            if from == from.month().first() {
                continue;
            }
            let (before, after) = (self.rules_on(from.plus_days(-1)), self.rules_on(from));
            let agreed = |rules: &[PriceRule], rule: &PriceRule| rules.contains(rule) || rule.conditions.is_empty();
            let odd = before.iter().find(|rule| !agreed(after, rule));
            if let Some(rule) = odd.or_else(|| after.iter().find(|rule| !agreed(before, rule))) {
                return Err(PriceBookError::WithinMonth { selector: rule.selector.clone(), from });
            }
        }
        Ok(())
    }

    fn rules_on(&self, day: Date) -> &[PriceRule] {
        self.version_on(day).map_or(&[], |version| version.rules.as_slice())
    }

    /// The book as if these rules had always been in force: what a preview on a past month compares with. The
    /// hypothetical edition has identifier 0, which no stored one has.
    #[must_use]
    pub fn as_if(&self, rules: PriceRules) -> Self {
        let always = PriceBookVersion::new(PriceVersionId(0), Date::from_epoch_days(i32::MIN), rules, "");
        Self { currency: self.currency, versions: vec![always] }
    }

    /// Whether a new edition may start on a day, given the last day that any invoice covers. History is never repriced.
    ///
    /// # Errors
    /// The day lies inside or before what was invoiced.
    pub fn may_add(effective_from: Date, invoiced_through: Option<Date>) -> Result<(), PriceBookError> {
        match invoiced_through {
            Some(invoiced_through) if effective_from <= invoiced_through => {
                Err(PriceBookError::AlreadyInvoiced { effective_from, invoiced_through })
            }
            _ => Ok(()),
        }
    }

    /// The currency of every price and charge.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The editions, by first day.
    #[must_use]
    pub fn versions(&self) -> &[PriceBookVersion] {
        &self.versions
    }

    /// The edition in force on a local date: the latest start on or before it; the later identifier where two start on
    /// the same day.
    #[must_use]
    pub fn version_on(&self, day: Date) -> Option<&PriceBookVersion> {
        self.versions.get(self.place_on(day)?)
    }

    /// The place of the edition in force in [`PriceBook::versions`].
    pub(crate) fn place_on(&self, day: Date) -> Option<usize> {
        self.versions.partition_point(|version| version.effective_from <= day).checked_sub(1)
    }

    /// The rule in force for a client's use of a model on a local date.
    #[must_use]
    pub fn quote(&self, client: ClientId, model: &ModelName, day: Date) -> Option<Quote<'_>> {
        let version = self.version_on(day)?;
        version.rules.find(client, model).map(|rule| Quote { version, rule })
    }

    /// Whether use of a model can cost a client anything on a day: not where no rule covers it, where a commission leaves it
    /// free (S2-03), or where it is given away. What is not billable goes on working for a client that is past due (S2-10).
    #[must_use]
    pub fn is_billable(&self, client: ClientId, model: &ModelName, day: Date) -> bool {
        self.quote(client, model, day).is_some_and(|quote| match &quote.rule.charge {
            ChargeModel::MarkupOnCost { per_cent } => *per_cent > -Decimal::ONE_HUNDRED,
            ChargeModel::CommissionOnSavings(commission) => !commission.is_free(model),
            ChargeModel::FixedPrice { .. } | ChargeModel::DiscountOffList { .. } => true,
        })
    }

    /// The days from `first` to `last` cut where prices change, so that each piece can be added up before it is rated.
    /// Empty when `last` is before `first`.
    #[must_use]
    pub fn spans(&self, first: Date, last: Date) -> Vec<PriceSpan<'_>> {
        let changes =
            self.versions.iter().map(PriceBookVersion::effective_from).filter(|day| first < *day && *day <= last);
        let mut starts: Vec<Date> = [first].into_iter().filter(|day| *day <= last).chain(changes).collect();
        starts.dedup();
        let ends = starts.iter().skip(1).map(|next| next.plus_days(-1)).chain([last]);
        let span = |(first, last): (&Date, Date)| PriceSpan { first: *first, last, version: self.version_on(*first) };
        starts.iter().zip(ends).map(span).collect()
    }
}

#[cfg(test)]
mod tests;
