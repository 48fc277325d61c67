//! Credentials of single accounts, kept in the vault beside the gateway's own.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{ExternalId, Secret, VaultRef};
use gateway::{AccountSecrets, ErrorKind, GatewayError, NoAccountSecrets};

use super::Vaults;
use crate::AppError;

/// The account credentials of one gateway: entries whose names begin with the gateway's own.
pub(crate) struct AccountVault {
    vaults: Arc<Vaults>,
    gateway: VaultRef,
}

impl AccountVault {
    /// The place of the gateway whose admin credential has this entry; a gateway without a credential has none.
    pub(crate) fn of(vaults: &Arc<Vaults>, gateway: Option<&VaultRef>) -> Arc<dyn AccountSecrets> {
        match gateway {
            Some(gateway) => Arc::new(Self { vaults: Arc::clone(vaults), gateway: gateway.clone() }),
            None => Arc::new(NoAccountSecrets),
        }
    }

    fn entry(&self, account: &ExternalId) -> VaultRef {
        VaultRef::new(format!("{}/account-{account}", self.gateway.as_str()))
    }
}

fn unavailable(error: AppError) -> GatewayError {
    GatewayError::new(ErrorKind::Unsupported, "use the keychain", error.message)
}

#[async_trait]
impl AccountSecrets for AccountVault {
    async fn get(&self, account: &ExternalId) -> Result<Option<Secret>, GatewayError> {
        self.vaults.current().get(&self.entry(account)).await.map_err(unavailable)
    }

    async fn set(&self, account: &ExternalId, credential: &Secret) -> Result<(), GatewayError> {
        self.vaults.current().set(&self.entry(account), credential).await.map_err(unavailable)
    }

    async fn forget(&self, account: &ExternalId) -> Result<(), GatewayError> {
        self.vaults.current().delete(&self.entry(account)).await.map_err(unavailable)
    }
}
