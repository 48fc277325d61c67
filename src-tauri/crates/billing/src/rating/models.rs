//! The four charge models and the conditions of a month, by example.

use domain::{Meter, PriceVersionId};
use expect_test::expect;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::tests::{book, day, fixed, row, version};
use super::*;
use crate::price_book::{
    ChargeModel, Commission, Conditions, ExchangeRate, ListPrices, ModelSelector, Payer, PriceBookError,
    PriceBookVersion, PriceRules, TierMode, TierStep, Tiers,
};

const CLIENT: ClientId = ClientId(1);

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn list(prices: &[(Meter, &str)]) -> ListPrices {
    let prices = prices.iter().map(|(meter, price)| (*meter, number(price))).collect();
    ListPrices { currency: Currency::USD, prices, exchange: None }
}

fn discount(list: ListPrices, per_cent: &str) -> PriceRule {
    PriceRule::new(None, ModelSelector::Any, ChargeModel::DiscountOffList { list, per_cent: number(per_cent) })
}

fn commission(standard: ListPrices, payer: Payer) -> PriceRule {
    let free = ["claude-*", "anthropic/*"].map(|text| text.parse().unwrap()).to_vec();
    let commission = Commission { share: number("20"), standard, payer, free };
    PriceRule::new(None, ModelSelector::Any, ChargeModel::CommissionOnSavings(commission))
}

fn with(rule: PriceRule, conditions: Conditions) -> PriceRule {
    PriceRule { conditions, ..rule }
}

fn steps(mode: TierMode, steps: &[(Meter, u64, &str)]) -> Option<Tiers> {
    let step =
        |(meter, above, rate): &(Meter, u64, &str)| TierStep { meter: *meter, above: *above, rate: number(rate) };
    Some(Tiers { mode, steps: steps.iter().map(step).collect() })
}

fn tokens(date: &str, model: &str, millions: u64) -> MeteredUsage {
    let quantities = Quantities::NONE.with(Meter::InputTokens, millions * 1_000_000);
    MeteredUsage { quantities, ..row(date, model, "0") }
}

fn rated(rule: PriceRule, usage: &[MeteredUsage]) -> Rated {
    let book = book(vec![version(1, "2026-01-01", vec![rule])]);
    rate_month(usage, CLIENT, &book, "2026-11".parse().unwrap()).unwrap()
}

fn shown(rated: &Rated) -> String {
    let lines = rated.lines.iter().map(|line| format!("{}: {}\n", line.model, line.trail));
    lines.chain(rated.fees.iter().map(|fee| format!("{:?}: {}\n", fee.kind, fee.trail))).collect()
}

fn days(line: &RatedLine) -> Vec<String> {
    line.days.iter().map(|(day, charge)| format!("{day} {}", charge.amount().normalize())).collect()
}

