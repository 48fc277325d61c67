//! The overview.

use app::query;
use app::wire::{AmountView, ErrorView, OverviewView, PaletteHit};
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

/// Sums of amounts on the screen, one list after the other.
#[tauri::command]
#[specta::specta]
#[allow(clippy::unused_async, reason = "commands are async so that none blocks the window")]
pub async fn amount_sums(lists: Vec<Vec<AmountView>>) -> Result<Vec<Vec<AmountView>>, ErrorView> {
    Ok(query::amount::amount_sums(&lists)?)
}
