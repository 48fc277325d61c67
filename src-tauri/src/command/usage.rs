//! Usage, its charts and its files.

use app::wire::{
    AmountRole, ChartView, ColumnView, ErrorView, ImportDone, ImportPreview, RequestPageView, SavedFile, TableFormat,
    ThemeChoice, UsageFilterInput, UsageTable,
};
use app::{command, export, query};
use tauri::State;

use crate::desk::Desk;

/// The usage chart.
#[tauri::command]
#[specta::specta]
pub async fn usage_chart(
    desk: State<'_, Desk>,
    filter: UsageFilterInput,
    role: AmountRole,
    theme: ThemeChoice,
) -> Result<ChartView, ErrorView> {
    Ok(query::usage::usage_chart(desk.app()?, &filter, role, theme).await?)
}

/// The rows beside the chart.
#[tauri::command]
#[specta::specta]
pub async fn usage_table(desk: State<'_, Desk>, filter: UsageFilterInput) -> Result<UsageTable, ErrorView> {
    Ok(query::usage::usage_table(desk.app()?, &filter).await?)
}

/// The requests behind the figures.
#[tauri::command]
#[specta::specta]
pub async fn request_page(
    desk: State<'_, Desk>,
    filter: UsageFilterInput,
    after: Option<String>,
) -> Result<RequestPageView, ErrorView> {
    Ok(query::usage::request_page(desk.app()?, &filter, after).await?)
}

/// Writes the usage table to a file.
#[tauri::command]
#[specta::specta]
pub async fn usage_export(
    desk: State<'_, Desk>,
    filter: UsageFilterInput,
    format: TableFormat,
) -> Result<SavedFile, ErrorView> {
    Ok(export::usage_export(desk.app()?, &filter, format).await?)
}

/// What importing a file would do.
#[tauri::command]
#[specta::specta]
pub async fn import_preview(
    desk: State<'_, Desk>,
    gateway_id: String,
    path: String,
    columns: Option<Vec<ColumnView>>,
) -> Result<ImportPreview, ErrorView> {
    Ok(command::import::import_preview(desk.app()?, &gateway_id, &path, columns).await?)
}

/// Imports a file.
#[tauri::command]
#[specta::specta]
pub async fn import_apply(
    desk: State<'_, Desk>,
    gateway_id: String,
    path: String,
    columns: Vec<ColumnView>,
) -> Result<ImportDone, ErrorView> {
    Ok(command::import::import_apply(desk.app()?, &gateway_id, &path, columns).await?)
}
