//! From values to pixels, and the round figures on the axis.

use domain::{Currency, DocumentLanguage};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::spec::Unit;
use crate::figures;

/// A vertical scale: the values between two ticks, top to bottom in pixels.
pub(super) struct Scale {
    /// The ticks, ascending; the first and last bound the plot.
    pub ticks: Vec<Decimal>,
    /// Distance between ticks.
    step: Decimal,
    language: DocumentLanguage,
    top: f64,
    bottom: f64,
}

impl Scale {
    /// A scale that holds zero and both ends, with about `wanted` steps.
    pub fn new(low: Decimal, high: Decimal, wanted: u32) -> Self {
        let (low, high) = (low.min(Decimal::ZERO), high.max(Decimal::ZERO));
        let span = high.checked_sub(low).unwrap_or(high);
        let step = if span.is_zero() { Decimal::ONE } else { nice_step(span, wanted) };
        Self { ticks: ticks(low, high, step), step, language: DocumentLanguage::English, top: 0.0, bottom: 1.0 }
    }

    /// The same scale between two pixel rows.
    pub fn between(mut self, top: f64, bottom: f64) -> Self {
        (self.top, self.bottom) = (top, bottom);
        self
    }

    /// The same scale with its figures written as a language does.
    pub fn in_language(mut self, language: DocumentLanguage) -> Self {
        self.language = language;
        self
    }

    /// The highest value.
    pub fn max(&self) -> Decimal {
        self.ticks.last().copied().unwrap_or(Decimal::ONE)
    }

    fn min(&self) -> Decimal {
        self.ticks.first().copied().unwrap_or(Decimal::ZERO)
    }

    /// The pixel row of a value.
    pub fn y(&self, value: Decimal) -> f64 {
        let (low, high) = (pixels(self.min()), pixels(self.max()));
        let share = if high > low { (pixels(value) - low) / (high - low) } else { 0.0 };
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    /// The ticks as the axis shows them, all in the same magnitude and with the same decimals.
    pub fn labels(&self, unit: &Unit) -> Vec<String> {
        let largest = self.max().max(-self.min());
        let (divisor, suffix) = magnitude(largest);
        let mut decimals = (self.step / divisor).normalize().scale();
        if decimals == 1 && suffix.is_empty() && matches!(unit, Unit::Money { .. }) {
            decimals = 2;
        }
        let labels = self.ticks.iter().map(|tick| label(*tick / divisor, decimals, suffix, unit));
        labels.map(|label| figures::localised(label, self.language)).collect()
    }
}

/// A value as a pixel computation takes it: the only place where an amount becomes a float.
fn pixels(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

/// The smallest of 1, 2, 2.5, 5 × 10ⁿ that covers the span in the wanted number of steps.
fn nice_step(span: Decimal, wanted: u32) -> Decimal {
    let raw = span / Decimal::from(wanted.max(1));
    let ten = Decimal::TEN;
    let mut power = Decimal::ONE;
    while power > raw && power.scale() < 18 {
        power = (power / ten).normalize();
    }
    while let Some(next) = power.checked_mul(ten).filter(|next| *next <= raw) {
        power = next;
    }
    let factors = [Decimal::ONE, Decimal::TWO, Decimal::new(25, 1), Decimal::from(5), ten];
    let steps = factors.into_iter().filter_map(|factor| power.checked_mul(factor));
    steps.into_iter().find(|step| *step >= raw).unwrap_or(power)
}

/// Every multiple of the step from at most `low` to at least `high`.
fn ticks(low: Decimal, high: Decimal, step: Decimal) -> Vec<Decimal> {
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let (first, last) = (first.to_i32().unwrap_or(0), last.to_i32().unwrap_or(1).max(1));
    (first..=last).filter_map(|index| step.checked_mul(Decimal::from(index))).map(|tick| tick.normalize()).collect()
}

/// What large figures are divided by, and the letter that says so.
fn magnitude(largest: Decimal) -> (Decimal, &'static str) {
    let rows = [(1_000_000_000_000_i64, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (10_000, "K")];
    let found = rows.into_iter().find(|(from, _)| largest >= Decimal::from(*from));
    found.map_or((Decimal::ONE, ""), |(from, letter)| (Decimal::from(if letter == "K" { 1_000 } else { from }), letter))
}

fn label(value: Decimal, decimals: u32, suffix: &str, unit: &Unit) -> String {
    let sign = if value.is_sign_negative() && !value.is_zero() { "−" } else { "" };
    let symbol = match unit {
        Unit::Money { currency, .. } => symbol(*currency),
        Unit::Count { .. } => "",
    };
    if value.is_zero() {
        return format!("{symbol}0");
    }
    let digits = format!("{:.*}", decimals as usize, value.abs());
    let digits = figures::grouped_text(&digits);
    format!("{sign}{symbol}{digits}{suffix}")
}

/// The sign of the currencies that have a common one; the unit above the axis names the currency in any case.
fn symbol(currency: Currency) -> &'static str {
    match currency.code() {
        "USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" | "CNY" => "¥",
        "INR" => "₹",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(high: &str) -> Vec<String> {
        let usd = Unit::Money { what: "cost".to_owned(), currency: Currency::USD };
        Scale::new(Decimal::ZERO, high.parse().unwrap(), 4).labels(&usd)
    }

    #[test]
    fn ticks_are_round_and_read_like_money() {
        let rows: [(&str, &[&str]); 8] = [
            ("0", &["$0", "$1"]),
            ("0.9", &["$0", "$0.25", "$0.50", "$0.75", "$1.00"]),
            ("3.2", &["$0", "$1", "$2", "$3", "$4"]),
            ("700", &["$0", "$200", "$400", "$600", "$800"]),
            ("4100", &["$0", "$2,000", "$4,000", "$6,000"]),
            ("41000", &["$0", "$20K", "$40K", "$60K"]),
            ("9000000000", &["$0", "$2.5B", "$5.0B", "$7.5B", "$10.0B"]),
            ("0.00000123", &["$0", "$0.0000005", "$0.0000010", "$0.0000015"]),
        ];
        for (high, expected) in rows {
            assert_eq!(labels(high), expected, "highest value {high}");
        }
    }

    #[test]
    fn zero_is_always_on_the_scale() {
        let scale = Scale::new(Decimal::from(-30), Decimal::from(100), 4).between(0.0, 100.0);
        assert_eq!(scale.ticks.first(), Some(&Decimal::from(-50)), "room for the loss");
        assert!(scale.y(Decimal::ZERO) < 100.0 && scale.y(Decimal::from(100)) < scale.y(Decimal::ZERO));
    }
}
