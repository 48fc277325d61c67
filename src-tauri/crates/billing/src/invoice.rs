//! Invoices: from rated usage to a numbered document that nobody can change.
//!
//! **Owns:** the lines, their one rounding, tax and totals, what keeps a draft from being finalised, and the line between
//! what the client reads ([`InvoiceDocument`]) and what only the agency knows ([`AgencyLine`], S0-25). **Does not own:**
//! taking the next number (the store, in the finalising transaction) and how a document looks (`render`).

mod credit;
mod draft;
mod drift;
mod issued;
mod keys;
mod line;
mod look;
mod number;
mod party;
mod settlement;
mod tax;
mod totals;

use domain::{ClientId, Currency, Date, EInvoice, Money, MoneyError, PaymentTerms};
use rust_decimal::Decimal;

pub use self::credit::{Correction, CreditError};
pub use self::draft::{DraftInvoice, FinalizeError, InvoiceFacts, Notice};
pub use self::drift::{Drift, DriftLine};
pub use self::issued::{Invoice, InvoiceParts, RestoreError};
pub use self::keys::{KeyName, KeyShare, KeyTable, KeyUsage};
pub use self::line::{Adjustment, AgencyLine, DayCharge, InvoiceLine, LineDetail, LineSubject, REASON_MAX};
pub use self::look::Look;
pub use self::number::{InvoiceNumber, NumberError};
pub use self::party::{Party, Seller, ServicePeriod};
pub use self::settlement::{PaymentError, Settlement, Standing};
pub use self::tax::{TaxCategory, TaxError, TaxFacts, TaxRate};
pub use self::totals::{Tax, Totals};
use crate::rating::daily;

/// Why an invoice could not be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceError {
    /// The period ends before it starts.
    #[error("the invoice period ends on {last}, before it starts on {first}: exchange the dates")]
    EmptyPeriod {
        /// First date.
        first: Date,
        /// Last date.
        last: Date,
    },
    /// The usage is another client's.
    #[error("the usage belongs to {usage}, but the invoice is for {invoice}: rate the usage of {invoice}")]
    OtherClient {
        /// Whose usage it is.
        usage: ClientId,
        /// Whose invoice it is.
        invoice: ClientId,
    },
    /// Usage on a day the invoice is not for.
    #[error("there is usage on {day}, outside the invoice period {first} to {last}: rate the period's usage only")]
    OutsidePeriod {
        /// The day concerned.
        day: Date,
        /// First date of the period.
        first: Date,
        /// Last date of the period.
        last: Date,
    },
    /// The client pays in another currency than the prices are in.
    #[error(
        "the client's invoices are in {invoice}, but its charges are in {charge}: set the client's currency to {charge}"
    )]
    CurrencyMismatch {
        /// The client's currency.
        invoice: Currency,
        /// The currency of the charge or adjustment.
        charge: Currency,
    },
    /// An adjustment without a usable reason.
    #[error("an adjustment of {amount} needs a reason of 1 to 300 characters on one line: say what it is for")]
    Reason {
        /// The amount.
        amount: Money,
    },
    /// An adjustment of nothing.
    #[error("the adjustment `{reason}` is zero: give it an amount or leave it out")]
    ZeroAdjustment {
        /// Its reason.
        reason: String,
    },
    /// A tax without a name.
    #[error("a tax needs a name of 1 to 40 characters for the invoice: for example VAT")]
    TaxLabel,
    /// A tax rate out of range.
    #[error("a tax of {0} % makes no sense: use more than 0 and at most 100, with at most 4 decimals, or no tax")]
    TaxRange(Decimal),
    /// A sum beyond what can be kept exactly.
    #[error("the invoice cannot be added up: {0}")]
    Sum(#[from] MoneyError),
}

/// What an invoice says, number and dates apart. Safe to show to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceBody {
    /// Who sells.
    pub seller: Seller,
    /// Which client buys.
    pub client: ClientId,
    /// The client as printed.
    pub buyer: Party,
    /// The local dates it is for.
    pub period: ServicePeriod,
    /// The IANA name of the client's zone, in which its days were cut.
    pub zone: String,
    /// The currency of every amount.
    pub currency: Currency,
    /// How long the client has to pay.
    pub terms: PaymentTerms,
    /// Which e-invoice the client wants.
    pub e_invoice: EInvoice,
    /// A word to the client; may be empty.
    pub note: String,
    /// What is charged.
    pub lines: Vec<InvoiceLine>,
    /// How tax applies to every line; `None` charges and names none.
    pub tax: Option<TaxCategory>,
    /// The sums.
    pub totals: Totals,
    /// How it is set.
    pub look: Look,
    /// The usage of its lines by key; `None` where it is not known by key, and on every invoice of before there was one.
    pub keys: Option<KeyTable>,
}

impl InvoiceBody {
    /// Whether more than one gateway served it.
    #[must_use]
    pub fn has_several_gateways(&self) -> bool {
        let mut gateways = self.lines.iter().filter_map(|line| match &line.subject {
            LineSubject::Usage { gateway, .. } => Some(gateway),
            LineSubject::FlatFee { .. } | LineSubject::Minimum { .. } | LineSubject::Adjustment { .. } => None,
        });
        gateways.next().is_some_and(|first| gateways.any(|other| other != first))
    }

    /// The exact charge per local day over all lines, ascending: the series of the usage chart. Adds up to the exact
    /// charge of the usage lines; adjustments have no day.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn daily(&self) -> Result<Vec<DayCharge>, MoneyError> {
        let days = self.lines.iter().flat_map(|line| line.days.iter().map(|one| (one.day, one.charge)));
        let sums = daily(self.currency, days)?;
        Ok(sums.into_iter().map(|(day, charge)| DayCharge { day, charge }).collect())
    }
}

/// A final invoice or credit note as the client reads it: all that PDF, CSV and XML are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// Its number.
    pub number: InvoiceNumber,
    /// The date it was issued, in the agency's zone.
    pub issued: Date,
    /// The date by which it is to be paid.
    pub due: Date,
    /// What a credit note takes back; `None` is an invoice. A credit note's amounts are the invoice's, not negative.
    pub corrects: Option<Correction>,
    /// What it says.
    pub body: InvoiceBody,
}

#[cfg(test)]
mod tests;
