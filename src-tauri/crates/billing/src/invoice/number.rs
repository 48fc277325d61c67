//! Invoice numbers: a series and a place in it.

use std::fmt;
use std::str::FromStr;

/// Why a number was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The series cannot be printed and read back.
    #[error("`{0}` is no series for invoice numbers: use 1 to 20 letters, digits, dots, slashes or dashes, as in 2026")]
    Series(String),
    /// Numbers start at one.
    #[error("invoice numbers start at 1")]
    Zero,
    /// Not the printed form.
    #[error("`{0}` is not an invoice number: it looks like 2026-0007")]
    NotANumber(String),
}

/// The number of a final invoice, printed `2026-0007`: the series, a dash, and at least four digits. Gapless within a
/// series; a new year is a new series. Drafts have none: a
/// number is taken in the transaction that finalises.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InvoiceNumber {
    series: String,
    number: u32,
}

impl InvoiceNumber {
    /// A place in a series, from 1.
    ///
    /// # Errors
    /// The series is empty, long or has a character that file names and bank forms may not carry, or the number is 0.
    pub fn new(series: impl Into<String>, number: u32) -> Result<Self, NumberError> {
        let series = series.into();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-');
        if series.is_empty() || series.len() > 20 || !series.chars().all(plain) {
            return Err(NumberError::Series(series));
        }
        if number == 0 { Err(NumberError::Zero) } else { Ok(Self { series, number }) }
    }

    /// The series, for example a year.
    #[must_use]
    pub fn series(&self) -> &str {
        &self.series
    }

    /// The place in the series.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}", self.series, self.number)
    }
}

impl FromStr for InvoiceNumber {
    type Err = NumberError;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let refused = || NumberError::NotANumber(text.to_owned());
        let (series, digits) = text.rsplit_once('-').ok_or_else(refused)?;
        Self::new(series, digits.parse().map_err(|_| refused())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_the_way_through_text() {
        for (series, number, text) in
            [("2026", 7, "2026-0007"), ("INV-2026", 12_345, "INV-2026-12345"), ("R/26", 1, "R/26-0001")]
        {
            let made = InvoiceNumber::new(series, number).unwrap();
            assert_eq!(made.to_string(), text);
            assert_eq!(text.parse(), Ok(made), "{text} must be read back");
        }
        for bad in ["", "2026", "2026-", "2026-0", "-1", "20 26-1"] {
            assert!(bad.parse::<InvoiceNumber>().is_err(), "{bad} must be refused");
        }
    }
}
