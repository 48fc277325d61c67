//! A process and everything it starts, ended together whatever happens.

use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A child in a process group of its own. Dropping it kills the group: a window left behind by a failed test would hold
/// the output pipe and hang the whole run.
#[derive(Debug)]
pub(crate) struct Group(Child);

impl Group {
    /// Starts a command as the head of a new group.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.stdin(Stdio::null()).spawn();
        let name = command.get_program().to_string_lossy().into_owned();
        Ok(Self(child.with_context(|| format!("`{name}` cannot be started; `cargo xtask setup` installs it"))?))
    }

    /// Whether it has ended by itself.
    pub(crate) fn ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)) | Err(_))
    }

    /// Kills the group at once, without a chance to tidy up.
    pub(crate) fn kill(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
