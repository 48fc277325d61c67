//! Invoices: drafted from rated usage, finalised with a gap-free number, kept with their documents.
//!
//! A draft keeps only what a person typed; its lines are rated afresh each time it is read, so usage that arrives late is
//! in it. Finalising takes the number, freezes the snapshot and stores the documents in one transaction.

mod assemble;
mod credit;
mod drift;
mod issue;
mod month;
mod payment;

use billing::DraftInvoice;
use domain::{ClientId, InvoiceId, Month};
use store::table::invoice::{InvoiceDraft, InvoiceFilter, InvoiceKind, StoredInvoice};
use store::{Origin, Reader};

pub(crate) use self::assemble::{Drafting, seller};
pub use self::credit::invoice_credit;
pub use self::drift::invoice_settle_drift;
pub(crate) use self::drift::{Drifted, drifted};
pub(crate) use self::issue::finalise;
pub(crate) use self::month::clients_to_bill;
pub use self::month::{invoice_discard_month, invoice_draft_month, invoice_finalise_month, invoice_month_cancel};
pub use self::payment::invoice_pay;
pub(crate) use self::payment::settlement;
use crate::documents::{self, kind_code};
use crate::export;
use crate::journal::local_record;
use crate::query::invoice as view;
use crate::query::usage::agency_today;
use crate::rating::broken;
use crate::wire::snapshot::{self, DraftSnapshot};
use crate::wire::{AdjustmentInput, Code, DocumentKind, Done, InvoiceView, SavedFile, ThemeChoice};
use crate::{App, AppError, agency, register};

/// Drafts a client's invoice for a month; the draft that is there already, if one is.
///
/// # Errors
/// No such client or month; the month is invoiced already.
pub async fn invoice_draft(app: &App, origin: Origin, client: &str, month: &str) -> Result<InvoiceView, AppError> {
    let (client, month) = (client.parse()?, parse_month(month)?);
    let id = draft(app, origin, client, month).await?;
    view::invoice_get(app, &id.to_string(), ThemeChoice::Light).await
}

/// Changes what a person may type on a draft.
///
/// # Errors
/// The invoice is final; an adjustment without a reason or amount.
pub async fn invoice_edit(
    app: &App,
    origin: Origin,
    id: &str,
    adjustments: Vec<AdjustmentInput>,
    note: String,
) -> Result<InvoiceView, AppError> {
    let invoice: InvoiceId = id.parse()?;
    let mut reader = app.store().reader().await?;
    let stored = reader.invoice().get(invoice).await?;
    must_be_draft(&stored)?;
    let typed = DraftSnapshot { adjustments, note };
    let draft =
        Drafting::read(app, &mut reader).await?.draft(&mut reader, Some(invoice), &stored.draft, &typed).await?;
    drop(reader);
    let mut writer = app.store().begin(origin).await?;
    writer.invoice().draft_set(invoice, &draft_row(&stored.draft, &draft, &typed)?, app.now()).await?;
    app.emit(writer.commit().await?);
    view::invoice_get(app, id, ThemeChoice::Light).await
}

/// Throws a draft away. Its month can be drafted again.
///
/// # Errors
/// The invoice is final.
pub async fn invoice_discard(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    let invoice: InvoiceId = id.parse()?;
    let mut writer = app.store().begin(origin).await?;
    let stored = writer.invoice().read().get(invoice).await?;
    must_be_draft(&stored)?;
    writer.invoice().draft_remove(invoice).await?;
    app.emit(writer.commit().await?);
    Ok(Done { message: "The draft was thrown away.".to_owned(), undo: None, effective_within_seconds: 0 })
}

/// Gives a draft its number and freezes it, with its documents.
///
/// # Errors
/// Models without a price, no agency name, a glyph no font has: said before a number is taken, and nothing is written.
pub async fn invoice_finalise(app: &App, origin: Origin, id: &str) -> Result<InvoiceView, AppError> {
    let invoice: InvoiceId = id.parse()?;
    let issued = agency_today(app).await?;
    finalise(app, origin, invoice, issued).await?;
    view::invoice_get(app, id, ThemeChoice::Light).await
}

/// Goes on after the last number that was given, where these books were restored from an older copy and end before it.
///
/// # Errors
/// The books have every number of the series.
pub async fn invoice_continue(app: &App, origin: Origin, series: &str) -> Result<Done, AppError> {
    let ahead = register::ahead(app).await?;
    let Some(ahead) = ahead.into_iter().find(|ahead| ahead.series == series) else {
        return Err(AppError::conflict(format!("no number of series `{series}` is missing: there is nothing to skip")));
    };
    let mut writer = app.store().begin(origin).await?;
    writer.invoice().series_skip(series, ahead.given).await?;
    let missing = format!("{series}-{:04} to {series}-{:04} are not in these books", ahead.known + 1, ahead.given);
    writer
        .audit()
        .done(&local_record(app, origin, "invoice_continue", format!("series {series}"), missing.clone()))
        .await?;
    app.emit(writer.commit().await?);
    let message = format!("{missing}. The next number is {series}-{:04}.", ahead.given + 1);
    Ok(Done { message, undo: None, effective_within_seconds: 0 })
}

/// Writes a stored document of a final invoice to a folder; the documents folder unless told otherwise. A draft's PDF is
/// drawn up afresh and marked as a draft.
///
/// # Errors
/// The folder cannot be written.
pub async fn invoice_save(app: &App, id: &str, kind: DocumentKind, dir: Option<String>) -> Result<SavedFile, AppError> {
    let invoice: InvoiceId = id.parse()?;
    let mut reader = app.store().reader().await?;
    let stored = reader.invoice().get(invoice).await?;
    let (name, bytes) = match reader.invoice().document(invoice, kind_code(kind)).await? {
        Some(document) => (document.file_name, document.body),
        None => draft_document(app, &mut reader, &stored, kind).await?,
    };
    let dir = dir.map_or_else(|| app.profile().documents_dir.join("invoices"), std::path::PathBuf::from);
    export::save(&dir, &name, &bytes)
}

