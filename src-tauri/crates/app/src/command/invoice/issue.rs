//! Making drafts final. Everything that can go wrong is said while no number is taken; then numbers, snapshots and documents
//! of one or a few invoices are written in one transaction.

use billing::ledger::Owing;
use billing::{DraftInvoice, Invoice, InvoiceNumber};
use domain::{Date, InvoiceId, Timestamp};
use store::table::invoice::{InvoiceDocument, InvoiceDraft, InvoiceFinal};
use store::{Origin, Reader, Writer};

use super::assemble::Drafting;
use super::{draft_row, must_be_draft, typed};
use crate::documents::{self, Made, kind_code};
use crate::journal::local_record;
use crate::ledger::invoiced;
use crate::rating::broken;
use crate::wire::AmountRole;
use crate::wire::snapshot::{self, DraftSnapshot};
use crate::{App, AppError, branding, format, register};

/// A draft with nothing in the way of its number.
pub(super) struct Ready {
    id: InvoiceId,
    row: InvoiceDraft,
    typed: DraftSnapshot,
    draft: DraftInvoice,
    owing: Option<Owing>,
}

impl Ready {
    /// Its row.
    pub(super) fn id(&self) -> InvoiceId {
        self.id
    }

    /// What it says.
    pub(super) fn draft(&self) -> &DraftInvoice {
        &self.draft
    }
}

/// What a document is issued with.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    /// Who asked.
    pub(super) origin: Origin,
    /// The series of its number.
    pub(super) series: String,
    /// Its date.
    pub(super) issued: Date,
}

/// Checks everything that is checked before a number is taken.
///
/// # Errors
/// It is final already; models without a price; an e-invoice or a glyph that cannot be made.
pub(super) async fn ready(
    reader: &mut Reader,
    drafting: &Drafting,
    id: InvoiceId,
    issue: &Issue,
) -> Result<Ready, AppError> {
    let stored = reader.invoice().get(id).await?;
    must_be_draft(&stored)?;
    let typed = typed(&stored)?;
    let draft = drafting.draft(reader, Some(id), &stored.draft, &typed).await?;
    draft.ready()?;
    let draft = drafting.by_key(reader, draft).await?;
    // A glyph that no font has must be said while no number is taken (invoice.md §1.5).
    render::pdf::printable(&render::InvoiceDocument::draft(draft.body(), issue.issued))?;
    documents::dry_run(&draft, &issue.series, issue.issued)?;
    let owing = drafting.owing(reader, &stored.draft).await?;
    Ok(Ready { id, row: stored.draft, typed, draft, owing })
}

/// Gives a draft its number, as of a day.
pub(crate) async fn finalise(app: &App, origin: Origin, id: InvoiceId, issued: Date) -> Result<String, AppError> {
    let mut reader = app.store().reader().await?;
    let drafting = Drafting::read(app, &mut reader).await?;
    let issue = Issue { origin, series: drafting.agency().invoice_series.clone(), issued };
    let ready = ready(&mut reader, &drafting, id, &issue).await?;
    drop(reader);
    let labels = issue_all(app, &issue, vec![ready]).await?;
    Ok(labels.into_iter().next().unwrap_or_default())
}

/// Gives drafts their numbers, in their order and all or none. Documents are drawn up side by side, which is what takes the
/// time.
///
/// # Errors
/// A number that was given before; a document that cannot be made. Nothing is written then.
pub(super) async fn issue_all(app: &App, issue: &Issue, batch: Vec<Ready>) -> Result<Vec<String>, AppError> {
    let mut writer = app.store().begin(issue.origin).await?;
    let mut issued = Vec::new();
    for ready in batch {
        writer.invoice().draft_set(ready.id, &draft_row(&ready.row, &ready.draft, &ready.typed)?, app.now()).await?;
        writer.invoice().carries_charge(ready.id).await?;
        let draft = ready.draft;
        let invoice = numbered(app, &mut writer, ready.id, issue, |n| Ok(draft.finalize(n, issue.issued)?)).await?;
        if let Some(owing) = &ready.owing {
            let label = invoice.document().number.to_string();
            let pen = (issue.origin, &mut writer);
            invoiced::take(app, pen, ready.row.client, (ready.id, &label), owing).await?;
        }
        issued.push((ready.id, invoice));
    }
    let labels = documented(app, &mut writer, issue, issued, "invoice_finalise").await?;
    app.emit(writer.commit().await?);
    register::note(app, &issue.series).await;
    Ok(labels)
}

/// Takes the next number and freezes what is made with it.
pub(super) async fn numbered(
    app: &App,
    writer: &mut Writer,
    id: InvoiceId,
    issue: &Issue,
    make: impl FnOnce(InvoiceNumber) -> Result<Invoice, AppError>,
) -> Result<Invoice, AppError> {
    let taken = writer.invoice().number_take(&issue.series).await?;
    register::must_be_new(app, writer, &issue.series, taken.number()).await?;
    let place = u32::try_from(taken.number()).map_err(broken)?;
    let number = InvoiceNumber::new(&issue.series, place).map_err(|e| AppError::invalid("invoiceSeries", e))?;
    let invoice = make(number)?;
    let document = invoice.document();
    let last = InvoiceFinal {
        number: taken,
        label: document.number.to_string(),
        issued_on: document.issued,
        due_on: document.due,
        snapshot: snapshot::to_text(&invoice)?,
        at: app.now(),
    };
    writer.invoice().finalise(id, last).await?;
    Ok(invoice)
}

/// Draws up and stores the documents of frozen invoices, and writes the audit log. Gives their numbers.
pub(super) async fn documented(
    app: &App,
    writer: &mut Writer,
    issue: &Issue,
    issued: Vec<(InvoiceId, Invoice)>,
    action: &str,
) -> Result<Vec<String>, AppError> {
    let mut frozen = Vec::new();
    for (_, invoice) in &issued {
        let document = invoice.document().clone();
        let logo = branding::logo(&mut writer.logo().read(), &document.body.look.logo).await?;
        frozen.push((document, logo));
    }
    let all = documents::of_all(frozen).await?;
    let mut labels = Vec::new();
    for ((id, invoice), made) in issued.into_iter().zip(all) {
        documents_add(writer, id, &invoice, made, app.now()).await?;
        let body = &invoice.document().body;
        let total = format::money(body.totals.total, AmountRole::Charge).text;
        let label = invoice.document().number.to_string();
        let noun = if invoice.is_credit_note() { "credit note" } else { "invoice" };
        let mut record = local_record(app, issue.origin, action, format!("{noun} {label}"), total);
        record.client = Some(body.client);
        writer.audit().done(&record).await?;
        labels.push(label);
    }
    Ok(labels)
}

async fn documents_add(
    writer: &mut Writer,
    id: InvoiceId,
    invoice: &Invoice,
    made: Vec<Made>,
    at: Timestamp,
) -> Result<(), AppError> {
    let stem = render::InvoiceDocument::from(invoice).file_stem();
    for (kind, body) in made {
        let document = InvoiceDocument {
            kind: kind_code(kind).to_owned(),
            file_name: documents::file_name(&stem, kind),
            media_type: documents::media_type(kind).to_owned(),
            created_at: at,
            body,
        };
        writer.invoice().document_add(id, &document).await?;
    }
    Ok(())
}
