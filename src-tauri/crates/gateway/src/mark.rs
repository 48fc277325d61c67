//! Marks in names that have little room: 22 digits that no name or address needs to escape (RFC 4648 §5, no padding).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use domain::Mark;

/// How many digits a mark has.
pub const DIGITS: usize = 22;

/// A mark in its digits.
#[must_use]
pub fn digits(mark: &Mark) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(mark.bytes())
}

/// The mark of these digits; `None` for anything that [`digits`] did not write.
#[must_use]
pub fn from_digits(text: &str) -> Option<Mark> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    bytes.try_into().ok().map(Mark::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_mark_survives_and_nothing_else_is_taken_for_one(bytes: [u8; 16], other: String) {
            let written = digits(&Mark::new(bytes));
            proptest::prop_assert_eq!(written.len(), DIGITS);
            proptest::prop_assert_eq!(from_digits(&written), Some(Mark::new(bytes)));
            if let Some(mark) = from_digits(&other) {
                proptest::prop_assert_eq!(digits(&mark), other, "one way to write a mark");
            }
        }
    }
}
