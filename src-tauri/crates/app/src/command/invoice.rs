//! Invoices: drafted from rated usage, finalised with a gap-free number, kept with their documents.
//!
//! A draft keeps only what a person typed; its lines are rated afresh each time it is read, so usage that arrives late is
//! in it. Finalising takes the number, freezes the snapshot and stores the documents in one transaction.

use billing::{
    Adjustment, DraftInvoice, Invoice, InvoiceFacts, InvoiceNumber, Party, Rated, Seller, ServicePeriod, TaxCategory,
    TaxFacts, TaxRate, rate, rate_month,
};
use domain::{
    BillingAddress, Client, ClientId, ClientStatus, Currency, Date, ExactAmount, InvoiceId, Money, Month, Timestamp,
};
use rust_decimal::Decimal;
use store::table::invoice::{
    InvoiceDocument, InvoiceDraft, InvoiceFilter, InvoiceFinal, InvoiceKind, InvoicePayment, StoredInvoice,
};
use store::{Origin, Reader, Writer};

use crate::documents::{self, kind_code};
use crate::export;
use crate::journal::local_record;
use crate::query::invoice as view;
use crate::query::usage::agency_today;
use crate::rating::{broken, metered, price_book};
use crate::wire::snapshot::{self, DraftSnapshot};
use crate::wire::{
    AdjustmentInput, AgencyInput, BatchResult, Code, DocumentKind, Done, InvoiceView, Progress, SavedFile, ThemeChoice,
};
use crate::{App, AppError, agency, format};

/// Drafts a client's invoice for a month; the draft that is there already, if one is.
///
/// # Errors
/// No such client or month; the month is invoiced already.
pub async fn invoice_draft(app: &App, origin: Origin, client: &str, month: &str) -> Result<InvoiceView, AppError> {
    let (client, month) = (client.parse()?, parse_month(month)?);
    let id = draft(app, origin, client, month).await?;
    view::invoice_get(app, &id.to_string(), ThemeChoice::Light).await
}

