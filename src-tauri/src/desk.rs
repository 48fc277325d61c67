//! The open app, or the sentence that says why it could not be opened.

use std::time::Instant;

use app::wire::ErrorView;
use app::{App, AppError};
use tauri::State;

/// What every command starts from. A profile that cannot be opened (a newer database, a full disk) must not keep the
/// window away: it opens, and every command answers the reason.
pub struct Desk {
    app: Result<App, AppError>,
    started: Instant,
}

impl Desk {
    /// Keeps the outcome of opening the app.
    #[must_use]
    pub fn new(app: Result<App, AppError>, started: Instant) -> Self {
        Self { app, started }
    }

    /// The app.
    ///
    /// # Errors
    /// It could not be opened.
    pub fn app(&self) -> Result<&App, AppError> {
        self.app.as_ref().map_err(Clone::clone)
    }
}

/// The window shows its first figures. Measured when asked for by the environment.
#[tauri::command]
#[specta::specta]
#[allow(clippy::unused_async, reason = "commands are async so that none blocks the window")]
pub async fn painted(desk: State<'_, Desk>) -> Result<(), ErrorView> {
    if std::env::var_os("PURSER_MEASURE").is_some() {
        report(desk.started.elapsed().as_millis());
    }
    Ok(())
}

#[allow(clippy::print_stderr, reason = "the benchmark reads this line")]
fn report(millis: u128) {
    eprintln!("PURSER_FIRST_PAINT_MS={millis}");
}
