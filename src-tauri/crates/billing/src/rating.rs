//! Rating: usage times prices, exact, with an explanation.
//!
//! **Owns:** grouping usage by gateway, model, price version and rule, charging each group, and naming what no rule
//! covers. **Does not own:** rounding (once, on the invoice line) and where usage comes from. Rows are added up before
//! they are priced, so the order of rows and how finely they were cut change nothing.

mod private;
mod tally;
mod trail;

use std::collections::BTreeMap;

use domain::{ClientId, Currency, Date, ExactAmount, GatewayId, ModelName, MoneyError, Nanos, Quantities};

pub use self::private::PrivateLine;
use self::tally::{Days, Tally};
pub use self::trail::{Term, Trail};
use crate::margin::Margin;
use crate::price_book::{ChargeModel, PriceBook};

/// Usage of one model on one gateway on one of the client's local days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeteredUsage {
    /// The day in the client's zone.
    pub day: Date,
    /// The gateway that served it.
    pub gateway: GatewayId,
    /// The model as the client called it.
    pub model: ModelName,
    /// What was consumed.
    pub quantities: Quantities,
    /// Requests that were refused or failed; shown, never charged by count.
    pub failed_requests: u64,
    /// What the gateway says it cost.
    pub cost: Nanos,
    /// The currency of `cost`.
    pub currency: Currency,
    /// It ran on a private node: counted, shown, and charged nothing whatever the price book says (S0-14).
    pub private: bool,
}

/// Why usage could not be rated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatingError {
    /// Cost in another currency than the prices.
    #[error("{gateway} reports cost in {cost}, but the price book is in {book}: use a price book in {cost}")]
    CurrencyMismatch {
        /// The gateway that reported it.
        gateway: GatewayId,
        /// Its currency.
        cost: Currency,
        /// The price book's.
        book: Currency,
    },
    /// Usage that no price rule covers.
    #[error("no price rule covers {}: add a rule for each, or one for * (every model)", names(.models))]
    NoRule {
        /// Every model concerned, by name, without repeats.
        models: Vec<ModelName>,
    },
    /// A sum or product beyond what can be kept exactly.
    #[error("the usage of {model} cannot be charged exactly: {cause}; look for a wrong quantity, cost or price")]
    Amount {
        /// The model concerned.
        model: ModelName,
        /// What went wrong.
        #[source]
        cause: MoneyError,
    },
    /// The sum over all models is beyond what can be kept exactly.
    #[error("the models cannot be added up exactly: {0}; look for a wrong quantity, cost or price")]
    Sum(#[from] MoneyError),
}

impl RatingError {
    fn amount(model: &ModelName) -> impl Fn(MoneyError) -> Self {
        move |cause| Self::Amount { model: model.clone(), cause }
    }
}

fn names(models: &[ModelName]) -> String {
    let shown = |model: &ModelName| if model.as_str().is_empty() { "(no model)".to_owned() } else { model.to_string() };
    models.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// The exact charge of one gateway, model, price version and rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedLine {
    /// The gateway that served it.
    pub gateway: GatewayId,
    /// The model as the client called it.
    pub model: ModelName,
    /// First local day with usage.
    pub first_day: Date,
    /// Last local day with usage.
    pub last_day: Date,
    /// What was consumed.
    pub quantities: Quantities,
    /// Requests that were refused or failed.
    pub failed_requests: u64,
    /// What it cost the agency.
    pub cost: ExactAmount,
    /// What the client is charged, not rounded.
    pub charge: ExactAmount,
    /// The charge per local day, ascending; adds up to `charge` exactly.
    pub days: Vec<(Date, ExactAmount)>,
    /// Which rule of which version applied, and how.
    pub trail: Trail,
}

/// Why usage has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyUnpriced {
    /// No price version was in force yet.
    NoVersion,
    /// The version in force has no rule for the model.
    NoRule,
}

/// Usage that no rule covers: shown, and in the way of an invoice; never charged as nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpriced {
    /// The gateway that served it.
    pub gateway: GatewayId,
    /// The model as the client called it.
    pub model: ModelName,
    /// Why it has no price.
    pub why: WhyUnpriced,
    /// First local day concerned.
    pub first_day: Date,
    /// Last local day concerned.
    pub last_day: Date,
    /// What was consumed.
    pub quantities: Quantities,
    /// What it cost the agency.
    pub cost: ExactAmount,
}

/// A client's usage with its charges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// The client.
    pub client: ClientId,
    /// The currency of every amount.
    pub currency: Currency,
    /// The charges, by gateway, model, and the order of price versions and rules.
    pub lines: Vec<RatedLine>,
    /// What could not be charged.
    pub unpriced: Vec<Unpriced>,
    /// What ran on private nodes; has no charge.
    pub private: Vec<PrivateLine>,
}

impl Rated {
    /// The same, provided that every used model has a price: what an invoice asks for.
    ///
    /// # Errors
    /// [`RatingError::NoRule`] with every model that has none.
    pub fn fully_priced(self) -> Result<Self, RatingError> {
        let models = self.unpriced_models();
        if models.is_empty() { Ok(self) } else { Err(RatingError::NoRule { models }) }
    }

    /// The models without a price, by name, without repeats.
    #[must_use]
    pub fn unpriced_models(&self) -> Vec<ModelName> {
        let mut models: Vec<_> = self.unpriced.iter().map(|missing| missing.model.clone()).collect();
        models.sort();
        models.dedup();
        models
    }

