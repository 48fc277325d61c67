//! Running other programs: one line before each, a sentence with the remedy when one fails.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::{place, setup::node};

/// Says one line of what is being done.
pub fn say(text: impl std::fmt::Display) {
    println!("xtask: {text}");
}

/// A command at the top of the repository.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(place::root());
    command
}

/// Cargo, the same one that runs us, on committed query data only.
pub fn cargo(args: &[&str]) -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL");
    command
}

/// npm in `ui/`, with the node that [`node`] found good enough.
pub fn npm(args: &[&str]) -> Result<Command> {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(place::ui()).args(args).env("PATH", node::search_path()?);
    Ok(command)
}

/// Runs to the end with our own input and output.
///
/// # Errors
/// The program cannot be started, or fails; the message ends in `remedy`.
pub fn run(command: &mut Command, remedy: &str) -> Result<()> {
    say(line(command));
    let status = command.status().with_context(|| absent(command, remedy))?;
    judge(command, status, remedy)
}

/// Runs to the end, showing each line of its standard output and handing it to `see`.
///
/// # Errors
/// As [`run`].
pub fn run_watched(command: &mut Command, remedy: &str, mut see: impl FnMut(&str)) -> Result<()> {
    say(line(command));
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| absent(command, remedy))?;
    if let Some(output) = child.stdout.take() {
        for bytes in BufReader::new(output).split(b'\n') {
            let text = String::from_utf8_lossy(&bytes?).into_owned();
            println!("{text}");
            see(&text);
        }
    }
    let status = child.wait()?;
    judge(command, status, remedy)
}

/// What a program prints, trimmed; `None` when it is absent or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn judge(command: &Command, status: ExitStatus, remedy: &str) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{}` ended with {status}; {remedy}", line(command))
}

fn absent(command: &Command, remedy: &str) -> String {
    format!("`{}` cannot be started; {remedy}", command.get_program().to_string_lossy())
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
