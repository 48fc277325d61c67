//! The desktop shell: one window over `app`.
//!
//! **Owns:** the window, the list of commands, passing events on, and syncing by the clock while the window is open.
//! **Does not own:** any decision; a command here is one statement.

pub mod command;
pub mod desk;
pub mod event;
pub mod window;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use app::{App, AppError, AppOptions, Origin, Profile};
use tauri::{Manager, async_runtime};

use crate::desk::Desk;
use crate::event::ToWindow;

/// Opens the window and serves it until it is closed.
///
/// # Errors
/// The web view of the operating system cannot be used.
pub fn run(started: Instant, arguments: &[String]) -> tauri::Result<()> {
    let sandbox = arguments.iter().any(|argument| argument == "--sandbox");
    let commands = command::builder();
    tauri::Builder::default()
        .invoke_handler(commands.invoke_handler())
        .setup(move |tauri| {
            commands.mount_events(tauri);
            let options = AppOptions::system(Arc::new(ToWindow(tauri.handle().clone())));
            let opened = async_runtime::block_on(opened(options));
            if let Ok(app) = &opened {
                async_runtime::spawn(attend(app.clone(), sandbox));
            }
            tauri.manage(Desk::new(opened, started));
            window::open(tauri)?;
            Ok(())
        })
        .run(tauri::generate_context!())
}

async fn opened(options: AppOptions) -> Result<App, AppError> {
    let profile = Profile::of_environment()?;
    // The log is written until the program ends: nothing may drop its guard before.
    Box::leak(Box::new(app::logging::start(&profile)?));
    App::open(profile, options).await
}

/// What goes on while the window is open: the sandbox if it was asked for, then a sync every few minutes.
async fn attend(app: App, sandbox: bool) {
    if sandbox && let Err(problem) = app::command::gateway::sandbox_open(&app, Origin::System).await {
        tracing::error!(%problem, "the sandbox could not be opened");
    }
    let mut last = app.now();
    loop {
        tokio::time::sleep(Duration::from_secs(20)).await;
        let Ok(settings) = app::query::setting::settings(&app).await else { continue };
        let minutes = i64::from(settings.sync_minutes);
        if minutes > 0 && app.now().as_millis() - last.as_millis() >= minutes * 60_000 {
            last = app.now();
            // What fails is on the gateway's row, for the window to show.
            let _ = app::command::sync::sync_run(&app, Origin::System, None).await;
        }
    }
}
