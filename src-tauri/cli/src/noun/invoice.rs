//! `purser invoice`.

use app::wire::{
    BatchOutcome, BatchResult, DocumentKind, InvoiceDrift, InvoiceRow, InvoiceStatus, InvoiceView, PaymentInput,
    SavedFile, ThemeChoice,
};
use app::{App, command, query};

use super::sync::STOPPED;
use super::{ORIGIN, done, find, word};
use crate::args::Invoice;
use crate::fault::Fault;
use crate::out::{Out, heading, table, table_with_total};

pub async fn run(app: &App, verb: Invoice, out: &Out) -> Result<(), Fault> {
    match verb {
        Invoice::List { month, client } => {
            let client = find::client_if(app, client.as_deref()).await?;
            out.answer(&query::invoice::invoice_list(app, month, client).await?, |rows| list(rows))
        }
        Invoice::Show { invoice } => {
            let id = invoice_id(app, &invoice).await?;
            out.answer(&query::invoice::invoice_get(app, &id, ThemeChoice::Light).await?, page)
        }
        Invoice::Draft { month, client: Some(client) } => {
            let client = find::client(app, &client).await?;
            out.answer(&command::invoice::invoice_draft(app, ORIGIN, &client, &month).await?, page)
        }
        Invoice::Draft { month, client: None } => {
            out.answer(&command::invoice::invoice_draft_month(app, ORIGIN, &month).await?, |rows| batch(rows))
        }
        Invoice::Finalise { what, early } if what.starts_with("inv_") => {
            let month = query::invoice::invoice_get(app, &what, ThemeChoice::Light).await?.row.month;
            over(app, &month, early).await?;
            out.answer(&command::invoice::invoice_finalise(app, ORIGIN, &what).await?, page)
        }
        Invoice::Finalise { what, early } => {
            over(app, &what, early).await?;
            let results = finalise_month(app, &what, early).await?;
            out.answer(&results, |rows| batch(rows))
        }
        Invoice::Discard { invoice } => {
            let id = invoice_id(app, &invoice).await?;
            done(out, &command::invoice::invoice_discard(app, ORIGIN, &id).await?)
        }
        Invoice::Save { invoice, to, format } => {
            let kinds: Vec<DocumentKind> = format.into_iter().map(DocumentKind::from).collect();
            let files = save(app, &invoice_id(app, &invoice).await?, &kinds, to).await?;
            out.answer(&files, |files| files.iter().map(|file| file.path.clone()).collect::<Vec<_>>().join("\n"))
        }
        Invoice::Paid { invoice, on, amount, note } => {
            let id = invoice_id(app, &invoice).await?;
            let (amount, note) = (amount.unwrap_or_default(), note.unwrap_or_default());
            let payment = PaymentInput { date: on, amount, note };
            done(out, &command::invoice::invoice_pay(app, ORIGIN, &id, &payment).await?)
        }
        Invoice::Credit { invoice, reason } => {
            let id = invoice_id(app, &invoice).await?;
            out.answer(&command::invoice::invoice_credit(app, ORIGIN, &id, &reason).await?, page)
        }
        Invoice::Drift { invoice: None } => {
            out.answer(&query::invoice::invoice_drifts(app).await?, |drifts| drifted(drifts))
        }
        Invoice::Drift { invoice: Some(invoice) } => {
            let id = invoice_id(app, &invoice).await?;
            out.answer(&command::invoice::invoice_settle_drift(app, ORIGIN, &id).await?, page)
        }
        Invoice::Undraft { month } => done(out, &command::invoice::invoice_discard_month(app, ORIGIN, &month).await?),
        Invoice::Continue { series } => done(out, &command::invoice::invoice_continue(app, ORIGIN, &series).await?),
    }
}

/// Makes a month final. Ctrl-C stops after the invoices at hand; what is final stays final.
async fn finalise_month(app: &App, month: &str, early: bool) -> Result<Vec<BatchResult>, Fault> {
    let work = command::invoice::invoice_finalise_month(app, ORIGIN, month, early);
    tokio::pin!(work);
    tokio::select! {
        results = &mut work => return Ok(results?),
        _ = tokio::signal::ctrl_c() => command::invoice::invoice_month_cancel(app).await?,
    }
    tokio::select! {
        results = &mut work => Ok(results?),
        _ = tokio::signal::ctrl_c() => std::process::exit(STOPPED),
    }
}

/// Refuses to freeze a month that still runs, unless that is what is wanted.
async fn over(app: &App, month: &str, early: bool) -> Result<(), Fault> {
    let (_, today) = query::usage::last_days(app, 1).await?;
    // What is no month is said by the app.
    let known = month.len() == 7 && month.starts_with(|c: char| c.is_ascii_digit());
    if early || !known || *month < today[..7] {
        return Ok(());
    }
    let message = format!("{month} is not over: what is used until its end would be on no invoice");
    Err(Fault::conflict(message, "Finalise it next month, or add --early if that is what you want."))
}

/// Writes documents of an invoice.
pub async fn save(app: &App, id: &str, kinds: &[DocumentKind], to: Option<String>) -> Result<Vec<SavedFile>, Fault> {
    let mut files = Vec::new();
    for kind in kinds {
        files.push(command::invoice::invoice_save(app, id, *kind, to.clone()).await?);
    }
    Ok(files)
}

async fn invoice_id(app: &App, text: &str) -> Result<String, Fault> {
    if text.starts_with("inv_") {
        return Ok(text.to_owned());
    }
    let invoices = query::invoice::invoice_list(app, None, None).await?;
    let found = invoices.into_iter().find(|row| row.number.as_deref() == Some(text));
    found
        .map(|row| row.id)
        .ok_or_else(|| Fault::missing(format!("there is no invoice `{text}`"), "See `purser invoice list`."))
}

