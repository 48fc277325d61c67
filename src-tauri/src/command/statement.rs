//! What a client is shown, and what is kept of its requests.

use app::wire::{
    Done, ErrorView, MetadataView, SavedFile, StatementFormat, StatementPeriod, StatementView, TableFormat, ThemeChoice,
};
use app::{Origin, command, export, query};
use tauri::State;

use crate::desk::Desk;

/// What a client is shown of a period.
#[tauri::command]
#[specta::specta]
pub async fn statement_get(
    desk: State<'_, Desk>,
    client_id: String,
    period: StatementPeriod,
    theme: ThemeChoice,
) -> Result<StatementView, ErrorView> {
    Ok(query::statement::statement_get(desk.app()?, &client_id, &period, theme).await?)
}

/// Writes a file for a client to the documents folder.
#[tauri::command]
#[specta::specta]
pub async fn statement_save(
    desk: State<'_, Desk>,
    client_id: String,
    period: StatementPeriod,
    format: StatementFormat,
) -> Result<SavedFile, ErrorView> {
    Ok(export::statement_save(desk.app()?, &client_id, &period, format, None).await?)
}

/// What is kept of a client's requests.
#[tauri::command]
#[specta::specta]
pub async fn metadata_get(desk: State<'_, Desk>, client_id: String) -> Result<MetadataView, ErrorView> {
    Ok(query::metadata::metadata_get(desk.app()?, &client_id).await?)
}

/// Writes all of it to a file.
#[tauri::command]
#[specta::specta]
pub async fn metadata_export(
    desk: State<'_, Desk>,
    client_id: String,
    format: TableFormat,
) -> Result<SavedFile, ErrorView> {
    Ok(export::metadata_export(desk.app()?, &client_id, format).await?)
}

/// Erases it for good.
#[tauri::command]
#[specta::specta]
pub async fn metadata_erase(desk: State<'_, Desk>, client_id: String, name: String) -> Result<Done, ErrorView> {
    Ok(command::metadata::metadata_erase(desk.app()?, Origin::Window, &client_id, &name).await?)
}
