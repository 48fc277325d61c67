//! Why a pull did not come to its end.

use gateway::{ErrorKind, GatewayError};
use store::StoreError;

/// Why a pull did not come to its end. `Display` is a sentence that holds no credential.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SyncError {
    /// The gateway did not give what was asked for.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The database could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program's own task ended early.
    #[error("the sync of this gateway ended early ({0}): sync again, and report this if it comes back")]
    Broken(String),
}

impl SyncError {
    /// Whether nothing else can be had from this gateway at present either.
    #[must_use]
    pub fn is_dead_end(&self) -> bool {
        use ErrorKind::{BadAddress, NotThisProduct, RateLimited, Tls, TooOld, Unauthorized, Unreachable};
        let dead = [BadAddress, NotThisProduct, RateLimited, Tls, TooOld, Unauthorized, Unreachable];
        match self {
            Self::Gateway(error) => dead.contains(&error.kind),
            Self::Store(_) | Self::Broken(_) => true,
        }
    }
}
