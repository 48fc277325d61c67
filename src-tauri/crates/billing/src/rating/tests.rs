use domain::Meter;
use expect_test::expect;

use super::*;
use crate::price_book::{ChargeModel, ModelSelector, PriceBookVersion, PriceRule, PriceRules};

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn row(date: &str, model: &str, cost: &str) -> MeteredUsage {
    MeteredUsage {
        day: day(date),
        gateway: GatewayId(1),
        model: ModelName::new(model),
        quantities: Quantities::NONE.with(Meter::Requests, 1).with(Meter::InputTokens, 1_000_000),
        failed_requests: 0,
        cost: Nanos::parse(cost).unwrap(),
        currency: Currency::USD,
        private: false,
    }
}

pub(super) fn markup(selector: &str, per_cent: &str) -> PriceRule {
    let charge = ChargeModel::MarkupOnCost { per_cent: per_cent.parse().unwrap() };
    PriceRule::new(None, selector.parse().unwrap(), charge)
}

pub(super) fn fixed(selector: &str, prices: &[(Meter, &str)]) -> PriceRule {
    let prices = prices.iter().map(|(meter, price)| (*meter, price.parse().unwrap())).collect();
    PriceRule::new(None, selector.parse().unwrap(), ChargeModel::FixedPrice { prices })
}

pub(super) fn version(id: i64, from: &str, rules: Vec<PriceRule>) -> PriceBookVersion {
    PriceBookVersion::new(domain::PriceVersionId(id), day(from), PriceRules::new(rules).unwrap(), "")
}

pub(super) fn book(versions: Vec<PriceBookVersion>) -> PriceBook {
    PriceBook::new(Currency::USD, versions).unwrap()
}

fn shown(rated: &Rated) -> String {
    let mut rows = String::new();
    for line in &rated.lines {
        rows.push_str(&format!(
            "{} {} {}..{}: {}\n",
            line.gateway, line.model, line.first_day, line.last_day, line.trail
        ));
    }
    for missing in &rated.unpriced {
        let Unpriced { model, why, first_day, last_day, cost, .. } = missing;
        rows.push_str(&format!("unpriced {model} {first_day}..{last_day} cost {cost}: {why:?}\n"));
    }
    rows
}

