//! What is reconciled, upstream bills, and where margin leaks.

use app::wire::{
    BillDone, BillInput, BillView, ColumnView, Done, ErrorView, ImportPreview, LeakReport, ReconcileInput,
    ReconcileView,
};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// A gateway's usage beside what its own totals and a bill say.
#[tauri::command]
#[specta::specta]
pub async fn reconcile(desk: State<'_, Desk>, input: ReconcileInput) -> Result<ReconcileView, ErrorView> {
    Ok(query::reconcile::reconcile(desk.app()?, &input).await?)
}

/// Where margin leaks.
#[tauri::command]
#[specta::specta]
pub async fn leak_report(
    desk: State<'_, Desk>,
    gateway_id: Option<String>,
    first: String,
    last: String,
) -> Result<LeakReport, ErrorView> {
    Ok(query::leak::leak_report(desk.app()?, gateway_id.as_deref(), &first, &last).await?)
}

/// Every bill.
#[tauri::command]
#[specta::specta]
pub async fn bill_list(desk: State<'_, Desk>) -> Result<Vec<BillView>, ErrorView> {
    Ok(query::bill::bill_list(desk.app()?).await?)
}

/// What importing a bill would keep.
#[tauri::command]
#[specta::specta]
pub async fn bill_preview(
    desk: State<'_, Desk>,
    gateway_id: String,
    path: String,
    columns: Option<Vec<ColumnView>>,
) -> Result<ImportPreview, ErrorView> {
    Ok(command::bill::bill_preview(desk.app()?, &gateway_id, &path, columns).await?)
}

/// Keeps a file as a bill.
#[tauri::command]
#[specta::specta]
pub async fn bill_import(desk: State<'_, Desk>, input: BillInput) -> Result<BillDone, ErrorView> {
    Ok(command::bill::bill_import(desk.app()?, Origin::Window, &input).await?)
}

/// Removes a bill.
#[tauri::command]
#[specta::specta]
pub async fn bill_remove(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::bill::bill_remove(desk.app()?, Origin::Window, &id).await?)
}
