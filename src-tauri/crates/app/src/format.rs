//! How figures read. The window and the terminal show this text and never compute their own.

use domain::{Currency, ExactAmount, Money, Nanos, Timestamp};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::wire::{AmountRole, AmountView, CountView};

/// An amount to show: two decimals, or the first three significant digits of an amount below one cent (U20).
#[must_use]
pub fn amount(amount: ExactAmount, role: AmountRole) -> AmountView {
    let exact = amount.amount().normalize();
    AmountView {
        amount: exact.to_string(),
        currency: amount.currency().code().to_owned(),
        text: text(exact, amount.currency()),
        role,
        negative: exact < Decimal::ZERO,
    }
}

/// A gateway's cost to show.
#[must_use]
pub fn cost(nanos: Nanos, currency: Currency, role: AmountRole) -> AmountView {
    amount(nanos.exact(currency), role)
}

/// A gateway's cost to show with every digit it can have, so that a column of them can be seen to add up.
#[must_use]
pub fn exact_cost(nanos: Nanos, currency: Currency, role: AmountRole) -> AmountView {
    let digits = grouped(&format!("{:.9}", nanos.to_decimal().abs()));
    AmountView { text: signed(nanos < Nanos::ZERO, &digits, currency), ..cost(nanos, currency, role) }
}

/// An amount of a document to show, with the currency's own decimals.
#[must_use]
pub fn money(money: Money, role: AmountRole) -> AmountView {
    amount(ExactAmount::new(money.to_decimal(), money.currency()), role)
}

/// A count to show: all digits up to 9,999, then thousands, millions, billions with one decimal.
#[must_use]
pub fn count(value: u64) -> CountView {
    CountView { value: value.to_string(), text: short(value) }
}

/// A share in per mille, 0 when the whole is nothing.
#[must_use]
pub fn per_mille(part: Nanos, whole: Nanos) -> u32 {
    if whole.0 <= 0 {
        return 0;
    }
    u32::try_from(i128::from(part.0.max(0)) * 1000 / i128::from(whole.0)).unwrap_or(1000)
}

/// A per cent figure with one decimal and its sign as a person writes it: `20.0 %`.
#[must_use]
pub fn per_cent(value: Decimal) -> String {
    format!("{:.1} %", value.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
}

/// A decimal number with thousands separated.
#[must_use]
pub fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(number.len() + whole.len() / 3 + 1);
    out.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
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

/// An instant as it crosses: RFC 3339 in UTC.
#[must_use]
pub fn instant(at: Timestamp) -> String {
    at.to_string()
}

fn text(exact: Decimal, currency: Currency) -> String {
    let size = exact.abs();
    let cent = Decimal::new(1, currency.decimals());
    let decimals = if size.is_zero() || size >= cent { currency.decimals() } else { small_decimals(size) };
    let rounded = size.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    let digits = grouped(&format!("{rounded:.*}", decimals as usize));
    signed(exact < Decimal::ZERO && !rounded.is_zero(), &digits, currency)
}

fn signed(negative: bool, digits: &str, currency: Currency) -> String {
    let sign = if negative { "-" } else { "" };
    match symbol(currency) {
        Some(symbol) => format!("{sign}{symbol}{digits}"),
        None => format!("{sign}{currency} {digits}"),
    }
}

/// Decimals that show three significant digits of an amount below one minor unit, at most nine (nano-units).
fn small_decimals(size: Decimal) -> u32 {
    let mut decimals = 3;
    let mut step = Decimal::new(1, 1);
    while decimals < 9 && size < step {
        decimals += 1;
        step /= Decimal::TEN;
    }
    decimals.min(9)
}

fn symbol(currency: Currency) -> Option<&'static str> {
    match currency.code() {
        "USD" => Some("$"),
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        _ => None,
    }
}

fn short(value: u64) -> String {
    const STEPS: [(u64, &str); 3] = [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")];
    if value < 10_000 {
        return grouped(&value.to_string());
    }
    for (step, unit) in STEPS {
        if value >= step {
            let tenths = (u128::from(value) * 10 + u128::from(step) / 2) / u128::from(step);
            let (whole, tenth) = (tenths / 10, tenths % 10);
            return format!("{}.{tenth} {unit}", grouped(&whole.to_string()));
        }
    }
    grouped(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let exact = ExactAmount::new(text.parse().unwrap(), Currency::USD);
        amount(exact, AmountRole::Cost).text
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        let rows = [
            ("0", "$0.00"),
            ("1234567.891", "$1,234,567.89"),
            ("-12.5", "-$12.50"),
            ("0.004", "$0.00400"),
            ("0.000194", "$0.000194"),
            ("0.000000001", "$0.000000001"),
            ("999999999999.994", "$999,999,999,999.99"),
            ("0.01", "$0.01"),
        ];
        for (exact, text) in rows {
            assert_eq!(shown(exact), text, "{exact}");
        }
    }

    #[test]
    fn other_currencies_carry_their_code() {
        let yen = ExactAmount::new(Decimal::from(1234), "JPY".parse().unwrap());
        assert_eq!(amount(yen, AmountRole::Charge).text, "JPY 1,234");
    }

    #[test]
    fn counts_shorten_without_lying() {
        let rows = [
            (0, "0"),
            (9_999, "9,999"),
            (10_000, "10.0 k"),
            (999_949, "999.9 k"),
            (1_250_000, "1.3 M"),
            (u64::MAX, "18,446,744,073.7 B"),
        ];
        for (value, text) in rows {
            assert_eq!(count(value).text, text);
        }
    }
}