fn list(rows: &[InvoiceRow]) -> String {
    if rows.is_empty() {
        return "There are no such invoices: `purser invoice draft MONTH` drafts a month's, for example 2026-10."
            .to_owned();
    }
    let row = |row: &InvoiceRow| {
        vec![
            row.id.clone(),
            row.number.clone().unwrap_or_else(|| "draft".to_owned()),
            row.client.clone(),
            row.month.clone(),
            word(&row.status),
            row.due.clone().unwrap_or_else(|| "–".to_owned()),
            row.total.text.clone(),
            owed(row),
            row.margin.text.clone(),
        ]
    };
    table(&["id", "number", "<client", "month", "status", "due", ">total", ">open", ">margin"], rows.iter().map(row))
}

fn page(view: &InvoiceView) -> String {
    let lines = view.lines.iter().map(|line| {
        let cost = line.cost.as_ref().map(|cost| cost.text.clone()).unwrap_or_default();
        vec![line.description.clone(), line.quantities.join(", "), line.charge.text.clone(), cost]
    });
    let number = view.row.number.clone().unwrap_or_else(|| format!("{} (draft)", view.row.id));
    let obstacles: String =
        view.row.obstacles.iter().chain(&view.notices).map(|text| format!("\nNote: {text}")).collect();
    let noun = if view.corrects.is_some() { "Credit note" } else { "Invoice" };
    let title = heading(&format!("{noun} {number} to {} for {}", view.row.client, view.row.month));
    let due = view.row.due.as_ref().map(|due| format!(", due {due}")).unwrap_or_default();
    format!(
        "{title}\n{}{due}\n\n{}\n\n{}\n\nYour cost {}, margin {}.{}{obstacles}",
        word(&view.row.status),
        table(&["<for", "~used", ">charge", ">your cost"], lines),
        sums(view),
        view.trio.cost.text,
        view.trio.margin.text,
        after(view),
    )
}

/// What became of it since it was final.
fn after(view: &InvoiceView) -> String {
    let mut said = Vec::new();
    said.extend(view.corrects.as_ref().map(|other| format!("Takes back invoice {}: {}.", other.number, other.reason)));
    said.extend(view.credited_by.as_ref().map(|other| format!("Taken back by {}: {}.", other.number, other.reason)));
    said.extend(view.payments.iter().map(|payment| {
        let note = if payment.note.is_empty() { String::new() } else { format!(" ({})", payment.note) };
        format!("Paid {} on {}{note}.", payment.amount.text, payment.date)
    }));
    if !view.payments.is_empty() && view.to_refund.is_none() {
        said.push(format!("Open: {}.", view.row.open.text));
    }
    said.extend(view.to_refund.as_ref().map(|sum| format!("To be given back: {}.", sum.text)));
    said.extend(view.drift.as_ref().map(|drift| {
        format!("Usage was told differently since: {} is not made up for (`purser invoice drift`).", drift.open.text)
    }));
    said.into_iter().map(|line| format!("\n{line}")).collect()
}

fn drifted(drifts: &[InvoiceDrift]) -> String {
    if drifts.is_empty() {
        return "No final invoice of the last year drifted: each says what its usage says.".to_owned();
    }
    let rows = drifts.iter().flat_map(|invoice| {
        let line = |line: &app::wire::DriftLineView| {
            vec![
                invoice.number.clone(),
                invoice.client.clone(),
                line.description.clone(),
                line.was.text.clone(),
                line.now.text.clone(),
            ]
        };
        invoice.drift.lines.iter().map(line).collect::<Vec<_>>()
    });
    let table = table(&["number", "<client", "<for", ">charged", ">by today's usage"], rows);
    format!("{table}\n\n`purser invoice drift NUMBER` puts the difference on the client's next draft.")
}

/// What is open; nothing is of a draft, or of what was settled.
fn owed(row: &InvoiceRow) -> String {
    let waits = matches!(row.status, InvoiceStatus::Open | InvoiceStatus::PartPaid | InvoiceStatus::Overdue);
    if waits { row.open.text.clone() } else { "–".to_owned() }
}

/// What is to be paid, below each other.
fn sums(view: &InvoiceView) -> String {
    let mut rows = vec![("Net".to_owned(), &view.net)];
    rows.extend(view.tax.as_ref().map(|(label, amount)| (label.clone(), amount)));
    let rows = rows.into_iter().map(|(label, amount)| vec![label, amount.text.clone()]);
    table_with_total(&["", ">"], rows, vec!["Total".to_owned(), view.row.total.text.clone()])
}

fn batch(rows: &[BatchResult]) -> String {
    if rows.is_empty() {
        return "Nothing to do: no client is waiting for an invoice for that month.".to_owned();
    }
    let row = |row: &BatchResult| {
        let result = match row.outcome {
            BatchOutcome::Drafted => "drafted".to_owned(),
            BatchOutcome::Final => format!("invoice {}", row.number.clone().unwrap_or_default()),
            BatchOutcome::InGrace => "waits: usage may still come (--early does not wait)".to_owned(),
            BatchOutcome::Carried => "too little to invoice: carried into the next one".to_owned(),
            BatchOutcome::Refused => row.problem.clone().unwrap_or_default(),
            BatchOutcome::Cancelled => "stopped before its turn".to_owned(),
        };
        vec![row.client.clone(), row.invoice_id.clone().unwrap_or_default(), result]
    };
    table(&["<client", "id", "~result"], rows.iter().map(row))
}
