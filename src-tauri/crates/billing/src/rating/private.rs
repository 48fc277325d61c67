//! Usage of private nodes: counted and shown. Its type has no charge, so no rule can give it one (S0-14).

use std::collections::BTreeMap;

use domain::{Currency, Date, ExactAmount, GatewayId, ModelName, Quantities};

use super::tally::{Days, Tally};
use super::{MeteredUsage, RatingError};

/// A model's usage on a private node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateLine {
    /// The gateway that served it.
    pub gateway: GatewayId,
    /// The model as the client called it.
    pub model: ModelName,
    /// First local day with usage.
    pub first_day: Date,
    /// Last local day with usage.
    pub last_day: Date,
    /// What was consumed.
    pub quantities: Quantities,
    /// What it cost the agency by the gateway: nothing, unless the gateway contradicts itself.
    pub cost: ExactAmount,
}

/// The private part of some usage, by gateway and model. Refused requests alone make no line.
pub(super) fn lines(usage: &[MeteredUsage], currency: Currency) -> Result<Vec<PrivateLine>, RatingError> {
    let mut groups: BTreeMap<(GatewayId, &ModelName), Days> = BTreeMap::new();
    for row in usage.iter().filter(|row| row.private) {
        if row.currency != currency {
            let (gateway, cost) = (row.gateway, row.currency);
            return Err(RatingError::CurrencyMismatch { gateway, cost, book: currency });
        }
        let tally = Tally {
            quantities: row.quantities,
            failed_requests: row.failed_requests,
            cost: row.cost,
            ..Tally::default()
        };
        let days = groups.entry((row.gateway, &row.model)).or_default();
        days.add(row.day, &tally).map_err(RatingError::amount(&row.model))?;
    }
    let mut lines = Vec::new();
    for ((gateway, model), days) in groups {
        let total = days.total().map_err(RatingError::amount(model))?;
        let Some((first_day, last_day)) = days.span().filter(|_| !total.is_idle()) else { continue };
        let (quantities, cost) = (total.quantities, total.cost.exact(currency));
        lines.push(PrivateLine { gateway, model: model.clone(), first_day, last_day, quantities, cost });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use domain::{ClientId, Meter, Nanos};
    use proptest::prelude::*;

    use super::super::tests::{book, day, fixed, markup, version};
    use super::*;
    use crate::price_book::PriceBook;
    use crate::rating::rate;

    /// Any book: none, markups, fixed prices by exact name, prefix and `*`, for everybody and from any day.
    fn any_book() -> impl Strategy<Value = PriceBook> {
        let pattern = prop_oneof![Just("*"), Just("m*"), Just("m0")];
        let rule = (pattern, 0..10_000_i32, any::<bool>()).prop_map(|(pattern, price, by_unit)| {
            let price = price.to_string();
            match by_unit {
                true => fixed(pattern, &[(Meter::Requests, &price), (Meter::InputTokens, &price)]),
                false => markup(pattern, &price),
            }
        });
        let start = (0..40_i32, rule);
        prop::collection::vec(start, 0..4).prop_map(|starts| {
            let first = day("2026-10-20");
            let versions = (1..)
                .zip(starts)
                .map(|(id, (later, rule))| version(id, &first.plus_days(later).to_string(), vec![rule]));
            book(versions.collect())
        })
    }

    fn any_usage(private: bool) -> impl Strategy<Value = Vec<MeteredUsage>> {
        let row = (0..40_i32, 1..3_i64, 0..2_u8, 0..1_000_000_000_u64, 0..5_000_000_000_000_i64);
        let row = row.prop_map(move |(later, gateway, model, amount, cost)| MeteredUsage {
            day: day("2026-10-20").plus_days(later),
            gateway: GatewayId(gateway),
            model: ModelName::new(format!("m{model}")),
            quantities: Quantities::NONE.with(Meter::Requests, 1).with(Meter::InputTokens, amount),
            failed_requests: amount % 3,
            cost: Nanos(cost),
            currency: Currency::USD,
            private,
        });
        prop::collection::vec(row, 1..20)
    }

    proptest! {
        #[test]
        fn s0_14_private_usage_adds_exactly_zero_to_any_book(
            (book, priced, private) in (any_book(), any_usage(false), any_usage(true))
        ) {
            let without = rate(&priced, ClientId(1), &book).unwrap();
            let both = rate(&[priced, private.clone()].concat(), ClientId(1), &book).unwrap();
            prop_assert_eq!(&both.lines, &without.lines);
            prop_assert_eq!(&both.unpriced, &without.unpriced);
            prop_assert_eq!(both.margin().unwrap().charge, without.margin().unwrap().charge);
            let alone = rate(&private, ClientId(1), &book).unwrap();
            prop_assert!(alone.margin().unwrap().charge.amount().is_zero());
            prop_assert!(alone.clone().fully_priced().is_ok(), "a private model without a price is in nobody's way");
            let counted: u64 = alone.private.iter().map(|line| line.quantities.get(Meter::Requests)).sum();
            prop_assert_eq!(counted, private.len() as u64, "and every request is counted");
        }
    }
}
