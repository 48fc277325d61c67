//! Nothing secret leaves: every message that passes out is scrubbed.
//!
//! The admin credential is replaced wherever it appears, and so is everything that looks like a key, because gateways
//! echo keys in their refusals (litellm.md §3).

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Secret, Timestamp, UsageRecord};

use crate::{Action, Cursor, Descriptor, Gateway, GatewayError, Item, Outcome, Page, Probe, Resource, UsageAsk};

/// What stands for a secret.
pub const MASK: &str = "[redacted]";
/// Longest message passed on, in characters: a gateway may answer with a whole traceback.
const MESSAGE_MAX: usize = 600;
/// Shortest run of letters and digits that is taken for a key.
const KEY_LIKE: usize = 24;
/// Fewest characters after `sk-` that make it a key and not a word.
const SK_TAIL: usize = 5;

/// Replaces everything that looks like a key: `sk-…`, `Bearer …`, and long runs that mix letters and digits. SHA-256
/// digests identify keys without opening anything: they are shortened to the eight digits people compare.
#[must_use]
pub fn scrub(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_token) {
        out.push_str(&rest[..start]);
        let token_and_more = &rest[start..];
        let end = token_and_more.find(|c| !is_token(c)).unwrap_or(token_and_more.len());
        let after_bearer = ends_with_bearer(&out);
        out.push_str(&mask(&token_and_more[..end], after_bearer));
        rest = &token_and_more[end..];
    }
    out.push_str(rest);
    out
}

/// [`scrub`] on one line, with one known secret replaced first: a gateway may answer with a traceback, and a message that
/// breaks lines or turns the direction of writing could pass for Purser's own words.
#[must_use]
pub fn scrub_secret(text: &str, secret: Option<&Secret>) -> String {
    let known = secret.map(Secret::expose).filter(|clear| clear.len() >= 4);
    let text = known.map_or_else(|| text.to_owned(), |clear| text.replace(clear, MASK));
    scrub(&one_line(&text)).chars().take(MESSAGE_MAX).collect()
}

/// Runs of blanks, line breaks, control characters and marks of writing direction become one space; none at the ends.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control() || turns(c)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a character turns the direction of the text around it.
const fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn ends_with_bearer(text: &str) -> bool {
    let tail = text.trim_end();
    tail.len() < text.len() && tail.len() >= 6 && tail.is_char_boundary(tail.len() - 6) && {
        tail[tail.len() - 6..].eq_ignore_ascii_case("bearer")
    }
}

fn mask(token: &str, after_bearer: bool) -> String {
    if let Some(at) = find_sk(token) {
        return format!("{}{MASK}", &token[..at]);
    }
    if after_bearer && token.len() >= 8 {
        return MASK.to_owned();
    }
    let masked: Vec<String> = token.split('-').map(mask_segment).collect();
    masked.join("-")
}

/// Where an `sk-` that starts a key lies; masks shown by gateways (`sk-...0001`) have no tail and stay.
fn find_sk(token: &str) -> Option<usize> {
    let lower = token.to_ascii_lowercase();
    let found = lower.match_indices("sk-").find(|(at, _)| {
        let starts = *at == 0 || !lower.as_bytes()[at - 1].is_ascii_alphanumeric();
        starts && token.len() - at - 3 >= SK_TAIL
    });
    found.map(|(at, _)| at)
}

fn mask_segment(segment: &str) -> String {
    let hex = segment.bytes().all(|b| b.is_ascii_hexdigit());
    let mixed = segment.bytes().any(|b| b.is_ascii_digit()) && segment.bytes().any(|b| b.is_ascii_alphabetic());
    match segment.len() {
        // Fingerprints are printed with or without their leading zeros (litellm.md: 62 to 64 digits).
        60..=64 if hex => format!("{}…", &segment[..8]),
        // Our own marks, and identifiers written without dashes.
        32 if hex && !segment.bytes().any(|b| b.is_ascii_uppercase()) => segment.to_owned(),
        KEY_LIKE.. if mixed => MASK.to_owned(),
        _ => segment.to_owned(),
    }
}

/// A gateway whose every message is scrubbed.
pub struct Redacting {
    inner: Arc<dyn Gateway>,
    credential: Option<Secret>,
}

