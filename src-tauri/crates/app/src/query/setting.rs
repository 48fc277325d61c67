//! Settings, and what they are chosen from.

use domain::Zone;

use crate::wire::SettingsView;
use crate::{App, AppError};

/// The setting that holds the minutes between syncs.
pub(crate) const SYNC_MINUTES: &str = "sync.minutes";
/// Minutes between syncs until something else is said.
pub(crate) const SYNC_MINUTES_UNSAID: u16 = 5;

/// Everything on the settings screen.
///
/// # Errors
/// The store cannot be read.
pub async fn settings(app: &App) -> Result<SettingsView, AppError> {
    let agency = app.agency().await?;
    let minutes = app.store().reader().await?.setting().get(SYNC_MINUTES).await?;
    let (vault, problem) = app.vaults().current().state().await;
    Ok(SettingsView {
        agency,
        vault,
        vault_problem: problem.map(|error| error.message),
        data_dir: app.profile().data_dir.display().to_string(),
        documents_dir: app.profile().documents_dir.display().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sync_minutes: minutes.and_then(|text| text.parse().ok()).unwrap_or(SYNC_MINUTES_UNSAID),
    })
}

/// Every time zone, by name.
///
/// # Errors
/// None at present.
pub async fn zone_list(_app: &App) -> Result<Vec<String>, AppError> {
    Ok(Zone::names())
}
