//! `cargo xtask ci`: one list of what has to pass, here and on the build machine.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::step::{cargo, command, npm, output_of, run, say};
use crate::{bindings, place, setup, sqlx, test, validators};

type Check = fn() -> Result<()>;

/// In this order: what is quick or wrong most often comes first, what needs the test binaries comes after them.
const CHECKS: [(&str, Check); 10] = [
    ("format", format),
    ("query data", sqlx::check),
    ("dependency policy", deny),
    ("ui check", || script("check")),
    ("ui lint", || script("lint")),
    ("clippy", clippy),
    ("documentation", documentation),
    ("tests", tests),
    ("e-invoices", validators::validators),
    ("bindings", bindings::check_built),
];

/// Runs every check even after a failure, then names the failed ones with what each took.
///
/// # Errors
/// The set-up fails, or at least one check does.
pub fn ci() -> Result<()> {
    setup::setup()?;
    let mut rows = Vec::new();
    for (name, check) in CHECKS {
        say(format_args!("── {name}"));
        let start = Instant::now();
        let ended = check();
        if let Err(error) = &ended {
            eprintln!("error: {name}: {error:#}");
        }
        rows.push((name, start.elapsed(), ended.is_ok()));
    }
    conclude(&rows)
}

fn conclude(rows: &[(&str, Duration, bool)]) -> Result<()> {
    for (name, took, good) in rows {
        say(format_args!("{} {name:<18} {:>6.1} s", if *good { "ok    " } else { "FAILED" }, took.as_secs_f32()));
    }
    let failed: Vec<&str> = rows.iter().filter(|(_, _, good)| !good).map(|(name, ..)| *name).collect();
    if !failed.is_empty() {
        bail!("{} of {} checks failed: {}", failed.len(), rows.len(), failed.join(", "));
    }
    say(format_args!("all {} checks passed", rows.len()));
    Ok(())
}

fn format() -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]), "`cargo fmt --all` puts it right")
}

fn clippy() -> Result<()> {
    let args = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run(&mut cargo(&args), "each warning above says what to write instead")
}

fn documentation() -> Result<()> {
    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"), "each warning above names the link or the item")
}

fn tests() -> Result<()> {
    let rust = test::rust(&[]).map(drop);
    let web = test::web();
    rust.and(web)
}

fn script(name: &str) -> Result<()> {
    run(&mut npm(&["run", name])?, "the findings are above")
}

/// Licences, sources and banned crates. Advisories live in a git repository of their own and are left to machines that
/// can reach it.
fn deny() -> Result<()> {
    let mut probe = cargo(&["deny", "--version"]);
    if output_of(&mut probe).is_none() {
        let remedy = "`cargo install cargo-deny --locked` installs it";
        if std::env::var_os("CI").is_some() {
            bail!("cargo-deny is not installed, so licences and sources are unchecked; {remedy}");
        }
        say(format_args!("cargo-deny is not installed, so licences and sources are NOT checked; {remedy}"));
        return Ok(());
    }
    let mut deny = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    deny.args(["deny", "--all-features", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    run(&mut deny, &format!("the rules are in {}", place::root().join("deny.toml").display()))
}
