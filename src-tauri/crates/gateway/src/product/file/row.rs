//! A row through a mapping.

use domain::{ExternalId, Meter, ModelName, Nanos, Quantities, RequestOutcome, StartWithin, UsageOrigin, UsageRecord};
use sha2::{Digest, Sha256};

use super::field;
use super::mapping::{Column, ColumnMapping};
use super::read::RowProblem;
use super::source::Row;

/// Shortest text that begins like a secret key and is taken for one, in characters.
const SECRET_MIN: usize = 20;

/// The SHA-256 of a row's filled cells, whatever their order.
pub fn digest(row: &Row) -> [u8; 32] {
    let mut cells: Vec<&(String, String)> = row.cells.iter().filter(|(_, text)| !text.is_empty()).collect();
    cells.sort();
    let mut hash = Sha256::new();
    for (heading, text) in cells {
        for part in [heading, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().into()
}

/// The row as a statement; `origin` identifies it.
pub fn record(row: &Row, mapping: &ColumnMapping, origin: ExternalId) -> Result<UsageRecord, RowProblem> {
    let cells = Cells { row, mapping };
    let time = cells.needed(Column::Time)?;
    let occurred_at = field::time(time, &mapping.zone).map_err(|reason| cells.problem(Column::Time, reason))?;
    let outcome = cells.read(Column::Status, field::outcome)?.unwrap_or(RequestOutcome::Succeeded);
    let failed = outcome == RequestOutcome::Failed;
    let mut quantities = Quantities::NONE;
    for meter in Meter::ALL {
        if let Some(amount) = cells.read(Column::Meter(meter), field::quantity)? {
            quantities = quantities.with(meter, amount);
        }
    }
    // A row without a count is one request.
    let counted = mapping.heading(Column::Meter(Meter::Requests)).is_some();
    let requests = if counted { quantities.get(Meter::Requests) } else { 1 };
    Ok(UsageRecord {
        origin: UsageOrigin::Request(origin),
        occurred_at,
        account: cells.get(Column::Account).map(ExternalId::new),
        key: cells.get(Column::Key).map(key),
        model: model(&cells)?,
        upstream_model: cells.get(Column::UpstreamModel).map(ModelName::new),
        quantities: quantities.with(Meter::Requests, if failed { 0 } else { requests }),
        failed_requests: if failed { requests } else { 0 },
        cost: cells.read(Column::Cost, field::cost)?.unwrap_or(Nanos::ZERO),
        duration_millis: cells.read(Column::DurationMillis, duration)?,
        outcome,
    })
}

/// The model as it is told: of a flexible request under a name of its own, so that a price rule can select it (S2-02).
fn model(cells: &Cells) -> Result<ModelName, RowProblem> {
    let model = ModelName::new(cells.needed(Column::Model)?);
    let said = |text: &str| text.parse::<StartWithin>().map_err(|error| error.to_string());
    if cells.read(Column::StartWithin, said)?.is_some_and(StartWithin::is_flexible) {
        return Ok(model.flexible());
    }
    if model.is_flexible() && cells.mapping.heading(Column::StartWithin).is_some() {
        let reason = format!(
            "{} is named as flexible requests are, and this row is none: take `flex/` off its name",
            field::quoted(model.as_str())
        );
        return Err(cells.problem(Column::Model, reason));
    }
    Ok(model)
}

/// A key as it may be kept: an export that holds the secret itself is reduced to its SHA-256.
fn key(text: &str) -> ExternalId {
    if text.starts_with("sk-") && text.len() >= SECRET_MIN {
        return ExternalId::new(hex(&Sha256::digest(text.as_bytes())));
    }
    ExternalId::new(text)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn duration(text: &str) -> Result<u32, String> {
    let millis = field::quantity(text)?;
    u32::try_from(millis).map_err(|_| format!("{} is longer than 49 days: write milliseconds", field::quoted(text)))
}

/// A row seen through a mapping.
struct Cells<'a> {
    row: &'a Row,
    mapping: &'a ColumnMapping,
}

impl<'a> Cells<'a> {
    fn get(&self, column: Column) -> Option<&'a str> {
        self.row.get(self.mapping.heading(column)?)
    }

    fn needed(&self, column: Column) -> Result<&'a str, RowProblem> {
        self.get(column).ok_or_else(|| self.problem(column, format!("the {} is missing", column.code())))
    }

    fn read<T>(&self, column: Column, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, RowProblem> {
        self.get(column).map(|text| read(text).map_err(|reason| self.problem(column, reason))).transpose()
    }

    fn problem(&self, column: Column, reason: String) -> RowProblem {
        let heading = self.mapping.heading(column).unwrap_or(column.code());
        RowProblem { line: self.row.line, column: Some(heading.to_owned()), reason }
    }
}
