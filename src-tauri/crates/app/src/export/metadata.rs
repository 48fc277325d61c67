//! A client's own metadata, row by row as kept (S0-06): what a gateway told of each request, without what that cost.

use std::collections::BTreeMap;

use domain::{ClientId, KeyId, Meter, Quantities};
use render::csv::{Cell, rows, table};
use serde_json::{Value, json};
use store::table::RawUsage;
use store::table::key::StoredKey;

use super::file::NewFile;
use super::statement::client_stem;
use crate::query::names::{Names, keys};
use crate::rating::broken;
use crate::wire::{SavedFile, TableFormat};
use crate::{App, AppError};

/// The columns beside the meters.
const BEFORE: [&str; 6] = ["grain", "time", "utc_day", "key", "key_label", "model"];
const AFTER: [&str; 4] = ["failed_requests", "duration_millis", "outcome", "counted"];

/// Writes every row that is kept of a client to the documents folder.
///
/// # Errors
/// No such client; the folder cannot be written.
pub async fn metadata_export(app: &App, client: &str, format: TableFormat) -> Result<SavedFile, AppError> {
    let id: ClientId = client.parse()?;
    let mut reader = app.store().reader().await?;
    let client = reader.client().get(id).await?.client;
    let names = Names::read(&mut reader, app.now()).await?;
    let keys = keys(&mut reader).await?;
    let kind = if format == TableFormat::Csv { "csv" } else { "jsonl" };
    let name = format!("metadata-{}.{kind}", client_stem(id, client.name.as_str()));
    let mut file = NewFile::begin(&app.profile().documents_dir.join("metadata"), &name)?;
    if format == TableFormat::Csv {
        let meters = Meter::ALL.iter().map(|meter| meter.code());
        let header: Vec<&str> = BEFORE.into_iter().chain(meters).chain(AFTER).collect();
        file.write(table(&header, [])?.as_bytes())?;
    }
    for account in names.accounts.values().filter(|account| account.client == Some(id)) {
        file.write(text(&reader.usage().raw_days(account.id).await?, &keys, format)?.as_bytes())?;
        let mut after = None;
        loop {
            let page = reader.usage().raw_requests(account.id, after).await?;
            file.write(text(&page.rows, &keys, format)?.as_bytes())?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    file.finish()
}

fn text(usage: &[RawUsage], keys: &BTreeMap<KeyId, StoredKey>, format: TableFormat) -> Result<String, AppError> {
    let key_of = |row: &RawUsage| row.key.and_then(|id| keys.get(&id));
    match format {
        TableFormat::Csv => Ok(rows(usage.iter().map(|row| cells(row, key_of(row))))?),
        TableFormat::JsonLines => {
            let lines = usage.iter().map(|row| serde_json::to_string(&object(row, key_of(row))));
            let lines = lines.collect::<Result<Vec<_>, _>>().map_err(broken)?;
            Ok(lines.into_iter().map(|line| line + "\n").collect())
        }
    }
}

const fn grain(row: &RawUsage) -> &'static str {
    if row.occurred_at.is_some() { "request" } else { "day_total" }
}

const fn outcome(row: &RawUsage) -> &'static str {
    match (row.occurred_at, row.refused) {
        (None, _) => "",
        (_, true) => "failed",
        (_, false) => "served",
    }
}

fn cells(row: &RawUsage, key: Option<&StoredKey>) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let mut cells = vec![
        text(grain(row)),
        row.occurred_at.map_or(Cell::Empty, |at| Cell::Text(at.to_string())),
        Cell::Date(row.utc_day),
        key.map_or(Cell::Empty, |key| text(key.key.spec.name.as_str())),
        key.map_or(Cell::Empty, |key| text(key.key.label.as_str())),
        text(row.model.as_str()),
    ];
    cells.extend(Meter::ALL.into_iter().map(|meter| Cell::Count(row.quantities.get(meter))));
    cells.extend([
        Cell::Count(row.failed_requests),
        row.duration_millis.map_or(Cell::Empty, |millis| Cell::Count(millis.into())),
        text(outcome(row)),
        text(if row.counted { "yes" } else { "no" }),
    ]);
    cells
}

fn object(row: &RawUsage, key: Option<&StoredKey>) -> Value {
    json!({
        "grain": grain(row),
        "time": row.occurred_at.map(|at| at.to_string()),
        "utcDay": row.utc_day.to_string(),
        "key": key.map(|key| key.key.spec.name.as_str()),
        "keyLabel": key.map(|key| key.key.label.as_str()),
        "model": row.model.as_str(),
        "quantities": quantities(&row.quantities),
        "failedRequests": row.failed_requests,
        "durationMillis": row.duration_millis,
        "outcome": outcome(row),
        "counted": row.counted,
    })
}

fn quantities(quantities: &Quantities) -> Value {
    let one = |(meter, count): (Meter, u64)| (meter.code().to_owned(), Value::from(count));
    Value::Object(quantities.iter().map(one).collect())
}
