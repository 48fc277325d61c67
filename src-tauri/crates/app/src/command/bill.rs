//! Upstream bills: taken from a file to be compared with usage, and removed again.
//!
//! **Owns:** that a bill never becomes usage, and that the same file is one bill. **Does not own:** how a file is read
//! (`gateway::product::file`) or what is compared (`query::reconcile`).

use std::io::Read as _;

use domain::{BillId, GatewayId, Meter, UsageOrigin};
use gateway::product::file::{Bill, BillRow, bill};
use sha2::{Digest, Sha256};
use store::Origin;
use store::table::{AuditRecord, BillEntry, NewBill};

use super::import::{Source, file_name, mapping, remember, view, wrong};
use crate::act::{self, facts};
use crate::query::bill::bill_get;
use crate::wire::{BillDone, BillInput, ColumnView, Done, ImportPreview};
use crate::{App, AppError};

/// What importing a file as a bill would keep. Without columns, those remembered for such a file are used, else those
/// its headings suggest. Changes nothing.
///
/// # Errors
/// `Invalid` when the file cannot be opened or its name does not say how it is written; `NotFound`.
pub async fn bill_preview(
    app: &App,
    gateway_id: &str,
    path: &str,
    typed: Option<Vec<ColumnView>>,
) -> Result<ImportPreview, AppError> {
    let currency = app.store().reader().await?.gateway().get(gateway(gateway_id)?).await?.connection.currency;
    let file = Source::of(path)?;
    let headings = file.clone().headings().await?;
    let mapping = mapping(app, &file, &headings, typed).await?;
    let used = mapping.clone();
    let found = file.pass(move |reader, format| bill(reader, format, &used)).await?;
    Ok(view(&found.preview, &mapping, currency))
}

/// Keeps a file as a bill of a gateway's usage and remembers its columns. The same file twice is one bill. Usage does not
/// change.
///
/// # Errors
/// As [`bill_preview`]; `Invalid` naming the first wrong row, then nothing is kept; the store cannot be written.
pub async fn bill_import(app: &App, origin: Origin, typed: &BillInput) -> Result<BillDone, AppError> {
    let gateway = gateway(&typed.gateway_id)?;
    app.store().reader().await?.gateway().get(gateway).await?;
    let file = Source::of(&typed.path)?;
    let sha256 = file.clone().pass(|reader, _| digest(reader)).await??;
    if let Some(id) = app.store().reader().await?.bill().of_file(gateway, &sha256).await? {
        return Ok(BillDone { bill: bill_get(app, id).await?, known: true });
    }
    let headings = file.clone().headings().await?;
    let mapping = mapping(app, &file, &headings, Some(typed.columns.clone())).await?;
    let used = mapping.clone();
    let Bill { preview, lines } = file.clone().pass(move |reader, format| bill(reader, format, &used)).await?;
    if !preview.problems.is_empty() {
        return Err(wrong(&preview.problems));
    }
    let lines = lines.into_iter().map(entry).collect();
    let new = NewBill { gateway, name: file_name(&file), sha256, lines, imported_at: app.now() };
    let mut writer = app.store().begin(origin).await?;
    let id = writer.bill().add(&new).await?;
    let change = format!("{} lines, {}", new.lines.len(), preview.totals.cost);
    writer.audit().done(&note(app, origin, ("bill_import", gateway, &new.name), &change)).await?;
    app.emit(writer.commit().await?);
    remember(app, &file, &headings, &mapping).await?;
    Ok(BillDone { bill: bill_get(app, id).await?, known: false })
}

/// Removes a bill. Usage does not change.
///
/// # Errors
/// `NotFound`; the store cannot be written.
pub async fn bill_remove(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    let id: BillId = id.parse()?;
    let mut writer = app.store().begin(origin).await?;
    let bill = writer.bill().read().get(id).await?;
    writer.bill().remove(id).await?;
    let change = format!("{} lines, {}", bill.lines, bill.cost);
    writer.audit().done(&note(app, origin, ("bill_remove", bill.gateway, &bill.name), &change)).await?;
    app.emit(writer.commit().await?);
    let message =
        format!("The bill “{}” is removed; usage is as it was. Import the file again to have it back.", bill.name);
    Ok(Done { message, undo: None, effective_within_seconds: 0 })
}

fn gateway(id: &str) -> Result<GatewayId, AppError> {
    id.parse().map_err(|error: domain::id::NotAnId| AppError::invalid("gatewayId", error))
}

fn digest(mut file: std::fs::File) -> Result<[u8; 32], AppError> {
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece).map_err(|why| {
            AppError::invalid("path", format!("the file cannot be read to its end ({why})")).hint("Try again.")
        })?;
        if read == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(&piece[..read]);
    }
}

/// A line as it is kept.
fn entry(row: BillRow) -> BillEntry {
    let BillRow { line, record, named, repeated, aborted } = row;
    let request = match record.origin {
        UsageOrigin::Request(id) if named => Some(id),
        _ => None,
    };
    BillEntry {
        line,
        request,
        at: record.occurred_at,
        account: record.account.map(|account| account.to_string()),
        key: record.key.map(|key| key.to_string()),
        model: record.model,
        requests: record.quantities.get(Meter::Requests).saturating_add(record.failed_requests),
        tokens: record.quantities.tokens(),
        cost: record.cost,
        aborted,
        repeated,
    }
}

fn note(app: &App, origin: Origin, (action, gateway, name): (&str, GatewayId, &str), change: &str) -> AuditRecord {
    AuditRecord {
        at: app.now(),
        actor: act::actor(origin).to_owned(),
        action: action.to_owned(),
        mark: None,
        gateway: Some(gateway),
        client: None,
        account: None,
        key: None,
        subject: name.to_owned(),
        detail: facts::local(Some(change)),
    }
}
