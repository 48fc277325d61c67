//! What OpenRouter's refusals mean. They come as `{"error": {"code", "message", "metadata"}}`; the status decides, the
//! words are only quoted.

use serde::Deserialize;

use crate::http::Reply;
use crate::layer::redaction;
use crate::{ErrorKind, GatewayError, Outcome, RefusalReason};

/// Most of OpenRouter's own words that are quoted, in characters.
const QUOTED: usize = 300;

#[derive(Deserialize)]
struct Body {
    error: Said,
}

#[derive(Deserialize)]
struct Said {
    message: String,
}

/// The words of a refusal on one line, without secrets; another shape is quoted as it is.
fn words(reply: &Reply) -> String {
    let message = serde_json::from_slice(&reply.body).map(|body: Body| body.error.message);
    let message = message.unwrap_or_else(|_| reply.snippet());
    let line: Vec<&str> = message.split_whitespace().collect();
    let line: String = line.join(" ").chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    match line.is_empty() {
        true => format!("status {}", reply.status),
        false => redaction::scrub(&line),
    }
}

/// An unsuccessful reply as an error.
pub fn error(reply: &Reply) -> GatewayError {
    if let Some(error) = not_openrouter(reply) {
        return error;
    }
    let kind = kind(reply.status);
    reply.error(kind, sentence(kind, reply, &words(reply)))
}

/// Redirects and web pages: another server, or something in front.
fn not_openrouter(reply: &Reply) -> Option<GatewayError> {
    if (300..400).contains(&reply.status) {
        let to = reply.location.as_deref().map(|to| to.split(['?', '#']).next().unwrap_or(to)).unwrap_or("nowhere");
        let message = format!("the address redirects to {to}: give https://openrouter.ai/api/v1");
        return Some(reply.error(ErrorKind::NotThisProduct, message));
    }
    if !reply.is_html() {
        return None;
    }
    if reply.status >= 500 || reply.status == 429 {
        let message = format!(
            "a web server in front of OpenRouter answered with status {}: it may be overloaded, try again",
            reply.status
        );
        let kind = if reply.status == 429 { ErrorKind::RateLimited } else { ErrorKind::Unavailable };
        return Some(reply.error(kind, message));
    }
    let message = "a web page answered, not OpenRouter's API: check the address (https://openrouter.ai/api/v1), and \
                   whether a login page or firewall lies in between";
    Some(reply.error(ErrorKind::NotThisProduct, message))
}

const fn kind(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        405 => ErrorKind::Unsupported,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        408 | 500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

fn sentence(kind: ErrorKind, reply: &Reply, words: &str) -> String {
    match kind {
        ErrorKind::Unauthorized => format!(
            "OpenRouter does not accept the credential: paste a management key that is neither expired nor revoked ({words})"
        ),
        ErrorKind::Forbidden => format!(
            "OpenRouter does not allow this: it needs a management key of the organisation, or a plan that has it ({words})"
        ),
        ErrorKind::NotFound => format!("OpenRouter does not know it: {words}"),
        ErrorKind::Unsupported => format!("OpenRouter has no `{}` any more: update Purser ({words})", reply.call),
        ErrorKind::Conflict => format!("OpenRouter already has one like it: {words}"),
        ErrorKind::RateLimited => format!("OpenRouter asks for fewer requests: {words}"),
        ErrorKind::Unavailable => format!("OpenRouter failed with status {}: {words}", reply.status),
        _ if reply.status == 402 => format!("OpenRouter wants to be paid first: buy credits there ({words})"),
        _ => format!("OpenRouter refused: {words}"),
    }
}

/// What an unsuccessful reply to a *write* means: refused where OpenRouter decided before it did anything, unknown where
/// it broke off.
///
/// # Errors
/// The outcome is unknown.
pub fn refusal(reply: &Reply) -> Result<Outcome, GatewayError> {
    let error = error(reply);
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::Malformed => Err(error),
        _ => Ok(refused(error)),
    }
}

/// A final error as an outcome; the time to wait is kept.
pub fn refused(error: GatewayError) -> Outcome {
    let GatewayError { message, status, after, .. } = error;
    Outcome::Refused(RefusalReason { message, status, accepted_but_not_saved: false, after })
}

/// The write was answered with success, and reading back shows otherwise (product.md D37).
pub fn not_saved(what: &str, fields: &[&str]) -> Outcome {
    let message = format!(
        "OpenRouter accepted the {what} but did not save its {}: look at it there before you try again",
        fields.join(", ")
    );
    Outcome::not_saved(message)
}
