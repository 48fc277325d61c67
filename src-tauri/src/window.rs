//! The main window: made by hand so that it can refuse to leave its own pages.

use tauri::utils::config::WindowConfig;
use tauri::{App, Url, WebviewWindowBuilder};

/// Opens the main window as `tauri.conf.json` describes it.
///
/// # Errors
/// The web view cannot be made.
pub fn open(app: &App) -> tauri::Result<()> {
    let config: Option<&WindowConfig> = app.config().app.windows.first();
    let Some(config) = config else { return Ok(()) };
    WebviewWindowBuilder::from_config(app.handle(), config)?.on_navigation(is_own).build()?;
    Ok(())
}

/// Only the bundled pages; the development server in debug builds. A page can otherwise navigate anywhere (tauri.md §9).
fn is_own(url: &Url) -> bool {
    let bundled = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost") || url.as_str() == "about:blank";
    let development = cfg!(debug_assertions) && url.host_str() == Some("localhost") && url.port() == Some(5173);
    bundled || development
}
