//! Final invoices: readable in full, changeable in nothing.

use domain::{ExactAmount, MoneyError};

use super::line::{AgencyLine, InvoiceLine, LineSubject};
use super::party::due;
use super::totals::Totals;
use super::{InvoiceBody, InvoiceDocument, InvoiceError};
use crate::margin::Margin;

/// Everything a final invoice consists of, as plain data for the store. Build an
/// [`Invoice`] from it with [`Invoice::restore`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceParts {
    /// What the client reads.
    pub document: InvoiceDocument,
    /// What the agency knows about each line of the document, in the same order.
    pub agency: Vec<AgencyLine>,
}

/// Why a stored invoice was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Another number of lines than of the agency's notes to them.
    #[error("the stored invoice {number} has {lines} lines, but costs for {costs}: restore it from a backup")]
    Costs {
        /// The invoice.
        number: String,
        /// Its lines.
        lines: usize,
        /// The agency's notes.
        costs: usize,
    },
    /// A line that does not add up.
    #[error("line {line} of the stored invoice {number} does not add up: restore it from a backup")]
    Line {
        /// The invoice.
        number: String,
        /// The line, from 1.
        line: usize,
    },
    /// A table by key that is not about the lines.
    #[error("the usage by key of the stored invoice {number} does not add up to its lines: restore it from a backup")]
    Keys {
        /// The invoice.
        number: String,
    },
    /// Totals or due date that do not follow from the lines.
    #[error("the totals or the due date of the stored invoice {number} do not add up: restore it from a backup")]
    Totals {
        /// The invoice.
        number: String,
    },
}

/// A final, numbered invoice. Immutable: corrected by another document, never edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice(InvoiceParts);

impl Invoice {
    pub(super) fn issued(document: InvoiceDocument, agency: Vec<AgencyLine>) -> Self {
        Self(InvoiceParts { document, agency })
    }

    /// A stored invoice. Its arithmetic is checked again, so that a damaged file cannot pass for a document.
    ///
    /// # Errors
    /// The parts do not add up.
    pub fn restore(parts: InvoiceParts) -> Result<Self, RestoreError> {
        let (document, body) = (&parts.document, &parts.document.body);
        let number = document.number.to_string();
        let (lines, costs) = (body.lines.len(), parts.agency.len());
        if lines != costs {
            return Err(RestoreError::Costs { number, lines, costs });
        }
        if let Some(wrong) = body.lines.iter().position(|line| adds_up(line) != Ok(true)) {
            return Err(RestoreError::Line { number, line: wrong + 1 });
        }
        let totals = Totals::of(&body.lines, body.currency, body.tax.as_ref());
        let due = if document.corrects.is_some() { document.issued } else { due(document.issued, body.terms) };
        if totals.as_ref() != Ok(&body.totals) || document.due != due {
            return Err(RestoreError::Totals { number });
        }
        if body.keys.as_ref().is_some_and(|keys| !keys.agrees(&body.lines)) {
            return Err(RestoreError::Keys { number });
        }
        Ok(Self(parts))
    }

    /// What the client reads: the only thing documents for clients are made of (S0-25).
    #[must_use]
    pub fn document(&self) -> &InvoiceDocument {
        &self.0.document
    }

    /// What the agency knows about each line of the document, in the same order.
    #[must_use]
    pub fn agency(&self) -> &[AgencyLine] {
        &self.0.agency
    }

    /// Everything, for the store.
    #[must_use]
    pub fn parts(&self) -> &InvoiceParts {
        &self.0
    }

    /// Everything, for the store.
    #[must_use]
    pub fn into_parts(self) -> InvoiceParts {
        self.0
    }

    /// Charge (rounded, before tax) and cost. A credit note takes both back, so that a month that is invoiced anew counts
    /// once.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn margin(&self) -> Result<Margin, InvoiceError> {
        let margin = margin(&self.0.document.body, &self.0.agency)?;
        Ok(if self.is_credit_note() { -margin } else { margin })
    }
}

pub(super) fn margin(body: &InvoiceBody, agency: &[AgencyLine]) -> Result<Margin, InvoiceError> {
    let zero = ExactAmount::zero(body.currency);
    let cost = agency.iter().try_fold(zero, |sum, line| sum.checked_add(line.cost))?;
    Ok(Margin { charge: ExactAmount::new(body.totals.net.to_decimal(), body.currency), cost })
}

/// Whether a line is the rounded sum of its days, or just rounded where it has none.
fn adds_up(line: &InvoiceLine) -> Result<bool, MoneyError> {
    let days =
        line.days.iter().try_fold(ExactAmount::zero(line.exact.currency()), |sum, one| sum.checked_add(one.charge))?;
    let used = matches!(line.subject, LineSubject::Usage { .. });
    Ok(line.exact.round()? == line.net && (!used || days == line.exact))
}
