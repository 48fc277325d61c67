//! `cargo xtask test`: everything that can fail, unattended, as root or not.

use std::process::Command;

use anyhow::{Result, bail};

use crate::step::{cargo, command, npm, run, run_watched, say};
use crate::{place, tally::Tally};
use crate::{setup, validators};

/// Builds once, then runs every Rust test (the real window included) and every test of the user interface.
///
/// # Errors
/// A missing package that could not be installed, a build error, or a failed test.
pub fn test(filters: &[&str]) -> Result<()> {
    setup::setup()?;
    let rust = rust(filters);
    let web = if filters.is_empty() { web().and_then(|()| validators::validators()) } else { Ok(()) };
    match (rust, web) {
        (Ok(tally), Ok(())) => {
            say(format_args!("Rust: {tally}"));
            Ok(())
        }
        (Err(error), Ok(())) | (Ok(_), Err(error)) => Err(error),
        (Err(rust), Err(web)) => bail!("{rust:#}\nand: {web:#}"),
    }
}

/// Runs the Rust tests under a virtual display and a throw-away keyring.
///
/// # Errors
/// A build error, or a failed test.
pub fn rust(filters: &[&str]) -> Result<Tally> {
    // One command for programs and tests together: cargo then picks one set of features, and the tests below reuse it.
    let build = ["build", "--workspace", "--bins", "--tests"];
    run(&mut cargo(&build), "the compiler's message above says why")?;
    let mut tally = Tally::default();
    let mut tests = under_display();
    tests.args(["test", "--workspace", "--no-fail-fast"]).args(filters);
    let ended = run_watched(&mut tests, "the failed tests are named above", |line| tally.see(line));
    say(format_args!("Rust: {tally}"));
    ended.map(|()| tally)
}

/// Runs the unit tests of the user interface.
///
/// # Errors
/// A failed test.
pub fn web() -> Result<()> {
    run(&mut npm(&["run", "test"])?, "the failed tests are named above")
}

/// Cargo on a virtual display with a keyring of its own; plain where the tools are missing, and says so.
fn under_display() -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut tests = if place::on_path("xvfb-run") {
        let mut xvfb = command("xvfb-run");
        xvfb.args(["--auto-servernum", "--server-args=-screen 0 1400x1000x24"]);
        xvfb.arg(place::root().join("tests/with-keyring.sh")).arg(cargo);
        xvfb
    } else {
        say("xvfb-run is not here: window tests use the display there is");
        with_keyring(&cargo)
    };
    tests.env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL");
    tests.env("PURSER_BIN", place::program("debug", "purser"));
    tests.env("PURSER_DESKTOP_BIN", place::program("debug", "purser-desktop"));
    tests
}

/// `program` behind a private bus and a throw-away keyring, where gnome-keyring is installed; plain elsewhere.
pub fn with_keyring(program: &str) -> Command {
    if !place::on_path("gnome-keyring-daemon") || !place::on_path("dbus-run-session") {
        return command(program);
    }
    let mut wrapped = command(place::root().join("tests/with-keyring.sh"));
    wrapped.arg(program);
    wrapped
}
