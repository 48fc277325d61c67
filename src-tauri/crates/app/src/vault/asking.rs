//! A person, or a script's standard input: asked for each credential once, remembered until Purser closes.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Secret, VaultRef};

use super::{SessionVault, Vault};
use crate::AppError;
use crate::wire::VaultState;

/// Asks for one credential; empty text is none.
pub type Ask = Arc<dyn Fn() -> Result<String, AppError> + Send + Sync>;

/// [`SessionVault`] for a program that is started anew for each command: what an earlier run was told is asked for again.
/// Gateways are opened in the order of their names, so that is the order in which they are asked for.
pub struct AskingVault {
    told: SessionVault,
    ask: Ask,
}

impl AskingVault {
    /// A vault that knows nothing yet.
    #[must_use]
    pub fn new(ask: Ask) -> Self {
        Self { told: SessionVault::default(), ask }
    }
}

#[async_trait]
impl Vault for AskingVault {
    async fn get(&self, entry: &VaultRef) -> Result<Option<Secret>, AppError> {
        if let Some(told) = self.told.get(entry).await? {
            return Ok(Some(told));
        }
        let ask = Arc::clone(&self.ask);
        let typed = tokio::task::spawn_blocking(move || ask().map(zeroize::Zeroizing::new)).await;
        let typed = typed.unwrap_or_else(|_| Err(AppError::internal("asking for a credential broke off")))?;
        let secret = Secret::new(&typed);
        if secret.expose().is_empty() {
            return Ok(None);
        }
        self.told.set(entry, &secret).await?;
        Ok(Some(secret))
    }

    async fn set(&self, entry: &VaultRef, secret: &Secret) -> Result<(), AppError> {
        self.told.set(entry, secret).await
    }

    async fn delete(&self, entry: &VaultRef) -> Result<(), AppError> {
        self.told.delete(entry).await
    }

    async fn state(&self) -> (VaultState, Option<AppError>) {
        (VaultState::Session, None)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn answering(answers: &'static [&'static str]) -> (AskingVault, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let ask = move || Ok(answers.get(count.fetch_add(1, Ordering::SeqCst)).copied().unwrap_or_default().to_owned());
        (AskingVault::new(Arc::new(ask)), asked)
    }

    #[tokio::test]
    async fn each_credential_is_asked_for_once() {
        let (vault, asked) = answering(&["sk-first", " sk-second\n"]);
        let (first, second, third) =
            (VaultRef::new("gateway-1"), VaultRef::new("gateway-2"), VaultRef::new("gateway-3"));
        for _ in 0..2 {
            assert_eq!(vault.get(&first).await.unwrap().unwrap().expose(), "sk-first");
            assert_eq!(vault.get(&second).await.unwrap().unwrap().expose(), "sk-second", "blanks are no part of it");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 2, "and remembered");
        assert!(vault.get(&third).await.unwrap().is_none(), "no answer is no credential");
        let typed = VaultRef::new("gateway-4");
        vault.set(&typed, &Secret::new("sk-typed")).await.unwrap();
        assert_eq!(vault.get(&typed).await.unwrap().unwrap().expose(), "sk-typed");
        assert_eq!(asked.load(Ordering::SeqCst), 3, "what was just typed is not asked for");
    }

    #[tokio::test]
    async fn what_cannot_be_asked_is_an_error() {
        let vault = AskingVault::new(Arc::new(|| Err(AppError::internal("no terminal"))));
        assert!(vault.get(&VaultRef::new("gateway-1")).await.is_err(), "and not a missing credential");
    }
}
