//! The keychain of the operating system: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use async_trait::async_trait;
use domain::{Secret, VaultRef};
use keyring::{Entry, Error};

use super::{SERVICE, Vault};
use crate::AppError;
use crate::wire::{Code, VaultState};

/// The keychain. One item per gateway, updated in place so that rights granted to it stay.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeychainVault;

#[async_trait]
impl Vault for KeychainVault {
    async fn get(&self, entry: &VaultRef) -> Result<Option<Secret>, AppError> {
        in_keychain(entry, |item| match item.get_password() {
            Ok(clear) => Ok(Some(Secret::new(&zeroize::Zeroizing::new(clear)))),
            Err(Error::NoEntry) => Ok(None),
            Err(why) => Err(why),
        })
        .await
    }

    async fn set(&self, entry: &VaultRef, secret: &Secret) -> Result<(), AppError> {
        let secret = secret.clone();
        in_keychain(entry, move |item| item.set_password(secret.expose())).await
    }

    async fn delete(&self, entry: &VaultRef) -> Result<(), AppError> {
        in_keychain(entry, |item| match item.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        })
        .await
    }

    async fn state(&self) -> (VaultState, Option<AppError>) {
        match off_thread(|| open_store().map_err(|why| unavailable(&why))).await {
            Ok(()) => (VaultState::Keychain, None),
            Err(error) => (VaultState::Unavailable, Some(error)),
        }
    }
}

/// Runs one call on an item. The system may ask the person for a password meanwhile, so never on an async thread.
async fn in_keychain<T, F>(entry: &VaultRef, call: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
{
    let name = entry.as_str().to_owned();
    off_thread(move || {
        open_store().map_err(|why| unavailable(&why))?;
        let item = Entry::new(SERVICE, &name).map_err(|why| unavailable(&cause(&why)))?;
        call(&item).map_err(|why| refused(&why))
    })
    .await
}

async fn off_thread<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let ended = tokio::task::spawn_blocking(call).await;
    ended.unwrap_or_else(|_| Err(AppError::internal("the call to the keychain broke off")))
}

/// Whether the system has a keychain at all; asked once per process.
fn open_store() -> Result<(), String> {
    Entry::store_status().as_ref().copied().map_err(cause)
}

/// The keychain's own words, for the log: they name buses and files, and tell a person nothing to do.
fn cause(error: &Error) -> String {
    match error {
        // These carry the stored bytes: say nothing of them.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "the stored entry is not text".to_owned(),
        other => gateway::layer::redaction::scrub(&other.to_string()),
    }
}

/// There is no keychain to speak to.
pub(crate) fn unavailable(why: &str) -> AppError {
    tracing::info!("no keychain: {why}");
    let sentence = if cfg!(target_os = "linux") {
        "There is no Secret Service on this desktop, so credentials cannot be kept safely."
    } else {
        "The keychain of this system cannot be opened, so credentials cannot be kept safely."
    };
    let install = if cfg!(target_os = "linux") {
        "Start GNOME Keyring or KWallet, then restart Purser."
    } else {
        "Unlock the keychain, then restart Purser."
    };
    AppError::new(Code::VaultUnavailable, sentence)
        .hint(install)
        .hint("Or choose to keep credentials in memory until Purser closes; nothing is ever written in plain text.")
        .while_doing(why)
}

/// There is a keychain, and it said no.
fn refused(error: &Error) -> AppError {
    let why = cause(error);
    tracing::warn!("the keychain refused: {why}");
    let (sentence, hint) = match error {
        Error::NoStorageAccess(_) => (
            "The keychain is locked, or it refused access to Purser.",
            "Unlock the keychain and allow Purser to use it, then try again.",
        ),
        Error::TooLong(..) => (
            "The keychain has no room for a credential of this length.",
            "Check that only the admin key was pasted, then try again.",
        ),
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => (
            "The keychain's entry for this gateway is damaged.",
            "Open the gateway under Gateways and paste its admin key again.",
        ),
        _ => (
            "The keychain could not be used.",
            "Check that it is running and unlocked, then try again; the log file of today holds its own words.",
        ),
    };
    AppError::new(Code::VaultUnavailable, sentence).hint(hint).while_doing(why)
}
