//! Where admin credentials are kept: the keychain of the operating system, or by explicit choice the memory of this run.
//!
//! **Owns:** that a credential is never written anywhere else, and the sentence when there is no keychain. **Does not
//! own:** which credential belongs to which gateway ([`domain::VaultRef`], kept by the store).

mod account;
mod asking;
mod keychain;
mod session;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use domain::{Secret, VaultRef};

use crate::AppError;
use crate::wire::VaultState;

pub(crate) use account::AccountVault;
pub use asking::{Ask, AskingVault};
pub use keychain::KeychainVault;
#[cfg(test)]
pub(crate) use keychain::unavailable;
pub use session::SessionVault;

/// The name under which the keychain lists Purser's entries.
pub const SERVICE: &str = "Purser";

/// A place for secrets.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The secret of an entry; `None` when there is no such entry.
    ///
    /// # Errors
    /// `VaultUnavailable`.
    async fn get(&self, entry: &VaultRef) -> Result<Option<Secret>, AppError>;

    /// Keeps a secret; an entry of this name is updated in place.
    ///
    /// # Errors
    /// `VaultUnavailable`; the old secret stays.
    async fn set(&self, entry: &VaultRef, secret: &Secret) -> Result<(), AppError>;

    /// Forgets an entry; one that is not there is no error.
    ///
    /// # Errors
    /// `VaultUnavailable`.
    async fn delete(&self, entry: &VaultRef) -> Result<(), AppError>;

    /// Which kind of place this is and, when it cannot be used, why.
    async fn state(&self) -> (VaultState, Option<AppError>);
}

/// The vault in use: the one the app was opened with, until a person chooses the session's.
pub(crate) struct Vaults {
    given: Arc<dyn Vault>,
    session: OnceLock<Arc<dyn Vault>>,
}

impl Vaults {
    pub(crate) fn new(given: Arc<dyn Vault>) -> Self {
        Self { given, session: OnceLock::new() }
    }

    /// The vault in use.
    pub(crate) fn current(&self) -> &Arc<dyn Vault> {
        self.session.get().unwrap_or(&self.given)
    }

    /// From now on and until the app ends, credentials are kept in memory.
    pub(crate) fn use_session(&self) {
        self.session.get_or_init(|| Arc::new(SessionVault::default()));
    }
}
