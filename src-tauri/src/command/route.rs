//! Routes.

use app::query;
use app::wire::{ErrorView, RoutesView};
use tauri::State;

use crate::desk::Desk;

/// What answers each model, of all gateways or of one.
#[tauri::command]
#[specta::specta]
pub async fn route_list(desk: State<'_, Desk>, gateway_id: Option<String>) -> Result<RoutesView, ErrorView> {
    Ok(query::route::route_list(desk.app()?, gateway_id.as_deref()).await?)
}

/// Where the calls of a key go.
#[tauri::command]
#[specta::specta]
pub async fn key_routes(desk: State<'_, Desk>, key_id: String) -> Result<RoutesView, ErrorView> {
    Ok(query::route::key_routes(desk.app()?, &key_id).await?)
}
