use domain::{Currency, Date, GatewayId, Nanos, PriceVersionId, Quantities};
use expect_test::expect;
use rust_decimal::Decimal;

use super::*;
use crate::price_book::{ChargeModel, PriceBookVersion, PriceRule, PriceRules};

fn markup(client: Option<i64>, selector: &str, per_cent: i64) -> PriceRule {
    let charge = ChargeModel::MarkupOnCost { per_cent: Decimal::from(per_cent) };
    PriceRule::new(client.map(ClientId), selector.parse().unwrap(), charge)
}

fn used(client: i64, model: &str, cost: &str) -> ClientUsage {
    let day: Date = "2026-10-15".parse().unwrap();
    let row = MeteredUsage {
        day,
        gateway: GatewayId(1),
        model: ModelName::new(model),
        quantities: Quantities::NONE,
        failed_requests: 0,
        cost: Nanos::parse(cost).unwrap(),
        currency: Currency::USD,
        private: false,
    };
    ClientUsage { client: ClientId(client), rows: vec![row] }
}

#[test]
fn a_change_of_markup_is_shown_on_last_month() {
    let rules = PriceRules::new(vec![markup(None, "gpt-*", 25), markup(Some(2), "*", 10)]).unwrap();
    let from = "2026-01-01".parse().unwrap();
    let version = PriceBookVersion::new(PriceVersionId(1), from, rules.clone(), "");
    let old = PriceBook::new(Currency::USD, vec![version]).unwrap();
    let changed = rules.with(markup(None, "*", 30)).unwrap().with(markup(None, "gpt-*", 20)).unwrap();
    let months = [used(1, "gpt-4o", "100"), used(2, "gpt-4o", "50"), used(3, "o3", "10")];
    let mut rows = String::new();
    for effect in preview(&months, "2026-10".parse().unwrap(), &old, &old.as_if(changed)).unwrap() {
        let Effect { client, old, new, difference, unpriced_before, unpriced_after } = effect;
        rows.push_str(&format!(
            "{client}: {} -> {}, {difference}, margin {} -> {}; unpriced {} -> {}\n",
            old.charge,
            new.charge,
            old.amount().unwrap(),
            new.amount().unwrap(),
            unpriced_before.len(),
            unpriced_after.len()
        ));
    }
    expect![[r#"
        cl_1: 125 USD -> 120 USD, -5 USD, margin 25 USD -> 20 USD; unpriced 0 -> 0
        cl_2: 55 USD -> 55 USD, 0 USD, margin 5 USD -> 5 USD; unpriced 0 -> 0
        cl_3: 0 USD -> 13 USD, 13 USD, margin 0 USD -> 3 USD; unpriced 1 -> 0
    "#]]
    .assert_eq(&rows);
}