/// Drafts the invoices of every served client that used something in a month and has none for it yet.
///
/// # Errors
/// No such month. What goes wrong with one client is in its result.
pub async fn invoice_draft_month(app: &App, origin: Origin, month: &str) -> Result<Vec<BatchResult>, AppError> {
    let month = parse_month(month)?;
    let mut results = Vec::new();
    for (id, name) in clients_to_bill(app, month).await? {
        progress(app, &format!("Drafting {name}"), results.len(), false);
        let result = draft(app, origin, id, month).await;
        results.push(match result {
            Ok(invoice) => {
                BatchResult { client: name, invoice_id: Some(invoice.to_string()), number: None, problem: None }
            }
            Err(error) => BatchResult { client: name, invoice_id: None, number: None, problem: Some(error.message) },
        });
    }
    progress(app, "Drafts are ready", results.len(), true);
    Ok(results)
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
    let draft = assembled(app, &mut reader, &stored.draft, &typed).await?;
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

/// Finalises every draft of a month, in the order of the clients' names.
///
/// # Errors
/// No such month. What goes wrong with one client is in its result and leaves the others alone.
pub async fn invoice_finalise_month(app: &App, origin: Origin, month: &str) -> Result<Vec<BatchResult>, AppError> {
    let month = parse_month(month)?;
    let issued = agency_today(app).await?;
    let mut results = Vec::new();
    for (id, client) in drafts_of(app, month).await? {
        progress(app, &format!("Finalising {client}"), results.len(), false);
        results.push(match finalise(app, origin, id, issued).await {
            Ok(number) => BatchResult { client, invoice_id: Some(id.to_string()), number: Some(number), problem: None },
            Err(error) => {
                BatchResult { client, invoice_id: Some(id.to_string()), number: None, problem: Some(error.message) }
            }
        });
    }
    progress(app, "Invoices are final", results.len(), true);
    Ok(results)
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

/// Notes that an invoice was paid in full.
///
/// # Errors
/// The invoice is a draft, or paid already; the day is no date, or yet to come.
pub async fn invoice_paid(app: &App, origin: Origin, id: &str, date: &str) -> Result<Done, AppError> {
    let invoice: InvoiceId = id.parse()?;
    let paid_on = payment_day(date, agency_today(app).await?)?;
    let mut writer = app.store().begin(origin).await?;
    let stored = writer.invoice().read().get(invoice).await?;
    let Some(issued) = &stored.issued else {
        return Err(AppError::conflict("a draft cannot be paid: finalise it first"));
    };
    let open = stored.draft.gross - stored.paid;
    if open <= 0 {
        return Err(AppError::conflict(format!("invoice {} is paid already", issued.label)));
    }
    let amount = Money::from_minor(open, stored.draft.currency);
    let payment = InvoicePayment { paid_on, amount, note: String::new(), recorded_at: app.now() };
    writer.invoice().payment_add(invoice, &payment).await?;
    let label = issued.label.clone();
    let shown = format::money(amount, crate::wire::AmountRole::Charge).text;
    let mut record =
        local_record(app, origin, "invoice_paid", format!("invoice {label}"), format!("{shown} on {paid_on}"));
    record.client = Some(stored.draft.client);
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    Ok(Done { message: format!("Invoice {label} is marked as paid."), undo: None, effective_within_seconds: 0 })
}

/// The day a payment came. A day ahead of the agency's is let through: it may be that day already where the bank is.
fn payment_day(typed: &str, today: Date) -> Result<Date, AppError> {
    let day: Date = typed.parse()?;
    if day > today.plus_days(1) {
        let message = format!("{day} is yet to come: write the day on which the money came");
        return Err(AppError::invalid("date", message));
    }
    Ok(day)
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
    let draft = assembled(app, &mut reader, &empty, &typed).await?;
    drop(reader);
    let mut writer = app.store().begin(origin).await?;
    let id = writer.invoice().draft_add(&draft_row(&empty, &draft, &typed)?, app.now()).await?;
    app.emit(writer.commit().await?);
    Ok(id)
}

async fn known(reader: &mut Reader, client: ClientId, month: Month) -> Result<Option<StoredInvoice>, AppError> {
    let period = Some((month.first(), month.last()));
    let filter = InvoiceFilter { client: Some(client), period, ..InvoiceFilter::default() };
    let found = reader.invoice().list(&filter).await?;
    Ok(found.into_iter().find(|invoice| invoice.live && invoice.draft.kind == InvoiceKind::Invoice))
}

/// A draft put together from the usage that is known now.
///
/// # Errors
/// Usage in another currency; an adjustment that makes no sense.
pub async fn assembled(
    app: &App,
    reader: &mut Reader,
    row: &InvoiceDraft,
    typed: &DraftSnapshot,
) -> Result<DraftInvoice, AppError> {
    let agency = agency::read(app, reader).await?;
    let client = reader.client().get(row.client).await?.client;
    let book = price_book(app, reader).await?;
    let mut usage = metered(reader, row.client, (row.first_day, row.last_day), &book).await?;
    let mut rated = rate_month(&usage, row.client, &book, row.first_day.month())?;
    // Days that were paid in advance are charged to the ledger, and nowhere else; a minimum counts them all the same.
    if let Some(prepaid) = reader.ledger().prepaid(row.client).await? {
        usage.retain(|row| !prepaid.covers(row.day));
        rated = Rated { fees: rated.fees, ..rate(&usage, row.client, &book)? };
    }
    let mut facts = facts(&agency, row, &client, &typed.note)?;
    let gateways = reader.gateway().list().await?;
    facts.gateways = gateways.into_iter().map(|one| (one.id, one.connection.name.to_string())).collect();
    let adjustments =
        typed.adjustments.iter().map(|input| adjustment(input, row.currency)).collect::<Result<_, _>>()?;
    Ok(DraftInvoice::assemble(facts, &rated, adjustments)?)
}

fn facts(agency: &AgencyInput, row: &InvoiceDraft, client: &Client, note: &str) -> Result<InvoiceFacts, AppError> {
    let period = ServicePeriod::new(row.first_day, row.last_day)?;
    let mut facts = InvoiceFacts::new(seller(agency), row.client, client, period);
    facts.note = note.trim().to_owned();
    let rate = tax(agency)?;
    facts.tax = TaxCategory::decide(&TaxFacts {
        treatment: client.invoicing.tax,
        reason: &client.invoicing.tax_reason,
        rate: rate.as_ref(),
        exemption: &agency.tax_exemption,
        seller: &facts.seller.party.address,
        buyer: &facts.buyer.address,
    });
    Ok(facts)
}

fn seller(agency: &AgencyInput) -> Seller {
    let address = BillingAddress {
        legal_name: agency.name.clone(),
        street: agency.street.clone(),
        postal_code: agency.postal_code.clone(),
        city: agency.city.clone(),
        country: agency.country.clone(),
        tax_id: agency.tax_id.clone(),
        email: agency.email.clone(),
        vat_id: agency.vat_id.clone(),
        registration: agency.registration.clone(),
        endpoint: agency.endpoint.clone(),
        reference: String::new(),
    };
    Seller {
        party: Party { name: agency.name.clone(), address },
        iban: agency.iban.clone(),
        payment_text: agency.payment_text.clone(),
        contact: agency.contact.clone(),
        phone: agency.phone.clone(),
        footer: agency.footer.clone(),
    }
}

/// The agency's tax; none unless both its label and its rate are given.
///
/// # Errors
/// A rate that makes no sense.
pub(crate) fn tax(agency: &AgencyInput) -> Result<Option<TaxRate>, AppError> {
    if agency.tax_percent.trim().is_empty() {
        return Ok(None);
    }
    let rate = Decimal::from_str_exact(agency.tax_percent.trim().trim_end_matches('%').trim()).map_err(|_| {
        AppError::invalid("taxPercent", format!("`{}` is not a tax rate: write 19 for 19 %", agency.tax_percent))
    })?;
    TaxRate::new(&agency.tax_label, rate).map(Some).map_err(|e| AppError::from(e).at("taxPercent"))
}

fn adjustment(input: &AdjustmentInput, currency: Currency) -> Result<Adjustment, AppError> {
    let not_a_number = || {
        AppError::invalid(
            "adjustments",
            format!("`{}` is not an amount: write 12.50, or -12.50 to reduce", input.amount),
        )
    };
    let amount = Decimal::from_str_exact(input.amount.trim()).map_err(|_| not_a_number())?;
    let money = ExactAmount::new(amount, currency).round()?;
    if money.to_decimal() != amount {
        let problem =
            format!("`{}` has more decimals than {currency} has: write at most {}", input.amount, currency.decimals());
        return Err(AppError::invalid("adjustments", problem));
    }
    Adjustment::new(&input.reason, money).map_err(|e| AppError::from(e).at("adjustments"))
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

/// Gives a draft its number, as of a day.
pub(crate) async fn finalise(app: &App, origin: Origin, id: InvoiceId, issued: Date) -> Result<String, AppError> {
    let mut reader = app.store().reader().await?;
    let stored = reader.invoice().get(id).await?;
    must_be_draft(&stored)?;
    let typed = typed(&stored)?;
    let draft = assembled(app, &mut reader, &stored.draft, &typed).await?;
    drop(reader);
    draft.ready()?;
    // A glyph that no font has must be said while no number is taken (invoice.md §1.5).
    render::pdf::printable(&render::InvoiceDocument::draft(draft.body(), issued))?;
    let series = app.agency().await?.invoice_series;
    documents::dry_run(&draft, &series, issued)?;
    let mut writer = app.store().begin(origin).await?;
    writer.invoice().draft_set(id, &draft_row(&stored.draft, &draft, &typed)?, app.now()).await?;
    let taken = writer.invoice().number_take(&series).await?;
    let place = u32::try_from(taken.number()).map_err(broken)?;
    let number = InvoiceNumber::new(series, place).map_err(|e| AppError::invalid("invoiceSeries", e))?;
    let invoice = draft.finalize(number, issued)?;
    let label = invoice.document().number.to_string();
    let issue = InvoiceFinal {
        number: taken,
        label: label.clone(),
        issued_on: issued,
        due_on: invoice.document().due,
        snapshot: snapshot::to_text(&invoice)?,
        at: app.now(),
    };
    writer.invoice().finalise(id, issue).await?;
    documents_add(&mut writer, id, &invoice, app.now()).await?;
    let total = format::money(invoice.document().body.totals.total, crate::wire::AmountRole::Charge).text;
    let mut record = local_record(app, origin, "invoice_finalise", format!("invoice {label}"), total);
    record.client = Some(stored.draft.client);
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    Ok(label)
}

async fn documents_add(writer: &mut Writer, id: InvoiceId, invoice: &Invoice, at: Timestamp) -> Result<(), AppError> {
    let stem = render::InvoiceDocument::from(invoice).file_stem();
    for (kind, body) in documents::all(invoice.document()).await? {
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
    let draft = assembled(app, reader, &stored.draft, &typed(stored)?).await?;
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
            Err(AppError::conflict(format!("invoice {} is final and does not change any more", issued.label))
                .hint("Correct it with an adjustment on the client's next invoice."))
        }
    }
}

/// Clients with usage in a month, or with fees of their own, and no invoice for it, by name.
pub(crate) async fn clients_to_bill(app: &App, month: Month) -> Result<Vec<(ClientId, String)>, AppError> {
    let mut reader = app.store().reader().await?;
    let book = price_book(app, &mut reader).await?;
    let rules = book.version_on(month.last()).map_or(&[][..], |version| version.rules().as_slice());
    let spend = reader.report().client_spend(month.first(), month.last()).await?;
    let mut clients = Vec::new();
    for client in reader.client().list().await? {
        let used = spend.iter().any(|(id, _)| *id == Some(client.id));
        let invoiced = known(&mut reader, client.id, month).await?.is_some_and(|invoice| invoice.issued.is_some());
        let owes = rules.iter().any(|rule| rule.client == Some(client.id) && rule.conditions.has_fees());
        if (used || owes) && !invoiced && client.client.status != ClientStatus::Closed {
            clients.push((client.id, client.client.name.to_string()));
        }
    }
    clients.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(clients)
}

async fn drafts_of(app: &App, month: Month) -> Result<Vec<(InvoiceId, String)>, AppError> {
    let mut reader = app.store().reader().await?;
    let period = Some((month.first(), month.last()));
    let filter = InvoiceFilter { is_final: Some(false), period, ..InvoiceFilter::default() };
    let mut drafts = Vec::new();
    for draft in reader.invoice().list(&filter).await? {
        let client = reader.client().get(draft.draft.client).await?.client.name.to_string();
        drafts.push((draft.id, client));
    }
    drafts.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(drafts)
}

fn parse_month(text: &str) -> Result<Month, AppError> {
    text.parse().map_err(|e: domain::TimeError| AppError::from(e).at("month"))
}

fn progress(app: &App, step: &str, count: usize, finished: bool) {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    app.progress(Progress { work: "invoices".to_owned(), step: step.to_owned(), done: None, count, finished });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_does_not_come_tomorrow_week() {
        let today: Date = "2026-11-21".parse().unwrap();
        for day in ["2026-11-21", "2026-11-22", "2025-01-01"] {
            assert_eq!(payment_day(day, today).unwrap().to_string(), day);
        }
        for day in ["2026-11-23", "2030-01-01", "21.11.2026"] {
            assert_eq!(payment_day(day, today).unwrap_err().code, Code::Invalid, "{day}");
        }
    }
}
