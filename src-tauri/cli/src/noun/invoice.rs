//! `purser invoice`.

use app::wire::{BatchResult, DocumentKind, InvoiceRow, InvoiceView, SavedFile, ThemeChoice};
use app::{App, command, query};

use super::{ORIGIN, client_id, done};
use crate::args::Invoice;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Invoice, out: &Out) -> Result<(), Fault> {
    match verb {
        Invoice::List { month, client } => {
            let client = match client {
                Some(client) => Some(client_id(app, &client).await?),
                None => None,
            };
            out.answer(&query::invoice::invoice_list(app, month, client).await?, |rows| list(rows))
        }
        Invoice::Show { invoice } => {
            let id = invoice_id(app, &invoice).await?;
            out.answer(&query::invoice::invoice_get(app, &id, ThemeChoice::Light).await?, page)
        }
        Invoice::Draft { month, client: Some(client) } => {
            let client = client_id(app, &client).await?;
            out.answer(&command::invoice::invoice_draft(app, ORIGIN, &client, &month).await?, page)
        }
        Invoice::Draft { month, client: None } => {
            out.answer(&command::invoice::invoice_draft_month(app, ORIGIN, &month).await?, |rows| batch(rows))
        }
        Invoice::Finalise { what } if what.starts_with("inv_") => {
            out.answer(&command::invoice::invoice_finalise(app, ORIGIN, &what).await?, page)
        }
        Invoice::Finalise { what } => {
            out.answer(&command::invoice::invoice_finalise_month(app, ORIGIN, &what).await?, |rows| batch(rows))
        }
        Invoice::Discard { invoice } => done(out, &command::invoice::invoice_discard(app, ORIGIN, &invoice).await?),
        Invoice::Save { invoice, to } => {
            let files = save(app, &invoice_id(app, &invoice).await?, to).await?;
            out.answer(&files, |files| files.iter().map(|file| file.path.clone()).collect::<Vec<_>>().join("\n"))
        }
        Invoice::Paid { invoice, on } => {
            let id = invoice_id(app, &invoice).await?;
            done(out, &command::invoice::invoice_paid(app, ORIGIN, &id, &on).await?)
        }
    }
}

/// Writes both documents of an invoice.
pub async fn save(app: &App, id: &str, to: Option<String>) -> Result<Vec<SavedFile>, Fault> {
    let pdf = command::invoice::invoice_save(app, id, DocumentKind::Pdf, to.clone()).await?;
    let csv = command::invoice::invoice_save(app, id, DocumentKind::Csv, to).await?;
    Ok(vec![pdf, csv])
}

async fn invoice_id(app: &App, text: &str) -> Result<String, Fault> {
    if text.starts_with("inv_") {
        return Ok(text.to_owned());
    }
    let invoices = query::invoice::invoice_list(app, None, None).await?;
    let found = invoices.into_iter().find(|row| row.number.as_deref() == Some(text));
    found
        .map(|row| row.id)
        .ok_or_else(|| Fault::usage(format!("there is no invoice `{text}`: see `purser invoice list`")))
}

fn list(rows: &[InvoiceRow]) -> String {
    if rows.is_empty() {
        return "There are no invoices yet: run `purser invoice draft 2026-10`.".to_owned();
    }
    let row = |row: &InvoiceRow| {
        vec![
            row.id.clone(),
            row.number.clone().unwrap_or_else(|| "draft".to_owned()),
            row.client.clone(),
            row.month.clone(),
            format!("{:?}", row.status).to_lowercase(),
            row.due.clone().unwrap_or_else(|| "–".to_owned()),
            row.total.text.clone(),
            row.margin.text.clone(),
        ]
    };
    table(&["id", "number", "client", "month", "status", "due", ">total", ">margin"], rows.iter().map(row))
}

fn page(view: &InvoiceView) -> String {
    let lines = view.lines.iter().map(|line| {
        let cost = line.cost.as_ref().map(|cost| cost.text.clone()).unwrap_or_default();
        vec![line.description.clone(), line.quantities.join(", "), line.charge.text.clone(), cost]
    });
    let tax = view.tax.as_ref().map(|(label, amount)| format!("{label}: {}\n", amount.text)).unwrap_or_default();
    let number = view.row.number.clone().unwrap_or_else(|| format!("{} (draft)", view.row.id));
    let obstacles: String =
        view.row.obstacles.iter().chain(&view.notices).map(|text| format!("\nNote: {text}")).collect();
    format!(
        "Invoice {number} to {} for {}\n\n{}\n\nNet: {}\n{tax}Total: {}\nYour cost {}, margin {}.{obstacles}",
        view.row.client,
        view.row.month,
        table(&["for", "used", ">charge", ">your cost"], lines),
        view.net.text,
        view.row.total.text,
        view.trio.cost.text,
        view.trio.margin.text,
    )
}

fn batch(rows: &[BatchResult]) -> String {
    if rows.is_empty() {
        return "Nothing to do: no client of that month is waiting for one.".to_owned();
    }
    let row = |row: &BatchResult| {
        let result = match (&row.problem, &row.number) {
            (Some(problem), _) => problem.clone(),
            (None, Some(number)) => format!("invoice {number}"),
            (None, None) => "drafted".to_owned(),
        };
        vec![row.client.clone(), row.invoice_id.clone().unwrap_or_default(), result]
    };
    table(&["client", "id", "result"], rows.iter().map(row))
}
