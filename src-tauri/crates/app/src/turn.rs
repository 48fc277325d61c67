//! Long work of which one piece runs at a time, and which can be stopped.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::AppError;

/// Who may do one kind of long work.
#[derive(Debug)]
pub(crate) struct Turn {
    busy: &'static str,
    slot: Mutex<Option<CancellationToken>>,
}

/// A turn that was taken; given back when dropped.
pub(crate) struct Taken<'t> {
    of: &'t Turn,
    /// Cancelled when somebody asks for it.
    pub(crate) token: CancellationToken,
}

impl Turn {
    /// A turn nobody has; `busy` is what somebody is told who comes second.
    pub(crate) const fn new(busy: &'static str) -> Self {
        Self { busy, slot: Mutex::new(None) }
    }

    /// Takes the turn.
    ///
    /// # Errors
    /// `Conflict` while somebody has it.
    pub(crate) fn take(&self) -> Result<Taken<'_>, AppError> {
        let mut slot = self.slot();
        if slot.is_some() {
            return Err(AppError::conflict(self.busy).hint("Wait until it ends, or stop it."));
        }
        let token = CancellationToken::new();
        *slot = Some(token.clone());
        Ok(Taken { of: self, token })
    }

    /// Asks for the end of what runs, if something does.
    pub(crate) fn cancel(&self) {
        if let Some(running) = self.slot().as_ref() {
            running.cancel();
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<CancellationToken>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.of.slot() = None;
    }
}
