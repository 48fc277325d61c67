//! Memory, until Purser closes. Only ever used by explicit choice.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use domain::{Secret, VaultRef};

use super::Vault;
use crate::AppError;
use crate::wire::VaultState;

/// Keeps secrets in memory, wiped when dropped.
#[derive(Debug, Default)]
pub struct SessionVault {
    entries: Mutex<HashMap<VaultRef, Secret>>,
}

impl SessionVault {
    fn with<T>(&self, step: impl FnOnce(&mut HashMap<VaultRef, Secret>) -> T) -> T {
        step(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Vault for SessionVault {
    async fn get(&self, entry: &VaultRef) -> Result<Option<Secret>, AppError> {
        Ok(self.with(|entries| entries.get(entry).cloned()))
    }

    async fn set(&self, entry: &VaultRef, secret: &Secret) -> Result<(), AppError> {
        self.with(|entries| entries.insert(entry.clone(), secret.clone()));
        Ok(())
    }

    async fn delete(&self, entry: &VaultRef) -> Result<(), AppError> {
        self.with(|entries| entries.remove(entry));
        Ok(())
    }

    async fn state(&self) -> (VaultState, Option<AppError>) {
        (VaultState::Session, None)
    }
}
