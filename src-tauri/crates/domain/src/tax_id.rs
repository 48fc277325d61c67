//! VAT identifiers: shape and check digits, country by country. Whether one is registered is for the tax office to say.

use std::fmt;
use std::str::FromStr;

/// Why a text is no VAT identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VatIdError {
    /// No country whose identifiers are known.
    #[error(
        "`{0}` does not start with a country of the EU, GB, XI, CH or NO: write the VAT ID with its country, for example DE136695976, EL for Greece (EN 16931 BR-CO-09)"
    )]
    Country(String),
    /// Not the length or kind of characters its country uses.
    #[error(
        "`{0}` does not have the shape of a VAT ID of its country: compare it letter by letter (EN 16931 BR-CO-09)"
    )]
    Shape(String),
    /// Its check digits say that something was mistyped.
    #[error("the check digits of `{0}` are wrong: a digit was mistyped, or two changed places (EN 16931 BR-CO-09)")]
    CheckDigits(String),
}

/// A VAT identifier (BT-31, BT-48): country prefix and number, without blanks. Its check digits are right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VatId(String);

impl VatId {
    /// As it is written in documents: `DE136695976`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its prefix: the ISO 3166-1 code of its country, but `EL` for Greece.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }
}

impl fmt::Display for VatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for VatId {
    type Err = VatIdError;

    /// Reads an identifier; blanks, dots, dashes and slashes do not matter.
    fn from_str(text: &str) -> Result<Self, VatIdError> {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        match plain.get(..2) {
            Some("GB") => checked(plain, british),
            Some("CH") => checked(plain, swiss),
            Some("NO") => checked(plain, norwegian),
            _ => european(text),
        }
    }
}

fn european(text: &str) -> Result<VatId, VatIdError> {
    let shown = text.trim().to_owned();
    match eu_vat::Vat::parse(text) {
        Ok(vat) => Ok(VatId(vat.to_string())),
        Err(eu_vat::Error::UnknownCountry(_) | eu_vat::Error::Empty) => Err(VatIdError::Country(shown)),
        Err(eu_vat::Error::BadChecksum | eu_vat::Error::OutOfRange) => Err(VatIdError::CheckDigits(shown)),
        Err(_) => Err(VatIdError::Shape(shown)),
    }
}

/// Asks one country's rule: `None` where the shape is wrong, else whether the check digits are right.
fn checked(plain: String, rule: fn(&str) -> Option<bool>) -> Result<VatId, VatIdError> {
    match rule(plain.get(2..).unwrap_or_default()) {
        Some(true) => Ok(VatId(plain)),
        Some(false) => Err(VatIdError::CheckDigits(plain)),
        None => Err(VatIdError::Shape(plain)),
    }
}

/// Nine digits, or twelve of a branch: modulus 97, plain or with 55 added for numbers given out since 2010. Government
/// departments (GD) and health authorities (HA) have three digits and a range.
fn british(number: &str) -> Option<bool> {
    if let Some(short) = number.strip_prefix("GD") {
        return three(short).map(|n| n < 500);
    }
    if let Some(short) = number.strip_prefix("HA") {
        return three(short).map(|n| n >= 500);
    }
    let digits = digits(number)?;
    if digits.len() != 9 && digits.len() != 12 {
        return None;
    }
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + 10 * digits.get(7)? + digits.get(8)?;
    Some(sum.is_multiple_of(97) || (sum + 55).is_multiple_of(97))
}

fn three(text: &str) -> Option<u32> {
    if text.len() == 3 { text.parse().ok() } else { None }
}

/// `CHE`, nine digits with a check digit modulo 11, and MWST, TVA or IVA.
fn swiss(number: &str) -> Option<bool> {
    let rest = number.strip_prefix('E')?;
    let nine = ["MWST", "TVA", "IVA"].iter().find_map(|end| rest.strip_suffix(end))?;
    eleven(nine, &[5, 4, 3, 2, 7, 6, 5, 4])
}

/// Nine digits with a check digit modulo 11, and MVA.
fn norwegian(number: &str) -> Option<bool> {
    eleven(number.strip_suffix("MVA")?, &[3, 2, 7, 6, 5, 4, 3, 2])
}

/// Whether the ninth of nine digits is what the weighted eight before it give modulo 11.
fn eleven(number: &str, weights: &[u32; 8]) -> Option<bool> {
    let digits = digits(number)?;
    if digits.len() != 9 {
        return None;
    }
    let check = (11 - weighted(&digits, weights) % 11) % 11;
    Some(digits.last() == Some(&check))
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One real-looking identifier per country, each with right check digits.
    const GOOD: [&str; 32] = [
        "ATU13585627",
        "BE0428759497",
        "BG175074752",
        "CY10259033P",
        "CZ25123891",
        "DE136695976",
        "DK13585628",
        "EE100931558",
        "EL094259216",
        "ESA13585625",
        "FI20774740",
        "FR40303265045",
        "HR33392005961",
        "HU12892312",
        "IE6433435F",
        "IT00743110157",
        "LT119511515",
        "LU15027442",
        "LV40003521600",
        "MT11679112",
        "NL004495445B01",
        "PL8567346215",
        "PT501964843",
        "RO18547290",
        "SE123456789701",
        "SI50223054",
        "SK2022749619",
        "GB980780684",
        "XI980780684",
        "CHE107787577MWST",
        "NO995525828MVA",
        "GBGD123",
    ];

    #[test]
    fn br_co_09_each_countrys_check_digits() {
        for good in GOOD {
            let id: VatId = good.parse().unwrap_or_else(|error| panic!("{good}: {error}"));
            assert_eq!(id.as_str(), good);
            let spaced = format!(" {} {}.{} ", &good[..2], &good[2..5], good[5..].to_lowercase());
            assert_eq!(spaced.parse::<VatId>(), Ok(id), "{spaced}");
        }
    }

    #[test]
    fn one_wrong_digit_is_found() {
        let mut missed = Vec::new();
        for good in GOOD.into_iter().filter(|good| !good.starts_with("GBGD")) {
            // The last digit is not the check digit everywhere, but changing the fourth character breaks every rule.
            let at = 2 + good[2..].char_indices().filter(|(_, c)| c.is_ascii_digit()).nth(3).unwrap().0;
            let digit = good[at..=at].parse::<u8>().unwrap();
            let wrong = format!("{}{}{}", &good[..at], (digit + 1) % 10, &good[at + 1..]);
            if wrong.parse::<VatId>().is_ok() {
                missed.push(wrong);
            }
        }
        assert!(missed.is_empty(), "accepted: {missed:?}");
    }

    #[test]
    fn what_is_no_identifier_says_why() {
        let rows = [
            ("GR094259216X", "shape"),
            ("US123456789", "country"),
            ("", "country"),
            ("136695976", "country"),
            ("GB98078068", "shape"),
            ("CHE107787577", "shape"),
            ("DE136695970", "check digits"),
        ];
        for (text, expected) in rows {
            let said = text.parse::<VatId>().unwrap_err().to_string();
            assert!(said.contains(expected) && said.contains("BR-CO-09"), "{text}: {said}");
        }
    }
}
