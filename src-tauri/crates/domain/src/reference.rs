//! Buyer references of German authorities.

use std::fmt;
use std::str::FromStr;

/// Why a text is no Leitweg-ID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a Leitweg-ID: it looks like 04011000-1234512345-06, and its last two digits check the rest (XRechnung BR-DE-15)"
)]
pub struct LeitwegIdError(String);

/// The address of a German authority for invoices (BT-10 of an XRechnung).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LeitwegId(String);

impl LeitwegId {
    /// Whether a reference is meant to be one: digits, a dash and two digits at the end. Companies write other texts.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        let ends =
            text.rsplit_once('-').is_some_and(|(_, end)| end.len() == 2 && end.bytes().all(|b| b.is_ascii_digit()));
        let starts = text.split('-').next().is_some_and(|part| (2..=12).contains(&part.len()));
        ends && starts && text.starts_with(|c: char| c.is_ascii_digit())
    }
}

impl fmt::Display for LeitwegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LeitwegId {
    type Err = LeitwegIdError;

    fn from_str(text: &str) -> Result<Self, LeitwegIdError> {
        let text = text.trim().to_ascii_uppercase();
        let refused = || LeitwegIdError(text.clone());
        let parts: Vec<&str> = text.split('-').collect();
        let fine = match parts.as_slice() {
            [coarse, check] => shaped(coarse, "", check),
            [coarse, fine, check] if !fine.is_empty() => shaped(coarse, fine, check),
            _ => false,
        };
        if fine && remainder(&text) == Some(1) { Ok(Self(text)) } else { Err(refused()) }
    }
}

fn shaped(coarse: &str, fine: &str, check: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (2..=12).contains(&coarse.len())
        && digits(coarse)
        && fine.len() <= 30
        && fine.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && check.len() == 2
        && digits(check)
}

/// ISO 7064 modulus 97 over the characters, letters counted from 10.
fn remainder(text: &str) -> Option<u32> {
    text.chars().filter(|c| *c != '-').try_fold(0_u32, |rest, c| {
        let value = c.to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn br_de_15_the_check_digits_of_a_leitweg_id() {
        for good in ["04011000-1234512345-06", "05711-GEMEINDE-64"] {
            let read = good.parse::<LeitwegId>();
            assert_eq!(read.map(|id| id.to_string()), Ok(good.to_owned()), "{good}");
        }
        for wrong in ["04011000-1234512345-07", "04011000", "", "A-1-23", "04011000--06"] {
            let said = wrong.parse::<LeitwegId>().unwrap_err().to_string();
            assert!(said.contains("BR-DE-15"), "{wrong}: {said}");
        }
        assert!(LeitwegId::is_meant("04011000-1234512345-07") && !LeitwegId::is_meant("PO 4711"));
    }
}
