//! `cargo xtask bench`: every figure of speed and size in one table.
//!
//! Bench targets measure and print; this only gathers. A figure is a line `NAME  VALUE [goal GOAL]` with at least two
//! blanks after the name. `PURSER_BENCH_ROWS` (store) and `PURSER_BENCH_HOME` (window) set how much is measured on.

mod figure;
mod memory;
pub mod window;

use std::process::Command;

use anyhow::{Result, bail};

use crate::setup;
use crate::step::{cargo, run_watched, say};
use figure::Figure;

/// The task that `bench window` starts again under a virtual display.
pub const INNER_WINDOW: &str = "bench-inner-window";

const REMEDY: &str = "the message above says what the bench met";

/// Runs the named benches, or all: `store`, `render`, `window`.
///
/// # Errors
/// An unknown name, a build error, or a bench that fails.
pub fn bench(names: &[&str]) -> Result<()> {
    let names = if names.is_empty() { &["store", "render", "window"] } else { names };
    if let Some(unknown) = names.iter().find(|name| !["store", "render", "window"].contains(name)) {
        bail!("there is no bench `{unknown}`; there are store, render and window");
    }
    setup::setup()?;
    let mut figures = Vec::new();
    for name in names {
        let found = if *name == "window" { window::bench()? } else { package(name)? };
        figures.extend(found);
    }
    table(&figures);
    Ok(())
}

fn package(name: &str) -> Result<Vec<Figure>> {
    gather(name, &mut cargo(&["bench", "--package", name, "--bench", name]))
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
