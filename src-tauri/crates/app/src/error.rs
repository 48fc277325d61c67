//! One error for every consumer: a closed code, a sentence with its cause, and hints a person can follow.
//!
//! **Owns:** which code and which hints an error of the crates below becomes. **Does not own:** their sentences.

use std::time::Duration;

use domain::budget::BudgetError;
use domain::id::NotAnId;
use domain::{MoneyError, NameError, TimeError};
use gateway::{ErrorKind, GatewayError, Retry};
use store::StoreError;

use crate::wire::{Code, ErrorView};

/// An error of a command or query. Holds no credential: it is made from redacted sentences only.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// What a consumer can act on.
    pub code: Code,
    /// What was wrong, as a sentence.
    pub message: String,
    /// What the person can do.
    pub hints: Vec<String>,
    /// The input's field it is about.
    pub field: Option<String>,
    /// Whether trying again can help.
    pub retryable: bool,
    /// When the same may be asked again, where a gateway refused it and waiting is all that is needed.
    pub after: Option<Duration>,
    /// What was tried, for the log only.
    pub context: String,
}

impl AppError {
    /// An error without hints.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let retryable = matches!(code, Code::GatewayUnreachable | Code::VaultUnavailable);
        let (message, hints, context) = (message.into(), Vec::new(), String::new());
        Self { code, message, hints, field: None, retryable, after: None, context }
    }

    /// Something typed was not accepted.
    #[must_use]
    pub fn invalid(field: &str, message: impl ToString) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(Code::Invalid, message.to_string()) }
    }

    /// A thing that is not there; `what` is its name with an article, for example `the key key_12`.
    #[must_use]
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("{what} does not exist any more")).hint("Reload, then try again.")
    }

    /// Another thing is in the way.
    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, message)
    }

    /// A gateway that cannot do a thing.
    #[must_use]
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(Code::Unsupported, message)
    }

    /// A fault of ours.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message).hint("This is a fault in Purser: report it with the log file of today.")
    }

    /// Something we stored ourselves cannot be understood any more.
    #[must_use]
    pub fn from_broken(error: impl std::fmt::Display) -> Self {
        Self::new(Code::Storage, format!("what is stored cannot be understood: {error}"))
            .hint("Restore the latest backup of the database, or report this with the log file of today.")
    }

    /// The same error with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same error about a field of the input.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// The same error with what was tried, for the log.
    #[must_use]
    pub fn while_doing(mut self, context: impl Into<String>) -> Self {
        self.context = context.into();
        self
    }
}

impl From<AppError> for ErrorView {
    fn from(error: AppError) -> Self {
        tracing::debug!(code = ?error.code, context = error.context, "{}", error.message);
        Self {
            code: error.code,
            message: error.message,
            hints: error.hints,
            field: error.field,
            retryable: error.retryable,
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NotFound { noun, id } => Self::new(Code::NotFound, format!("there is no {noun} `{id}`"))
                .hint("It may have been removed since: look at the list again."),
            StoreError::Rule { .. } => Self::new(Code::Conflict, message),
            StoreError::Busy | StoreError::Full => Self { retryable: true, ..Self::new(Code::Storage, message) },
            _ => Self::new(Code::Storage, message),
        }
    }
}

impl From<GatewayError> for AppError {
    fn from(error: GatewayError) -> Self {
        let mut app = Self::new(code_of(error.kind), sentence(&error));
        app.hints = hints(error.kind, error.after);
        app.retryable = error.retry != Retry::Permanent;
        app.context = error.status.map_or_else(|| error.call.clone(), |status| format!("{} → {status}", error.call));
        if error.kind == ErrorKind::BadAddress {
            app.field = Some("baseUrl".to_owned());
        }
        app
    }
}

fn sentence(error: &GatewayError) -> String {
    match error.retry {
        Retry::Exhausted => format!("{} (tried several times)", error.message),
        _ => error.message.clone(),
    }
}

const fn code_of(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::BadAddress => Code::Invalid,
        ErrorKind::Unreachable | ErrorKind::Tls | ErrorKind::RateLimited | ErrorKind::Unavailable => {
            Code::GatewayUnreachable
        }
        ErrorKind::Unauthorized | ErrorKind::Forbidden => Code::GatewayDenied,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::Conflict => Code::Conflict,
        ErrorKind::Unsupported | ErrorKind::NotThisProduct | ErrorKind::TooOld => Code::Unsupported,
        ErrorKind::Malformed | ErrorKind::Rejected => Code::GatewayRefused,
    }
}

/// What a person can do about an error of this kind.
pub(crate) fn hints(kind: ErrorKind, after: Option<Duration>) -> Vec<String> {
    let hint = match kind {
        ErrorKind::BadAddress => {
            "Type the address as https://gateway.example.com; plain http works on this machine only."
        }
        ErrorKind::Unreachable => "Check the address and that the gateway is running and reachable from this machine.",
        ErrorKind::Tls => "Check the gateway's certificate and host name, and this machine's clock.",
        ErrorKind::NotThisProduct => {
            "Check the address: it should lead to the gateway itself, without a path such as /ui."
        }
        ErrorKind::TooOld => "Update the gateway, then connect again.",
        ErrorKind::Unauthorized => "Copy the admin key again from the gateway, and paste it whole.",
        ErrorKind::Forbidden => "Use a credential of an administrator, or ask the gateway's owner for the right.",
        ErrorKind::NotFound => "It may have been removed on the gateway: sync, then look again.",
        ErrorKind::Conflict => "Look on the gateway for what is in the way, or choose another name.",
        ErrorKind::RateLimited => return vec![wait(after)],
        ErrorKind::Unsupported => "Do it in the gateway's own console, or use a gateway that offers it.",
        ErrorKind::Unavailable => "Wait a minute and try again; if it stays, look at the gateway's own log.",
        ErrorKind::Malformed => "Try again; if it stays, something between Purser and the gateway changes its answers.",
        ErrorKind::Rejected => "Change the value the gateway names, then try again.",
    };
    vec![hint.to_owned()]
}

fn wait(after: Option<Duration>) -> String {
    match after.map(|after| after.as_secs()) {
        Some(seconds @ 1..) => format!("Wait {seconds} seconds, then try again."),
        _ => "Wait a minute, then try again.".to_owned(),
    }
}

/// Errors of what was typed: the sentence is the domain's, the field is set by who knows it.
macro_rules! invalid_from {
    ($($error:ty),*) => {
        $(impl From<$error> for AppError {
            fn from(error: $error) -> Self {
                Self::new(Code::Invalid, error.to_string())
            }
        })*
    };
}

invalid_from!(NameError, NotAnId, TimeError, MoneyError, BudgetError);
