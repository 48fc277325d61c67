//! Rating: usage times prices, exact, with an explanation.
//!
//! **Owns:** grouping usage by gateway, model, price version and rule, charging each group, and naming what no rule
//! covers. **Does not own:** rounding (once, on the invoice line) and where usage comes from. Rows are added up before
//! they are priced, so the order of rows and how finely they were cut change nothing.

mod fee;
mod month;
mod private;
mod tally;
mod trail;

use std::collections::BTreeMap;

use domain::{ClientId, Currency, Date, ExactAmount, GatewayId, ModelName, MoneyError, Month, Nanos, Quantities};

pub use self::fee::{FeeKind, RatedFee};
pub use self::private::PrivateLine;
use self::tally::{Days, Tally};
pub use self::trail::{Term, Trail};
use crate::margin::Margin;
use crate::price_book::{PriceBook, PriceRule};

/// Usage of one model on one gateway on one of the client's local days: any number of requests, added up. A commission on
/// savings is exact where each row is one request, and never too high where it is several ([`Commission::saved`]).
///
/// [`Commission::saved`]: crate::Commission::saved
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
    /// What it cost the agency; nothing where the client pays its provider itself (S2-06).
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
    /// Charges beside usage; only [`rate_month`] fills them in.
    pub fees: Vec<RatedFee>,
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

    /// Charge of the priced lines and fees, and cost of the priced and the private lines; what is unpriced is in neither.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn margin(&self) -> Result<Margin, MoneyError> {
        let zero = ExactAmount::zero(self.currency);
        let private = self.private.iter().map(|line| (zero, line.cost));
        let fees = self.fees.iter().map(|fee| (fee.charge, zero));
        let lines = self.lines.iter().map(|line| (line.charge, line.cost));
        let mut all = lines.chain(private).chain(fees);
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

impl Group<'_> {
    /// The rule that applies.
    fn rule<'b>(&self, book: &'b PriceBook) -> Option<&'b PriceRule> {
        let (version, rule) = self.found.ok()?;
        book.versions().get(version)?.rules().as_slice().get(rule)
    }
}

/// Rates a client's usage of a month, with the fees of that month: what an invoice is made of.
///
/// # Errors
/// As [`rate`].
pub fn rate_month(
    usage: &[MeteredUsage],
    client: ClientId,
    book: &PriceBook,
    month: Month,
) -> Result<Rated, RatingError> {
    let mut rated = rate(usage, client, book)?;
    rated.fees = fee::fees(&rated, book, month)?;
    Ok(rated)
}

/// Rates a client's usage. Rows may come in any order and any number per day and model. Tiers and included quantities
/// count by calendar month, so the rows of a month have to come together, from its first day on.
///
/// # Errors
/// Cost in another currency than the price book's, or amounts beyond what can be kept exactly.
pub fn rate(usage: &[MeteredUsage], client: ClientId, book: &PriceBook) -> Result<Rated, RatingError> {
    let (lines, fees, unpriced) = (Vec::new(), Vec::new(), Vec::new());
    let private = private::lines(usage, book.currency())?;
    let mut rated = Rated { client, currency: book.currency(), lines, fees, unpriced, private };
    let mut groups = grouped(usage, client, book)?;
    month::cut(&mut groups, book);
    for (group, days) in groups {
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
        let amount = RatingError::amount(&row.model);
        let tally = tally(row, group.rule(book)).map_err(&amount)?;
        groups.entry(group).or_default().add(row.day, &tally).map_err(amount)?;
    }
    Ok(groups)
}

fn tally(row: &MeteredUsage, rule: Option<&PriceRule>) -> Result<Tally, MoneyError> {
    let saved = rule.map(|rule| rule.charge.saved(&row.model, &row.quantities, row.cost.to_decimal())).transpose()?;
    Ok(Tally {
        quantities: row.quantities,
        failed_requests: row.failed_requests,
        cost: row.cost,
        saved: saved.unwrap_or_default(),
        ..Tally::default()
    })
}

fn find(book: &PriceBook, client: ClientId, row: &MeteredUsage) -> Result<(usize, usize), WhyUnpriced> {
    let version = book.place_on(row.day).ok_or(WhyUnpriced::NoVersion)?;
    let rules = book.versions().get(version).ok_or(WhyUnpriced::NoVersion)?.rules();
    rules.position(client, &row.model).map(|rule| (version, rule)).ok_or(WhyUnpriced::NoRule)
}

/// The charge of a group; nothing where the group or its rule is empty, which grouping rules out.
fn line(group: &Group, place: (usize, usize), days: &Days, book: &PriceBook) -> Result<Option<RatedLine>, MoneyError> {
    let Some(version) = book.versions().get(place.0) else { return Ok(None) };
    let (Some(rule), Some((first_day, last_day))) = (group.rule(book), days.span()) else { return Ok(None) };
    let total = days.total()?;
    let trail = Trail::follow(version.id(), rule, group.model, &total, book.currency())?;
    Ok(Some(RatedLine {
        gateway: group.gateway,
        model: group.model.clone(),
        first_day,
        last_day,
        quantities: total.quantities,
        failed_requests: total.failed_requests,
        cost: rule.charge.agency_cost(total.cost.exact(book.currency())),
        charge: trail.charge,
        days: charges(days, rule, book.currency())?,
        trail,
    }))
}

/// The charge of each day, as the growth of the charge so far: so that the days add up to the line to the last digit,
/// whatever the charge model.
fn charges(days: &Days, rule: &PriceRule, currency: Currency) -> Result<Vec<(Date, ExactAmount)>, MoneyError> {
    let (mut so_far, mut charged) = (Tally::default(), ExactAmount::zero(currency));
    let grow = |(day, tally): (Date, &Tally)| {
        so_far = so_far.plus(tally)?;
        let charge = rule.charge_of(so_far.bands(), so_far.cost.exact(currency), so_far.saved)?;
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
mod fractions;
#[cfg(test)]
mod models;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
