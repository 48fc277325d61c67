//! S1, billing of a service by the dollar.

use billing::ledger::LotKind;
use billing::{ChargeModel, Ledger, MeteredUsage, PriceRule};
use domain::{Currency, Meter, Quantities};

use super::{charge, deposit, due, fixed, give, number, rated, request, taken, usd};

const PRICES: [(Meter, &str); 2] = [(Meter::InputTokens, "0.15"), (Meter::OutputTokens, "0.60")];

#[test]
fn s1_03_each_request_is_charged_in_dollars_at_one_rate_whatever_credit_pays() {
    let one = request("m", &[(Meter::InputTokens, 1_333), (Meter::OutputTokens, 77)], "0");
    let alone = charge(&rated(fixed(&PRICES), std::slice::from_ref(&one)));
    let thousand = charge(&rated(fixed(&PRICES), &vec![one; 1_000]));
    assert_eq!(thousand.amount(), alone.amount() * number("1000"), "no bundle, no step, nothing rounded on the way");
    let mut ledger = Ledger::open(Currency::USD);
    let mut paid = Vec::new();
    for kind in [None, Some(LotKind::Free), Some(LotKind::Paid)] {
        if let Some(kind) = kind {
            give(&mut ledger, kind, "10");
        }
        paid.push(taken(&mut ledger, &due(&format!("m{}", paid.len()), thousand)));
    }
    deposit(&mut ledger, "5");
    paid.push(taken(&mut ledger, &due("m3", thousand)));
    let rate = thousand.to_string();
    for (times, parts) in paid.iter().enumerate() {
        assert_eq!(parts.len(), 1, "{times}: {parts:?}");
        assert_eq!(parts[0].1, rate, "{times}: before and after a top-up");
    }
    assert_eq!(paid[0][0].0, "owed", "also where there is none");
}

#[test]
fn s1_07_a_stopped_stream_is_charged_for_the_tokens_that_were_made() {
    let whole = request("m", &[(Meter::InputTokens, 1_000), (Meter::OutputTokens, 500)], "0.00045");
    let stopped = MeteredUsage {
        failed_requests: 1,
        quantities: Quantities::NONE.with(Meter::InputTokens, 1_000).with(Meter::OutputTokens, 40),
        ..request("m", &[], "0.000174")
    };
    let markup = PriceRule::new(None, "*".parse().unwrap(), ChargeModel::MarkupOnCost { per_cent: number("50") });
    let of = |rule: &PriceRule, usage: &[MeteredUsage]| charge(&rated(rule.clone(), usage));
    assert_eq!(of(&fixed(&PRICES), std::slice::from_ref(&stopped)), usd("0.000174"), "40 of them, not 500");
    assert_eq!(of(&markup, std::slice::from_ref(&stopped)), usd("0.000261"), "or on what they cost");
    assert_eq!(of(&fixed(&PRICES), &[whole, stopped]), usd("0.000624"), "beside the whole ones");
}
