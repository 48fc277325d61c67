//! How figures are written for people: thousands by comma, decimals by point, dates as `1 Nov 2026`.
//!
//! Machine-readable files ([`crate::csv`]) do not use these.

use domain::{Currency, Date, Meter, Money};
use rust_decimal::Decimal;

/// English month names, cut to three letters.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A number with its thousands set apart: `1,234,567.50`. Keeps every decimal the number has.
#[must_use]
pub fn grouped(number: Decimal) -> String {
    let sign = if number.is_sign_negative() && !number.is_zero() { "−" } else { "" };
    format!("{sign}{}", grouped_text(&number.abs().to_string()))
}

/// Digits, and perhaps a point and digits, with the thousands set apart.
pub(crate) fn grouped_text(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(text.len() + whole.len() / 3 + 1);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// An amount without its currency, with the decimals of its currency: `1,234.50`.
#[must_use]
pub fn amount(money: Money) -> String {
    grouped(money.to_decimal())
}

/// An amount with its currency code before it: `USD 1,234.50`.
#[must_use]
pub fn with_currency(money: Money) -> String {
    format!("{}\u{a0}{}", money.currency(), amount(money))
}

/// A price: every decimal it has and at least those of its currency.
#[must_use]
pub fn price(price: Decimal, currency: Currency) -> String {
    let digits = price.normalize();
    let decimals = digits.scale().max(currency.decimals());
    grouped_text(&format!("{:.*}", decimals as usize, digits))
}

/// A date as `1 Nov 2026`.
#[must_use]
pub fn date(date: Date) -> String {
    let (year, month, day) = date.parts();
    format!("{day}\u{a0}{}\u{a0}{year}", month_name(month))
}

/// A date without its year: `1 Nov`.
#[must_use]
pub fn day(date: Date) -> String {
    let (_, month, day) = date.parts();
    format!("{day} {}", month_name(month))
}

/// The short name of a month, 1 to 12.
#[must_use]
pub fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("?")
}

/// What a meter counts, as printed.
#[must_use]
pub fn meter(meter: Meter) -> &'static str {
    match meter {
        Meter::Requests => "Requests",
        Meter::InputTokens => "Input tokens",
        Meter::OutputTokens => "Output tokens",
        Meter::CacheReadTokens => "Cached input tokens",
        Meter::CacheWriteTokens => "Cache write tokens",
        Meter::Images => "Images",
        Meter::VideoMillis => "Video",
        Meter::SpeechChars => "Characters spoken",
        Meter::AudioMillis => "Audio transcribed",
    }
}

/// A quantity in the unit people read it in, number and unit apart: tokens and characters in thousands to one decimal
/// (`1,234.6` `K`), video in seconds, audio in minutes. Shown beside the exact count, never instead of it; `None` for
/// what is counted one by one.
#[must_use]
pub fn readable(meter: Meter, count: u64) -> Option<(String, &'static str)> {
    match meter {
        Meter::Requests | Meter::Images => None,
        Meter::VideoMillis => Some((tenths(count, 1_000), "s")),
        Meter::AudioMillis => Some((tenths(count, 60_000), "min")),
        _ => Some((tenths(count, 1_000), "K")),
    }
}

/// The exact count in the meter's own unit.
#[must_use]
pub fn exact(meter: Meter, count: u64) -> String {
    let digits = grouped(Decimal::from(count));
    match meter {
        Meter::VideoMillis | Meter::AudioMillis => format!("{digits}\u{a0}ms"),
        _ => digits,
    }
}

/// `count / unit` to the nearest tenth, half up, in integers.
fn tenths(count: u64, unit: u64) -> String {
    let tenths = (u128::from(count) * 10 + u128::from(unit) / 2) / u128::from(unit);
    let tenths = i128::try_from(tenths).unwrap_or(i128::MAX);
    grouped(Decimal::from_i128_with_scale(tenths, 1))
}

/// Text without characters that cannot be seen or that reorder what stands around them (product.md R34). The two joiners
/// stay: Indic and Arabic spelling needs them.
#[must_use]
pub fn visible(text: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
            || matches!(c, '\u{ad}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
    };
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !unseen(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let rows = [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567.50", "−1,234,567.50"), ("-0.00", "0.00")];
        for (number, expected) in rows {
            assert_eq!(grouped(number.parse().unwrap()), expected);
        }
    }

    #[test]
    fn prices_keep_every_decimal_and_at_least_the_currencys() {
        let rows = [
            ("0.0375", "0.0375"),
            ("3", "3.00"),
            ("2.5", "2.50"),
            ("2.5000", "2.50"),
            ("1250", "1,250.00"),
            ("0", "0.00"),
        ];
        for (number, expected) in rows {
            assert_eq!(price(number.parse().unwrap(), Currency::USD), expected);
        }
    }

    #[test]
    fn quantities_read_in_thousands_beside_the_exact_count() {
        let rows = [
            (Meter::InputTokens, 1_234_567, "1,234.6", "K"),
            (Meter::InputTokens, 49, "0.0", "K"),
            (Meter::OutputTokens, u64::MAX, "18,446,744,073,709,551.6", "K"),
            (Meter::AudioMillis, 90_000, "1.5", "min"),
        ];
        for (meter, count, number, unit) in rows {
            assert_eq!(readable(meter, count), Some((number.to_owned(), unit)));
        }
        assert_eq!(readable(Meter::Images, 3), None, "images are counted one by one");
        assert_eq!(exact(Meter::VideoMillis, 12_345), "12,345\u{a0}ms");
    }
}
