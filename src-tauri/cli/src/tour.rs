//! The tour: what Purser does, shown on the embedded sandbox without a window.

use app::wire::{UsageFilterInput, UsageGroup};
use app::{App, command, query};

use crate::args::{Client, Command, GroupName, Invoice, Sync, Usage};
use crate::fault::Fault;
use crate::noun::{self, ORIGIN};
use crate::out::Out;

/// Runs the tour.
///
/// # Errors
/// Whatever a step answers.
pub async fn run(app: &App, out: &Out) -> Result<(), Fault> {
    out.remark("1. The embedded sandbox gateway, with a made-up agency inside");
    step(app, Command::Sandbox, out).await?;
    out.remark("\n2. Sync: what would be pulled, then the pull");
    step(app, Command::Sync(Sync { gateway: None, plan: true }), out).await?;
    step(app, Command::Sync(Sync { gateway: None, plan: false }), out).await?;
    out.remark("\n3. Clients this month: cost, charge, margin, budgets");
    step(app, Command::Client(Client::List), out).await?;
    out.remark("\n4. Spend of the last 30 days, by model");
    step(app, Command::Usage(by_model()), out).await?;
    out.remark("\n5. Invoices, and the files of the latest");
    step(app, Command::Invoice(Invoice::List { month: None, client: None }), out).await?;
    files(app, out).await
}

async fn step(app: &App, command: Command, out: &Out) -> Result<(), Fault> {
    Box::pin(noun::run(app, command, out)).await
}

fn by_model() -> Usage {
    Usage { from: None, to: None, by: GroupName::Model, clients: vec![], models: vec![], charge: false, export: None }
}

async fn files(app: &App, out: &Out) -> Result<(), Fault> {
    let invoices = query::invoice::invoice_list(app, None, None).await?;
    let id = match invoices.iter().find(|row| row.number.is_some()) {
        Some(row) => row.id.clone(),
        None => drafted(app).await?,
    };
    step(app, Command::Invoice(Invoice::Show { invoice: id.clone() }), out).await?;
    out.remark("\nWritten:");
    step(app, Command::Invoice(Invoice::Save { invoice: id, to: None }), out).await
}

/// Finalises last month's invoice of the client that used most.
async fn drafted(app: &App) -> Result<String, Fault> {
    let (first, last) = query::usage::last_month(app).await?;
    let filter = UsageFilterInput {
        first,
        last: last.clone(),
        clients: vec![],
        gateways: vec![],
        keys: vec![],
        models: vec![],
        group: UsageGroup::Client,
    };
    let usage = query::usage::usage_table(app, &filter).await?;
    let client = usage.rows.iter().find_map(|row| row.id.clone());
    let client = client.ok_or_else(|| Fault::usage("nothing was used last month, so there is nothing to invoice"))?;
    let draft = command::invoice::invoice_draft(app, ORIGIN, &client, &last[..7]).await?;
    Ok(command::invoice::invoice_finalise(app, ORIGIN, &draft.row.id).await?.row.id)
}
