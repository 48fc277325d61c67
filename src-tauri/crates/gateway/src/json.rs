//! JSON numbers that are money: read from their text and written as text, never through a float.

use std::str::FromStr;

use domain::Nanos;
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount in currency units as a JSON number (or a string that holds one), kept as nano-units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonNanos(pub Nanos);

impl<'de> Deserialize<'de> for JsonNanos {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim_matches('"');
        Nanos::parse(text).map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for JsonNanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A cost per single unit as a JSON number, kept as nano-units per *million* units: a token may cost less than a
/// nano-unit, a million of them do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonPerMillion(pub Nanos);

impl<'de> Deserialize<'de> for JsonPerMillion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim_matches('"');
        let one = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).map_err(D::Error::custom)?;
        let million = one.checked_mul(Decimal::from(1_000_000)).ok_or_else(|| D::Error::custom("too large"))?;
        Nanos::nearest(million).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiny_unit_costs_survive() {
        for (text, nanos) in [("2e-06", 2_000_000_000), ("2.5e-10", 250_000), ("0.01", 10_000_000_000_000), ("0", 0)] {
            let read: JsonPerMillion = serde_json::from_str(text).unwrap();
            assert_eq!(read.0, Nanos(nanos), "{text}");
        }
    }

    #[test]
    fn amounts_pass_through_text() {
        let rows = [
            ("0.000194", 194_000),
            ("2.3421599999999994", 2_342_160_000),
            ("1.6e-05", 16_000),
            ("4.336808689942018e-19", 0),
            ("25.0", 25_000_000_000),
            ("\"0.5\"", 500_000_000),
        ];
        for (text, nanos) in rows {
            let read: JsonNanos = serde_json::from_str(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(read.0, Nanos(nanos), "{text}");
        }
        assert_eq!(serde_json::to_string(&JsonNanos(Nanos(194_000))).unwrap(), "0.000194");
        assert!(serde_json::from_str::<JsonNanos>("\"lots\"").is_err(), "words are not money");
    }
}
