//! An embedded gateway: a small real server in the process, with an invented agency inside.
//!
//! **Owns:** the admin API described in `openapi.json` (so that any gateway can adopt it), an OpenAI-compatible endpoint
//! that really enforces, and a seeded history that is computed, never stored. **Does not own:** anything of Purser: it
//! knows neither its adapter nor its database.
//!
//! ```no_run
//! # async fn run(clock: sandbox::Clock, random: [u8; 32]) -> Result<(), sandbox::SandboxError> {
//! let sandbox = sandbox::Sandbox::open(Some("sandbox.json".into()), 1, clock)?;
//! let server = sandbox.serve(random).await?;
//! // … speak to server.base_url with server.admin_token …
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use domain::Timestamp;

pub mod agency;
mod book;
pub mod catalogue;
mod draws;
mod pace;
pub mod routing;
mod secret;
mod server;
mod state;
pub mod traffic;
mod wire;

pub use server::Server;
pub use wire::BadSetting;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Why the sandbox could not be opened, kept or served.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The state file is there and cannot be read.
    #[error("the sandbox's file {} cannot be read ({why}): check its permissions", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        why: io::Error,
    },
    /// The state file cannot be replaced.
    #[error("the sandbox's file {} cannot be written ({why}): check the folder and the space left", file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        why: io::Error,
    },
    /// The state file is not what was written.
    #[error("the sandbox's file {} is damaged ({why}): delete it to start the sandbox afresh", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What does not fit.
        why: serde_json::Error,
    },
    /// The state file was written by a later release.
    #[error("the sandbox's file {} is of a later release: update Purser, or delete it to start afresh", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
    },
    /// No port of this machine can be listened on.
    #[error("the sandbox cannot listen on this machine ({0}): close what uses up the ports, then try again")]
    Listen(io::Error),
    /// The invented agency holds a value that its own rules refuse.
    #[error("the sandbox's own data is refused: {0}")]
    Seed(#[from] BadSetting),
}

/// A sandbox, opened and not yet served.
#[derive(Clone)]
pub struct Sandbox {
    state: Arc<Mutex<state::State>>,
    clock: Clock,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sandbox")
    }
}

impl Sandbox {
    /// Opens a sandbox: the one in `state_file`, or a new one with the agency of `seed` inside, whose history ends now.
    /// Without a file nothing outlives the value. The seed of an existing file is kept.
    ///
    /// # Errors
    /// The file is unreadable, unwritable, damaged or of a later release.
    pub fn open(state_file: Option<PathBuf>, seed: u64, clock: Clock) -> Result<Self, SandboxError> {
        let state = state::State::open(state_file, seed, clock())?;
        Ok(Self { state: Arc::new(Mutex::new(state)), clock })
    }

    /// Serves on a free port of 127.0.0.1 until the [`Server`] is shut down or dropped. The admin token is made from
    /// `random` anew each time and kept nowhere.
    ///
    /// # Errors
    /// [`SandboxError::Listen`].
    pub async fn serve(&self, random: [u8; 32]) -> Result<Server, SandboxError> {
        server::serve(Arc::clone(&self.state), Arc::clone(&self.clock), random).await
    }
}
