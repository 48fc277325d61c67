//! What the window hears without asking. Tauri wants event types of its own crate; these only wrap the app's.

use app::EventSink;
use app::wire;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;

/// Some rows may be stale.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct ChangedEvent(pub wire::Changed);

/// Long work has come further.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct ProgressEvent(pub wire::Progress);

/// Passes the app's events on to the window.
pub struct ToWindow(pub AppHandle);

impl EventSink for ToWindow {
    fn changed(&self, changed: wire::Changed) {
        // A window that has just closed need not hear it.
        let _ = ChangedEvent(changed).emit(&self.0);
    }

    fn progress(&self, progress: wire::Progress) {
        let _ = ProgressEvent(progress).emit(&self.0);
    }
}
