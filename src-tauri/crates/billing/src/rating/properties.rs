//! Rating is linear: how usage is ordered, cut or added up before it changes nothing.

use domain::Meter;
use proptest::prelude::*;

use super::tests::{book, day, fixed, markup, version};
use super::*;

const METERS: [Meter; 4] = [Meter::Requests, Meter::InputTokens, Meter::Images, Meter::VideoMillis];

fn prices() -> PriceBook {
    book(vec![
        version(1, "2026-10-01", vec![markup("*", "25"), markup("m1", "-12.5")]),
        version(
            2,
            "2026-11-15",
            vec![
                markup("*", "0.000001"),
                fixed("m*", &[(Meter::InputTokens, "0.0375"), (Meter::VideoMillis, "0.123456789012")]),
            ],
        ),
    ])
}

fn rows() -> impl Strategy<Value = Vec<MeteredUsage>> {
    let row =
        (0..40_i32, 1..3_i64, 0..4_u8, prop::array::uniform4(0..1_000_000_000_u64), -1_000_i64..5_000_000_000_000);
    let row = row.prop_map(|(later, gateway, model, amounts, cost)| MeteredUsage {
        day: day("2026-11-01").plus_days(later),
        gateway: GatewayId(gateway),
        model: ModelName::new(if model == 3 { "x".to_owned() } else { format!("m{model}") }),
        quantities: METERS.into_iter().zip(amounts).fold(Quantities::NONE, |sum, (meter, n)| sum.with(meter, n)),
        failed_requests: amounts[0] % 7,
        cost: Nanos(cost),
        currency: Currency::USD,
        private: false,
    });
    prop::collection::vec(row, 0..40)
}

fn rated(usage: &[MeteredUsage]) -> Rated {
    rate(usage, ClientId(1), &prices()).unwrap()
}

/// Adds rows of the same day, gateway and model up, as the roll-up tables do.
fn rolled_up(usage: &[MeteredUsage]) -> Vec<MeteredUsage> {
    let mut sums: BTreeMap<_, MeteredUsage> = BTreeMap::new();
    for row in usage {
        let sum = sums.entry((row.day, row.gateway, row.model.clone())).or_insert_with(|| MeteredUsage {
            quantities: Quantities::NONE,
            failed_requests: 0,
            cost: Nanos::ZERO,
            ..row.clone()
        });
        sum.quantities = sum.quantities.plus(&row.quantities);
        sum.failed_requests += row.failed_requests;
        sum.cost = sum.cost.checked_add(row.cost).unwrap();
    }
    sums.into_values().collect()
}

fn charge(rated: &Rated) -> ExactAmount {
    rated.margin().unwrap().charge
}

proptest! {
    #[test]
    fn order_does_not_matter((usage, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))) {
        prop_assert_eq!(rated(&usage), rated(&shuffled));
    }

    #[test]
    fn rating_sums_is_rating_rows(usage in rows()) {
        prop_assert_eq!(rated(&rolled_up(&usage)), rated(&usage));
    }

    #[test]
    fn cutting_a_period_in_two_changes_nothing(usage in rows(), cut in 0..40_i32) {
        let cut = day("2026-11-01").plus_days(cut);
        let (early, late): (Vec<_>, Vec<_>) = usage.iter().cloned().partition(|row| row.day < cut);
        let halves = charge(&rated(&early)).checked_add(charge(&rated(&late))).unwrap();
        prop_assert_eq!(halves, charge(&rated(&usage)));
    }

    #[test]
    fn rows_rated_one_by_one_add_up(usage in rows()) {
        let one_by_one = usage.iter().try_fold(ExactAmount::zero(Currency::USD), |sum, row| {
            sum.checked_add(charge(&rated(std::slice::from_ref(row))))
        });
        prop_assert_eq!(one_by_one.unwrap(), charge(&rated(&usage)));
    }

    #[test]
    fn an_overview_by_spans_agrees_with_an_invoice(usage in rows()) {
        let (prices, zero) = (prices(), ExactAmount::zero(Currency::USD));
        let mut sum = zero;
        for span in prices.spans(day("2026-11-01"), day("2026-12-31")) {
            let inside: Vec<_> = usage.iter().filter(|row| span.first <= row.day && row.day <= span.last).cloned().collect();
            for model in ["m0", "m1", "m2", "x"].map(ModelName::new) {
                let mine = inside.iter().filter(|row| row.model == model);
                let (quantities, cost) = mine.fold((Quantities::NONE, 0), |(quantities, cost), row| {
                    (quantities.plus(&row.quantities), cost + row.cost.0)
                });
                let quote = prices.quote(ClientId(1), &model, span.first).unwrap();
                sum = sum.checked_add(quote.charge(&quantities, Nanos(cost).exact(Currency::USD)).unwrap().unwrap()).unwrap();
            }
        }
        prop_assert_eq!(sum, charge(&rated(&usage)));
    }

    #[test]
    fn days_and_terms_add_up_to_their_line(usage in rows(), audio in prop::collection::vec((0..28_i32, 0..100_000_000_u64), 1..20)) {
        let spoken = audio.iter().map(|(later, millis)| MeteredUsage {
            day: day("2026-11-01").plus_days(*later),
            gateway: GatewayId(1),
            model: ModelName::new("whisper"),
            quantities: Quantities::NONE.with(Meter::AudioMillis, *millis),
            failed_requests: 0,
            cost: Nanos::ZERO,
            currency: Currency::USD,
            private: false,
        });
        let usage: Vec<_> = usage.iter().cloned().chain(spoken).collect();
        let thirds = prices().with_version(version(3, "2026-11-20", vec![
            markup("*", "10"),
            fixed("whisper", &[(Meter::AudioMillis, "0.0061")]),
        ])).unwrap();
        for line in rate(&usage, ClientId(1), &thirds).unwrap().lines {
            let zero = ExactAmount::zero(Currency::USD);
            let days = line.days.iter().try_fold(zero, |sum, (_, charge)| sum.checked_add(*charge));
            prop_assert_eq!(days.unwrap(), line.charge);
            let terms = line.trail.terms.iter().try_fold(zero, |sum, term| sum.checked_add(term.amount()?.unwrap_or(zero)));
            prop_assert_eq!(terms.unwrap(), line.charge);
        }
    }

    #[test]
    fn no_input_panics(
        costs in prop::collection::vec(any::<i64>(), 0..6),
        amounts in prop::collection::vec(any::<u64>(), 0..6),
        per_cent in -100_000_000_i64..10_000_000_000,
    ) {
        let row = |quantities, cost| MeteredUsage {
            day: day("2026-11-01"),
            gateway: GatewayId(1),
            model: ModelName::new("m"),
            quantities,
            failed_requests: u64::MAX,
            cost: Nanos(cost),
            currency: Currency::USD,
            private: false,
        };
        let costs = costs.into_iter().map(|cost| row(Quantities::NONE, cost));
        let amounts = amounts.into_iter().map(|n| row(Quantities::NONE.with(Meter::AudioMillis, n), 0));
        let usage: Vec<_> = costs.chain(amounts).collect();
        let fine = format!("{}", rust_decimal::Decimal::new(per_cent, 6));
        for rule in [markup("*", &fine), fixed("*", &[(Meter::AudioMillis, "999999.999999999999")])] {
            let _ = rate(&usage, ClientId(1), &book(vec![version(1, "2026-01-01", vec![rule])]));
        }
    }
}