impl Redacting {
    /// Wraps a gateway; `credential` is what must never appear.
    #[must_use]
    pub fn new(inner: Arc<dyn Gateway>, credential: Option<Secret>) -> Self {
        Self { inner, credential }
    }

    fn text(&self, text: &str) -> String {
        scrub_secret(text, self.credential.as_ref())
    }

    fn error(&self, mut error: GatewayError) -> GatewayError {
        error.message = self.text(&error.message);
        error.call = self.text(&error.call);
        error
    }
}

#[async_trait]
impl Gateway for Redacting {
    fn describe(&self) -> Descriptor {
        self.inner.describe()
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        let mut probe = self.inner.probe(now).await.map_err(|error| self.error(error))?;
        for finding in &mut probe.findings {
            finding.message = self.text(&finding.message);
        }
        Ok(probe)
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        self.inner.inventory(what, at).await.map_err(|error| self.error(error))
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        self.inner.usage(ask, at).await.map_err(|error| self.error(error))
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        let outcome = self.inner.apply(action, now).await.map_err(|error| self.error(error))?;
        Ok(match outcome {
            Outcome::Refused(mut reason) => {
                reason.message = self.text(&reason.message);
                Outcome::Refused(reason)
            }
            done @ Outcome::Done(_) => done,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s0_04_keys_do_not_pass() {
        let digest = "e4be1d4741c9ba06742af7c41538ad25120524f1ec7a1b13732dd5a4178892d5";
        let rows = [
            ("Received sk-test-master-0000!", "Received [redacted]!"),
            ("key sk-proj_abcDEF123456", "key [redacted]"),
            ("Authorization: Bearer abcdefgh", "Authorization: Bearer [redacted]"),
            ("token 9f8A7b6C5d4E3f2A1b0C9d8E7f6A5b4C!", "token [redacted]!"),
            (digest, "e4be1d47…"),
        ];
        for (text, scrubbed) in rows {
            assert_eq!(scrub(text), scrubbed, "{text}");
        }
    }

    #[test]
    fn names_and_identifiers_stay_readable() {
        for text in [
            "purser-00c0ffee00c0ffee00c0ffee00c0ffee",
            "sk-...0001",
            "claude-3-5-sonnet-20241022",
            "meta-llama-3-1-405b-instruct-turbo",
            "chatcmpl-191ffa39-5625-4586-99a6-1b0851b286fe",
            "the task-force and the risk-adjusted desk",
            "株式会社 <img src=x>",
        ] {
            assert_eq!(scrub(text), text);
        }
    }

    #[test]
    fn a_known_credential_goes_whatever_its_shape() {
        let secret = Secret::new("hunter22");
        assert_eq!(scrub_secret("hunter22 was wrong", Some(&secret)), "[redacted] was wrong");
        assert_eq!(scrub_secret(&"é".repeat(5_000), None).chars().count(), MESSAGE_MAX);
    }

    #[test]
    fn a_gateways_words_stay_one_sentence() {
        let rows = [
            ("Traceback:\n  File \"a.py\"\r\n\tValueError", "Traceback: File \"a.py\" ValueError"),
            ("  spaced   out  ", "spaced out"),
            ("bell\u{7}, escape\u{1b}[31m red, null\0.", "bell , escape [31m red, null ."),
            ("next\u{85}line\u{2028}and\u{2029}paragraph", "next line and paragraph"),
            ("turned \u{202e}around\u{2066}", "turned around"),
            ("\n\n", ""),
        ];
        for (said, shown) in rows {
            assert_eq!(scrub_secret(said, None), shown, "{said:?}");
        }
        let folded = Secret::new("hunter\u{a0}22");
        assert!(
            !scrub_secret("not hunter\u{a0}22", Some(&folded)).contains("hunter"),
            "the secret goes before the fold"
        );
    }

    proptest::proptest! {
        #[test]
        fn scrubbing_never_panics_and_never_leaks(text in "\\PC{0,80}", tail in "[A-Za-z0-9]{8,40}") {
            let leaky = format!("{text} sk-{tail} {text}");
            proptest::prop_assert!(!scrub(&leaky).contains(&tail), "{}", leaky);
        }
    }
}
