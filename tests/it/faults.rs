//! Bad input and faults through the app: each ends in a code and in sentences that name the cause and the remedy, with
//! nothing lost and nothing doubled.

mod clock;
mod connection;
mod database;
mod typed;
mod vault;

use app::AppError;
use app::wire::Code;

/// What an error must be.
struct Wanted {
    code: Code,
    /// The message holds one of these.
    cause: &'static [&'static str],
    /// The hints, or where there are none the message, hold one of these.
    remedy: &'static [&'static str],
}

/// Checks an error for people; `what` was tried.
#[track_caller]
fn must(what: &str, error: &AppError, wanted: &Wanted) {
    assert_eq!(error.code, wanted.code, "{what}: {error:?}");
    sentence(what, &error.message);
    holds_one(&format!("{what}: the cause"), &error.message, wanted.cause);
    for hint in &error.hints {
        sentence(what, hint);
        assert!(hint.starts_with(char::is_uppercase) && hint.ends_with(['.', '!']), "{what}: a hint is whole: {hint}");
    }
    let remedy = if error.hints.is_empty() { error.message.clone() } else { error.hints.join(" ") };
    holds_one(&format!("{what}: the remedy"), &remedy, wanted.remedy);
}

#[track_caller]
fn holds_one(what: &str, text: &str, parts: &[&str]) {
    let lower = text.to_lowercase();
    assert!(parts.iter().any(|part| lower.contains(&part.to_lowercase())), "{what} says none of {parts:?}: {text}");
}

/// Words, not the innards of a program; what stands in brackets may be the system's own.
#[track_caller]
fn sentence(what: &str, text: &str) {
    let text = text.split_once('(').map_or(text, |(before, _)| before);
    let words = text.split_whitespace().count();
    assert!(words >= 4 && text.chars().count() <= 700, "{what}: not a sentence: {text}");
    for inner in ["Error {", "Err(", "Some(", "None", "panicked", "::", "os error", "error sending request", "\n"] {
        assert!(!text.contains(inner), "{what}: `{inner}` is for programmers: {text}");
    }
}
