//! Keys, and secrets shown once.

use app::wire::{BudgetInput, CreatedKey, Done, ErrorView, KeyFilterInput, KeyInput, KeyPage, KeyRow, WaitingSecret};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// Keys across clients.
#[tauri::command]
#[specta::specta]
pub async fn key_list(desk: State<'_, Desk>, filter: KeyFilterInput) -> Result<KeyPage, ErrorView> {
    Ok(query::key::key_list(desk.app()?, &filter).await?)
}

/// Makes a key.
#[tauri::command]
#[specta::specta]
pub async fn key_create(desk: State<'_, Desk>, input: KeyInput) -> Result<CreatedKey, ErrorView> {
    Ok(command::key::key_create(desk.app()?, Origin::Window, input).await?)
}

/// Changes a key.
#[tauri::command]
#[specta::specta]
pub async fn key_update(desk: State<'_, Desk>, id: String, input: KeyInput) -> Result<KeyRow, ErrorView> {
    Ok(command::key::key_update(desk.app()?, Origin::Window, &id, input).await?)
}

/// Shows a key's secret again.
#[tauri::command]
#[specta::specta]
pub async fn key_reveal(desk: State<'_, Desk>, id: String) -> Result<CreatedKey, ErrorView> {
    Ok(command::key::key_reveal(desk.app()?, Origin::Window, &id).await?)
}

/// Stops a key.
#[tauri::command]
#[specta::specta]
pub async fn key_pause(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::key::key_pause(desk.app()?, Origin::Window, &id).await?)
}

/// Lets a key work again.
#[tauri::command]
#[specta::specta]
pub async fn key_resume(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::key::key_resume(desk.app()?, Origin::Window, &id).await?)
}

/// Ends a key for good.
#[tauri::command]
#[specta::specta]
pub async fn key_revoke(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::key::key_revoke(desk.app()?, Origin::Window, &id).await?)
}

/// Makes a successor of a key.
#[tauri::command]
#[specta::specta]
pub async fn key_rotate(desk: State<'_, Desk>, id: String) -> Result<CreatedKey, ErrorView> {
    Ok(command::key::key_rotate(desk.app()?, Origin::Window, &id).await?)
}

/// Sets or clears a key's budget.
#[tauri::command]
#[specta::specta]
pub async fn key_budget(desk: State<'_, Desk>, id: String, budget: Option<BudgetInput>) -> Result<Done, ErrorView> {
    Ok(command::key::key_budget(desk.app()?, Origin::Window, &id, budget).await?)
}

/// The secret behind a ticket, while its dialog is open.
#[tauri::command]
#[specta::specta]
pub async fn secret_reveal(desk: State<'_, Desk>, ticket: String) -> Result<String, ErrorView> {
    Ok(command::key::secret_reveal(desk.app()?, &ticket).await?)
}

/// Forgets the secret behind a ticket.
#[tauri::command]
#[specta::specta]
pub async fn secret_stored(desk: State<'_, Desk>, ticket: String) -> Result<(), ErrorView> {
    Ok(command::key::secret_stored(desk.app()?, &ticket).await?)
}

/// Keys whose secret waits.
#[tauri::command]
#[specta::specta]
pub async fn secret_queue(desk: State<'_, Desk>) -> Result<Vec<WaitingSecret>, ErrorView> {
    Ok(query::key::secret_queue(desk.app()?).await?)
}

/// Waits no longer for a key's secret.
#[tauri::command]
#[specta::specta]
pub async fn secret_dequeue(desk: State<'_, Desk>, id: String) -> Result<(), ErrorView> {
    Ok(command::key::secret_dequeue(desk.app()?, &id).await?)
}

/// Takes a change back.
#[tauri::command]
#[specta::specta]
pub async fn undo(desk: State<'_, Desk>, ticket: String) -> Result<Done, ErrorView> {
    Ok(command::undo::undo(desk.app()?, Origin::Window, &ticket).await?)
}