#[test]
fn s0_24_a_markup_with_one_exact_override() {
    let book = book(vec![version(3, "2026-01-01", vec![markup("*", "25"), markup("gpt-4o", "40")])]);
    let usage = [
        row("2026-11-02", "gpt-4o", "0.5"),
        row("2026-11-01", "gpt-4o-mini", "1.234"),
        row("2026-11-03", "gpt-4o", "0.25"),
        MeteredUsage { gateway: GatewayId(2), ..row("2026-11-03", "gpt-4o", "0.000000001") },
    ];
    let rated = rate(&usage, ClientId(1), &book).unwrap();
    expect![[r#"
        gw_1 gpt-4o 2026-11-02..2026-11-03: cost 0.75 USD x 1.4 = 1.05 USD (rule gpt-4o +40 % of price version pv_3)
        gw_1 gpt-4o-mini 2026-11-01..2026-11-01: cost 1.234 USD x 1.25 = 1.5425 USD (rule * +25 % of price version pv_3)
        gw_2 gpt-4o 2026-11-03..2026-11-03: cost 0.000000001 USD x 1.4 = 0.0000000014 USD (rule gpt-4o +40 % of price version pv_3)
    "#]]
    .assert_eq(&shown(&rated));
    let margin = rated.margin().unwrap();
    assert_eq!(margin.charge.to_string(), "2.5925000014 USD");
    assert_eq!(margin.amount().unwrap().to_string(), "0.6085000004 USD");
    let days: Vec<_> = rated.daily().unwrap().iter().map(|(day, charge)| format!("{day} {charge}")).collect();
    assert_eq!(days, ["2026-11-01 1.5425 USD", "2026-11-02 0.7 USD", "2026-11-03 0.3500000014 USD"]);
}

#[test]
fn a_month_with_a_change_of_prices_has_a_line_for_each() {
    let book = book(vec![
        version(1, "2026-11-02", vec![markup("*", "10")]),
        version(2, "2026-11-15", vec![fixed("gpt-*", &[(Meter::InputTokens, "2.5"), (Meter::Images, "0.04")])]),
    ]);
    let usage = ["2026-11-01", "2026-11-14", "2026-11-15", "2026-11-30"].map(|date| row(date, "gpt-4o", "1"));
    let rated = rate(&usage, ClientId(1), &book).unwrap();
    expect![[r#"
        gw_1 gpt-4o 2026-11-14..2026-11-14: cost 1 USD x 1.1 = 1.1 USD (rule * +10 % of price version pv_1)
        gw_1 gpt-4o 2026-11-15..2026-11-30: 2 requests without a price + 2000000 input_tokens at 2.5 USD per 1000000 = 5 USD (rule gpt-* at fixed prices of price version pv_2)
        unpriced gpt-4o 2026-11-01..2026-11-01 cost 1 USD: NoVersion
    "#]]
    .assert_eq(&shown(&rated));
}

#[test]
fn usage_without_a_rule_is_named_and_never_free() {
    let book = book(vec![version(1, "2026-01-01", vec![markup("gpt-*", "10")])]);
    let idle = MeteredUsage { quantities: Quantities::NONE, failed_requests: 3, ..row("2026-11-01", "", "0") };
    let usage =
        [row("2026-11-02", "o3", "1"), row("2026-11-01", "claude-x", "2"), row("2026-11-09", "claude-x", "2"), idle];
    let rated = rate(&usage, ClientId(1), &book).unwrap();
    assert!(rated.lines.is_empty());
    expect![[r#"
        unpriced claude-x 2026-11-01..2026-11-09 cost 4 USD: NoRule
        unpriced o3 2026-11-02..2026-11-02 cost 1 USD: NoRule
    "#]]
    .assert_eq(&shown(&rated));
    expect!["no price rule covers claude-x, o3: add a rule for each, or one for * (every model)"]
        .assert_eq(&rated.fully_priced().unwrap_err().to_string());
}

#[test]
fn s0_14_a_price_of_zero_is_a_price() {
    let book = book(vec![version(1, "2026-01-01", vec![fixed("*", &[(Meter::InputTokens, "0")])])]);
    let rated = rate(&[row("2026-11-01", "llama", "0")], ClientId(1), &book).unwrap().fully_priced().unwrap();
    assert!(rated.lines[0].charge.amount().is_zero());
}

#[test]
fn a_million_small_requests_lose_nothing() {
    // 1,002,500,000 tokens at 0.0375 per million, in a thousand rows of a thousand requests (invoice.md §4.2).
    let quantities = Quantities::NONE.with(Meter::Requests, 1_000).with(Meter::InputTokens, 1_002_500);
    let thousand = MeteredUsage { quantities, cost: Nanos(37_593_750), ..row("2026-11-01", "gpt-4o-mini", "0") };
    let usage = vec![thousand; 1_000];
    for rule in [markup("*", "17.5"), fixed("*", &[(Meter::InputTokens, "0.0440625")])] {
        let rated = rate(&usage, ClientId(1), &book(vec![version(1, "2026-01-01", vec![rule])])).unwrap();
        assert_eq!(rated.lines[0].charge.to_string(), "44.17265625 USD");
        assert_eq!(rated.lines[0].charge.round().unwrap().to_string(), "44.17 USD");
    }
    let each: i64 = usage.iter().map(|row| row.cost.exact(Currency::USD).round().unwrap().minor()).sum();
    assert_eq!(each, 4_000, "rounding each row would have billed 40.00");
}

#[test]
fn another_currency_is_refused() {
    let book = book(vec![]);
    let usage = MeteredUsage { currency: Currency::EUR, ..row("2026-11-01", "m", "1") };
    expect!["gw_1 reports cost in EUR, but the price book is in USD: use a price book in EUR"]
        .assert_eq(&rate(&[usage], ClientId(1), &book).unwrap_err().to_string());
}

#[test]
fn what_cannot_be_kept_exactly_is_an_error() {
    let book = book(vec![version(1, "2026-01-01", vec![markup("*", "12.345678")])]);
    let huge = |quantities, cost| MeteredUsage { quantities, cost, ..row("2026-11-01", "m", "0") };
    let full = Quantities::NONE.with(Meter::InputTokens, u64::MAX - 1);
    let rows = [
        vec![huge(full, Nanos::ZERO), huge(full, Nanos::ZERO)],
        vec![huge(Quantities::NONE, Nanos(i64::MAX)), huge(Quantities::NONE, Nanos(1))],
    ];
    for usage in rows {
        let error = rate(&usage, ClientId(1), &book).unwrap_err();
        assert!(matches!(error, RatingError::Amount { .. }), "{error}");
    }
    let dear = huge(Quantities::NONE, Nanos(i64::MAX));
    let rated = rate(&[dear], ClientId(1), &book).unwrap();
    assert_eq!(rated.lines[0].charge.to_string(), "10362059849.26690775575412146 USD", "28 digits still fit");
}

#[test]
fn a_refund_is_a_negative_charge() {
    let book = book(vec![version(1, "2026-01-01", vec![markup("*", "25")])]);
    let rated = rate(&[row("2026-11-01", "m", "-0.4")], ClientId(1), &book).unwrap();
    assert_eq!(rated.lines[0].charge.to_string(), "-0.5 USD");
}

#[test]
fn any_selector_covers_requests_without_a_model() {
    let rules = PriceRules::new(vec![markup("*", "25")]).unwrap();
    let rule = rules.find(ClientId(1), &ModelName::new("")).unwrap();
    assert_eq!(rule.selector, ModelSelector::Any);
}
