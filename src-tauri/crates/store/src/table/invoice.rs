//! Invoices: drafts, final documents that never change (enforced by triggers), gap-free numbers, payments.

use domain::{ClientId, Currency, Date, InvoiceId, Money, Timestamp};
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceKind {
    /// A demand for payment.
    Invoice,
    /// The reversal of an invoice.
    CreditNote,
}

impl InvoiceKind {
    /// The stable name used in storage.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Invoice, Self::CreditNote].into_iter().find(|kind| kind.code() == code)
    }
}

/// What a draft says. Amounts are signed minor units; `gross = net + tax`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDraft {
    /// The buyer.
    pub client: ClientId,
    /// Invoice or credit note.
    pub kind: InvoiceKind,
    /// The final invoice that a credit note reverses; `None` for an invoice.
    pub corrects: Option<InvoiceId>,
    /// First local date of the service period.
    pub first_day: Date,
    /// Last local date of the service period.
    pub last_day: Date,
    /// Currency of every amount.
    pub currency: Currency,
    /// Before tax, in minor units.
    pub net: i64,
    /// Tax, in minor units.
    pub tax: i64,
    /// To pay, in minor units.
    pub gross: i64,
    /// The whole document, opaque here.
    pub snapshot: String,
}

/// A number taken from a series, to be used in the same transaction. Not `Clone`: each is used once.
#[must_use = "a number that is taken and not used would leave a gap; the commit refuses it"]
#[derive(Debug, PartialEq, Eq)]
pub struct InvoiceNumber {
    series: String,
    number: i64,
}

impl InvoiceNumber {
    /// The series.
    #[must_use]
    pub fn series(&self) -> &str {
        &self.series
    }

    /// The place in the series, from 1.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.number
    }
}

/// What turns a draft into a final document.
#[derive(Debug, PartialEq, Eq)]
pub struct InvoiceFinal {
    /// Its number.
    pub number: InvoiceNumber,
    /// The number as printed, for example `2026-0012`.
    pub label: String,
    /// Date of issue.
    pub issued_on: Date,
    /// Last date to pay.
    pub due_on: Date,
    /// The whole document with its number, opaque here.
    pub snapshot: String,
    /// When it was finalised.
    pub at: Timestamp,
}

/// An invoice or credit note in the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredInvoice {
    /// Our row number.
    pub id: InvoiceId,
    /// What it says.
    pub draft: InvoiceDraft,
    /// Its number and dates; `None` is a draft.
    pub issued: Option<Issued>,
    /// Whether it counts for its client and period: false once reversed, and for a credit note that reversed.
    pub live: bool,
    /// The credit note that reversed it, if it was.
    pub credited_by: Option<InvoiceId>,
    /// Sum of the payments noted, in minor units.
    pub paid: i64,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// When the draft was last changed.
    pub changed_at: Timestamp,
}

/// What a final document has and a draft has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Series of the number.
    pub series: String,
    /// Place in the series.
    pub number: i64,
    /// The number as printed.
    pub label: String,
    /// Date of issue.
    pub issued_on: Date,
    /// Last date to pay.
    pub due_on: Date,
    /// When it was finalised.
    pub finalised_at: Timestamp,
}

/// Which invoices to list, newest first; `None` is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvoiceFilter {
    /// Of this client.
    pub client: Option<ClientId>,
    /// Drafts (`false`) or final documents (`true`) only.
    pub is_final: Option<bool>,
    /// Whose service period lies inside these dates.
    pub period: Option<(Date, Date)>,
    /// Whose row number is smaller: the last of the page before.
    pub before: Option<InvoiceId>,
    /// At most so many; `None` is all.
    pub limit: Option<u32>,
}

/// A stored document of a final invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// `pdf`, `csv` …: one of each per invoice.
    pub kind: String,
    /// Name to save it under.
    pub file_name: String,
    /// Media type.
    pub media_type: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The bytes.
    pub body: Vec<u8>,
}

