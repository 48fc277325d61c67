//! Credit notes: a final invoice is taken back whole, under a number of the credit notes' own series. Its month can be
//! invoiced anew.

use billing::Invoice;
use domain::InvoiceId;
use store::Origin;
use store::table::invoice::{InvoiceDraft, InvoiceKind, StoredInvoice};

use super::issue::{Issue, documented, numbered};
use crate::command::past_due;
use crate::ledger::invoiced;
use crate::query::invoice::invoice_get;
use crate::wire::{InvoiceView, ThemeChoice, snapshot};
use crate::{App, AppError, agency, documents, register};

/// Takes an invoice back with a credit note, which it answers.
///
/// # Errors
/// A draft, a credit note, or an invoice that was taken back before; no reason; a series that is the invoices'.
pub async fn invoice_credit(app: &App, origin: Origin, id: &str, reason: &str) -> Result<InvoiceView, AppError> {
    let id: InvoiceId = id.parse()?;
    let mut reader = app.store().reader().await?;
    let stored = reader.invoice().get(id).await?;
    let invoice = creditable(&stored)?;
    let agency = agency::read(app, &mut reader).await?;
    let issued = agency::today(app, &mut reader).await?;
    drop(reader);
    let issue = Issue { origin, series: agency.credit_series, issued };
    checked(&invoice, &issue, reason)?;
    let mut writer = app.store().begin(origin).await?;
    let note = writer.invoice().draft_add(&mirrored(&stored), app.now()).await?;
    let frozen = numbered(app, &mut writer, note, &issue, |number| Ok(invoice.credit(number, issued, reason)?)).await?;
    let label = frozen.document().number.to_string();
    invoiced::put_back(app, (origin, &mut writer), stored.draft.client, (id, &label)).await?;
    documented(app, &mut writer, &issue, vec![(note, frozen)], "invoice_credit").await?;
    app.emit(writer.commit().await?);
    register::note(app, &issue.series).await;
    past_due::lift_if_paid(app, origin, stored.draft.client).await;
    invoice_get(app, &note.to_string(), ThemeChoice::Light).await
}

fn creditable(stored: &StoredInvoice) -> Result<Invoice, AppError> {
    let Some(issued) = &stored.issued else {
        return Err(AppError::conflict("a draft needs no credit note: discard it instead"));
    };
    if stored.credited_by.is_some() {
        return Err(AppError::conflict(format!("invoice {} was taken back already", issued.label)));
    }
    snapshot::from_text(&stored.draft.snapshot)
}

/// Everything that can go wrong, while no number is taken.
fn checked(invoice: &Invoice, issue: &Issue, reason: &str) -> Result<(), AppError> {
    let first = billing::InvoiceNumber::new(&issue.series, 1).map_err(|e| AppError::invalid("creditSeries", e))?;
    let note = invoice.credit(first, issue.issued, reason)?;
    render::pdf::printable(&render::InvoiceDocument::from(&note))?;
    documents::possible(note.document())
}

/// The row of what takes an invoice back: the same amounts, below zero.
fn mirrored(stored: &StoredInvoice) -> InvoiceDraft {
    let draft = &stored.draft;
    InvoiceDraft {
        kind: InvoiceKind::CreditNote,
        corrects: Some(stored.id),
        net: -draft.net,
        tax: -draft.tax,
        gross: -draft.gross,
        snapshot: String::new(),
        ..draft.clone()
    }
}

impl From<billing::CreditError> for AppError {
    fn from(error: billing::CreditError) -> Self {
        match error {
            billing::CreditError::Reason => Self::invalid("reason", error),
            billing::CreditError::SameSeries(_) => Self::invalid("creditSeries", error),
            billing::CreditError::IsCreditNote(_) | billing::CreditError::Older { .. } => {
                Self::conflict(error.to_string())
            }
        }
    }
}
