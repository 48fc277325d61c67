//! Bank accounts.

use std::fmt;
use std::str::FromStr;

use iban::{IbanLike as _, ParseIbanError};

/// Why a text is no IBAN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IbanError {
    /// The check digits are wrong, or a character cannot be in an IBAN.
    #[error(
        "`{0}` is not an IBAN: its check digits do not fit, so a digit was mistyped or is missing (EN 16931 BR-50, ISO 13616)"
    )]
    CheckDigits(String),
    /// The check digits fit, but not the length or the kind of characters.
    #[error("`{0}` does not have the length or shape of an IBAN of its country (EN 16931 BR-50, ISO 13616)")]
    Shape(String),
    /// No country with IBANs.
    #[error(
        "`{0}` does not start with a country that has IBANs: it looks like DE89 3704 0044 0532 0130 00 (EN 16931 BR-50)"
    )]
    Country(String),
}

/// An international bank account number (BT-84): country, length and check digits are right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Iban(String);

impl Iban {
    /// Without blanks, as in documents for machines.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether its country takes part in SEPA credit transfers, UNTDID 4461 code 58 rather than 30.
    #[must_use]
    pub fn is_sepa(&self) -> bool {
        let country = self.0.get(..2).unwrap_or_default();
        SEPA.as_bytes().chunks(3).any(|code| code.starts_with(country.as_bytes()))
    }
}

/// Countries of the SEPA schemes by the first letters of their IBANs.
const SEPA: &str = "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM VA";

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Iban {
    type Err = IbanError;

    /// Reads an IBAN; blanks do not matter.
    fn from_str(text: &str) -> Result<Self, IbanError> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        match plain.parse::<iban::Iban>() {
            Ok(iban) => Ok(Self(iban.electronic_str().to_owned())),
            Err(ParseIbanError::InvalidBaseIban { .. }) => Err(IbanError::CheckDigits(plain)),
            Err(ParseIbanError::InvalidBban(_)) => Err(IbanError::Shape(plain)),
            Err(ParseIbanError::UnknownCountry(_)) => Err(IbanError::Country(plain)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_are_read_and_mistakes_found() {
        let good: Iban = "de89 3704 0044 0532 0130 00".parse().unwrap();
        assert_eq!((good.as_str(), good.is_sepa()), ("DE89370400440532013000", true));
        assert!(!"BR1800360305000010009795493C1".parse::<Iban>().unwrap().is_sepa(), "Brazil has IBANs, but no SEPA");
        let rows =
            [("DE89370400440532013001", "check digits"), ("DE8937040044053201300", "check digits"), ("hello", "check")];
        for (text, expected) in rows {
            let said = text.parse::<Iban>().unwrap_err().to_string();
            assert!(said.contains(expected) && said.contains("BR-50"), "{text}: {said}");
        }
    }
}
