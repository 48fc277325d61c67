//! Names that people type. Parsed once, at the edge; what holds a [`Name`] need not check it again.

use std::fmt;
use std::str::FromStr;

/// Longest name we keep, in characters.
pub const NAME_MAX: usize = 120;

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but blanks.
    #[error("a name is needed: type 1 to 120 characters")]
    Empty,
    /// More than [`NAME_MAX`] characters.
    #[error("the name has {0} characters: use at most 120")]
    TooLong(usize),
    /// A character that cannot be seen, or that reorders the text around it.
    #[error("the name holds an invisible character (U+{0:04X}): type it again without it")]
    Invisible(u32),
}

/// A name for people: trimmed, 1 to 120 characters, no control characters and no bidirectional overrides (which could
/// make a name read differently in a table than on an invoice; product.md R34). Markup and formulas are allowed: they
/// are text everywhere and neutralised where a reader might run them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name we did not choose (an alias on a gateway): invisible characters are dropped, the rest is cut to length.
    /// `fallback` is used when nothing is left.
    #[must_use]
    pub fn lossy(text: &str, fallback: &str) -> Self {
        let kept: String = text.chars().filter(|c| !invisible(*c)).take(NAME_MAX).collect();
        let kept = kept.trim();
        Self(if kept.is_empty() { fallback.to_owned() } else { kept.to_owned() })
    }
}

/// Control characters, bidirectional controls, zero-width characters and the byte-order mark.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if let Some(bad) = text.chars().find(|c| invisible(*c)) {
            return Err(NameError::Invisible(bad as u32));
        }
        match text.chars().count() {
            length if length > NAME_MAX => Err(NameError::TooLong(length)),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A model as the client calls it on a gateway (LiteLLM: the model group, not the upstream deployment). May be empty:
/// a request that failed before a model was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelName(String);

impl ModelName {
    /// Takes a model name as the gateway wrote it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name as the gateway wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_text_or_refused() {
        let kept = [
            "Harborlight Dental",
            "<img src=x onerror=alert(1)>",
            "=HYPERLINK(\"http://x\")",
            "株式会社ハーバー",
            "שלום",
        ];
        for name in kept {
            assert_eq!(name.parse::<Name>().unwrap().as_str(), name);
        }
        assert_eq!("  \t ".parse::<Name>(), Err(NameError::Empty));
        assert_eq!("evil\u{202e}txt".parse::<Name>(), Err(NameError::Invisible(0x202e)));
        assert_eq!("a\nb".parse::<Name>(), Err(NameError::Invisible(10)));
        assert_eq!("x".repeat(10_240).parse::<Name>(), Err(NameError::TooLong(10_240)));
    }

    #[test]
    fn names_from_gateways_are_tamed() {
        assert_eq!(Name::lossy("a\u{202e}b\u{0}", "?").as_str(), "ab");
        assert_eq!(Name::lossy(" \u{feff} ", "team-1").as_str(), "team-1");
        assert_eq!(Name::lossy(&"x".repeat(500), "?").as_str().len(), NAME_MAX);
    }
}
