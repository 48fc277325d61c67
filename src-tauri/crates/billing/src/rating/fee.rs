//! What a month costs beside its usage: flat fees, and what is missing to an agreed minimum.

use domain::{ClientId, Date, ExactAmount, MoneyError, Month};
use rust_decimal::Decimal;

use super::trail::{Term, Trail};
use super::{Rated, RatedLine};
use crate::price_book::{PriceBook, PriceBookVersion, PriceRule};

/// What a charge beside usage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeeKind {
    /// The flat fee of a rule.
    FlatFee,
    /// What the usage of a rule lacks of its minimum.
    Minimum,
}

/// A charge beside usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedFee {
    /// What it is for.
    pub kind: FeeKind,
    /// First day of its month.
    pub first_day: Date,
    /// Last day of its month.
    pub last_day: Date,
    /// What the client is charged; has no more decimals than its currency.
    pub charge: ExactAmount,
    /// Which rule of which version asks for it, and how it came about.
    pub trail: Trail,
}

/// The fees of a client's month, by edition and rule. A client's own rule asks for them whether the client used anything
/// or not; a rule for everyone asks those who used something by it.
pub(super) fn fees(rated: &Rated, book: &PriceBook, month: Month) -> Result<Vec<RatedFee>, MoneyError> {
    let mut fees = Vec::new();
    for (version, rule) in rules(book, rated.client, month) {
        let lines: Vec<_> = rated.lines.iter().filter(|line| line.trail.rule == *rule).collect();
        let used = lines.iter().any(|line| line.quantities.iter().next().is_some());
        if rule.client.is_some() || used {
            for (kind, term, charge) in terms(rated, rule, &lines)? {
                let trail = Trail { version: version.id(), rule: rule.clone(), terms: vec![term], charge };
                fees.push(RatedFee { kind, first_day: month.first(), last_day: month.last(), charge, trail });
            }
        }
    }
    Ok(fees)
}

/// The rules with fees that concern a client in a month, each once, whatever other rules its editions changed.
fn rules(book: &PriceBook, client: ClientId, month: Month) -> Vec<(&PriceBookVersion, &PriceRule)> {
    let mut found: Vec<(&PriceBookVersion, &PriceRule)> = Vec::new();
    for version in book.spans(month.first(), month.last()).into_iter().filter_map(|span| span.version) {
        let concerned = |rule: &&PriceRule| rule.client.is_none_or(|owner| owner == client);
        for rule in version.rules().as_slice().iter().filter(concerned).filter(|rule| rule.conditions.has_fees()) {
            if !found.iter().any(|(_, known)| *known == rule) {
                found.push((version, rule));
            }
        }
    }
    found
}

/// Each fee that is not nothing. The minimum counts usage as it stands on the invoice, line by rounded line, so that the
/// lines together come to it to the cent.
fn terms(
    rated: &Rated,
    rule: &PriceRule,
    lines: &[&RatedLine],
) -> Result<Vec<(FeeKind, Term, ExactAmount)>, MoneyError> {
    let exact = |amount: Decimal| ExactAmount::new(amount, rated.currency);
    let flat = rule.conditions.flat_fee.map(exact);
    let mut terms: Vec<_> =
        flat.map(|amount| (FeeKind::FlatFee, Term::FlatFee { amount }, amount)).into_iter().collect();
    if let Some(minimum) = rule.conditions.minimum.map(exact) {
        let charged = lines
            .iter()
            .try_fold(exact(Decimal::ZERO), |sum, line| sum.checked_add(exact(line.charge.round()?.to_decimal())))?;
        let amount = minimum.checked_sub(charged)?;
        if amount.amount() > Decimal::ZERO {
            terms.push((FeeKind::Minimum, Term::TopUp { minimum, charged, amount }, amount));
        }
    }
    Ok(terms)
}
