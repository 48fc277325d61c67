//! What kind of failure a broken connection is.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::{ErrorKind, GatewayError};

/// Turns the client's error into ours: unreachable, not trustworthy, too late, or broken off.
pub fn classify(why: &reqwest::Error, call: &str, host: &str, within: Duration) -> GatewayError {
    let error = |kind, message: String| GatewayError::new(kind, call, message);
    if let Some(cause) = find(why, tls_cause) {
        let message =
            format!("the connection to {host} is not trustworthy ({cause}): check the address and its certificate");
        return error(ErrorKind::Tls, message);
    }
    if why.is_connect() {
        let cause = find(why, io_cause).unwrap_or_else(|| "no connection".to_owned());
        let message = format!("nothing answers at {host} ({cause}): check the address and that the gateway is running");
        return error(ErrorKind::Unreachable, message);
    }
    if why.is_timeout() {
        let message = format!("{host} did not answer within {} s: try again, or look at its load", within.as_secs());
        return error(ErrorKind::Unavailable, message);
    }
    let message = format!("{host} broke off the connection before it had answered: try again");
    error(ErrorKind::Unavailable, message).retry_after(Duration::ZERO)
}

/// The first cause in the chain that `pick` recognises. `io::Error` hides what it wraps from `source`, so it is opened.
fn find(why: &(dyn Error + 'static), pick: fn(&(dyn Error + 'static)) -> Option<String>) -> Option<String> {
    let mut next = Some(why);
    while let Some(error) = next {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let found = pick(error).or_else(|| inner.and_then(|inner| find(inner, pick)));
        if found.is_some() {
            return found;
        }
        next = error.source();
    }
    None
}

fn tls_cause(error: &(dyn Error + 'static)) -> Option<String> {
    error.downcast_ref::<rustls::Error>().map(|cause| match cause {
        rustls::Error::InvalidMessage(_) => "it does not speak TLS; is it plain http?".to_owned(),
        other => other.to_string(),
    })
}

fn io_cause(error: &(dyn Error + 'static)) -> Option<String> {
    let cause = error.downcast_ref::<io::Error>()?;
    // A resolver's failure has no kind of its own, and its text names the system call.
    Some(match cause.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::TimedOut => "no answer".to_owned(),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => "no route to it".to_owned(),
        _ => "the name is not known, or there is no network".to_owned(),
    })
}
