//! `purser bill`.

use app::wire::{BillDone, BillInput, BillView};
use app::{App, command, query};

use super::import::{column, merged, shown, wrong};
use super::{ORIGIN, count, done, find, moment};
use crate::args::{Bill, Import};
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Bill, out: &Out) -> Result<(), Fault> {
    match verb {
        Bill::List => out.answer(&query::bill::bill_list(app).await?, |bills| list(bills)),
        Bill::Import(import) => import_bill(app, &import, out).await,
        Bill::Remove { bill } => {
            let id = find::bill(app, &bill).await?;
            done(out, &command::bill::bill_remove(app, ORIGIN, &id).await?)
        }
    }
}

fn list(bills: &[BillView]) -> String {
    if bills.is_empty() {
        return "There is no bill: `purser bill import FILE --gateway GATEWAY` keeps one.".to_owned();
    }
    let row = |bill: &BillView| {
        let days = format!("{} to {}", bill.first, bill.last);
        let (lines, cost) = (count(&bill.lines), bill.cost.text.clone());
        vec![bill.id.clone(), bill.name.clone(), bill.gateway.clone(), days, lines, cost, moment(&bill.imported_at)]
    };
    table(&["id", "<name", "<gateway", "days", ">lines", ">cost", "imported"], bills.iter().map(row))
}

async fn import_bill(app: &App, import: &Import, out: &Out) -> Result<(), Fault> {
    let gateway_id = find::gateway(app, &import.gateway).await?;
    let path = import.file.display().to_string();
    let chosen = import.columns.iter().map(|text| column(text)).collect::<Result<Vec<_>, _>>()?;
    let guessed = command::bill::bill_preview(app, &gateway_id, &path, None).await?;
    let columns = merged(guessed.columns, &chosen)?;
    let preview = command::bill::bill_preview(app, &gateway_id, &path, Some(columns.clone())).await?;
    if import.preview {
        return out.answer(&preview, shown);
    }
    if !preview.problems.is_empty() {
        return Err(wrong(&preview, out));
    }
    let kept = command::bill::bill_import(app, ORIGIN, &BillInput { gateway_id, path, columns }).await?;
    out.answer(&kept, told)
}

/// What importing a bill did, and what to do next.
pub fn told(kept: &BillDone) -> String {
    let bill = &kept.bill;
    let (id, name, lines) = (&bill.id, &bill.name, count(&bill.lines));
    if kept.known {
        return format!("This file is bill {id} already; nothing changed.");
    }
    format!(
        "Bill {id}, “{name}”: {lines} lines from {} to {}, {}. Usage is as it was. `purser reconcile --bill {id}` compares them.",
        bill.first, bill.last, bill.cost.text
    )
}
