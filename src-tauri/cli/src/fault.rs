//! What goes wrong, and the exit code that says what kind it was.

use app::AppError;
use app::wire::{Code, ErrorView};

/// An error of a command.
#[derive(Debug)]
pub struct Fault {
    /// What to print.
    pub view: ErrorView,
}

impl Fault {
    /// Something typed was not accepted.
    pub fn usage(message: impl Into<String>) -> Self {
        AppError::new(Code::Invalid, message).into()
    }

    /// What was named is not there.
    pub fn missing(message: impl Into<String>, hint: impl Into<String>) -> Self {
        AppError::new(Code::NotFound, message).hint(hint).into()
    }

    /// Something is in the way.
    pub fn conflict(message: impl Into<String>, hint: impl Into<String>) -> Self {
        AppError::conflict(message).hint(hint).into()
    }

    /// Not every gateway answered; what was pulled is kept.
    pub fn incomplete_sync() -> Self {
        AppError::new(Code::GatewayUnreachable, "not every gateway could be pulled from; what was pulled is kept")
            .into()
    }

    /// Somebody pressed Ctrl-C.
    pub fn stopped_sync() -> Self {
        AppError::new(Code::Cancelled, "stopped; what was pulled is kept")
            .hint("Run `purser sync` to go on from there.")
            .into()
    }

    /// The terminal or a file failed.
    pub fn io(what: &str, problem: &std::io::Error) -> Self {
        AppError::new(Code::Storage, format!("{what}: {problem}")).into()
    }

    /// The exit code, stable for scripts.
    pub fn exit_code(&self) -> u8 {
        match self.view.code {
            Code::Internal => 1,
            Code::Invalid => 2,
            Code::NotFound => 3,
            Code::Conflict => 4,
            Code::GatewayUnreachable => 5,
            Code::GatewayDenied => 6,
            Code::GatewayRefused => 7,
            Code::OutcomeUnknown => 8,
            Code::Unsupported => 9,
            Code::VaultUnavailable => 10,
            Code::Storage => 11,
            Code::Cancelled => 130,
        }
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        let mut view = ErrorView::from(error);
        if view.code == Code::VaultUnavailable {
            view.hints.push("Here, `--session-vault` asks for the credential in each call instead.".to_owned());
        }
        Self { view }
    }
}

impl From<Fault> for AppError {
    fn from(fault: Fault) -> Self {
        let ErrorView { code, message, hints, field, retryable } = fault.view;
        Self { hints, field, retryable, ..Self::new(code, message) }
    }
}
