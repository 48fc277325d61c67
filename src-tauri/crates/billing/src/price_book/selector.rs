//! Which models a price rule is for.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use domain::ModelName;

/// Longest selector, in characters; gateways' model names stay well below.
pub const SELECTOR_MAX: usize = 200;

/// Why a selector was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// Nothing to select by.
    #[error("a price rule needs a model: write a name such as gpt-4o, a prefix such as gpt-*, or * for every model")]
    Empty,
    /// A star that is not the last character.
    #[error("`{0}` has a * before its end: a * may only be the last character, as in gpt-*")]
    StarInside(String),
    /// More than [`SELECTOR_MAX`] characters.
    #[error("the model name has {0} characters: use at most 200")]
    TooLong(usize),
}

/// The models a rule is for, written `gpt-4o`, `gpt-*` or `*`. Compared letter by letter, as gateways do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelSelector {
    /// One model.
    Exact(ModelName),
    /// Every model whose name starts so; written with a star at the end.
    Prefix(String),
    /// Every model.
    Any,
}

impl ModelSelector {
    /// Whether a model is meant.
    #[must_use]
    pub fn matches(&self, model: &ModelName) -> bool {
        match self {
            Self::Exact(name) => name == model,
            Self::Prefix(prefix) => model.as_str().starts_with(prefix.as_str()),
            Self::Any => true,
        }
    }

    /// Sorts the closer selector first: exact, then longer prefixes, then `*`.
    pub(super) fn precedence(&self) -> (u8, Reverse<usize>, &str) {
        match self {
            Self::Exact(name) => (0, Reverse(0), name.as_str()),
            Self::Prefix(prefix) => (1, Reverse(prefix.len()), prefix),
            Self::Any => (2, Reverse(0), ""),
        }
    }

    /// Refuses a selector that was not read from text and could not be written back.
    pub(super) fn check(&self) -> Result<(), SelectorError> {
        let (text, written) = match self {
            Self::Exact(name) => (name.as_str(), name.as_str().to_owned()),
            Self::Prefix(prefix) => (prefix.as_str(), self.to_string()),
            Self::Any => return Ok(()),
        };
        match text.chars().count() {
            0 => Err(SelectorError::Empty),
            length if length > SELECTOR_MAX => Err(SelectorError::TooLong(length)),
            _ if text.contains('*') => Err(SelectorError::StarInside(written)),
            _ => Ok(()),
        }
    }
}

impl FromStr for ModelSelector {
    type Err = SelectorError;

    /// Reads what `Display` writes; blanks around it are dropped.
    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let text = text.trim();
        let selector = match text.strip_suffix('*') {
            Some("") => Self::Any,
            Some(prefix) => Self::Prefix(prefix.to_owned()),
            None => Self::Exact(ModelName::new(text)),
        };
        selector.check().map(|()| selector)
    }
}

impl fmt::Display for ModelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => write!(f, "{name}"),
            Self::Prefix(prefix) => write!(f, "{prefix}*"),
            Self::Any => f.write_str("*"),
        }
    }
}
