//! Secrets: masked by type, wiped when dropped, never printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// An admin credential or a client's key in clear. `Debug` prints a mask, there is no `Display`, no equality and no
/// serialisation, so a secret cannot reach a log, a row, a wire type or an error by accident (never-arrow 10).
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret; blanks around a pasted one are dropped.
    #[must_use]
    pub fn new(clear: &str) -> Self {
        Self(SecretString::from(clear.trim()))
    }

    /// The secret in clear. Every call is a place to justify: an HTTP header, the keychain, the show-once dialog.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What may be shown and stored of a client's key (S0-05, S0-26): prefix and last four characters. Short secrets
    /// show nothing.
    #[must_use]
    pub fn label(&self) -> KeyLabel {
        let clear: Vec<char> = self.expose().chars().collect();
        if clear.len() < 16 {
            return KeyLabel("…".to_owned());
        }
        let prefix: String = clear[..3].iter().collect();
        let last: String = clear[clear.len() - 4..].iter().collect();
        KeyLabel(format!("{prefix}…{last}"))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The showable part of a key: `sk-…ZOMw`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyLabel(String);

impl KeyLabel {
    /// A label as a gateway wrote it, for keys whose secret we never had.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.chars().take(24).collect())
    }

    /// The label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The SHA-256 of a key, 64 lower-case hexadecimal digits: tells two keys apart without knowing either.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyFingerprint(String);

impl KeyFingerprint {
    /// Takes a digest as hexadecimal digits; `None` unless there are exactly 64.
    #[must_use]
    pub fn new(hex: &str) -> Option<Self> {
        let valid = hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        valid.then(|| Self(hex.to_ascii_lowercase()))
    }

    /// All 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits, for people (U15).
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..8]
    }
}

/// Where a secret is kept, as a handle that is safe to store: the entry's name in the keychain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VaultRef(String);

impl VaultRef {
    /// The entry of this name.
    #[must_use]
    pub fn new(entry: impl Into<String>) -> Self {
        Self(entry.into())
    }

    /// The entry's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Secret::new(" sk-canary-0123456789-ZOMw \n");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.expose(), "sk-canary-0123456789-ZOMw");
        assert_eq!(secret.label().as_str(), "sk-…ZOMw");
        assert_eq!(Secret::new("sk-short").label().as_str(), "…");
    }

    #[test]
    fn fingerprints_are_digests() {
        assert!(KeyFingerprint::new("abc").is_none());
        let digest = KeyFingerprint::new(&"AB".repeat(32)).unwrap();
        assert_eq!(digest.short(), "abababab");
    }
}
