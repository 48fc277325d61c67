//! Drift: what a final invoice would say today, less what it says. Gateways restate usage; an invoice does not change, and
//! neither do price versions, so only usage that came, went or was corrected later can make a difference.

use std::collections::BTreeMap;

use domain::{Currency, Money, MoneyError};

use super::{InvoiceBody, InvoiceError, InvoiceLine, LineSubject};

/// One subject of an invoice whose charge would be another today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftLine {
    /// What it is for.
    pub subject: LineSubject,
    /// What the invoice charges for it, before tax.
    pub was: Money,
    /// What it would charge today.
    pub now: Money,
}

/// The difference between a final invoice and its usage as it is known now. Before tax, in whole minor units, so that it can
/// stand on the next invoice as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    currency: Currency,
    lines: Vec<DriftLine>,
}

/// Subject apart from days: a model of a gateway, or a fee.
type Key = (u8, i64, String);

impl Drift {
    /// Compares what was frozen with the same period put together afresh. What was typed by hand does not drift.
    ///
    /// # Errors
    /// Two currencies, or sums beyond what can be kept.
    pub fn between(frozen: &InvoiceBody, now: &InvoiceBody) -> Result<Self, InvoiceError> {
        if frozen.currency != now.currency {
            return Err(InvoiceError::CurrencyMismatch { invoice: frozen.currency, charge: now.currency });
        }
        let zero = Money::from_minor(0, frozen.currency);
        let mut lines: BTreeMap<Key, DriftLine> = BTreeMap::new();
        for (body, before) in [(frozen, true), (now, false)] {
            for line in &body.lines {
                let Some(key) = key(line) else { continue };
                let empty = || DriftLine { subject: line.subject.clone(), was: zero, now: zero };
                let sums = lines.entry(key).or_insert_with(empty);
                let sum = if before { &mut sums.was } else { &mut sums.now };
                *sum = sum.checked_add(line.net)?;
            }
        }
        let lines = lines.into_values().filter(|line| line.was != line.now).collect();
        Ok(Self { currency: frozen.currency, lines })
    }

    /// What differs, by subject; empty where nothing does.
    #[must_use]
    pub fn lines(&self) -> &[DriftLine] {
        &self.lines
    }

    /// What the invoice lacks: above zero where it should have charged more.
    ///
    /// # Errors
    /// A sum beyond what can be kept.
    pub fn amount(&self) -> Result<Money, MoneyError> {
        let sums = self.lines.iter().map(|line| (line.now, Money::from_minor(-line.was.minor(), self.currency)));
        let mut parts = sums.flat_map(|(now, was)| [now, was]);
        parts.try_fold(Money::from_minor(0, self.currency), Money::checked_add)
    }
}

fn key(line: &InvoiceLine) -> Option<Key> {
    match &line.subject {
        LineSubject::Usage { gateway, model, .. } => Some((0, gateway.0, model.to_string())),
        LineSubject::FlatFee { models } => Some((1, 0, models.to_string())),
        LineSubject::Minimum { models } => Some((2, 0, models.to_string())),
        LineSubject::Adjustment { .. } => None,
    }
}
