//! The desktop program.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;
use std::time::Instant;

/// Setting documents asks for memory all the time: a month end takes an eighth less with it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let started = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match purser_desktop::run(started, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

#[allow(clippy::print_stderr, reason = "there is no window to say it in")]
fn fail(problem: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("Purser cannot open its window: {problem}. On Linux, install WebKitGTK 4.1.");
    ExitCode::FAILURE
}
