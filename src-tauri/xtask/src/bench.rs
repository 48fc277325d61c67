//! `cargo xtask bench`: every figure of speed and size in one table.
//!
//! Bench targets measure and print; this only gathers. A figure is a line `NAME  VALUE [goal GOAL]` with at least two
//! blanks after the name. The store is measured on a million cached requests, or ten million with `--large`; the window
//! then opens on that very profile. `PURSER_BENCH_ROWS` and `PURSER_BENCH_HOME` override both.

mod figure;
mod memory;
pub mod window;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::{cargo, run_watched, say};
use crate::{place, setup};
use figure::Figure;

/// The task that `bench window` starts again under a virtual display.
pub const INNER_WINDOW: &str = "bench-inner-window";

const REMEDY: &str = "the message above says what the bench met";

/// Requests that are measured on, by default and with `--large`.
const ROWS: (u64, u64) = (1_000_000, 10_000_000);
const BENCHES: [&str; 5] = ["billing", "store", "render", "app", "window"];

/// What to measure, and on how much.
#[derive(Debug, PartialEq, Eq)]
struct Ask<'a> {
    names: Vec<&'a str>,
    large: bool,
}

/// Runs the named benches, or all: `billing`, `store`, `render`, `app`, `window`; with `--large` on ten million requests.
///
/// # Errors
/// An unknown name, a build error, or a bench that fails.
pub fn bench(args: &[&str]) -> Result<()> {
    let ask = parse(args)?;
    setup::setup()?;
    let profile = profile(&ask)?;
    let mut figures = Vec::new();
    for name in &ask.names {
        let found = match *name {
            "window" => window::bench(&profile)?,
            "store" => gather(name, &mut store(&ask, &profile))?,
            _ => gather(name, &mut cargo(&["bench", "--package", name, "--bench", name]))?,
        };
        figures.extend(found);
    }
    table(&figures);
    Ok(())
}

fn parse<'a>(args: &[&'a str]) -> Result<Ask<'a>> {
    let large = args.contains(&"--large");
    let mut names: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--large").collect();
    if let Some(unknown) = names.iter().find(|name| !BENCHES.contains(name)) {
        bail!("there is no bench `{unknown}`; there are billing, store, render, app and window, and `--large`");
    }
    if names.is_empty() {
        names = BENCHES.to_vec();
    }
    Ok(Ask { names, large })
}

fn rows(ask: &Ask<'_>) -> u64 {
    if ask.large { ROWS.1 } else { ROWS.0 }
}

/// The profile that the store's bench fills and the window opens. Ten million requests take minutes to make, so those
/// are kept, and later runs only report on them; delete the folder to measure the ingest again.
fn profile(ask: &Ask<'_>) -> Result<PathBuf> {
    let profile = place::target().join(format!("bench-profile-{}", rows(ask)));
    let made = profile.join("purser.db");
    if ask.large && made.exists() {
        say(format_args!("reporting on `{}` as it is; delete it to measure the ingest again", made.display()));
    } else if ask.names.contains(&"store") && profile.exists() {
        fs::remove_dir_all(&profile).with_context(|| format!("`{}` cannot be emptied", profile.display()))?;
    }
    Ok(profile)
}

fn store(ask: &Ask<'_>, profile: &Path) -> Command {
    let mut bench = cargo(&["bench", "--package", "store", "--bench", "store"]);
    bench.env("PURSER_BENCH_KEEP", profile);
    if std::env::var_os("PURSER_BENCH_ROWS").is_none() {
        bench.env("PURSER_BENCH_ROWS", rows(ask).to_string());
    }
    bench
}

/// Runs a bench and keeps its figures.
fn gather(name: &str, bench: &mut Command) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    run_watched(bench, REMEDY, |line| figures.extend(figure::read(name, line)))?;
    Ok(figures)
}

fn table(figures: &[Figure]) {
    let width = |of: fn(&Figure) -> &str| figures.iter().map(|figure| of(figure).chars().count()).max().unwrap_or(0);
    let (names, values) = (width(|figure| &figure.name), width(|figure| &figure.value));
    say(format_args!("{} figures", figures.len()));
    for Figure { name, value, goal } in figures {
        println!("{name:<names$}  {value:>values$}  {goal}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_are_named_and_the_large_one_is_asked_for() {
        let ask = |args: &[&'static str]| parse(args).expect("valid");
        assert_eq!(ask(&[]), Ask { names: BENCHES.to_vec(), large: false });
        assert_eq!(ask(&["--large", "store"]), Ask { names: vec!["store"], large: true });
        assert!(parse(&["stroe"]).is_err(), "a misspelt bench is not passed over");
    }
}
