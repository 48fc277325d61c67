//! A place for credentials of single accounts that forgets everything when the test ends.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use domain::{ExternalId, Secret};
use gateway::{AccountSecrets, GatewayError};

#[derive(Default)]
pub struct Entrusted {
    kept: Mutex<BTreeMap<String, Secret>>,
}

impl Entrusted {
    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Secret>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AccountSecrets for Entrusted {
    async fn get(&self, account: &ExternalId) -> Result<Option<Secret>, GatewayError> {
        Ok(self.kept().get(account.as_str()).cloned())
    }

    async fn set(&self, account: &ExternalId, credential: &Secret) -> Result<(), GatewayError> {
        self.kept().insert(account.to_string(), credential.clone());
        Ok(())
    }

    async fn forget(&self, account: &ExternalId) -> Result<(), GatewayError> {
        self.kept().remove(account.as_str());
        Ok(())
    }
}
