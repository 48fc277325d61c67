//! The tour: what Purser does, shown on the embedded sandbox without a window.

use app::wire::{AmountRole, DocumentKind, TableFormat, UsageFilterInput, UsageGroup};
use app::{App, command, export, query};

use crate::args::{Client, Command, GroupName, Invoice, Sync, Usage};
use crate::fault::Fault;
use crate::noun::{self, ORIGIN, invoice};
use crate::out::Out;

/// Runs the tour.
///
/// # Errors
/// Whatever a step answers.
pub async fn run(app: &App, out: &Out) -> Result<(), Fault> {
    out.heading("1. The embedded sandbox gateway, with a made-up agency inside")?;
    step(app, Command::Sandbox, out).await?;
    out.heading("\n2. Sync: what would be pulled, then the pull")?;
    step(app, Command::Sync(Sync { gateway: None, from: None, to: None, plan: true }), out).await?;
    step(app, Command::Sync(Sync { gateway: None, from: None, to: None, plan: false }), out).await?;
    out.heading("\n3. Clients this month: cost, charge, margin, budgets")?;
    step(app, Command::Client(Client::List), out).await?;
    out.heading("\n4. Spend of the last 30 days, by model")?;
    step(app, Command::Usage(by_model()), out).await?;
    let (first, last) = query::usage::last_month(app).await?;
    let month = last[..7].to_owned();
    out.heading("\n5. Invoices for last month, and one of them")?;
    step(app, Command::Invoice(Invoice::List { month: Some(month.clone()), client: None }), out).await?;
    let id = latest(app, &month).await?;
    out.heading("")?;
    step(app, Command::Invoice(Invoice::Show { invoice: id.clone() }), out).await?;
    out.heading("\n6. Files written: last month's spend as a table and a chart, and the invoice")?;
    files(app, (first, last), id, out).await
}

async fn step(app: &App, command: Command, out: &Out) -> Result<(), Fault> {
    Box::pin(noun::run(app, command, out)).await
}

fn by_model() -> Usage {
    Usage { from: None, to: None, by: GroupName::Model, clients: vec![], models: vec![], charge: false, export: None }
}

fn by_client((first, last): (String, String)) -> UsageFilterInput {
    let all = Vec::new;
    UsageFilterInput {
        first,
        last,
        clients: all(),
        gateways: all(),
        keys: all(),
        models: all(),
        group: UsageGroup::Client,
    }
}

async fn files(app: &App, range: (String, String), invoice: String, out: &Out) -> Result<(), Fault> {
    let filter = by_client(range);
    let mut files = vec![
        export::usage_export(app, &filter, TableFormat::Csv).await?,
        export::chart_export(app, &filter, AmountRole::Cost).await?,
    ];
    files.extend(invoice::save(app, &invoice, &[DocumentKind::Pdf, DocumentKind::Csv], None).await?);
    out.answer(&files, |files| files.iter().map(|file| file.path.clone()).collect::<Vec<_>>().join("\n"))
}

/// The month's final invoice of whoever used most; where there is none yet, one is made.
async fn latest(app: &App, month: &str) -> Result<String, Fault> {
    let filter = by_client(query::usage::last_month(app).await?);
    let usage = query::usage::usage_table(app, &filter).await?;
    let clients: Vec<String> = usage.rows.into_iter().filter_map(|row| row.id).collect();
    let invoices = query::invoice::invoice_list(app, Some(month.to_owned()), None).await?;
    let of = |client: &String| invoices.iter().find(|row| row.number.is_some() && row.client_id == *client);
    if let Some(row) = clients.iter().find_map(of) {
        return Ok(row.id.clone());
    }
    let nothing =
        || Fault::missing("nothing was used last month, so there is nothing to invoice", "Use another month.");
    let client = clients.first().ok_or_else(nothing)?;
    let draft = command::invoice::invoice_draft(app, ORIGIN, client, month).await?;
    Ok(command::invoice::invoice_finalise(app, ORIGIN, &draft.row.id).await?.row.id)
}
