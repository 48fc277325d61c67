//! Credit notes: a final invoice taken back whole, to the cent.
//!
//! A credit note has no arithmetic of its own: it says what the invoice said, lines, tax and totals, under a number of its
//! own series, and that it takes it back (EN 16931 BT-3 = 381, BG-3). So it mirrors the invoice by construction, and its
//! month can be invoiced anew.

use domain::Date;

use super::line::printable_reason;
use super::{Invoice, InvoiceNumber, InvoiceParts};

/// What a credit note takes back, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The number of the invoice that is taken back (BT-25).
    pub number: InvoiceNumber,
    /// When that was issued (BT-26).
    pub issued: Date,
    /// Why, as the client reads it: 1 to 300 characters on one line.
    pub reason: String,
}

/// Why an invoice cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// A credit note is the end of it.
    #[error("{0} is a credit note and cannot be credited: invoice the month anew instead")]
    IsCreditNote(InvoiceNumber),
    /// The client must read why.
    #[error("a credit note needs a reason of 1 to 300 characters on one line: say what was wrong")]
    Reason,
    /// Two kinds of documents in one series would make neither free of gaps.
    #[error(
        "`{0}` is the series of invoices: give credit notes a series of their own under Settings, for example CN-{0}"
    )]
    SameSeries(String),
    /// A document cannot correct what is yet to come.
    #[error("a credit note of {credit} would be older than invoice {number} of {invoice}: use that day or a later one")]
    Older {
        /// Date of the credit note.
        credit: Date,
        /// The invoice.
        number: InvoiceNumber,
        /// Its date.
        invoice: Date,
    },
}

impl Invoice {
    /// Whether it takes another invoice back.
    #[must_use]
    pub fn is_credit_note(&self) -> bool {
        self.document().corrects.is_some()
    }

    /// The credit note that takes this invoice back whole. Nothing is due on it, so it is due on its date.
    ///
    /// # Errors
    /// It is a credit note itself, the reason cannot be printed, the series is the invoice's, or the date is before the
    /// invoice's. The number is not used up: take it in a transaction that rolls back.
    pub fn credit(&self, number: InvoiceNumber, issued: Date, reason: &str) -> Result<Self, CreditError> {
        let document = self.document();
        if self.is_credit_note() {
            return Err(CreditError::IsCreditNote(document.number.clone()));
        }
        let reason = printable_reason(reason).ok_or(CreditError::Reason)?;
        if number.series() == document.number.series() {
            return Err(CreditError::SameSeries(number.series().to_owned()));
        }
        if issued < document.issued {
            let (number, invoice) = (document.number.clone(), document.issued);
            return Err(CreditError::Older { credit: issued, number, invoice });
        }
        let InvoiceParts { mut document, agency } = self.parts().clone();
        let taken_back = (std::mem::replace(&mut document.number, number), document.issued);
        document.corrects = Some(Correction { number: taken_back.0, issued: taken_back.1, reason: reason.to_owned() });
        (document.issued, document.due) = (issued, issued);
        Ok(Self::issued(document, agency))
    }
}
