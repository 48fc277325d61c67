//! A reply, read whole.

use std::time::Duration;

use domain::Timestamp;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};
use serde::de::DeserializeOwned;

use super::date;
use crate::layer::redaction;
use crate::{ErrorKind, GatewayError};

/// How much of a reply that could not be read is quoted, in characters.
const QUOTED: usize = 200;

/// A reply of any status, read whole.
#[derive(Clone)]
pub struct Reply {
    /// The call it answers, as `GET /key/list`.
    pub call: String,
    /// HTTP status.
    pub status: u16,
    /// The server's clock when it answered, from `Date`.
    pub date: Option<Timestamp>,
    /// How long to wait before the next call, from `Retry-After`; a date is counted from `date`.
    pub retry_after: Option<Duration>,
    /// Where a redirect points.
    pub location: Option<String>,
    /// The media type, lower-case, without parameters; empty when not said.
    pub media_type: String,
    /// The body.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("call", &self.call).field("status", &self.status).finish_non_exhaustive()
    }
}

impl Reply {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the body is a web page: another server answered, or a proxy in front of the gateway.
    #[must_use]
    pub fn is_html(&self) -> bool {
        self.media_type == "text/html" || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// The body as a JSON value of the promised shape.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`], with the beginning of the body, redacted.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, GatewayError> {
        serde_json::from_slice(&self.body).map_err(|why| self.malformed(&why.to_string()))
    }

    /// This reply as an error: it is not what was promised.
    #[must_use]
    pub fn malformed(&self, why: &str) -> GatewayError {
        let message = format!("the answer to {} cannot be read ({why}); it begins: {}", self.call, self.snippet());
        self.error(ErrorKind::Malformed, redaction::scrub(&message))
    }

    /// This reply as an error, with its call, status and `Retry-After`.
    #[must_use]
    pub fn error(&self, kind: ErrorKind, message: impl Into<String>) -> GatewayError {
        let mut error = GatewayError::new(kind, self.call.clone(), message).with_status(self.status);
        error.after = self.retry_after;
        error
    }

    /// The beginning of the body on one line, redacted.
    #[must_use]
    pub fn snippet(&self) -> String {
        let head = &self.body[..self.body.len().min(QUOTED * 8)];
        let text = redaction::scrub(&String::from_utf8_lossy(head));
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").chars().filter(|c| !c.is_control()).take(QUOTED).collect()
    }
}

/// Reads a response to its end, or to `limit` bytes.
pub async fn read(
    mut response: Response,
    call: &str,
    limit: usize,
    fault: impl Fn(&reqwest::Error) -> GatewayError,
) -> Result<Reply, GatewayError> {
    let mut reply = head(&response, call);
    while let Some(chunk) = response.chunk().await.map_err(|why| cut_off(&why, &reply, &fault))? {
        if reply.body.len() + chunk.len() > limit {
            let message = format!("the answer to {call} is larger than {} MiB: ask for less at once", limit >> 20);
            let mut error = reply.error(ErrorKind::Malformed, message);
            error.retry = crate::Retry::Permanent;
            return Err(error);
        }
        reply.body.extend_from_slice(&chunk);
    }
    Ok(reply)
}

fn cut_off(why: &reqwest::Error, reply: &Reply, fault: impl Fn(&reqwest::Error) -> GatewayError) -> GatewayError {
    if why.is_timeout() {
        return fault(why).with_status(reply.status);
    }
    let message = format!("the answer to {} was cut off after {} bytes: try again", reply.call, reply.body.len());
    reply.error(ErrorKind::Malformed, message)
}

fn head(response: &Response, call: &str) -> Reply {
    let headers = response.headers();
    let date = text(headers, DATE).and_then(date::parse);
    let media_type = text(headers, CONTENT_TYPE).and_then(|full| full.split(';').next()).unwrap_or_default();
    Reply {
        call: call.to_owned(),
        status: response.status().as_u16(),
        date,
        retry_after: text(headers, RETRY_AFTER).and_then(|value| wait(value, date)),
        location: text(headers, LOCATION).map(str::to_owned),
        media_type: media_type.trim().to_ascii_lowercase(),
        body: Vec::new(),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// `Retry-After`: seconds, or a date counted from the server's own clock, so that a wrong clock here does not matter.
fn wait(value: &str, date: Option<Timestamp>) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)));
    }
    let millis = date::parse(value)?.as_millis() - date?.as_millis();
    Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
}