/// The draft for a month, made or found.
pub(crate) async fn draft(app: &App, origin: Origin, client: ClientId, month: Month) -> Result<InvoiceId, AppError> {
    let mut reader = app.store().reader().await?;
    if let Some(known) = known(&mut reader, client, month).await? {
        return match &known.issued {
            None => Ok(known.id),
            Some(issued) => {
                Err(AppError::conflict(format!("{month} is invoiced already: see invoice {}", issued.label)))
            }
        };
    }
    let carried = carried(&mut reader, client, month).await?;
    let stored = reader.client().get(client).await?;
    let empty = InvoiceDraft {
        client,
        kind: InvoiceKind::Invoice,
        corrects: None,
        first_day: month.first(),
        last_day: month.last(),
        currency: stored.client.currency,
        net: 0,
        tax: 0,
        gross: 0,
        snapshot: String::new(),
    };
    let typed = DraftSnapshot::default();
    let draft = Drafting::read(app, &mut reader).await?.draft(&mut reader, None, &empty, &typed).await?;
    drop(reader);
    let mut writer = app.store().begin(origin).await?;
    if carried {
        writer.invoice().carry_remove(client, month.first()).await?;
    }
    let id = writer.invoice().draft_add(&draft_row(&empty, &draft, &typed)?, app.now()).await?;
    app.emit(writer.commit().await?);
    Ok(id)
}

/// Whether a month waits for the client's next invoice. Who asks for an invoice of it gets one: it no longer waits then.
///
/// # Errors
/// `Conflict` where a final invoice charges it.
async fn carried(reader: &mut Reader, client: ClientId, month: Month) -> Result<bool, AppError> {
    let carries = reader.invoice().carries(client).await?;
    let Some(carry) = carries.into_iter().find(|carry| carry.first_day == month.first()) else { return Ok(false) };
    let Some(id) = carry.invoice else { return Ok(true) };
    let label = reader.invoice().get(id).await?.issued.map(|issued| issued.label).unwrap_or_default();
    Err(AppError::conflict(format!("{month} was carried forward and is charged on invoice {label}")))
}

async fn known(reader: &mut Reader, client: ClientId, month: Month) -> Result<Option<StoredInvoice>, AppError> {
    let period = Some((month.first(), month.last()));
    let filter = InvoiceFilter { client: Some(client), period, ..InvoiceFilter::default() };
    let found = reader.invoice().list(&filter).await?;
    Ok(found.into_iter().find(|invoice| invoice.live && invoice.draft.kind == InvoiceKind::Invoice))
}

fn draft_row(row: &InvoiceDraft, draft: &DraftInvoice, typed: &DraftSnapshot) -> Result<InvoiceDraft, AppError> {
    let totals = &draft.body().totals;
    Ok(InvoiceDraft {
        net: totals.net.minor(),
        tax: totals.tax.minor(),
        gross: totals.total.minor(),
        snapshot: serde_json::to_string(typed).map_err(broken)?,
        ..row.clone()
    })
}

/// A document that is not stored: of a draft, drawn up now.
async fn draft_document(
    app: &App,
    reader: &mut Reader,
    stored: &StoredInvoice,
    kind: DocumentKind,
) -> Result<(String, Vec<u8>), AppError> {
    if stored.issued.is_some() {
        return Err(documents::why_not(snapshot::from_text(&stored.draft.snapshot)?.document(), kind));
    }
    let drafting = Drafting::read(app, reader).await?;
    let draft = drafting.draft(reader, Some(stored.id), &stored.draft, &typed(stored)?).await?;
    let today = agency::today(app, reader).await?;
    documents::of_draft(&draft, today, kind).await
}

/// What a person typed on a draft.
///
/// # Errors
/// The stored text is damaged.
pub fn typed(stored: &StoredInvoice) -> Result<DraftSnapshot, AppError> {
    serde_json::from_str(&stored.draft.snapshot).map_err(broken)
}

fn must_be_draft(stored: &StoredInvoice) -> Result<(), AppError> {
    match &stored.issued {
        None => Ok(()),
        Some(issued) => {
            Err(AppError::conflict(format!("invoice {} is final and does not change any more", issued.label)).hint(
                "Take it back with a credit note and invoice the month anew, or put an adjustment on the next invoice.",
            ))
        }
    }
}

fn parse_month(text: &str) -> Result<Month, AppError> {
    text.parse().map_err(|e: domain::TimeError| AppError::from(e).at("month"))
}

impl From<billing::InvoiceError> for AppError {
    fn from(error: billing::InvoiceError) -> Self {
        Self::new(Code::Invalid, error.to_string())
    }
}

impl From<billing::FinalizeError> for AppError {
    fn from(error: billing::FinalizeError) -> Self {
        let hint = match &error {
            billing::FinalizeError::Unpriced(_) => "Add a rule for these models on the Price book screen.",
            billing::FinalizeError::NoSeller => "Open Settings and fill in the agency.",
            billing::FinalizeError::NoBuyer => "Open the client and fill in its name.",
            billing::FinalizeError::Tax(_) => "Fill it in, or choose another tax treatment for the client.",
            billing::FinalizeError::Negative(_) => "Edit the draft's adjustments.",
        };
        Self::conflict(error.to_string()).hint(hint)
    }
}

impl From<render::RenderError> for AppError {
    fn from(error: render::RenderError) -> Self {
        Self::conflict(error.to_string()).hint("Change the name or text it is about, then try again.")
    }
}