#[test]
fn s3_01_a_discount_is_shown_as_a_factor_of_the_list() {
    let prices = list(&[(Meter::InputTokens, "2.50"), (Meter::Images, "0.04")]);
    let usage = [MeteredUsage {
        quantities: Quantities::NONE
            .with(Meter::InputTokens, 2_000_000)
            .with(Meter::Images, 3)
            .with(Meter::Requests, 9),
        ..row("2026-11-01", "gpt-4o", "1")
    }];
    expect![[r#"
        gpt-4o: 9 requests without a price + 2000000 input_tokens at 0.85 x list 2.5 USD = 2.125 USD per 1000000 + 3 images at 0.85 x list 0.04 USD = 0.034 USD = 4.352 USD (rule * at 0.85 x list of price version pv_1)
    "#]]
    .assert_eq(&shown(&rated(discount(prices, "15"), &usage)));
}

#[test]
fn an_exchanged_price_is_rounded_once_and_named_in_its_parts() {
    let exchange = ExchangeRate { rate: number("1.0837"), date: day("2026-10-30"), source: " ECB ".to_owned() };
    let prices =
        list(&[(Meter::InputTokens, "0.0375"), (Meter::AudioMillis, "0.0061"), (Meter::SpeechChars, "0.000015")]);
    let prices = ListPrices { currency: Currency::EUR, exchange: Some(exchange), ..prices };
    let quantities = Quantities::NONE
        .with(Meter::InputTokens, 1_000_000_000_000)
        .with(Meter::AudioMillis, 60_000)
        .with(Meter::SpeechChars, 1_000_000);
    let usage = [MeteredUsage { quantities, ..row("2026-11-01", "m", "0") }];
    // 0.0375 x 1.0837 x 0.875 = 0.03555890625: six decimals per million tokens.
    expect![[r#"
        m: 1000000000000 input_tokens at 0.875 x list 0.0375 EUR x 1.0837 = 0.035559 USD per 1000000 + 1000000 speech_chars at 0.875 x list 0.000015 EUR x 1.0837 = 0.000014223563 USD + 60000 audio_millis at 0.875 x list 0.0061 EUR x 1.0837 = 0.00578425 USD per 60000 = 35573.22934725 USD (rule * at 0.875 x list of price version pv_1)
    "#]]
    .assert_eq(&shown(&rated(discount(prices, "12.5"), &usage)));
}

#[test]
fn s2_05_the_worked_example_to_the_nano() {
    // 0.1530 by default, 0.0810 flexible: 15,300,000 tokens at 10 per thousand million.
    let standard = list(&[(Meter::InputTokens, "0.01")]);
    let usage = |model| {
        let quantities = Quantities::NONE.with(Meter::Requests, 1).with(Meter::InputTokens, 15_300_000);
        [MeteredUsage { quantities, ..row("2026-11-01", model, "0.081") }]
    };
    let nanos = |amount: ExactAmount| Nanos::nearest(amount.amount()).unwrap().0;
    let line = &rated(commission(standard.clone(), Payer::Client), &usage("gpt-5")).lines[0];
    let Some(Term::Commission { standard: list, cost, saved, .. }) = line.trail.terms.get(1).cloned() else {
        panic!("{:?}", line.trail.terms)
    };
    assert_eq!([list, cost, saved, line.charge].map(nanos), [153_000_000, 81_000_000, 72_000_000, 14_400_000]);
    assert_eq!(nanos(saved.checked_sub(line.charge).unwrap()), 57_600_000, "what the client keeps");
    assert_eq!((nanos(line.cost), line.charge.to_string().as_str()), (0, "0.0144 USD"), "S2-06: not the agency's cost");
    let mut all = String::new();
    let rows = [
        ("gpt-5", Payer::Client),
        ("gpt-5", Payer::Agency),
        ("claude-haiku-4-5", Payer::Client),
        ("flex/claude-haiku-4-5", Payer::Client),
    ];
    for (model, payer) in rows {
        all += &shown(&rated(commission(standard.clone(), payer), &usage(model)));
    }
    expect![[r#"
        gpt-5: cost 0.081 USD paid by the client + saved 0.072 USD (standard 0.153 USD, cost 0.081 USD) x 0.2 = 0.0144 USD (rule * 20 % of savings of price version pv_1)
        gpt-5: cost 0.081 USD x 1 + saved 0.072 USD (standard 0.153 USD, cost 0.081 USD) x 0.2 = 0.0954 USD (rule * 20 % of savings of price version pv_1)
        claude-haiku-4-5: cost 0.081 USD paid by the client + free of commission = 0 USD (rule * 20 % of savings of price version pv_1)
        flex/claude-haiku-4-5: cost 0.081 USD paid by the client + free of commission = 0 USD (rule * 20 % of savings of price version pv_1)
    "#]]
    .assert_eq(&all);
}

#[test]
fn tiers_count_the_month_across_models_in_the_order_of_days() {
    let price = fixed("*", &[(Meter::InputTokens, "3")]);
    let usage = [
        tokens("2026-11-20", "a", 60),
        tokens("2026-11-02", "b", 80),
        tokens("2026-11-02", "a", 50),
        tokens("2026-12-01", "a", 10),
    ];
    let stepped = |mode| {
        let tiers = steps(mode, &[(Meter::InputTokens, 150_000_000, "1"), (Meter::InputTokens, 100_000_000, "2")]);
        with(price.clone(), Conditions { tiers, ..Conditions::default() })
    };
    let graduated = rated(stepped(TierMode::Graduated), &usage);
    expect![[r#"
        a: 60000000 input_tokens at 3 USD per 1000000 + 20000000 input_tokens at 2 USD per 1000000 + 40000000 input_tokens at 1 USD per 1000000 = 260 USD (rule * at fixed prices of price version pv_1)
        b: 50000000 input_tokens at 3 USD per 1000000 + 30000000 input_tokens at 2 USD per 1000000 = 210 USD (rule * at fixed prices of price version pv_1)
    "#]]
    .assert_eq(&shown(&graduated));
    assert_eq!(days(&graduated.lines[0]), ["2026-11-02 150", "2026-11-20 80", "2026-12-01 30"]);
    let volume = rated(stepped(TierMode::Volume), &usage);
    assert_eq!(days(&volume.lines[0]), ["2026-11-02 50", "2026-11-20 60", "2026-12-01 30"]);
    let exactly = rated(stepped(TierMode::Volume), &[tokens("2026-11-02", "a", 150)]);
    assert_eq!(exactly.lines[0].charge.to_string(), "300 USD", "a step begins above its quantity, not at it");
}

#[test]
fn included_units_come_first_and_count_towards_the_tiers() {
    let conditions = Conditions {
        tiers: steps(TierMode::Graduated, &[(Meter::InputTokens, 100_000_000, "20")]),
        included: vec![(Meter::InputTokens, 30_000_000)],
        ..Conditions::default()
    };
    let rule = with(discount(list(&[(Meter::InputTokens, "10")]), "10"), conditions);
    let usage = [tokens("2026-11-02", "a", 20), tokens("2026-11-03", "a", 90)];
    let rated = rated(rule, &usage);
    expect![[r#"
        a: 30000000 input_tokens included + 70000000 input_tokens at 0.9 x list 10 USD = 9 USD per 1000000 + 10000000 input_tokens at 0.8 x list 10 USD = 8 USD per 1000000 = 710 USD (rule * at 0.9 x list of price version pv_1)
    "#]]
    .assert_eq(&shown(&rated));
    assert_eq!(days(&rated.lines[0]), ["2026-11-02 0", "2026-11-03 710"]);
}

#[test]
fn fees_are_lines_of_their_own_and_lines_reach_the_minimum_to_the_cent() {
    let conditions =
        Conditions { minimum: Some(number("50")), flat_fee: Some(number("9.90")), ..Conditions::default() };
    let rule = with(fixed("*", &[(Meter::InputTokens, "0.333333")]), conditions);
    let third = |model| MeteredUsage {
        quantities: Quantities::NONE.with(Meter::InputTokens, 10_015_000),
        ..row("2026-11-02", model, "0")
    };
    let month = rated(rule.clone(), &[third("a"), third("b")]);
    expect![[r#"
        a: 10015000 input_tokens at 0.333333 USD per 1000000 = 3.338329995 USD (rule * at fixed prices of price version pv_1)
        b: 10015000 input_tokens at 0.333333 USD per 1000000 = 3.338329995 USD (rule * at fixed prices of price version pv_1)
        FlatFee: flat fee 9.9 USD = 9.9 USD (rule * at fixed prices of price version pv_1)
        Minimum: minimum 50 USD less usage 6.68 USD = 43.32 USD (rule * at fixed prices of price version pv_1)
    "#]]
    .assert_eq(&shown(&month));
    assert!(rated(rule.clone(), &[]).fees.is_empty(), "who uses nothing by a rule for everyone owes it nothing");
    let own = PriceRule { client: Some(CLIENT), ..rule.clone() };
    assert_eq!(rated(own, &[]).fees.len(), 2, "a client's own agreement is owed in any case");
    let of_another = PriceRule { client: Some(ClientId(2)), ..rule.clone() };
    assert!(rated(of_another, &[third("a")]).fees.is_empty());
    let over = MeteredUsage { quantities: Quantities::NONE.with(Meter::InputTokens, 200_000_000), ..third("a") };
    assert_eq!(rated(rule, &[over]).fees.len(), 1, "what was used is more than the minimum");
}

#[test]
fn an_edition_that_leaves_a_rule_alone_does_not_start_its_month_again() {
    let conditions = Conditions {
        included: vec![(Meter::InputTokens, 50_000_000)],
        flat_fee: Some(number("5")),
        ..Conditions::default()
    };
    let rule = with(fixed("*", &[(Meter::InputTokens, "1")]), conditions);
    let book = book(vec![version(1, "2026-11-01", vec![rule.clone()])]);
    let rules = PriceRules::new(vec![rule, fixed("o3", &[(Meter::InputTokens, "7")])]).unwrap();
    let book = book.with_version(PriceBookVersion::new(PriceVersionId(2), day("2026-11-15"), rules, "")).unwrap();
    let usage = [tokens("2026-11-14", "a", 40), tokens("2026-11-15", "a", 40)];
    let rated = rate_month(&usage, CLIENT, &book, "2026-11".parse().unwrap()).unwrap();
    let charges: Vec<String> = rated.lines.iter().map(|line| line.charge.to_string()).collect();
    assert_eq!((charges, rated.fees.len()), (vec!["0 USD".to_owned(), "30 USD".to_owned()], 1));
}

#[test]
fn what_does_not_fit_the_book_is_refused_with_a_sentence() {
    let prices = || list(&[(Meter::InputTokens, "1")]);
    let exchange = ExchangeRate { rate: number("0.9"), date: day("2026-10-30"), source: "ECB".to_owned() };
    let euros = discount(ListPrices { currency: Currency::EUR, ..prices() }, "15");
    let needless = discount(ListPrices { exchange: Some(exchange), ..prices() }, "15");
    let fee = |fee: &str| {
        let conditions = Conditions { flat_fee: Some(number(fee)), ..Conditions::default() };
        with(fixed("gpt-*", &[(Meter::InputTokens, "1")]), conditions)
    };
    let add = |to: &PriceBook, id, from: &str, rules: Vec<PriceRule>| {
        to.with_version(PriceBookVersion::new(PriceVersionId(id), day(from), PriceRules::new(rules).unwrap(), ""))
    };
    let (empty, yen) = (book(vec![]), PriceBook::new("JPY".parse().unwrap(), vec![]).unwrap());
    let paid = add(&empty, 1, "2026-11-01", vec![fee("5")]).unwrap();
    let refused: Vec<PriceBookError> = [
        add(&empty, 1, "2026-11-01", vec![euros]),
        add(&empty, 1, "2026-11-01", vec![needless]),
        add(&yen, 1, "2026-11-01", vec![fee("9.9")]),
        add(&empty, 1, "2026-11-02", vec![fee("5")]),
        add(&paid, 2, "2026-12-15", vec![fee("6")]),
        add(&paid, 2, "2026-12-15", vec![]),
    ]
    .into_iter()
    .map(Result::unwrap_err)
    .collect();
    expect![[r#"
        the list prices for * are in EUR, but the price book is in USD: give the exchange rate from EUR to USD, or write the prices in USD
        the list prices for * are in USD as the price book is: leave the exchange rate out
        9.9 JPY per month for gpt-* cannot be paid: write at most 0 decimals
        the rule for gpt-* has tiers, an included quantity, a minimum or a flat fee, which count by calendar month, so it cannot begin, change or end on 2026-11-02: use the first of a month
        the rule for gpt-* has tiers, an included quantity, a minimum or a flat fee, which count by calendar month, so it cannot begin, change or end on 2026-12-15: use the first of a month
        the rule for gpt-* has tiers, an included quantity, a minimum or a flat fee, which count by calendar month, so it cannot begin, change or end on 2026-12-15: use the first of a month"#]]
    .assert_eq(&refused.iter().map(PriceBookError::to_string).collect::<Vec<_>>().join("\n"));
    assert!(add(&paid, 2, "2026-12-01", vec![fee("6")]).is_ok());
}

proptest! {
    /// S2-04: never more than the share of what was really saved, and never less for knowing more.
    #[test]
    fn s2_04_a_commission_is_never_too_high(
        requests in prop::collection::vec((0..2_000_000_u64, 0..3_000_000_000_i64), 1..20),
        share in 1..=1_000_000_i64,
        cut in 0..20_usize,
    ) {
        let standard = list(&[(Meter::InputTokens, "1.25")]);
        let commission = Commission { share: Decimal::new(share, 4), standard, payer: Payer::Client, free: Vec::new() };
        let share = crate::price_book::factor_of(commission.share);
        let rule = PriceRule::new(None, ModelSelector::Any, ChargeModel::CommissionOnSavings(commission));
        let one = |(tokens, cost): &(u64, i64)| MeteredUsage {
            quantities: Quantities::NONE.with(Meter::InputTokens, *tokens),
            cost: Nanos(*cost),
            ..row("2026-11-01", "m", "0")
        };
        let rows: Vec<_> = requests.iter().map(one).collect();
        let charge = |rows: &[MeteredUsage]| rated(rule.clone(), rows).margin().unwrap().charge.amount();
        let saved = |(tokens, cost): &(u64, i64)| {
            (Decimal::from(*tokens) * Decimal::new(125, 8) - Decimal::new(*cost, 9)).max(Decimal::ZERO)
        };
        let exact: Decimal = requests.iter().map(saved).sum::<Decimal>() * share;
        prop_assert_eq!(charge(&rows), exact.normalize(), "one row per request is exact");
        let (early, late) = requests.split_at(cut.min(requests.len()));
        let sum = |part: &[(u64, i64)]| one(&part.iter().fold((0, 0), |(n, c), (tokens, cost)| (n + tokens, c + cost)));
        prop_assert!(charge(&[sum(early), sum(late)]) <= exact, "several requests in a row never charge more");
    }
}
