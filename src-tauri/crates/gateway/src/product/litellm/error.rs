//! What LiteLLM's refusals mean. They come in five shapes, and a status alone does not tell enough: a 401 may mean "may
//! not", a 500 may mean "needs a licence", a web page means that something else answered.

use serde::Deserialize;
use serde_json::Value;

use crate::http::Reply;
use crate::layer::redaction;
use crate::{ErrorKind, GatewayError, Outcome};

/// Most of LiteLLM's own words that are quoted, in characters.
const QUOTED: usize = 300;

/// A refusal in LiteLLM's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The message.
    pub message: String,
    /// `error.type`; empty where the shape has none.
    pub kind: String,
    /// `error.param`; the name of the field it is about.
    pub param: String,
    /// Whether the body is the framework's answer for a path that does not exist.
    pub no_such_route: bool,
    /// Whether the message came as `detail`.
    pub is_detail: bool,
}

#[derive(Deserialize)]
struct Body {
    error: Option<Value>,
    detail: Option<Value>,
}

/// Reads any of the five shapes; whatever else comes is quoted.
pub fn said(reply: &Reply) -> Said {
    let body: Option<Body> = serde_json::from_slice(&reply.body).ok();
    match body {
        Some(Body { error: Some(error), .. }) => said_error(&error),
        Some(Body { detail: Some(detail), .. }) => said_detail(&detail),
        _ => Said { message: reply.snippet(), ..Said::default() },
    }
}

fn said_error(error: &Value) -> Said {
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let message = error.get("message").or(error.get("error")).and_then(Value::as_str).or(error.as_str());
    Said { message: tidy(message.unwrap_or_default()), kind: text("type"), param: text("param"), ..Said::default() }
}

fn said_detail(detail: &Value) -> Said {
    let inner = detail.get("error").or(detail.get("message")).unwrap_or(detail);
    let message = match inner {
        Value::String(text) => text.clone(),
        Value::Array(faults) => faults.iter().map(fault).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    };
    let no_such_route = matches!(detail.as_str(), Some("Not Found" | "Method Not Allowed"));
    Said { message: tidy(&message), no_such_route, is_detail: true, ..Said::default() }
}

/// One fault of a 422: `max_budget: Input should be a valid number`.
fn fault(fault: &Value) -> String {
    let place = fault.get("loc").and_then(Value::as_array).and_then(|loc| loc.last());
    let place = place.map(|place| place.as_str().map_or_else(|| place.to_string(), str::to_owned));
    let words = fault.get("msg").and_then(Value::as_str).unwrap_or("not accepted");
    place.map_or_else(|| words.to_owned(), |place| format!("{place}: {words}"))
}

/// One line, without the Python dictionary that some messages are wrapped in, and without secrets.
fn tidy(message: &str) -> String {
    let inner = unwrap_python(message).unwrap_or(message);
    let words: Vec<&str> = inner.split_whitespace().collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    redaction::scrub(&line)
}

/// `{'error': 'No keys found'}` → `No keys found`.
fn unwrap_python(message: &str) -> Option<&str> {
    let inside = message.trim().strip_prefix('{')?.strip_suffix('}')?;
    let (_, value) = inside.split_once(':')?;
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    value.strip_prefix(quote)?.strip_suffix(quote)
}

/// An unsuccessful reply as an error.
pub fn error(reply: &Reply) -> GatewayError {
    if let Some(error) = not_litellm(reply) {
        return error;
    }
    let said = said(reply);
    let kind = kind(reply.status, &said);
    reply.error(kind, sentence(kind, reply, &said))
}

/// Redirects and web pages: another server, or a proxy in front.
fn not_litellm(reply: &Reply) -> Option<GatewayError> {
    if (300..400).contains(&reply.status) {
        let to = reply.location.as_deref().map(|to| to.split(['?', '#']).next().unwrap_or(to)).unwrap_or("nowhere");
        let message = format!("the address redirects to {to}: give the final address of the proxy itself");
        return Some(reply.error(ErrorKind::NotThisProduct, message));
    }
    if !reply.is_html() {
        return None;
    }
    if reply.status >= 500 {
        let message = format!(
            "a web server in front of LiteLLM answered with status {}: LiteLLM may be restarting, try again",
            reply.status
        );
        return Some(reply.error(ErrorKind::Unavailable, message));
    }
    let message = "a web page answered, not LiteLLM's API: check the address, and whether a login page or firewall lies \
                   in front of it";
    Some(reply.error(ErrorKind::NotThisProduct, message))
}

fn kind(status: u16, said: &Said) -> ErrorKind {
    let message = said.message.to_ascii_lowercase();
    let licence = ["enterprise", "premium", "licen"].iter().any(|word| message.contains(word));
    match status {
        404 | 405 if said.no_such_route => ErrorKind::Unsupported,
        405 => ErrorKind::Unsupported,
        _ if licence => ErrorKind::Unsupported,
        401 if said.is_detail || message.contains("only proxy admin") || message.contains("not allowed") => {
            ErrorKind::Forbidden
        }
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        400 if message.contains("already exists") => ErrorKind::Conflict,
        // Over budget is 400, 422 or 429 by release and setting: the type tells, not the status.
        _ if said.kind == "budget_exceeded" => ErrorKind::Rejected,
        408 | 500.. => ErrorKind::Unavailable,
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::Rejected,
    }
}

fn sentence(kind: ErrorKind, reply: &Reply, said: &Said) -> String {
    let words = if said.message.is_empty() { format!("status {}", reply.status) } else { said.message.clone() };
    match kind {
        ErrorKind::Unauthorized => {
            format!("LiteLLM does not accept the admin credential: paste the master key or an admin's key ({words})")
        }
        ErrorKind::Forbidden => {
            format!(
                "the credential may not do this on LiteLLM: use the master key or the key of a proxy admin ({words})"
            )
        }
        ErrorKind::NotFound => format!("LiteLLM does not know it: {words}"),
        ErrorKind::Unsupported if said.no_such_route => {
            format!("this LiteLLM has no `{}`: it is too old, or this part is switched off", reply.call)
        }
        ErrorKind::Unsupported => format!("LiteLLM offers this with a licence only: {words}"),
        ErrorKind::Conflict => format!("LiteLLM already has one like it: {words}"),
        ErrorKind::RateLimited => format!("LiteLLM asks for fewer requests: {words}"),
        ErrorKind::Unavailable => format!("LiteLLM failed with status {}: {words}", reply.status),
        _ => format!("LiteLLM refused: {words}"),
    }
}

/// What an unsuccessful reply to a *write* means: refused where LiteLLM decided before it did anything, unknown where
/// it broke off.
///
/// # Errors
/// The outcome is unknown.
pub fn refusal(reply: &Reply) -> Result<Outcome, GatewayError> {
    let error = error(reply);
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::Malformed => Err(error),
        _ => Ok(Outcome::refused(error.message, Some(reply.status))),
    }
}

/// The write was answered with success, and reading back shows otherwise (product.md D37).
pub fn not_saved(what: &str, fields: &[&str]) -> Outcome {
    let message = format!(
        "LiteLLM accepted the {what} but did not save its {}: look at it on the gateway before you try again",
        fields.join(", ")
    );
    Outcome::not_saved(message)
}
