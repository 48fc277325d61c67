//! `cargo xtask bindings`: the typed commands of the window, written by a test of the shell.

use anyhow::{Result, ensure};

use crate::setup;
use crate::step::{cargo, run_watched};
use crate::tally::Tally;

const REMEDY: &str = "`cargo xtask bindings` writes them anew; commit the file";

/// Writes `ui/src/lib/backend/bindings.ts` anew.
///
/// # Errors
/// The shell does not build, or has no binding test.
pub fn write() -> Result<()> {
    setup::setup()?;
    export(&["test", "--package", "purser", "--lib", "bindings"], true)
}

/// Compares the committed bindings with the commands.
///
/// # Errors
/// The bindings are out of date, the shell does not build, or has no binding test.
pub fn check() -> Result<()> {
    setup::setup()?;
    export(&["test", "--package", "purser", "--lib", "bindings"], false)
}

/// As [`check`], from the binaries that a run over the whole workspace has just built.
///
/// # Errors
/// As [`check`].
pub fn check_built() -> Result<()> {
    export(&["test", "--workspace", "--lib", "bindings"], false)
}

fn export(args: &[&str], update: bool) -> Result<()> {
    let mut test = cargo(args);
    if update {
        test.env("UPDATE_BINDINGS", "1");
    } else {
        test.env_remove("UPDATE_BINDINGS");
    }
    let mut tally = Tally::default();
    run_watched(&mut test, REMEDY, |line| tally.see(line))?;
    ensure!(tally.passed > 0, "no test of the shell is named `bindings…`, so nothing compared the bindings");
    Ok(())
}
