//! Single texts as times, quantities and amounts, or the sentence that says why not.

use domain::{Nanos, RequestOutcome, Timestamp, Zone};

/// Longest text quoted in a sentence, in characters.
const QUOTED: usize = 40;

/// A text as it may be quoted: short, on one line.
pub fn quoted(text: &str) -> String {
    let line: String = text.chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    if line.chars().count() < text.chars().count() { format!("`{line}…`") } else { format!("`{line}`") }
}

/// A time: RFC 3339, a date, a wall-clock time of `zone`, or seconds or milliseconds since 1970.
pub fn time(text: &str, zone: &Zone) -> Result<Timestamp, String> {
    if let Some(instant) = epoch(text) {
        return Ok(instant);
    }
    zone.read(text).map_err(|_| {
        format!("{} is not a time: write it as 2026-11-30T14:05:00Z, or as 2026-11-30 14:05:00", quoted(text))
    })
}

/// Ten digits are seconds, thirteen are milliseconds; decimals of a second are kept to the millisecond.
fn epoch(text: &str) -> Option<Timestamp> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => {
            let millis: String = decimals.chars().chain("000".chars()).take(3).collect();
            Some(Timestamp::from_millis(number * 1000 + millis.parse::<i64>().ok()?))
        }
        13 => Some(Timestamp::from_millis(number)),
        _ => None,
    }
}

/// A count: digits, perhaps with empty decimals (`12.0`).
pub fn quantity(text: &str) -> Result<u64, String> {
    if let Some(sentence) = refused_sign(text) {
        return Err(sentence);
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let empty = decimals.bytes().all(|byte| byte == b'0');
    let digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !empty {
        return Err(format!("{} is not a whole number: write digits only, for example 1234", quoted(text)));
    }
    whole.parse().map_err(|_| format!("{} is too large to be counted", quoted(text)))
}

/// An amount in currency units; what lies beyond the ninth decimal is rounded.
pub fn cost(text: &str) -> Result<Nanos, String> {
    if let Some(sentence) = refused_sign(text) {
        return Err(sentence);
    }
    Nanos::parse(text).map_err(|_| format!("{} is not an amount: write digits, for example 0.0125", quoted(text)))
}

/// What no number may hold: a minus, a separator of thousands, a decimal comma, a currency sign.
fn refused_sign(text: &str) -> Option<String> {
    if text.starts_with(['-', '−', '(']) {
        return Some(format!("{} is negative: usage is never negative, leave corrections out", quoted(text)));
    }
    if text.contains([',', '_', '\'', '’', ' ', '\u{a0}', '\u{202f}']) {
        return Some(format!(
            "{} holds a comma, a blank or another separator: write 1234.5 without thousands separators",
            quoted(text)
        ));
    }
    if text.starts_with(['$', '€', '£', '¥']) || text.ends_with(['$', '€', '£', '¥']) {
        return Some(format!("{} holds a currency sign: write the number alone", quoted(text)));
    }
    None
}

/// Words for a stream that the caller ended; 499 is the status that proxies give it.
const ENDED_EARLY: [&str; 7] = ["aborted", "cancelled", "canceled", "interrupted", "incomplete", "disconnected", "499"];

/// Whether a status says that the answer was not taken to its end.
pub fn ended_early(text: &str) -> bool {
    ENDED_EARLY.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a request was served: an HTTP status, or a word.
pub fn outcome(text: &str) -> Result<RequestOutcome, String> {
    if let Ok(status) = text.parse::<u16>() {
        return Ok(if status < 400 { RequestOutcome::Succeeded } else { RequestOutcome::Failed });
    }
    match text.to_ascii_lowercase().as_str() {
        "ok" | "success" | "succeeded" | "successful" | "completed" | "true" | "served" => {
            Ok(RequestOutcome::Succeeded)
        }
        "failed" | "failure" | "error" | "errored" | "refused" | "timeout" | "false" => Ok(RequestOutcome::Failed),
        word if ENDED_EARLY.contains(&word) => Ok(RequestOutcome::Failed),
        _ => Err(format!("{} is not a status: write an HTTP status, `success` or `failed`", quoted(text))),
    }
}
