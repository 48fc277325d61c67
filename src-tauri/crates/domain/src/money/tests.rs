use proptest::prelude::*;

use super::*;

fn exact(text: &str) -> ExactAmount {
    ExactAmount::new(Decimal::from_str(text).unwrap(), Currency::USD)
}

#[test]
fn gateway_floats_become_nanos_from_their_text() {
    let rows = [
        ("0.000194", 194_000),
        ("2.3421599999999994", 2_342_160_000),
        ("1.6e-05", 16_000),
        ("3.4E-5", 34_000),
        ("0", 0),
        ("-0.0000000005", -1),
        ("0.00000000049999", 0),
    ];
    for (text, nanos) in rows {
        assert_eq!(Nanos::parse(text), Ok(Nanos(nanos)), "{text}");
    }
    for text in ["", "NaN", "Infinity", "twelve", "1e40", "99999999999999999999"] {
        assert!(Nanos::parse(text).is_err(), "{text} must be refused");
    }
}

#[test]
fn a_line_is_rounded_half_away_from_zero() {
    let rows = [("0.125", 13), ("-0.125", -13), ("2.5", 250), ("18.525", 1853), ("0.0049999999", 0), ("0.005", 1)];
    for (text, minor) in rows {
        assert_eq!(exact(text).round().unwrap().minor(), minor, "{text}");
    }
}

#[test]
fn yen_has_no_decimals() {
    let yen = ExactAmount::new(Decimal::new(1005, 1), "JPY".parse().unwrap());
    assert_eq!(yen.round().unwrap().to_string(), "101 JPY");
}

#[test]
fn digits_are_never_lost_in_silence() {
    let tiny = Decimal::new(1, 15);
    assert_eq!(exact_product(tiny, tiny), Err(MoneyError::Overflow), "rust_decimal itself answers zero here");
    let huge = Decimal::from_str("7922816251426433759354395033").unwrap();
    assert_eq!(exact_sum(huge, Decimal::new(1, 9)), Err(MoneyError::Overflow), "the small operand would vanish");
}

#[test]
fn currencies_do_not_mix() {
    let euro = ExactAmount::zero(Currency::EUR);
    assert_eq!(exact("1").checked_add(euro), Err(MoneyError::CurrencyMix(Currency::USD, Currency::EUR)));
    assert!("US$".parse::<Currency>().is_err());
    assert_eq!("eur".parse(), Ok(Currency::EUR));
}

proptest! {
    #[test]
    fn nanos_survive_the_way_through_decimal(nanos in any::<i64>()) {
        prop_assert_eq!(Nanos::nearest(Nanos(nanos).to_decimal()), Ok(Nanos(nanos)));
    }

    #[test]
    fn rounding_is_symmetric(nanos in -1_000_000_000_000_i64..1_000_000_000_000) {
        let there = Nanos(nanos).exact(Currency::USD).round().unwrap().minor();
        let back = Nanos(-nanos).exact(Currency::USD).round().unwrap().minor();
        prop_assert_eq!(there, -back);
    }
}
