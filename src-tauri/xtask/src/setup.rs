//! `cargo xtask setup`: what is missing gets installed, and it says what it does.

pub mod debian;
pub mod node;
mod web;

use anyhow::Result;

use crate::step::say;

/// What the app and its tests need elsewhere, for people to install by their own means.
const ELSEWHERE: &str = "this is not Debian or Ubuntu: install by your own means what Tauri 2 lists as prerequisites, \
    node 20.19 or newer with npm, sqlite3 and poppler; window tests need Linux with WebKitWebDriver, Xvfb and gnome-keyring";

/// Brings this machine to where everything builds and runs: system packages, node packages, the built user interface.
///
/// # Errors
/// Something is missing and could not be installed; the message names it and the command that would.
pub fn setup() -> Result<()> {
    if debian::here() {
        debian::install_missing()?;
    } else {
        say(ELSEWHERE);
    }
    node::ready()?;
    web::packages()?;
    web::built()
}
