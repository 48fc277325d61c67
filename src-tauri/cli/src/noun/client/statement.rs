//! What a client is shown, and what is kept of its requests.

use app::wire::{
    AmountView, MetadataView, SavedFile, StatementCredit, StatementInvoiceView, StatementPeriod, StatementRow,
    StatementView, ThemeChoice,
};
use app::{App, command, export, query};

use crate::args::{RowFormatName, StatementArgs};
use crate::fault::Fault;
use crate::noun::{ORIGIN, count, done, find, maybe, moment, word};
use crate::out::{Out, heading, table, table_with_total};

pub async fn statement(app: &App, asked: &StatementArgs, out: &Out) -> Result<(), Fault> {
    let id = find::client(app, &asked.client).await?;
    let period = period(app, asked).await?;
    if asked.format.is_empty() {
        return out.answer(&query::statement::statement_get(app, &id, &period, ThemeChoice::Light).await?, page);
    }
    let mut files = Vec::new();
    for format in &asked.format {
        let folder = asked.folder.as_deref();
        files.push(export::statement_save(app, &id, &period, (*format).into(), folder).await?);
    }
    out.answer(&files, |files| paths(files))
}

async fn period(app: &App, asked: &StatementArgs) -> Result<StatementPeriod, Fault> {
    if let (Some(first), Some(last)) = (&asked.from, &asked.to) {
        return Ok(StatementPeriod { first: first.clone(), last: last.clone() });
    }
    let (first, last) = match &asked.month {
        Some(month) => query::statement::month(month)?,
        None => query::usage::last_month(app).await?,
    };
    Ok(StatementPeriod { first, last })
}

fn paths(files: &[SavedFile]) -> String {
    files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join("\n")
}

pub async fn metadata(app: &App, client: &str, format: Option<RowFormatName>, out: &Out) -> Result<(), Fault> {
    let id = find::client(app, client).await?;
    match format {
        Some(format) => {
            let file = export::metadata_export(app, &id, format.into()).await?;
            out.answer(&file, |file: &SavedFile| file.path.clone())
        }
        None => out.answer(&query::metadata::metadata_get(app, &id).await?, kept),
    }
}

pub async fn erase(app: &App, client: &str, yes: bool, out: &Out) -> Result<(), Fault> {
    let id = find::client(app, client).await?;
    let view = query::metadata::metadata_get(app, &id).await?;
    if yes {
        return done(out, &command::metadata::metadata_erase(app, ORIGIN, &id, &view.client).await?);
    }
    out.answer(&view, |view| {
        format!("{}\n\nNothing was erased: say `--yes` to do it. It cannot be undone.", kept(view))
    })
}

fn kept(view: &MetadataView) -> String {
    let rows = format!("{} requests and {} totals of a day", view.requests, view.day_totals);
    let mut lines = vec![match &view.through {
        Some(day) => format!("Erasing takes {rows} of {}, up to {day} (UTC).", view.client),
        None => format!("No row of {} is kept that could be erased.", view.client),
    }];
    if view.kept > 0 {
        lines.push(format!("{} newer rows stay until their days are settled.", view.kept));
    }
    if let Some(day) = &view.erased_through {
        lines.push(format!("Rows up to {day} were erased before; no sync brings them back."));
    }
    lines.push(format!(
        "Sums by day, model and key stay, and so do {} entries of the ledger and {} final invoices.",
        view.ledger_entries, view.invoices
    ));
    lines.join("\n")
}

fn page(view: &StatementView) -> String {
    let as_of = view.as_of.as_deref().map_or_else(|| "Never synced".to_owned(), |at| format!("As of {}", moment(at)));
    let title = heading(&format!("{}, {} to {}", view.client, view.first, view.last));
    let mut parts = vec![
        format!("{title}\nWhat the client is shown. Days in {}. {as_of}.", view.zone),
        by_model(view),
        by_key(&view.keys),
    ];
    if !view.credit.is_empty() {
        parts.push(credit(&view.credit));
    }
    parts.push(invoices(&view.invoices));
    parts.join("\n\n")
}

fn by_model(view: &StatementView) -> String {
    if view.models.is_empty() {
        return "Nothing was used.".to_owned();
    }
    let row = |row: &StatementRow| {
        let mut cells = counts(row);
        cells.push(maybe(row.charge.as_ref()));
        cells
    };
    let headers = ["<model", ">requests", ">not served", ">private", ">input tokens", ">output tokens", ">charge"];
    table_with_total(&headers, view.models.iter().map(row), row(&view.total))
}

fn by_key(keys: &[StatementRow]) -> String {
    let headers = ["<key", ">requests", ">not served", ">private", ">input tokens", ">output tokens"];
    if keys.is_empty() { "No key was used.".to_owned() } else { table(&headers, keys.iter().map(counts)) }
}

fn counts(row: &StatementRow) -> Vec<String> {
    let name = row.label.as_ref().map_or_else(|| row.name.clone(), |label| format!("{} {label}", row.name));
    let counts = [&row.requests, &row.failed, &row.private, &row.input_tokens, &row.output_tokens].map(count);
    std::iter::once(name).chain(counts).collect()
}

fn credit(rows: &[StatementCredit]) -> String {
    let last = rows.len().saturating_sub(1);
    let row = |(place, row): (usize, &StatementCredit)| {
        let name = row.kind.as_ref().map_or(if place == last { "at the end" } else { "at the start" }.to_owned(), word);
        let amounts: [&AmountView; 5] = [&row.paid, &row.bonus, &row.free, &row.owed, &row.carried];
        std::iter::once(name).chain(amounts.map(|amount| amount.text.clone())).collect::<Vec<_>>()
    };
    let headers = ["<credit", ">paid", ">bonus", ">free", ">owed", ">owed from earlier"];
    table(&headers, rows.iter().enumerate().map(row))
}

fn invoices(rows: &[StatementInvoiceView]) -> String {
    if rows.is_empty() {
        return "No final invoice is for these days.".to_owned();
    }
    let row = |row: &StatementInvoiceView| {
        vec![
            row.number.clone(),
            row.issued.clone(),
            row.due.clone(),
            word(&row.state),
            row.paid.text.clone(),
            row.total.text.clone(),
        ]
    };
    table(&["<invoice", "issued", "due", "state", ">paid", ">total"], rows.iter().map(row))
}
