//! A client's wish that its metadata go (S0-06). What was charged stays: the sums, the ledger, the invoices.

use domain::ClientId;
use store::table::AuditRecord;
use store::{Origin, RawCount};

use crate::journal::local_record;
use crate::query::metadata::erasable;
use crate::wire::Done;
use crate::{App, AppError};

/// Erases every settled row of a client's requests, for good and in one transaction. `typed` is the client's name, as the
/// person typed it to say that this client is meant.
///
/// # Errors
/// `Invalid` when the name is another; `Conflict` when there is nothing to erase.
pub async fn metadata_erase(app: &App, origin: Origin, client: &str, typed: &str) -> Result<Done, AppError> {
    let id: ClientId = client.parse()?;
    let mut reader = app.store().reader().await?;
    let name = reader.client().get(id).await?.client.name;
    if typed.trim() != name.as_str() {
        return Err(AppError::invalid("name", format!("`{}` is not the client's name", typed.trim()))
            .hint(format!("Type {name} to erase what is kept of its requests.")));
    }
    let accounts = erasable(app, &mut reader, id).await?;
    drop(reader);
    if accounts.iter().all(|one| one.rows.rows() == 0) {
        return Err(AppError::conflict(format!("no row of {name} is kept that could be erased"))
            .hint("The last two days stay until they are settled."));
    }
    let mut writer = app.store().begin(origin).await?;
    let mut erased = RawCount::default();
    for one in &accounts {
        erased = erased.plus(writer.usage().erase(one.account, one.through, app.now()).await?);
    }
    // Counts only: the log is kept for good.
    let change = format!("{} erased", words(erased));
    let record = local_record(app, origin, "metadata_erase", name.to_string(), change);
    writer.audit().done(&AuditRecord { client: Some(id), ..record }).await?;
    app.emit(writer.commit().await?);
    Ok(Done { message: told(name.as_str(), erased), undo: None, effective_within_seconds: 0 })
}

fn told(name: &str, erased: RawCount) -> String {
    format!("Erased {} of {name}. Sums by day, model and key, the ledger and final invoices stay.", words(erased))
}

/// `12 requests and 3 day totals`.
fn words(count: RawCount) -> String {
    let plural = |n: u64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    match count {
        RawCount { requests, day_totals: 0 } => plural(requests, "request"),
        RawCount { requests: 0, day_totals } => plural(day_totals, "day total"),
        RawCount { requests, day_totals } => {
            format!("{} and {}", plural(requests, "request"), plural(day_totals, "day total"))
        }
    }
}
