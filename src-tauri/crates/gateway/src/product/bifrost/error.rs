//! What Bifrost's refusals mean. Its own have one shape; whatever else comes is of something in front of it, or of its
//! web console, which answers every path that it does not know.

use serde::Deserialize;

use crate::http::Reply;
use crate::layer::redaction;
use crate::{ErrorKind, GatewayError, Outcome};

/// Most of Bifrost's own words that are quoted, in characters.
const QUOTED: usize = 300;

#[derive(Deserialize)]
struct Body {
    error: Option<Said>,
}

#[derive(Deserialize)]
struct Said {
    message: Option<String>,
}

/// The message of a refusal; whatever else comes is quoted.
pub fn said(reply: &Reply) -> String {
    let body: Option<Body> = serde_json::from_slice(&reply.body).ok();
    let message = body.and_then(|body| body.error).and_then(|error| error.message);
    message.map_or_else(|| reply.snippet(), |message| tidy(&message))
}

/// One line, without secrets.
fn tidy(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    redaction::scrub(&line)
}

/// A reply that is no success as an error. `signed_in` says whether a credential was sent.
pub fn error(reply: &Reply, signed_in: bool) -> GatewayError {
    if let Some(error) = not_bifrost(reply) {
        return error;
    }
    let said = said(reply);
    let kind = kind(reply.status, &said);
    reply.error(kind, sentence(kind, reply, &said, signed_in))
}

/// Redirects and web pages: another server, a proxy in front, or the console of a release without that call.
fn not_bifrost(reply: &Reply) -> Option<GatewayError> {
    if (300..400).contains(&reply.status) {
        let to = reply.location.as_deref().map(|to| to.split(['?', '#']).next().unwrap_or(to)).unwrap_or("nowhere");
        let message = format!("the address redirects to {to}: give the final address of Bifrost itself");
        return Some(reply.error(ErrorKind::NotThisProduct, message));
    }
    if !reply.is_html() {
        return None;
    }
    if reply.status >= 500 {
        let message = format!(
            "a web server in front of Bifrost answered with status {}: Bifrost may be restarting, try again",
            reply.status
        );
        return Some(reply.error(ErrorKind::Unavailable, message));
    }
    let message = format!(
        "a web page answered {}, not Bifrost's API: check the address, whether a login page or firewall lies in front of \
         it, and whether its release has this call",
        reply.call
    );
    Some(reply.error(ErrorKind::NotThisProduct, message))
}

fn kind(status: u16, said: &str) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        405 => ErrorKind::Unsupported,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        400 | 500 if is_taken(said) => ErrorKind::Conflict,
        // The database refused before anything was changed: the transaction as a whole is undone.
        500 if said.contains("FOREIGN KEY") || said.contains("not found for provider") => ErrorKind::Rejected,
        408 | 500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

/// A name must be unique over all virtual keys. Up to 1.5 this comes as a 500; Bifrost speaks English only.
fn is_taken(said: &str) -> bool {
    ["already exists", "duplicate key", "UNIQUE constraint"].iter().any(|words| said.contains(words))
}

fn sentence(kind: ErrorKind, reply: &Reply, said: &str, signed_in: bool) -> String {
    let words = if said.is_empty() { format!("status {}", reply.status) } else { said.to_owned() };
    match kind {
        ErrorKind::Unauthorized if signed_in => format!(
            "Bifrost does not accept the admin credential: give the dashboard's user name and password as \
             `user:password` ({words})"
        ),
        ErrorKind::Unauthorized => {
            format!("sign-in is on at this Bifrost: give the dashboard's user name and password ({words})")
        }
        ErrorKind::Forbidden => {
            format!("the credential may not do this on Bifrost: use one of an administrator ({words})")
        }
        ErrorKind::NotFound => format!("Bifrost does not know it: {words}"),
        ErrorKind::Unsupported => {
            format!("this Bifrost has no `{}`: it is too old, or this part is switched off", reply.call)
        }
        ErrorKind::Conflict => format!("Bifrost already has one like it: {words}"),
        ErrorKind::RateLimited => format!("something in front of Bifrost asks for fewer requests: {words}"),
        ErrorKind::Unavailable => format!("Bifrost failed with status {}: {words}", reply.status),
        _ => format!("Bifrost refused: {words}"),
    }
}

/// What an unsuccessful reply to a *write* means: refused where Bifrost decided before it did anything, unknown where
/// it broke off.
///
/// # Errors
/// The outcome is unknown.
pub fn refusal(reply: &Reply, signed_in: bool) -> Result<Outcome, GatewayError> {
    let error = error(reply, signed_in);
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::Malformed => Err(error),
        _ => {
            let mut outcome = Outcome::refused(error.message, Some(reply.status));
            if let Outcome::Refused(reason) = &mut outcome {
                reason.after = error.after;
            }
            Ok(outcome)
        }
    }
}

/// The write was answered with success, and reading back shows otherwise (product.md D37).
pub fn not_saved(what: &str, fields: &[&str]) -> Outcome {
    let message = format!(
        "Bifrost accepted the {what} but did not save its {}: look at it on the gateway before you try again",
        fields.join(", ")
    );
    Outcome::not_saved(message)
}
