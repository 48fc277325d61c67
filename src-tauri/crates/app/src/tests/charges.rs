//! A chart of charges reads few clients' days; its figures are those of every client's.

use std::collections::BTreeMap;

use domain::{ClientId, Date};
use store::report::Filter;

use super::rig::{Rig, WINDOW};
use crate::command::gateway::sandbox_open;
use crate::command::price::price_set;
use crate::format;
use crate::query::usage::usage_chart;
use crate::rating::{Tally, price_book, priced, tallies};
use crate::wire::{
    AmountRole, ChargeKind, ChartView, ConditionsInput, PriceChange, RuleInput, StepInput, ThemeChoice, TierKind,
    UnitPriceView, UsageFilterInput, UsageGroup,
};

const RANGE: (&str, &str) = ("2026-09-17", "2026-11-20");

fn wanted(group: UsageGroup) -> UsageFilterInput {
    UsageFilterInput {
        first: RANGE.0.to_owned(),
        last: RANGE.1.to_owned(),
        group,
        clients: Vec::new(),
        gateways: Vec::new(),
        models: Vec::new(),
        keys: Vec::new(),
    }
}

async fn chart(rig: &Rig, group: UsageGroup) -> ChartView {
    usage_chart(&rig.app, &wanted(group), AmountRole::Charge, ThemeChoice::Light).await.unwrap()
}

/// Every client, day and model rated one by one, by day and by client and day.
async fn rated(rig: &Rig) -> (BTreeMap<Date, Tally>, BTreeMap<(Option<ClientId>, Date), Tally>) {
    let mut reader = rig.app.store().reader().await.unwrap();
    let book = price_book(&rig.app, &mut reader).await.unwrap();
    let filter = Filter::days(RANGE.0.parse().unwrap(), RANGE.1.parse().unwrap());
    let rows = reader.report().usage_by_client_model(&filter).await.unwrap();
    let rows = priced(&mut reader, &book, rows).await.unwrap();
    let by_day = tallies(&rows, &book, |row| row.day).unwrap();
    (by_day, tallies(&rows, &book, |row| (row.client, row.day)).unwrap())
}

#[tokio::test]
async fn charges_of_a_chart_are_the_charges_of_every_row() {
    let rig = Rig::new().await;
    sandbox_open(&rig.app, WINDOW).await.unwrap();
    charted(&rig).await;
}

#[tokio::test]
async fn charges_of_a_chart_are_the_charges_of_every_row_where_a_day_depends_on_its_month() {
    let rig = Rig::new().await;
    sandbox_open(&rig.app, WINDOW).await.unwrap();
    let step = StepInput { meter: "input_tokens".to_owned(), above: "0.1".to_owned(), rate: "1".to_owned() };
    let conditions = ConditionsInput {
        tiers: Some(TierKind::Graduated),
        steps: vec![step],
        included: Vec::new(),
        minimum: None,
        flat_fee: None,
    };
    let price = UnitPriceView { meter: "input_tokens".to_owned(), price: "30".to_owned() };
    let rule = RuleInput {
        prices: vec![price],
        conditions: Some(conditions),
        ..RuleInput::plain(None, "gpt-*", ChargeKind::Fixed)
    };
    let from = "2026-11-01".to_owned();
    let change = PriceChange { effective_from: from, note: String::new(), set: vec![rule], remove: Vec::new() };
    price_set(&rig.app, WINDOW, &change).await.unwrap();
    charted(&rig).await;
}

async fn charted(rig: &Rig) {
    let (by_day, by_client) = rated(rig).await;
    let text = |tally: &Tally| format::amount(tally.charge, AmountRole::Charge).text;
    let days: Vec<Date> = by_day.keys().copied().collect();
    assert_eq!(days.len(), 65, "the sandbox has usage on every day");
    let totals: Vec<String> = by_day.values().map(text).collect();
    for group in [UsageGroup::Client, UsageGroup::Model, UsageGroup::Gateway] {
        assert_eq!(chart(rig, group).await.totals, totals, "{group:?}: the days add up to every row's charge");
    }
    let chart = chart(rig, UsageGroup::Client).await;
    assert!(chart.series.len() <= 8, "seven clients are told apart, the rest is one series");
    let clients = rig.app.store().reader().await.unwrap().client().list().await.unwrap();
    for series in &chart.series {
        let Some(client) = clients.iter().find(|client| client.client.name.to_string() == series.name) else {
            continue;
        };
        let zero = Tally::zero(domain::Currency::USD);
        let want: Vec<String> =
            days.iter().map(|day| text(by_client.get(&(Some(client.id), *day)).unwrap_or(&zero))).collect();
        assert_eq!(series.values, want, "{}", series.name);
    }
}
