//! One error for every adapter: a kind for machines, a decision about retrying, a sentence for people.

use std::fmt;
use std::time::Duration;

/// What went wrong, as far as anyone acts differently on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The address is no URL, or not one we may use (plain HTTP beyond loopback).
    BadAddress,
    /// Nothing answers there.
    Unreachable,
    /// The connection is not trustworthy: certificate, host name or protocol.
    Tls,
    /// Something answers, but it is not this product.
    NotThisProduct,
    /// It is this product, in a release too old to administer.
    TooOld,
    /// The credential was not accepted.
    Unauthorized,
    /// The credential is real but may not do this.
    Forbidden,
    /// The object does not exist.
    NotFound,
    /// Another object is in the way.
    Conflict,
    /// Too many requests; try after the given time.
    RateLimited,
    /// The instance cannot do this at all.
    Unsupported,
    /// It answered, but with a fault of its own (5xx), or too late.
    Unavailable,
    /// It answered with something we cannot read: cut off, not JSON, not the promised shape.
    Malformed,
    /// It understood and refused: a value it does not accept.
    Rejected,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same call will fail the same way.
    Permanent,
    /// The same call may succeed later.
    Temporary,
    /// It was temporary, and every permitted attempt was used up.
    Exhausted,
}

/// An error from a gateway. `Display` is a sentence with cause; it never holds a credential.
#[derive(Debug, Clone, thiserror::Error)]
pub struct GatewayError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Whether trying again can help.
    pub retry: Retry,
    /// The earliest time to try again, counted from the answer (`Retry-After`).
    pub after: Option<Duration>,
    /// The call, as `GET /key/list`; never with a query string that could hold a secret.
    pub call: String,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The cause as a sentence, redacted.
    pub message: String,
}

impl GatewayError {
    /// An error of a kind, with the retry decision that is usual for the kind.
    #[must_use]
    pub fn new(kind: ErrorKind, call: impl Into<String>, message: impl Into<String>) -> Self {
        let retry = match kind {
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Unreachable | ErrorKind::Malformed => {
                Retry::Temporary
            }
            _ => Retry::Permanent,
        };
        Self { kind, retry, after: None, call: call.into(), status: None, message: message.into() }
    }

    /// The same error with the HTTP status it came with.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same error with the time to wait before trying again.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.after = Some(after);
        self
    }

    /// The answer of an adapter that cannot do a thing.
    #[must_use]
    pub fn unsupported(what: &str) -> Self {
        Self::new(ErrorKind::Unsupported, what, format!("this gateway cannot {what}"))
    }
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
