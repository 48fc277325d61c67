//! A known total split into rounded parts that add up to it, for tables that people add up.

use domain::{Currency, ExactAmount, Money, MoneyError};
use rust_decimal::Decimal;

/// Parts rounded to the minor unit so that they add up to the rounded sum of all: each is less than one unit from its exact
/// value, and the units by which plain rounding misses the sum go where it was furthest off.
///
/// # Errors
/// A sum has more digits than can be kept, or two currencies met.
pub fn apportioned(parts: &[ExactAmount], currency: Currency) -> Result<(Vec<Money>, Money), MoneyError> {
    let exact = parts.iter().copied().try_fold(ExactAmount::zero(currency), ExactAmount::checked_add)?;
    let total = exact.round()?;
    let mut minor = Vec::with_capacity(parts.len());
    let mut short: Vec<(Decimal, usize)> = Vec::with_capacity(parts.len());
    for (place, part) in parts.iter().enumerate() {
        let rounded = part.round()?;
        let missed = part.checked_sub(ExactAmount::new(rounded.to_decimal(), currency))?;
        short.push((missed.amount(), place));
        minor.push(rounded.minor());
    }
    let gap = total.minor() - minor.iter().sum::<i64>();
    // Furthest below its exact value first; the other end where units have to be taken away.
    short.sort_by(|a, b| if gap > 0 { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
    for (_, place) in short.into_iter().take(usize::try_from(gap.abs()).unwrap_or(0)) {
        minor[place] += gap.signum();
    }
    Ok((minor.into_iter().map(|minor| Money::from_minor(minor, currency)).collect(), total))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(parts: &[&str]) -> (Vec<i64>, i64) {
        let parts: Vec<ExactAmount> =
            parts.iter().map(|part| ExactAmount::new(part.parse().unwrap(), Currency::USD)).collect();
        let (split, total) = apportioned(&parts, Currency::USD).unwrap();
        (split.iter().map(Money::minor).collect(), total.minor())
    }

    #[test]
    fn parts_add_up_to_the_rounded_sum() {
        assert_eq!(split(&["0.004", "0.004", "0.004"]), (vec![1, 0, 0], 1), "a cent that no part has by itself");
        assert_eq!(split(&["0.005", "0.005"]), (vec![0, 1], 1), "a cent too many is taken back");
        assert_eq!(split(&["1.25", "-0.25", "0"]), (vec![125, -25, 0], 100));
        assert_eq!(split(&[]), (vec![], 0));
    }

    proptest! {
        #[test]
        fn no_part_is_a_unit_off(parts in proptest::collection::vec(-5_000_000_i64..5_000_000, 0..40)) {
            let exact: Vec<_> = parts.iter().map(|n| ExactAmount::new(Decimal::new(*n, 5), Currency::USD)).collect();
            let (split, total) = apportioned(&exact, Currency::USD).unwrap();
            prop_assert_eq!(split.iter().map(Money::minor).sum::<i64>(), total.minor());
            for (part, split) in exact.iter().zip(&split) {
                let off = (part.amount() - split.to_decimal()).abs();
                prop_assert!(off < Decimal::new(1, 2), "{} became {}", part, split);
            }
        }
    }
}