    /// Charge of the priced lines, and cost of these and the private ones; what is unpriced is in neither.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn margin(&self) -> Result<Margin, MoneyError> {
        let zero = ExactAmount::zero(self.currency);
        let private = self.private.iter().map(|line| (zero, line.cost));
        let mut all = self.lines.iter().map(|line| (line.charge, line.cost)).chain(private);
        all.try_fold(Margin { charge: zero, cost: zero }, |sum, (charge, cost)| {
            Ok(Margin { charge: sum.charge.checked_add(charge)?, cost: sum.cost.checked_add(cost)? })
        })
    }

    /// The charge per local day over all lines, ascending; adds up to the charge of the lines exactly.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn daily(&self) -> Result<Vec<(Date, ExactAmount)>, MoneyError> {
        daily(self.currency, self.lines.iter().flat_map(|line| line.days.iter().copied()))
    }
}

/// Adds amounts up by day.
pub(crate) fn daily(
    currency: Currency,
    amounts: impl Iterator<Item = (Date, ExactAmount)>,
) -> Result<Vec<(Date, ExactAmount)>, MoneyError> {
    let mut sums = BTreeMap::new();
    for (day, amount) in amounts {
        let sum = sums.entry(day).or_insert(ExactAmount::zero(currency));
        *sum = sum.checked_add(amount)?;
    }
    Ok(sums.into_iter().collect())
}

/// Where a row of usage is added up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    gateway: GatewayId,
    model: &'a ModelName,
    /// The places of the version in the book and of the rule in the version.
    found: Result<(usize, usize), WhyUnpriced>,
}

/// Rates a client's usage. Rows may come in any order and any number per day and model.
///
/// # Errors
/// Cost in another currency than the price book's, or amounts beyond what can be kept exactly.
pub fn rate(usage: &[MeteredUsage], client: ClientId, book: &PriceBook) -> Result<Rated, RatingError> {
    let private = private::lines(usage, book.currency())?;
    let mut rated = Rated { client, currency: book.currency(), lines: Vec::new(), unpriced: Vec::new(), private };
    for (group, days) in grouped(usage, client, book)? {
        let amount = RatingError::amount(group.model);
        match group.found {
            Ok(place) => rated.lines.extend(line(&group, place, &days, book).map_err(amount)?),
            Err(why) => rated.unpriced.extend(missing(&group, why, &days, book.currency()).map_err(amount)?),
        }
    }
    Ok(rated)
}

fn grouped<'a>(
    usage: &'a [MeteredUsage],
    client: ClientId,
    book: &PriceBook,
) -> Result<BTreeMap<Group<'a>, Days>, RatingError> {
    let mut groups: BTreeMap<Group<'a>, Days> = BTreeMap::new();
    for row in usage.iter().filter(|row| !row.private) {
        let (gateway, cost, book_currency) = (row.gateway, row.currency, book.currency());
        if cost != book_currency {
            return Err(RatingError::CurrencyMismatch { gateway, cost, book: book_currency });
        }
        let group = Group { gateway, model: &row.model, found: find(book, client, row) };
        let tally = Tally { quantities: row.quantities, failed_requests: row.failed_requests, cost: row.cost };
        groups.entry(group).or_default().add(row.day, &tally).map_err(RatingError::amount(&row.model))?;
    }
    Ok(groups)
}

fn find(book: &PriceBook, client: ClientId, row: &MeteredUsage) -> Result<(usize, usize), WhyUnpriced> {
    let version = book.place_on(row.day).ok_or(WhyUnpriced::NoVersion)?;
    let rules = book.versions().get(version).ok_or(WhyUnpriced::NoVersion)?.rules();
    rules.position(client, &row.model).map(|rule| (version, rule)).ok_or(WhyUnpriced::NoRule)
}

/// The charge of a group; nothing where the group or its rule is empty, which grouping rules out.
fn line(group: &Group, place: (usize, usize), days: &Days, book: &PriceBook) -> Result<Option<RatedLine>, MoneyError> {
    let Some(version) = book.versions().get(place.0) else { return Ok(None) };
    let (Some(rule), Some((first_day, last_day))) = (version.rules().as_slice().get(place.1), days.span()) else {
        return Ok(None);
    };
    let Tally { quantities, failed_requests, cost } = days.total()?;
    let cost = cost.exact(book.currency());
    let trail = Trail::follow(version.id(), rule, &quantities, cost)?;
    Ok(Some(RatedLine {
        gateway: group.gateway,
        model: group.model.clone(),
        first_day,
        last_day,
        quantities,
        failed_requests,
        cost,
        charge: trail.charge,
        days: charges(days, &rule.charge, book.currency())?,
        trail,
    }))
}

/// The charge of each day, as the growth of the charge so far: so that the days add up to the line to the last digit,
/// whatever the charge model.
fn charges(days: &Days, model: &ChargeModel, currency: Currency) -> Result<Vec<(Date, ExactAmount)>, MoneyError> {
    let (mut so_far, mut charged) = (Tally::default(), ExactAmount::zero(currency));
    let grow = |(day, tally): (Date, &Tally)| {
        so_far = so_far.plus(tally)?;
        let charge = model.charge(&so_far.quantities, so_far.cost.exact(currency))?;
        let growth = charge.checked_sub(charged)?;
        charged = charge;
        Ok((day, growth))
    };
    days.iter().map(grow).collect()
}

/// Usage without a price; nothing when it was only refused requests, which are never charged.
fn missing(group: &Group, why: WhyUnpriced, days: &Days, currency: Currency) -> Result<Option<Unpriced>, MoneyError> {
    let total = days.total()?;
    let Some((first_day, last_day)) = days.span().filter(|_| !total.is_idle()) else { return Ok(None) };
    Ok(Some(Unpriced {
        gateway: group.gateway,
        model: group.model.clone(),
        why,
        first_day,
        last_day,
        quantities: total.quantities,
        cost: total.cost.exact(currency),
    }))
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
