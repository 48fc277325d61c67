//! The command line under test, run as a person runs it.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::Group;
use crate::{Profile, place};

/// What one run of `purser` gave.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The arguments, for messages.
    pub line: String,
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Itself, when the exit code is 0.
    ///
    /// # Errors
    /// Any other ending, with what was printed.
    pub fn success(self) -> Result<Self> {
        let Self { line, code, stdout, stderr } = &self;
        ensure!(*code == Some(0), "`purser {line}` ended with {code:?}\nstdout: {stdout}\nstderr: {stderr}");
        Ok(self)
    }

    /// Standard output as JSON, of a successful run.
    ///
    /// # Errors
    /// The run failed, or its output is not JSON.
    pub fn json(self) -> Result<Value> {
        let ran = self.success()?;
        serde_json::from_str(&ran.stdout).with_context(|| format!("`purser {}` printed: {}", ran.line, ran.stdout))
    }
}

/// Runs `purser` with these arguments on this profile.
///
/// # Errors
/// It is not built or cannot be started; its own failure is an exit code in the result.
pub fn cli(profile: &Profile, args: &[&str]) -> Result<Ran> {
    cli_with_input(profile, args, "")
}

/// Runs `purser` with `input` on its standard input, which is how it takes secrets.
///
/// # Errors
/// As [`cli`].
pub fn cli_with_input(profile: &Profile, args: &[&str], input: &str) -> Result<Ran> {
    let mut purser = command(profile, args)?;
    let piped = purser.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().context("`purser` cannot be started")?;
    if let Some(mut stdin) = child.stdin.take() {
        // A run that wants no input may close it early.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().context("`purser` cannot be waited for")?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    Ok(Ran { line: args.join(" "), code: output.status.code(), stdout, stderr })
}

/// A `purser` that is still running.
#[derive(Debug)]
pub struct Started(Group);

impl Started {
    /// Ends it as `kill -9` does.
    pub fn kill(mut self) {
        self.0.kill();
    }

    /// Whether it has ended by itself.
    pub fn ended(&mut self) -> bool {
        self.0.ended()
    }
}

/// Starts `purser` without waiting for it; its output is dropped.
///
/// # Errors
/// As [`cli`].
pub fn cli_start(profile: &Profile, args: &[&str]) -> Result<Started> {
    let mut purser = command(profile, args)?;
    Ok(Started(Group::start(purser.stdout(Stdio::null()).stderr(Stdio::null()))?))
}

fn command(profile: &Profile, args: &[&str]) -> Result<Command> {
    let mut purser = Command::new(place::program("PURSER_BIN", "purser")?);
    purser.arg("--profile").arg(profile.path()).args(args);
    purser.env("PURSER_HOME", profile.path()).env("NO_COLOR", "1").env_remove("RUST_LOG");
    Ok(purser)
}
