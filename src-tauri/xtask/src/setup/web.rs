//! The user interface: its packages as the lock file says, and a build as new as its sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::place;
use crate::step::{npm, run, say};

const REGISTRY: &str = "is the npm registry reachable from here?";
const BUILD: &str = "the message above names the file";
/// Everything in `ui/` that the build reads, apart from packages.
const SOURCES: [&str; 8] = [
    "src",
    "messages",
    "static",
    "index.html",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "project.inlang/settings.json",
];

/// Installs the locked packages unless exactly these are installed.
///
/// # Errors
/// `npm ci` fails.
pub fn packages() -> Result<()> {
    let lock = place::ui().join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("`{}` cannot be read", lock.display()))?;
    let stamp = place::ui().join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    fs::write(&stamp, wanted).with_context(|| format!("`{}` cannot be written", stamp.display()))
}

/// `npm ci` refuses a lock file that leaves out optional packages of other systems, which is what npm writes behind a
/// registry that does not carry them. `npm install --no-save` takes the same file, and every version in it, as it is.
fn install() -> Result<()> {
    let quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
    if run(npm(&["ci"])?.args(quiet).stderr(Stdio::null()), REGISTRY).is_ok() {
        return Ok(());
    }
    say("`npm ci` refuses the lock file: installing the versions it names all the same");
    run(npm(&["install", "--no-save"])?.args(quiet), REGISTRY)
}

/// Builds `ui/dist` unless it is newer than every source. Tauri embeds it, so no Rust of the shell compiles without.
///
/// # Errors
/// `npm run build` fails.
pub fn built() -> Result<()> {
    let dist = place::ui().join("dist/index.html");
    let sources = SOURCES.iter().filter_map(|name| newest(&place::ui().join(name))).max();
    if modified(&dist).is_some_and(|dist| sources.is_none_or(|sources| sources <= dist)) {
        say("the user interface is built");
        return Ok(());
    }
    run(&mut npm(&["run", "build"])?, BUILD)
}

/// The newest change below a path; generated messages are left out, since checks write them too.
fn newest(path: &Path) -> Option<SystemTime> {
    if path.ends_with("paraglide") {
        return None;
    }
    if !path.is_dir() {
        return modified(path);
    }
    let entries: Vec<PathBuf> = fs::read_dir(path).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.iter().filter_map(|entry| newest(entry)).max()
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|meta| meta.modified()).ok()
}
