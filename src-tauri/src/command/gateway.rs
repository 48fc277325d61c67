//! Gateways and syncing.

use app::wire::{DetectedView, Done, ErrorView, GatewayInput, GatewayView, ProbeView, ProductView, SyncReportView};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// Every gateway.
#[tauri::command]
#[specta::specta]
pub async fn gateway_list(desk: State<'_, Desk>) -> Result<Vec<GatewayView>, ErrorView> {
    Ok(query::gateway::gateway_list(desk.app()?).await?)
}

/// Kinds of gateway that can be connected.
#[tauri::command]
#[specta::specta]
pub async fn gateway_products(desk: State<'_, Desk>) -> Result<Vec<ProductView>, ErrorView> {
    Ok(query::gateway::gateway_products(desk.app()?).await?)
}

/// Models on offer.
#[tauri::command]
#[specta::specta]
pub async fn model_list(desk: State<'_, Desk>, gateway_id: Option<String>) -> Result<Vec<String>, ErrorView> {
    Ok(query::gateway::model_list(desk.app()?, gateway_id.as_deref()).await?)
}

/// Tells which kind of gateway answers at an address.
#[tauri::command]
#[specta::specta]
pub async fn gateway_detect(address: String) -> Result<DetectedView, ErrorView> {
    Ok(query::gateway::gateway_detect(&address).await?)
}

/// Tests a connection and stores nothing.
#[tauri::command]
#[specta::specta]
pub async fn gateway_test(
    desk: State<'_, Desk>,
    input: GatewayInput,
    credential: String,
) -> Result<ProbeView, ErrorView> {
    Ok(query::gateway::gateway_test(desk.app()?, input, credential).await?)
}

/// Connects a gateway.
#[tauri::command]
#[specta::specta]
pub async fn gateway_connect(
    desk: State<'_, Desk>,
    input: GatewayInput,
    credential: String,
) -> Result<GatewayView, ErrorView> {
    Ok(command::gateway::gateway_connect(desk.app()?, Origin::Window, input, credential).await?)
}

/// Changes a connection.
#[tauri::command]
#[specta::specta]
pub async fn gateway_update(
    desk: State<'_, Desk>,
    id: String,
    input: GatewayInput,
    credential: Option<String>,
) -> Result<GatewayView, ErrorView> {
    Ok(command::gateway::gateway_update(desk.app()?, Origin::Window, &id, input, credential).await?)
}

/// Disconnects a gateway.
#[tauri::command]
#[specta::specta]
pub async fn gateway_remove(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::gateway::gateway_remove(desk.app()?, Origin::Window, &id).await?)
}

/// Opens the embedded sandbox.
#[tauri::command]
#[specta::specta]
pub async fn sandbox_open(desk: State<'_, Desk>) -> Result<GatewayView, ErrorView> {
    Ok(command::gateway::sandbox_open(desk.app()?, Origin::Window).await?)
}

/// Pulls from gateways.
#[tauri::command]
#[specta::specta]
pub async fn sync_run(desk: State<'_, Desk>, gateway_id: Option<String>) -> Result<SyncReportView, ErrorView> {
    Ok(command::sync::sync_run(desk.app()?, Origin::Window, gateway_id.as_deref()).await?)
}

/// Pulls days of a gateway again.
#[tauri::command]
#[specta::specta]
pub async fn sync_again(
    desk: State<'_, Desk>,
    gateway_id: String,
    first: String,
    last: String,
) -> Result<SyncReportView, ErrorView> {
    Ok(command::sync::sync_again(desk.app()?, Origin::Window, &gateway_id, &first, &last).await?)
}

/// Stops the running pull.
#[tauri::command]
#[specta::specta]
pub async fn sync_cancel(desk: State<'_, Desk>) -> Result<(), ErrorView> {
    Ok(command::sync::sync_cancel(desk.app()?).await?)
}
