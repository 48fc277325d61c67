//! Clients and their accounts.

use app::wire::{
    AccountView, BudgetInput, ChartView, ClientInput, ClientRow, ClientView, Done, ErrorView, ThemeChoice,
};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// Every client.
#[tauri::command]
#[specta::specta]
pub async fn client_list(desk: State<'_, Desk>) -> Result<Vec<ClientRow>, ErrorView> {
    Ok(query::client::client_list(desk.app()?).await?)
}

/// A client's page.
#[tauri::command]
#[specta::specta]
pub async fn client_get(desk: State<'_, Desk>, id: String) -> Result<ClientView, ErrorView> {
    Ok(query::client::client_get(desk.app()?, &id).await?)
}

/// A client's spend against its budget.
#[tauri::command]
#[specta::specta]
pub async fn budget_chart(
    desk: State<'_, Desk>,
    id: String,
    theme: ThemeChoice,
) -> Result<Option<ChartView>, ErrorView> {
    Ok(query::client::budget_chart(desk.app()?, &id, theme).await?)
}

/// Every account on every gateway.
#[tauri::command]
#[specta::specta]
pub async fn account_list(desk: State<'_, Desk>) -> Result<Vec<AccountView>, ErrorView> {
    Ok(query::client::account_list(desk.app()?).await?)
}

/// Makes a client.
#[tauri::command]
#[specta::specta]
pub async fn client_create(desk: State<'_, Desk>, input: ClientInput) -> Result<ClientRow, ErrorView> {
    Ok(command::client::client_create(desk.app()?, Origin::Window, input).await?)
}

/// Changes a client.
#[tauri::command]
#[specta::specta]
pub async fn client_update(desk: State<'_, Desk>, id: String, input: ClientInput) -> Result<ClientRow, ErrorView> {
    Ok(command::client::client_update(desk.app()?, Origin::Window, &id, input).await?)
}

/// Makes a client named as an account.
#[tauri::command]
#[specta::specta]
pub async fn client_from_account(desk: State<'_, Desk>, account_id: String) -> Result<ClientRow, ErrorView> {
    Ok(command::account::client_from_account(desk.app()?, Origin::Window, &account_id).await?)
}

/// Stops a client.
#[tauri::command]
#[specta::specta]
pub async fn client_pause(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::client::client_pause(desk.app()?, Origin::Window, &id).await?)
}

/// Serves a client again.
#[tauri::command]
#[specta::specta]
pub async fn client_resume(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::client::client_resume(desk.app()?, Origin::Window, &id).await?)
}

/// Ends serving a client.
#[tauri::command]
#[specta::specta]
pub async fn client_close(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::client::client_close(desk.app()?, Origin::Window, &id).await?)
}

/// Says whose an account is.
#[tauri::command]
#[specta::specta]
pub async fn account_attribute(
    desk: State<'_, Desk>,
    account_id: String,
    client_id: Option<String>,
) -> Result<Done, ErrorView> {
    Ok(command::account::account_attribute(desk.app()?, Origin::Window, &account_id, client_id.as_deref()).await?)
}

/// Entrusts an account's own credential.
#[tauri::command]
#[specta::specta]
pub async fn account_entrust(desk: State<'_, Desk>, account_id: String, credential: String) -> Result<Done, ErrorView> {
    Ok(command::account::account_entrust(desk.app()?, Origin::Window, &account_id, credential).await?)
}

/// Sets or clears an account's budget.
#[tauri::command]
#[specta::specta]
pub async fn account_budget(
    desk: State<'_, Desk>,
    account_id: String,
    budget: Option<BudgetInput>,
) -> Result<Done, ErrorView> {
    Ok(command::account::account_budget(desk.app()?, Origin::Window, &account_id, budget).await?)
}
