//! Credentials of single accounts, for gateways where only the account itself may manage its keys.
//!
//! **Owns:** the door through which an adapter keeps and fetches them. **Does not own:** where they are kept: that is the
//! operating system's keychain, behind whoever implements [`AccountSecrets`].

use async_trait::async_trait;
use domain::{ExternalId, Secret};

use crate::{ErrorKind, GatewayError};

/// A place for one gateway's account credentials.
#[async_trait]
pub trait AccountSecrets: Send + Sync {
    /// The credential of an account; `None` when none was entrusted.
    ///
    /// # Errors
    /// The place cannot be read.
    async fn get(&self, account: &ExternalId) -> Result<Option<Secret>, GatewayError>;

    /// Keeps the credential of an account; one that is there is replaced.
    ///
    /// # Errors
    /// The place cannot be written; an old credential stays.
    async fn set(&self, account: &ExternalId, credential: &Secret) -> Result<(), GatewayError>;

    /// Forgets the credential of an account; one that is not there is no error.
    ///
    /// # Errors
    /// The place cannot be written.
    async fn forget(&self, account: &ExternalId) -> Result<(), GatewayError>;
}

/// A place that holds nothing: for trying a gateway before it is kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAccountSecrets;

#[async_trait]
impl AccountSecrets for NoAccountSecrets {
    async fn get(&self, _: &ExternalId) -> Result<Option<Secret>, GatewayError> {
        Ok(None)
    }

    async fn set(&self, _: &ExternalId, _: &Secret) -> Result<(), GatewayError> {
        let message = "this gateway is only being tried: connect it before credentials of its accounts are kept";
        Err(GatewayError::new(ErrorKind::Unsupported, "keep the credential of an account", message))
    }

    async fn forget(&self, _: &ExternalId) -> Result<(), GatewayError> {
        Ok(())
    }
}
