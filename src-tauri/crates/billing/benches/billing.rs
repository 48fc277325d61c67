//! What rating a month costs: ten million requests of two hundred clients, from sums per day as the roll-ups hold them, and
//! request by request as an exact commission asks for. Prints a table; `cargo bench -p billing`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints its table, and has nobody to report to")]

use std::time::{Duration, Instant};

use billing::{
    ChargeModel, Commission, Conditions, ListPrices, MeteredUsage, ModelSelector, Payer, PriceBook, PriceBookVersion,
    PriceRule, PriceRules, TierMode, TierStep, Tiers, rate_month,
};
use domain::{ClientId, Currency, Date, GatewayId, Meter, ModelName, Month, Nanos, PriceVersionId, Quantities};
use rust_decimal::Decimal;

const CLIENTS: u64 = 200;
const REQUESTS: u64 = 10_000_000;
const MODELS: [&str; 8] = [
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-5",
    "claude-sonnet-4",
    "claude-haiku-4-5",
    "gemini-2.5-flash",
    "deepseek-chat",
    "llama-3.3-70b",
];
const GATEWAYS: u64 = 2;
const DAYS: u64 = 30;

fn main() {
    let rules = [
        ("markup on cost", vec![rule(ChargeModel::MarkupOnCost { per_cent: Decimal::from(25) })]),
        ("fixed prices", vec![rule(ChargeModel::FixedPrice { prices: prices() })]),
        ("discount off list", vec![rule(ChargeModel::DiscountOffList { list: list(), per_cent: Decimal::from(15) })]),
        ("tiers, included, minimum", vec![tiered()]),
        ("commission on savings", vec![commission()]),
    ];
    let cells = CLIENTS * GATEWAYS * DAYS * u64::try_from(MODELS.len()).unwrap();
    println!("{REQUESTS} requests of {CLIENTS} clients in a month, {cells} sums per client, day, gateway and model");
    for (name, rules) in rules {
        let book = book(rules);
        let took = rated(&book, REQUESTS / cells, 1);
        println!("10 M requests, {name:<28}{:>9.1} ms", millis(took));
    }
    let book = book(vec![commission()]);
    let took = rated(&book, 1, REQUESTS / cells);
    println!("10 M requests, commission, one by one {:>14.1} ms", millis(took));
}

/// The time to rate every client's month; each cell is `rows` rows of `requests` requests.
fn rated(book: &PriceBook, requests: u64, rows: u64) -> Duration {
    let month: Month = "2026-11".parse().unwrap();
    (1..=CLIENTS)
        .map(|client| {
            let usage = usage(client, requests, rows);
            let start = Instant::now();
            let rated = rate_month(&usage, ClientId(i64::try_from(client).unwrap()), book, month).unwrap();
            assert!(!rated.lines.is_empty());
            start.elapsed()
        })
        .sum()
}

fn usage(client: u64, requests: u64, rows: u64) -> Vec<MeteredUsage> {
    let first: Date = "2026-11-01".parse().unwrap();
    let mut usage = Vec::new();
    for (place, model) in (0..).zip(MODELS) {
        let model = ModelName::new(model);
        for cell in 0..GATEWAYS * DAYS * rows {
            let input = requests * (700 + (client * 31 + place * 17 + cell) % 900);
            usage.push(MeteredUsage {
                private: false,
                day: first.plus_days(i32::try_from(cell % DAYS).unwrap()),
                gateway: GatewayId(i64::try_from(cell / DAYS % GATEWAYS).unwrap()),
                model: model.clone(),
                quantities: Quantities::NONE
                    .with(Meter::Requests, requests)
                    .with(Meter::InputTokens, input)
                    .with(Meter::OutputTokens, input / 4)
                    .with(Meter::CacheReadTokens, input / 3),
                failed_requests: 0,
                cost: Nanos(i64::try_from(input * 1_937).unwrap()),
                currency: Currency::USD,
            });
        }
    }
    usage
}

fn prices() -> Vec<(Meter, Decimal)> {
    let price = |meter, nanos: i64| (meter, Decimal::new(nanos, 4));
    vec![price(Meter::InputTokens, 25_375), price(Meter::OutputTokens, 100_000), price(Meter::CacheReadTokens, 12_687)]
}

fn list() -> ListPrices {
    ListPrices { currency: Currency::USD, prices: prices(), exchange: None }
}

fn rule(charge: ChargeModel) -> PriceRule {
    PriceRule::new(None, ModelSelector::Any, charge)
}

fn tiered() -> PriceRule {
    let step = |above, rate| TierStep { meter: Meter::InputTokens, above, rate: Decimal::new(rate, 2) };
    let tiers = Tiers { mode: TierMode::Graduated, steps: vec![step(10_000_000, 225), step(30_000_000, 200)] };
    let conditions = Conditions {
        tiers: Some(tiers),
        included: vec![(Meter::OutputTokens, 1_000_000)],
        minimum: Some(Decimal::from(500)),
        flat_fee: Some(Decimal::from(20)),
    };
    PriceRule { conditions, ..rule(ChargeModel::FixedPrice { prices: prices() }) }
}

fn commission() -> PriceRule {
    let free = vec!["claude-*".parse().unwrap()];
    let (share, payer) = (Decimal::from(20), Payer::Client);
    rule(ChargeModel::CommissionOnSavings(Commission { share, standard: list(), payer, free }))
}

fn book(rules: Vec<PriceRule>) -> PriceBook {
    let rules = PriceRules::new(rules).unwrap();
    let version = PriceBookVersion::new(PriceVersionId(1), "2026-01-01".parse().unwrap(), rules, "");
    PriceBook::new(Currency::USD, vec![version]).unwrap()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
