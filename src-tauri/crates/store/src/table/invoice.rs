//! Invoices: drafts, and final documents that never change (enforced by triggers).

mod document;
mod later;
mod number;
mod payment;
mod row;

use domain::{ClientId, Currency, Date, InvoiceId, Timestamp};
use sqlx::{SqliteConnection, query, query_as};

pub use self::document::InvoiceDocument;
pub use self::later::{Carry, SettledDrift};
pub use self::number::InvoiceNumber;
pub use self::payment::InvoicePayment;
use self::row::Row;
use crate::column::days;
use crate::session::Pen;
use crate::{StoreError, StoreResult, Tag};

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
        let (client, before) = (filter.client.map(|id| id.0), filter.before.map_or(i64::MAX, |id| id.0));
        let is_final = filter.is_final.map(i64::from);
        let (first, last) = filter.period.map(|(first, last)| (days(first), days(last))).unzip();
        let limit = filter.limit.map_or(-1, i64::from);
        let rows = query_as!(
            Row,
            r#"SELECT i.id AS "id!", i.client, i.kind, i.live, i.corrects, i.first_day, i.last_day, i.currency, i.net, i.tax,
                        i.gross, i.snapshot, i.series, i.number, i.label, i.issued_on, i.due_on, i.created_at, i.changed_at,
                        i.finalised_at,
                        (SELECT c.id FROM invoice c WHERE c.corrects = i.id AND c.status = 'final') AS "credited_by: i64",
                        (SELECT coalesce(sum(p.amount), 0) FROM invoice_payment p WHERE p.invoice = i.id) AS "paid!: i64"
               FROM invoice i
               WHERE i.id < ?1 AND (?2 IS NULL OR i.client = ?2) AND (?3 IS NULL OR (i.status = 'final') = ?3)
                   AND (?4 IS NULL OR (i.first_day >= ?4 AND i.last_day <= ?5))
               ORDER BY i.id DESC LIMIT ?6"#,
            before,
            client,
            is_final,
            first,
            last,
            limit
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(StoredInvoice::try_from).collect()
    }

    /// One invoice.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: InvoiceId) -> StoreResult<StoredInvoice> {
        let row = query_as!(
            Row,
            r#"SELECT i.id AS "id!", i.client, i.kind, i.live, i.corrects, i.first_day, i.last_day, i.currency, i.net, i.tax,
                        i.gross, i.snapshot, i.series, i.number, i.label, i.issued_on, i.due_on, i.created_at, i.changed_at,
                        i.finalised_at,
                        (SELECT c.id FROM invoice c WHERE c.corrects = i.id AND c.status = 'final') AS "credited_by: i64",
                        (SELECT coalesce(sum(p.amount), 0) FROM invoice_payment p WHERE p.invoice = i.id) AS "paid!: i64"
               FROM invoice i WHERE i.id = ?"#,
            id.0
        );
        let row = row.fetch_optional(&mut *self.conn).await?;
        row.ok_or_else(|| StoreError::not_found("invoice", id))?.try_into()
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
        self.pen.touch(Tag::Invoices);
        let (kind, corrects) = (draft.kind.code(), draft.corrects.map(|id| id.0));
        let (first, last, at) = (days(draft.first_day), days(draft.last_day), at.as_millis());
        let currency = draft.currency.code();
        let added = query!(
            "INSERT INTO invoice (client, kind, status, live, corrects, first_day, last_day, currency, net, tax, gross,
                 snapshot, created_at, changed_at)
             VALUES (?1, ?2, 'draft', 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
            draft.client.0,
            kind,
            corrects,
            first,
            last,
            currency,
            draft.net,
            draft.tax,
            draft.gross,
            draft.snapshot,
            at
        );
        Ok(InvoiceId(added.execute(&mut *self.pen.conn).await?.last_insert_rowid()))
    }

    /// Replaces what a draft says.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when it is final, or another live document covers the client and period.
    pub async fn draft_set(&mut self, id: InvoiceId, draft: &InvoiceDraft, at: Timestamp) -> StoreResult<()> {
        self.draft_only(id).await?;
        let (kind, corrects) = (draft.kind.code(), draft.corrects.map(|id| id.0));
        let (first, last, at) = (days(draft.first_day), days(draft.last_day), at.as_millis());
        let currency = draft.currency.code();
        query!(
            "UPDATE invoice SET client = ?, kind = ?, corrects = ?, first_day = ?, last_day = ?, currency = ?, net = ?,
                 tax = ?, gross = ?, snapshot = ?, changed_at = ?
             WHERE id = ?",
            draft.client.0,
            kind,
            corrects,
            first,
            last,
            currency,
            draft.net,
            draft.tax,
            draft.gross,
            draft.snapshot,
            at,
            id.0
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when it is final.
    pub async fn draft_remove(&mut self, id: InvoiceId) -> StoreResult<()> {
        self.draft_only(id).await?;
        query!("DELETE FROM invoice WHERE id = ?", id.0).execute(&mut *self.pen.conn).await?;
        Ok(())
    }

    /// Makes a draft final. A credit note ends the invoice it reverses.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when it is final already, or reverses what is no final live invoice.
    pub async fn finalise(&mut self, id: InvoiceId, issue: InvoiceFinal) -> StoreResult<()> {
        let draft = self.draft_only(id).await?;
        if let Some(reversed) = draft.corrects {
            self.reverse(reversed).await?;
        }
        let live = i64::from(draft.corrects.is_none());
        let (issued_on, due_on, at) = (days(issue.issued_on), days(issue.due_on), issue.at.as_millis());
        query!(
            "UPDATE invoice SET status = 'final', live = ?, series = ?, number = ?, label = ?, issued_on = ?, due_on = ?,
                 snapshot = ?, finalised_at = ?
             WHERE id = ?",
            live,
            issue.number.series,
            issue.number.number,
            issue.label,
            issued_on,
            due_on,
            issue.snapshot,
            at,
            id.0
        )
        .execute(&mut *self.pen.conn)
        .await?;
        *self.pen.numbers_open = self.pen.numbers_open.saturating_sub(1);
        Ok(())
    }
}

impl InvoiceTableMut<'_> {
    /// The draft, or the reason why it is none.
    async fn draft_only(&mut self, id: InvoiceId) -> StoreResult<InvoiceDraft> {
        self.pen.touch(Tag::Invoices);
        let stored = self.read().get(id).await?;
        match stored.issued {
            None => Ok(stored.draft),
            Some(_) => Err(StoreError::rule("a final invoice never changes: correct it with a credit note")),
        }
    }

    /// Ends an invoice that a credit note reverses.
    async fn reverse(&mut self, id: InvoiceId) -> StoreResult<()> {
        let reversed = self.read().get(id).await?;
        if reversed.issued.is_none() || !reversed.live || reversed.draft.kind != InvoiceKind::Invoice {
            return Err(StoreError::rule("only a final invoice that was not credited before can be credited"));
        }
        query!("UPDATE invoice SET live = 0 WHERE id = ?", id.0).execute(&mut *self.pen.conn).await?;
        Ok(())
    }
}
