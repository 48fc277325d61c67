//! Settings and activity.

use app::wire::{AgencyInput, AuditFilterInput, AuditPage, BrandingInput, BrandingView, ErrorView, SettingsView};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// Everything on the settings screen.
#[tauri::command]
#[specta::specta]
pub async fn settings(desk: State<'_, Desk>) -> Result<SettingsView, ErrorView> {
    Ok(query::setting::settings(desk.app()?).await?)
}

/// Every time zone.
#[tauri::command]
#[specta::specta]
pub async fn zone_list(desk: State<'_, Desk>) -> Result<Vec<String>, ErrorView> {
    Ok(query::setting::zone_list(desk.app()?).await?)
}

/// Activity.
#[tauri::command]
#[specta::specta]
pub async fn audit_list(desk: State<'_, Desk>, filter: AuditFilterInput) -> Result<AuditPage, ErrorView> {
    Ok(query::audit::audit_list(desk.app()?, &filter).await?)
}

/// Changes the agency.
#[tauri::command]
#[specta::specta]
pub async fn settings_agency(desk: State<'_, Desk>, input: AgencyInput) -> Result<SettingsView, ErrorView> {
    Ok(command::setting::settings_agency(desk.app()?, Origin::Window, input).await?)
}

/// Changes how often to sync.
#[tauri::command]
#[specta::specta]
pub async fn settings_sync(desk: State<'_, Desk>, minutes: u16) -> Result<SettingsView, ErrorView> {
    Ok(command::setting::settings_sync(desk.app()?, Origin::Window, minutes).await?)
}

/// Chooses to keep credentials in memory only.
#[tauri::command]
#[specta::specta]
pub async fn vault_session(desk: State<'_, Desk>) -> Result<SettingsView, ErrorView> {
    Ok(command::setting::vault_session(desk.app()?, Origin::Window).await?)
}

/// How documents look.
#[tauri::command]
#[specta::specta]
pub async fn branding(desk: State<'_, Desk>) -> Result<BrandingView, ErrorView> {
    Ok(query::branding::branding(desk.app()?).await?)
}

/// The first page of a sample invoice, as SVG.
#[tauri::command]
#[specta::specta]
pub async fn branding_preview(
    desk: State<'_, Desk>,
    input: BrandingInput,
    language: String,
) -> Result<String, ErrorView> {
    Ok(query::branding::branding_preview(desk.app()?, input, &language).await?)
}

/// Changes colour and texts of documents.
#[tauri::command]
#[specta::specta]
pub async fn settings_branding(desk: State<'_, Desk>, input: BrandingInput) -> Result<BrandingView, ErrorView> {
    Ok(command::branding::settings_branding(desk.app()?, Origin::Window, input).await?)
}

/// Changes the logo on documents: a file as base64, or none.
#[tauri::command]
#[specta::specta]
pub async fn settings_logo(desk: State<'_, Desk>, file: Option<String>) -> Result<BrandingView, ErrorView> {
    Ok(command::branding::settings_logo(desk.app()?, Origin::Window, file).await?)
}
