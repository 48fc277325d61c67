//! Files for people: written whole or not at all, under names that mean nothing to a shell.

mod file;
mod metadata;
mod statement;

use std::path::Path;

use render::csv::{self, Cell};
use rust_decimal::Decimal;

use crate::query::usage::{usage_chart, usage_table};
use crate::wire::{
    AmountRole, AmountView, SavedFile, TableFormat, ThemeChoice, UsageFilterInput, UsageRow, UsageTable,
};
use crate::{App, AppError};

use file::NewFile;
pub use metadata::metadata_export;
pub use statement::statement_save;

/// Writes the usage table of a filter to the documents folder (U8).
///
/// # Errors
/// A range that makes no sense; the folder cannot be written.
pub async fn usage_export(app: &App, filter: &UsageFilterInput, format: TableFormat) -> Result<SavedFile, AppError> {
    let table = usage_table(app, filter).await?;
    let stem = format!("usage-{}-to-{}", filter.first, filter.last);
    let (name, text) = match format {
        TableFormat::Csv => (format!("{stem}.csv"), usage_csv(&table)?),
        TableFormat::JsonLines => (format!("{stem}.jsonl"), usage_lines(&table)?),
    };
    save(&app.profile().documents_dir.join("usage"), &name, text.as_bytes())
}

/// Writes the usage chart of a filter to the documents folder, as an SVG that stands alone.
///
/// # Errors
/// As for [`usage_chart`]; the folder cannot be written.
pub async fn chart_export(app: &App, filter: &UsageFilterInput, role: AmountRole) -> Result<SavedFile, AppError> {
    let chart = usage_chart(app, filter, role, ThemeChoice::Light).await?;
    let what = if role == AmountRole::Charge { "charge" } else { "cost" };
    let name = format!("{what}-{}-to-{}.svg", filter.first, filter.last);
    save(&app.profile().documents_dir.join("usage"), &name, chart.svg.as_bytes())
}

fn usage_csv(table: &UsageTable) -> Result<String, AppError> {
    let header = [
        "name",
        "detail",
        "requests",
        "failed",
        "input_tokens",
        "output_tokens",
        "currency",
        "cost",
        "charge",
        "margin",
    ];
    Ok(csv::table(&header, table.rows.iter().map(csv_row))?)
}

fn csv_row(row: &UsageRow) -> Vec<Cell> {
    let number = |view: &AmountView| view.amount.parse::<Decimal>().map_or(Cell::Empty, Cell::Number);
    let count = |text: &str| text.parse::<u64>().map_or(Cell::Empty, Cell::Count);
    vec![
        Cell::Text(row.name.clone()),
        Cell::Text(row.detail.clone().unwrap_or_default()),
        count(&row.requests.value),
        count(&row.failed.value),
        count(&row.input_tokens.value),
        count(&row.output_tokens.value),
        Cell::Text(row.cost.currency.clone()),
        number(&row.cost),
        row.charge.as_ref().map_or(Cell::Empty, number),
        row.margin.as_ref().map_or(Cell::Empty, number),
    ]
}

fn usage_lines(table: &UsageTable) -> Result<String, AppError> {
    let mut text = String::new();
    for row in &table.rows {
        text.push_str(&serde_json::to_string(row).map_err(crate::rating::broken)?);
        text.push('\n');
    }
    Ok(text)
}

/// Writes a file whole or not at all.
///
/// # Errors
/// The folder cannot be made or written, the disk is full.
pub fn save(dir: &Path, name: &str, bytes: &[u8]) -> Result<SavedFile, AppError> {
    let mut file = NewFile::begin(dir, name)?;
    file.write(bytes)?;
    file.finish()
}
