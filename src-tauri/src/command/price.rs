//! The price book.

use app::wire::{ErrorView, PriceBookView, PriceChange, PricePreview};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// The price book.
#[tauri::command]
#[specta::specta]
pub async fn price_book(desk: State<'_, Desk>) -> Result<PriceBookView, ErrorView> {
    Ok(query::price::price_book(desk.app()?).await?)
}

/// What a change would have done last month.
#[tauri::command]
#[specta::specta]
pub async fn price_preview(desk: State<'_, Desk>, change: PriceChange) -> Result<PricePreview, ErrorView> {
    Ok(query::price::price_preview(desk.app()?, &change).await?)
}

/// Makes a new edition.
#[tauri::command]
#[specta::specta]
pub async fn price_set(desk: State<'_, Desk>, change: PriceChange) -> Result<PriceBookView, ErrorView> {
    Ok(command::price::price_set(desk.app()?, Origin::Window, &change).await?)
}
