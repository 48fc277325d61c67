//! Tauri's scaffolding: configuration, permissions and the one capability of the main window.
//!
//! **Owns:** turning `src/command_names.rs` into permissions. **Does not own:** the window, the content security policy
//! and the bundle, which `tauri.conf.json` states.
//!
//! `tauri-build` writes `gen/` and `permissions/` into its working directory. The desktop package lives at the top of
//! the repository, so that would litter the top; it runs in a scratch directory below `OUT_DIR` instead.
#![allow(clippy::print_stdout, reason = "a build script speaks to cargo on standard output")]

use std::path::{Path, PathBuf};
use std::{env, error::Error, fs, process::ExitCode};

use tauri_build::{AppManifest, Attributes};

include!("src/command_names.rs");

fn main() -> ExitCode {
    match scaffold() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error=the Tauri scaffolding could not be built: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn scaffold() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let scratch = PathBuf::from(env::var("OUT_DIR")?).join("tauri");
    watch(&root);
    let capability = prepare(&root, &scratch)?;
    env::set_current_dir(&scratch)?;
    tauri_build::try_build(
        Attributes::new()
            .config_path(root.join("tauri.conf.json"))
            .capabilities_path_pattern(capability)
            .app_manifest(AppManifest::new().commands(COMMANDS)),
    )?;
    Ok(())
}

/// Fills a fresh scratch directory and tells where the capability is. The pattern must live for ever.
fn prepare(root: &Path, scratch: &Path) -> Result<&'static str, Box<dyn Error>> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch.join("capabilities"))?;
    fs::copy(root.join("Cargo.toml"), scratch.join("Cargo.toml"))?;
    fs::write(scratch.join("capabilities/main.json"), capability())?;
    Ok("./capabilities/main.json")
}

/// What the main window may do: listen to the shell's events, and call the commands of the list. No `core:default`, no
/// plugin, no remote page.
fn capability() -> String {
    let events = ["core:event:allow-listen", "core:event:allow-unlisten"].map(str::to_owned);
    let commands = COMMANDS.iter().map(|name| format!("allow-{}", name.replace('_', "-")));
    let permissions: Vec<String> = events.into_iter().chain(commands).map(|name| format!("\"{name}\"")).collect();
    format!(
        r#"{{"identifier":"main","description":"The main window","windows":["main"],"permissions":[{}]}}"#,
        permissions.join(",")
    )
}

fn watch(root: &Path) {
    for path in ["Cargo.toml", "tauri.conf.json", "src-tauri/build.rs", "src-tauri/src/command_names.rs", "icons"] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
}
