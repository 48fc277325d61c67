//! What New API's refusals mean. Most come with status 200 and `success: false`, and the words change with the language
//! of the installation, so they are quoted and never matched.

use serde::Deserialize;
use serde_json::Value;

use super::wire::Envelope;
use crate::http::Reply;
use crate::layer::redaction;
use crate::{ErrorKind, GatewayError, Outcome, RefusalReason};

/// Most of New API's own words that are quoted, in characters.
const QUOTED: usize = 300;

/// The two shapes of a refusal: the admin API's and the relay's (for a path that does not exist).
#[derive(Deserialize)]
struct Body {
    message: Option<Value>,
    error: Option<Value>,
}

/// New API's own words, on one line, without secrets; empty where it said nothing.
pub fn words(reply: &Reply) -> String {
    let body: Option<Body> = serde_json::from_slice(&reply.body).ok();
    let Some(body) = body else { return String::new() };
    let inner = body.error.as_ref().and_then(|error| error.get("message").or(Some(error)));
    let message = body.message.as_ref().or(inner).and_then(Value::as_str).unwrap_or_default();
    tidy(message)
}

/// One line, without secrets.
fn tidy(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    redaction::scrub(&line)
}

/// What a good reply holds under `data`; everything else as an error.
///
/// # Errors
/// Whatever the reply means when it is not a success.
pub fn envelope(reply: &Reply) -> Result<Envelope, GatewayError> {
    if !reply.is_success() || reply.is_html() {
        return Err(error(reply));
    }
    let envelope: Envelope = serde_json::from_slice(&reply.body).map_err(|_| unreadable(reply))?;
    match envelope.success {
        Some(true) => Ok(envelope),
        Some(false) => {
            let words = tidy(envelope.message.as_deref().unwrap_or_default());
            Err(reply.error(ErrorKind::Rejected, sentence(ErrorKind::Rejected, reply, &words)))
        }
        None => Err(reply.error(ErrorKind::NotThisProduct, OTHER_PRODUCT)),
    }
}

const OTHER_PRODUCT: &str = "something answers there, but it is not New API: check the address and the port";

/// An answer of another shape. Not quoted: lists of users and answers to reveals hold credentials.
pub fn unreadable(reply: &Reply) -> GatewayError {
    let message = format!("the answer to {} cannot be read: it was cut off, or is of another release", reply.call);
    reply.error(ErrorKind::Malformed, message)
}

/// An unsuccessful reply as an error.
pub fn error(reply: &Reply) -> GatewayError {
    if let Some(error) = not_new_api(reply) {
        return error;
    }
    let kind = kind(reply);
    reply.error(kind, sentence(kind, reply, &words(reply)))
}

/// Redirects and web pages: another server, or a proxy in front.
fn not_new_api(reply: &Reply) -> Option<GatewayError> {
    if (300..400).contains(&reply.status) {
        let to = reply.location.as_deref().map(|to| to.split(['?', '#']).next().unwrap_or(to)).unwrap_or("nowhere");
        let message = format!("the address redirects to {to}: give the final address of New API itself");
        return Some(reply.error(ErrorKind::NotThisProduct, message));
    }
    if !reply.is_html() {
        return None;
    }
    if reply.status >= 500 {
        let message = format!(
            "a web server in front of New API answered with status {}: New API may be restarting, try again",
            reply.status
        );
        return Some(reply.error(ErrorKind::Unavailable, message));
    }
    let message = "a web page answered, not New API's API: check the address, and whether a login page or firewall lies \
                   in front of it";
    Some(reply.error(ErrorKind::NotThisProduct, message))
}

fn kind(reply: &Reply) -> ErrorKind {
    match reply.status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 | 405 => ErrorKind::Unsupported,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        408 | 500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

fn sentence(kind: ErrorKind, reply: &Reply, words: &str) -> String {
    let said = if words.is_empty() { format!("status {}", reply.status) } else { words.to_owned() };
    match kind {
        ErrorKind::Unauthorized => format!("New API does not accept the credential: {HOW_TO_TYPE} ({said})"),
        ErrorKind::Forbidden => {
            format!("the credential may not do this on New API: use the token of an administrator ({said})")
        }
        ErrorKind::Unsupported => {
            format!("this New API has no `{}`: it is of another release, or this part is switched off", reply.call)
        }
        ErrorKind::RateLimited => match reply.retry_after {
            Some(after) => format!("New API lets no more calls through for {} s", after.as_secs().max(1)),
            None => "New API lets no more calls through for a while".to_owned(),
        },
        ErrorKind::Unavailable => format!("New API failed with status {}: {said}", reply.status),
        _ => format!("New API refused: {said}"),
    }
}

/// How a credential is typed, for every refusal of one.
const HOW_TO_TYPE: &str = "type the user's number, a colon and its system access token, as `1:token`; releases up to \
                           v1.0.0-rc.21 need the number, and a token ends when the next one is made";

/// The refusal of a credential with status 200, as releases up to v1.0.0-rc.21 give it.
pub fn bad_credential(error: GatewayError) -> GatewayError {
    let message = format!("New API does not accept the credential: {HOW_TO_TYPE} ({})", error.message);
    GatewayError { kind: ErrorKind::Unauthorized, message, ..error }
}

/// The refusal of a right with status 200.
pub fn no_right(error: GatewayError) -> GatewayError {
    let message =
        format!("the credential may not do this on New API: use the token of an administrator ({})", error.message);
    GatewayError { kind: ErrorKind::Forbidden, message, ..error }
}

/// Something that New API does not know.
pub fn not_found(call: &str, what: &str) -> GatewayError {
    GatewayError::new(ErrorKind::NotFound, call, format!("New API does not know {what}: it was deleted, or never was"))
}

/// What a failed *write* means: refused where New API decided, unknown where it broke off.
///
/// # Errors
/// The outcome is unknown.
pub fn refusal(error: GatewayError) -> Result<Outcome, GatewayError> {
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::Malformed | ErrorKind::Unreachable | ErrorKind::NotThisProduct => {
            Err(error)
        }
        _ => Ok(Outcome::Refused(RefusalReason {
            message: error.message,
            status: error.status,
            accepted_but_not_saved: false,
            after: error.after,
        })),
    }
}

/// The write was answered with success, and reading back shows otherwise (product.md D37).
pub fn not_saved(what: &str, fields: &[&str]) -> Outcome {
    Outcome::not_saved(format!(
        "New API accepted the {what} but did not save its {}: look at it on the gateway before you try again",
        fields.join(", ")
    ))
}
