//! The log: one file a day in the profile, each line scrubbed of everything that looks like a secret.
//!
//! **Owns:** where log lines go and that no secret goes with them. **Does not own:** what is logged.

use std::io::{self, Write};
use std::path::Path;

use gateway::layer::redaction::scrub;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::context::make_folder;
use crate::wire::Code;
use crate::{AppError, Profile};

/// The environment variable that says how much is logged, as `tracing` spells it.
pub const LEVEL_VARIABLE: &str = "PURSER_LOG";
/// Log files kept, one a day.
const FILES: usize = 14;

/// Starts logging for this process. What it gives back must live as long as the process logs.
///
/// # Errors
/// The folder cannot be made or written.
pub fn start(profile: &Profile) -> Result<WorkerGuard, AppError> {
    let (writer, guard) = tracing_appender::non_blocking(Scrubbing(files(&profile.log_dir())?));
    let filter = EnvFilter::try_from_env(LEVEL_VARIABLE).unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).finish();
    // A second start in one process (a test, a restart of the window) goes on with the first one's log.
    let _first_wins = tracing::subscriber::set_global_default(log);
    Ok(guard)
}

/// A writer of log lines into the folder's file of the day, for a subscriber of one's own.
///
/// # Errors
/// The folder cannot be made or written.
pub fn writer(folder: &Path) -> Result<impl for<'w> MakeWriter<'w> + Send + Sync + 'static, AppError> {
    let files = std::sync::Mutex::new(Scrubbing(files(folder)?));
    Ok(files)
}

fn files(folder: &Path) -> Result<RollingFileAppender, AppError> {
    make_folder(folder)?;
    let daily = RollingFileAppender::builder().rotation(Rotation::DAILY).max_log_files(FILES);
    daily.filename_prefix("purser").filename_suffix("log").build(folder).map_err(|why| {
        AppError::new(Code::Storage, format!("no log can be written to {} ({why})", folder.display()))
            .hint("Check the folder's permissions and the space left on the disk.")
    })
}

/// Passes on lines without secrets. The formatter writes a line at once, so a secret is never split between two writes.
struct Scrubbing<W>(W);

impl<W: Write> Write for Scrubbing<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(scrub(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s0_04_a_secret_that_reaches_the_log_is_not_written() {
        let mut log = Scrubbing(Vec::new());
        log.write_all("refused sk-canary-0123456789abcdef for team-1\n".as_bytes()).unwrap();
        assert_eq!(String::from_utf8(log.0).unwrap(), "refused [redacted] for team-1\n");
    }
}