/// A payment noted against an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePayment {
    /// When the money came.
    pub paid_on: Date,
    /// How much, in the invoice's currency; negative is a refund or a correction.
    pub amount: Money,
    /// Reference.
    pub note: String,
    /// When it was noted.
    pub recorded_at: Timestamp,
}

/// Reads of invoices.
#[derive(Debug)]
pub struct InvoiceTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl InvoiceTable<'_> {
    /// Invoices and credit notes, newest first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self, filter: &InvoiceFilter) -> StoreResult<Vec<StoredInvoice>> {
        todo!("{filter:?}")
    }

    /// One invoice.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: InvoiceId) -> StoreResult<StoredInvoice> {
        todo!("{id}")
    }

    /// One document with its bytes, checked against its SHA-256.
    ///
    /// # Errors
    /// `Unreadable` when the bytes were altered.
    pub async fn document(&mut self, id: InvoiceId, kind: &str) -> StoreResult<Option<InvoiceDocument>> {
        todo!("{id}{kind}")
    }

    /// The kinds of documents stored for an invoice, with the SHA-256 of each in hexadecimal digits.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn documents(&mut self, id: InvoiceId) -> StoreResult<Vec<(String, String)>> {
        todo!("{id}")
    }

    /// The payments noted, oldest first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn payments(&mut self, id: InvoiceId) -> StoreResult<Vec<InvoicePayment>> {
        todo!("{id}")
    }

    /// The last number taken of a series; 0 before the first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn last_number(&mut self, series: &str) -> StoreResult<i64> {
        todo!("{series}")
    }
}

/// Writes of invoices.
#[derive(Debug)]
pub struct InvoiceTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl InvoiceTableMut<'_> {
    /// Adds a draft.
    ///
    /// # Errors
    /// `Rule` when a live document of the kind exists for the client and period.
    pub async fn draft_add(&mut self, draft: &InvoiceDraft, at: Timestamp) -> StoreResult<InvoiceId> {
        todo!("{draft:?}{at}")
    }

    /// Replaces what a draft says.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when it is final, or another live document covers the client and period.
    pub async fn draft_set(&mut self, id: InvoiceId, draft: &InvoiceDraft, at: Timestamp) -> StoreResult<()> {
        todo!("{id}{draft:?}{at}")
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when it is final.
    pub async fn draft_remove(&mut self, id: InvoiceId) -> StoreResult<()> {
        todo!("{id}")
    }

    /// Takes the next number of a series. It must be used before the commit; a rollback gives it back.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn number_take(&mut self, series: &str) -> StoreResult<InvoiceNumber> {
        todo!("{series}")
    }

    /// Makes a series go on after `last`, for an agency that numbered invoices before Purser.
    ///
    /// # Errors
    /// `Rule` when a number of the series was already taken here.
    pub async fn series_start(&mut self, series: &str, last: i64) -> StoreResult<()> {
        todo!("{series}{last}")
    }

    /// Makes a draft final. A credit note ends the invoice it reverses.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when it is final already, or reverses what is no final live invoice.
    pub async fn finalise(&mut self, id: InvoiceId, issue: InvoiceFinal) -> StoreResult<()> {
        todo!("{id}{issue:?}")
    }

    /// Stores a document of a final invoice.
    ///
    /// # Errors
    /// `Rule` for a draft, or when the invoice has one of this kind.
    pub async fn document_add(&mut self, id: InvoiceId, document: &InvoiceDocument) -> StoreResult<()> {
        todo!("{id}{document:?}")
    }

    /// Notes a payment.
    ///
    /// # Errors
    /// `NotFound`; `Rule` for a draft or another currency.
    pub async fn payment_add(&mut self, id: InvoiceId, payment: &InvoicePayment) -> StoreResult<()> {
        todo!("{id}{payment:?}")
    }
}
