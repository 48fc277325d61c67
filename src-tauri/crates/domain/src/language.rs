//! Languages that documents are written in.

use std::fmt;
use std::str::FromStr;

/// The language of a client's documents: their words, and how dates and numbers are written. Files for programs are the
/// same in every language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocumentLanguage {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Chinese as written on the mainland.
    Chinese,
}

/// Why a text names no language of documents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there are no documents in `{0}`: choose en, de or zh-CN")]
pub struct LanguageError(String);

impl DocumentLanguage {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Chinese];

    /// Its BCP 47 tag, the stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Chinese => "zh-CN",
        }
    }

    /// The language with this [`DocumentLanguage::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

impl fmt::Display for DocumentLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for DocumentLanguage {
    type Err = LanguageError;

    /// Reads a tag, whatever its case.
    fn from_str(text: &str) -> Result<Self, LanguageError> {
        let found = Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(text.trim()));
        found.ok_or_else(|| LanguageError(text.trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_read_by_their_tags() {
        for language in DocumentLanguage::ALL {
            assert_eq!(language.code().parse(), Ok(language));
            assert_eq!(DocumentLanguage::from_code(language.code()), Some(language));
        }
        assert_eq!(" ZH-cn ".parse(), Ok(DocumentLanguage::Chinese));
        assert!("fr".parse::<DocumentLanguage>().unwrap_err().to_string().contains("choose en, de or zh-CN"));
    }
}
