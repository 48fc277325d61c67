//! `cargo xtask <task>`: everything a person or a machine does with this repository.
//!
//! **Owns:** the order of the tools and what to say when one of them is missing. **Does not own:** what they check:
//! tests, lints and benches live with the code they are about. Standard library and `anyhow` only, so that a fresh
//! checkout gets its first line of output within seconds.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task runner talks to the person who started it")]

mod bench;
mod bindings;
mod ci;
mod place;
mod run;
mod setup;
mod sqlx;
mod step;
mod tally;
mod test;
mod validators;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask <task>

  setup                 install what is missing: system packages, node packages, the built window
  run [--headless] [--own-profile] [-- ARGS]
                        open the window on the embedded sandbox, or take the tour where there is no display
  test [FILTER…]        every test: Rust, user interface, real window
  ci                    what has to pass before a change is in: format, lints, documentation, tests, policy
  bench [--large] [store|render|window]…
                        figures of speed and size on a million cached requests, or ten million, in one table
  bindings [--check]    write ui/src/lib/backend/bindings.ts from the commands, or compare it
  validators            hold e-invoices written for it to the official rules (XSD, Schematron, PDF/A-3)
  queries [--check]     write src-tauri/crates/store/.sqlx from the queries and migrations, or compare it";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[&str]) -> Result<()> {
    match args {
        ["setup"] => setup::setup(),
        ["run", rest @ ..] => run::run(rest),
        ["test", rest @ ..] => test::test(rest),
        ["ci"] => ci::ci(),
        ["bench", rest @ ..] => bench::bench(rest),
        [bench::INNER_WINDOW, rest @ ..] => bench::window::measure(rest),
        ["validators"] => validators::validators(),
        ["queries"] => sqlx::write(),
        ["queries", "--check"] => sqlx::check(),
        ["bindings"] => bindings::write(),
        ["bindings", "--check"] => bindings::check(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        [task, ..] => bail!("there is no task `{}`\n\n{USAGE}", task),
    }
}
