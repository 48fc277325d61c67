//! The overview.

use app::query;
use app::wire::{ErrorView, OverviewView, PaletteHit};
use tauri::State;

use crate::desk::Desk;

/// The Monday screen.
#[tauri::command]
#[specta::specta]
pub async fn overview(desk: State<'_, Desk>) -> Result<OverviewView, ErrorView> {
    Ok(query::overview::overview(desk.app()?).await?)
}

/// Hits of the command palette.
#[tauri::command]
#[specta::specta]
pub async fn palette(desk: State<'_, Desk>, text: String) -> Result<Vec<PaletteHit>, ErrorView> {
    Ok(query::palette::palette(desk.app()?, &text).await?)
}
