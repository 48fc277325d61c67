//! The payment code of a SEPA credit transfer (EPC069-12 version 2.1, "GiroCode"): what a banking app reads off the invoice.

use std::fmt::Write as _;

use domain::{Currency, Iban, Money};
use fast_qr::{ECL, QRBuilder};

/// Most characters of the beneficiary's name (AT-21).
const NAME_MAX: usize = 70;
/// Most characters of the words for the beneficiary (AT-05, unstructured).
const WORDS_MAX: usize = 140;
/// Highest amount in cents: EUR 999,999,999.99.
const CENTS_MAX: i64 = 99_999_999_999;
/// Most bytes of all lines.
const BYTES_MAX: usize = 331;
/// The largest symbol allowed is version 13, 69 modules wide.
const MODULES_MAX: usize = 69;
/// White modules around the symbol (ISO/IEC 18004).
const QUIET: usize = 4;
/// Countries of the European Economic Area by the first letters of their IBANs: outside, a transfer needs a BIC, which no
/// invoice here knows.
const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The lines of the code: service tag, version 002, UTF-8, SCT, no BIC, name, IBAN, amount, no purpose, no structured
/// reference, and the words. `None` where there is no such transfer: another currency, nothing or too much to pay, no
/// name, or an account outside the European Economic Area.
#[must_use]
pub fn payload(name: &str, iban: &str, amount: Money, words: &str) -> Option<String> {
    let iban: Iban = iban.parse().ok()?;
    let payable = amount.currency() == Currency::EUR && (1..=CENTS_MAX).contains(&amount.minor());
    let name = line(name, NAME_MAX);
    if !payable || name.is_empty() || !EEA.contains(&iban.as_str().get(..2)?) {
        return None;
    }
    let amount = format!("EUR{}", amount.to_decimal());
    let mut words = line(words, WORDS_MAX);
    let head = ["BCD", "002", "1", "SCT", "", &name, iban.as_str(), &amount, "", ""].join("\n");
    while head.len() + 1 + words.len() > BYTES_MAX {
        words.pop()?;
    }
    Some(format!("{head}\n{}", words.trim_end()))
}

/// One line of at most so many characters: what a banking app could not send is left out.
fn line(text: &str, most: usize) -> String {
    let words: Vec<String> = text.split_whitespace().map(crate::figures::visible).collect();
    words.join(" ").chars().take(most).collect::<String>().trim().to_owned()
}

/// The code as SVG, black on white with its quiet zone, one unit per module, a rectangle for each run of a row,
/// at error correction level M. `None` where
/// the lines do not fit into a symbol of version 13.
#[must_use]
pub fn svg(payload: &str) -> Option<String> {
    let code = QRBuilder::new(payload).ecl(ECL::M).build().ok()?;
    let side = code.size + 2 * QUIET;
    if code.size > MODULES_MAX {
        return None;
    }
    let mut path = String::new();
    for (y, row) in code.data.chunks(code.size).take(code.size).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left.value() == right.value()) {
            if run.first().is_some_and(|module| module.value()) {
                write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET, length = run.len()).ok()?;
            }
            x += run.len();
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IBAN: &str = "DE89 3704 0044 0532 0130 00";

    fn eur(cents: i64) -> Money {
        Money::from_minor(cents, Currency::EUR)
    }

    #[test]
    fn the_lines_are_those_of_the_standard() {
        let expected = "BCD\n002\n1\nSCT\n\nNorthwind & Söhne\nDE89370400440532013000\nEUR12.30\n\n\n2026-0042";
        assert_eq!(payload(" Northwind &  Söhne ", IBAN, eur(1230), "2026-0042").as_deref(), Some(expected));
    }

    #[test]
    fn amounts_are_one_cent_to_a_thousand_million() {
        for (cents, text) in [(1, "EUR0.01"), (100, "EUR1.00"), (CENTS_MAX, "EUR999999999.99")] {
            assert!(payload("A", IBAN, eur(cents), "").unwrap().contains(&format!("\n{text}\n")), "{cents}");
        }
        for cents in [-1, 0, CENTS_MAX + 1] {
            assert_eq!(payload("A", IBAN, eur(cents), ""), None, "{cents}");
        }
        assert_eq!(payload("A", IBAN, Money::from_minor(100, Currency::USD), ""), None, "SEPA is in euro");
    }

    #[test]
    fn names_and_words_are_cut_to_what_a_transfer_carries() {
        let long = payload(&"n".repeat(90), IBAN, eur(1), &"w".repeat(200)).unwrap();
        let lines: Vec<&str> = long.split('\n').collect();
        assert_eq!((lines.len(), lines[5].len(), lines[10].len()), (11, NAME_MAX, WORDS_MAX));
        let wide = payload(&"名".repeat(90), IBAN, eur(1), &"字".repeat(200)).unwrap();
        assert!(wide.len() <= BYTES_MAX && svg(&wide).is_some(), "{} bytes fit a symbol", wide.len());
        assert_eq!(wide.split('\n').nth(5).unwrap().chars().count(), NAME_MAX, "the name stays whole");
        assert_eq!(payload("A\nB\u{202e}", IBAN, eur(1), "").unwrap().split('\n').nth(5), Some("A B"));
        assert_eq!(payload(" ", IBAN, eur(1), ""), None, "nobody to pay");
    }

    #[test]
    fn without_a_bic_the_account_is_in_the_economic_area() {
        assert_eq!(payload("A", "CH9300762011623852957", eur(1), ""), None);
        assert_eq!(payload("A", "nonsense", eur(1), ""), None);
        assert!(payload("A", "AT611904300234573201", eur(1), "").is_some());
    }
}
