//! Notices of low balances.

use app::wire::{ErrorView, NoticeMessage, NoticeView};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// Marks a notice as seen.
#[tauri::command]
#[specta::specta]
pub async fn notice_seen(desk: State<'_, Desk>, notice: String) -> Result<Vec<NoticeView>, ErrorView> {
    Ok(command::notice::notice_seen(desk.app()?, Origin::Window, &notice).await?)
}

/// What the client could be sent.
#[tauri::command]
#[specta::specta]
pub async fn notice_message(desk: State<'_, Desk>, notice: String) -> Result<NoticeMessage, ErrorView> {
    Ok(query::notice::notice_message(desk.app()?, &notice).await?)
}
