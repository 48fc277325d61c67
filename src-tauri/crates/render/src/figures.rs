//! How figures are written for people: thousands by comma, decimals by point, dates as `1 Nov 2026`.
//!
//! [`localised`] and its neighbours turn these forms into those of another language. Machine-readable files ([`crate::csv`]) do not use these.

use domain::{Currency, Date, DocumentLanguage, Meter, Money, Month};
use rust_decimal::Decimal;

/// English month names, cut to three letters.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// German ones; the short are not cut.
const MONTHS_DE: [&str; 12] =
    ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];

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
pub fn day(date: Date, language: DocumentLanguage) -> String {
    let (_, month, day) = date.parts();
    match language {
        DocumentLanguage::English => format!("{day} {}", month_name(month)),
        DocumentLanguage::German => format!("{day}.{month}."),
        DocumentLanguage::Chinese => format!("{month}月{day}日"),
    }
}

/// A number as this module writes it, with the separators of a language.
#[must_use]
pub fn localised(number: String, language: DocumentLanguage) -> String {
    match language {
        DocumentLanguage::English | DocumentLanguage::Chinese => number,
        DocumentLanguage::German => number.chars().map(swapped).collect(),
    }
}

fn swapped(separator: char) -> char {
    match separator {
        ',' => '.',
        '.' => ',',
        other => other,
    }
}

/// A date as a language writes it: `1 Nov 2026`, `01.11.2026`, `2026年11月1日`.
#[must_use]
pub fn date_in(date: Date, language: DocumentLanguage) -> String {
    let (year, month, day) = date.parts();
    match language {
        DocumentLanguage::English => self::date(date),
        DocumentLanguage::German => format!("{day:02}.{month:02}.{year}"),
        DocumentLanguage::Chinese => format!("{year}年{month}月{day}日"),
    }
}

/// A month as a language writes it: `Nov 2026`, `Nov. 2026`, `2026年11月`.
#[must_use]
pub fn month_in(month: Month, language: DocumentLanguage) -> String {
    let (year, number, _) = month.first().parts();
    match language {
        DocumentLanguage::English => format!("{}\u{a0}{year}", month_name(number)),
        DocumentLanguage::German => format!("{}\u{a0}{year}", name_of(&MONTHS_DE, number)),
        DocumentLanguage::Chinese => format!("{year}年{number}月"),
    }
}

/// An amount as a language writes it, with its currency: `USD 1,234.50`, `1.234,50 USD`.
#[must_use]
pub fn with_currency_in(money: Money, language: DocumentLanguage) -> String {
    let amount = localised(amount(money), language);
    match language {
        DocumentLanguage::German => format!("{amount}\u{a0}{}", money.currency()),
        DocumentLanguage::English | DocumentLanguage::Chinese => format!("{}\u{a0}{amount}", money.currency()),
    }
}

/// The short name of a month, 1 to 12.
#[must_use]
pub fn month_name(month: i8) -> &'static str {
    name_of(&MONTHS, month)
}

fn name_of(names: &[&'static str; 12], month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| names.get(index)).copied().unwrap_or("?")
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
    fn each_language_writes_dates_and_amounts_its_own_way() {
        use DocumentLanguage::{Chinese, English, German};
        let (day, money) = (Date::new(2026, 11, 1).unwrap(), Money::from_minor(-123_456_750, Currency::EUR));
        let rows = [
            (English, "1\u{a0}Nov\u{a0}2026", "1 Nov", "EUR\u{a0}−1,234,567.50"),
            (German, "01.11.2026", "1.11.", "−1.234.567,50\u{a0}EUR"),
            (Chinese, "2026年11月1日", "11月1日", "EUR\u{a0}−1,234,567.50"),
        ];
        for (language, date, short, amount) in rows {
            assert_eq!(date_in(day, language), date);
            assert_eq!(self::day(day, language), short);
            assert_eq!(with_currency_in(money, language), amount);
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
