//! The price book's four charge models and monthly agreements, from what is typed to what is shown and invoiced.

use billing::rate_month;
use domain::{Currency, Month};
use store::report::Filter;

use super::rig::{Rig, WINDOW};
use crate::command::client::client_create;
use crate::command::gateway::sandbox_open;
use crate::command::invoice::{invoice_draft, invoice_draft_month, invoice_finalise};
use crate::command::price::{flat_markup, price_set};
use crate::command::setting::settings_agency;
use crate::query::invoice::invoice_get;
use crate::query::price::{price_book as book_view, price_preview};
use crate::query::setting::settings;
use crate::rating::{Tally, metered, price_book, rows_summed, tallies};
use crate::wire::{
    ChargeKind, Code, CommissionInput, ConditionsInput, ExchangeInput, ListInput, PayerName, PriceChange, QuantityView,
    RuleInput, StepInput, ThemeChoice, TierKind, UnitPriceView,
};

const MONTH: &str = "2026-11";

fn change(from: &str, set: Vec<RuleInput>) -> PriceChange {
    PriceChange { effective_from: from.to_owned(), note: String::new(), set, remove: Vec::new() }
}

fn price(meter: &str, price: &str) -> UnitPriceView {
    UnitPriceView { meter: meter.to_owned(), price: price.to_owned() }
}

fn no_conditions() -> ConditionsInput {
    ConditionsInput { tiers: None, steps: Vec::new(), included: Vec::new(), minimum: None, flat_fee: None }
}

fn tiered(selector: &str, kind: TierKind) -> RuleInput {
    let step = StepInput { meter: "input_tokens".to_owned(), above: "0.5".to_owned(), rate: "2.25".to_owned() };
    let included = QuantityView { meter: "output_tokens".to_owned(), quantity: "0.010001".to_owned() };
    let conditions = ConditionsInput {
        tiers: Some(kind),
        steps: vec![step],
        included: vec![included],
        minimum: Some("250".to_owned()),
        flat_fee: Some("19.9".to_owned()),
    };
    RuleInput {
        prices: vec![price("input_tokens", "3"), price("output_tokens", "12")],
        conditions: Some(conditions),
        ..RuleInput::plain(None, selector, ChargeKind::Fixed)
    }
}

fn discounted(selector: &str) -> RuleInput {
    let exchange = ExchangeInput { rate: "1.0837".into(), date: "2026-10-30".into(), source: "ECB".into() };
    RuleInput {
        percent: Some("15".to_owned()),
        prices: vec![price("input_tokens", "2.5")],
        list: Some(ListInput { currency: "EUR".to_owned(), exchange: Some(exchange) }),
        ..RuleInput::plain(None, selector, ChargeKind::Discount)
    }
}

fn commission(selector: &str) -> RuleInput {
    RuleInput {
        percent: Some("20".to_owned()),
        prices: vec![price("input_tokens", "40"), price("output_tokens", "90")],
        list: Some(ListInput { currency: "USD".to_owned(), exchange: None }),
        commission: Some(CommissionInput { payer: PayerName::Client, free: vec!["claude-opus-*".to_owned()] }),
        ..RuleInput::plain(None, selector, ChargeKind::Commission)
    }
}

#[tokio::test]
async fn every_charge_model_comes_back_as_it_was_typed() {
    let rig = Rig::new().await;
    let rules = vec![commission("claude-*"), discounted("gemini-*"), tiered("gpt-*", TierKind::Graduated)];
    price_set(&rig.app, WINDOW, &flat_markup("25", "2026-01-01".parse().unwrap(), "")).await.unwrap();
    let book = price_set(&rig.app, WINDOW, &change("2026-11-01", rules.clone())).await.unwrap();
    let shown = &book.versions[0].rules;
    let typed: Vec<&RuleInput> = shown.iter().map(|rule| &rule.input).filter(|rule| rule.selector != "*").collect();
    assert_eq!(typed, rules.iter().collect::<Vec<_>>(), "longest prefix first, to the digit");
    let words: Vec<String> =
        shown.iter().map(|rule| [&[rule.text.clone()][..], &rule.conditions].concat().join(" | ")).collect();
    expect_test::expect![[r#"
        20 % of savings, the client pays its provider; standard: 40 per M input tokens, 90 per M output tokens; free: claude-opus-*
        0.85 × list: 2.5 per M input tokens in EUR, exchanged at 1.0837 (ECB, 2026-10-30)
        fixed: 3 per M input tokens, 12 per M output tokens | 0.010001 M output tokens included | above 0.5 M input tokens: 2.25 | at least $250.00 a month | $19.90 flat a month
        +25 % on cost"#]]
    .assert_eq(&words.join("\n"));
}

/// Every client's charge for a range, as screens have it.
async fn shown(rig: &Rig, filter: &Filter) -> std::collections::BTreeMap<Option<domain::ClientId>, Tally> {
    let mut reader = rig.app.store().reader().await.unwrap();
    let book = price_book(&rig.app, &mut reader).await.unwrap();
    tallies(&rows_summed(&mut reader, &book, filter).await.unwrap(), &book, |row| row.client).unwrap()
}

#[tokio::test]
async fn figures_of_a_month_are_those_of_its_invoice_whatever_the_charge_model() {
    let rig = Rig::new().await;
    sandbox_open(&rig.app, WINDOW).await.unwrap();
    let month: Month = MONTH.parse().unwrap();
    for kind in [TierKind::Graduated, TierKind::Volume] {
        let rules = vec![tiered("gpt-*", kind), commission("claude-*"), discounted("*")];
        price_set(&rig.app, WINDOW, &change("2026-11-01", rules)).await.unwrap();
        let sums = shown(&rig, &Filter::days(month.first(), month.last())).await;
        let halves = [
            shown(&rig, &Filter::days(month.first(), month.first().plus_days(9))).await,
            shown(&rig, &Filter::days(month.first().plus_days(10), month.last())).await,
        ];
        let mut reader = rig.app.store().reader().await.unwrap();
        let book = price_book(&rig.app, &mut reader).await.unwrap();
        let mut fees = 0;
        for (client, tally) in sums.iter().filter_map(|(client, tally)| client.map(|client| (client, tally))) {
            let usage = metered(&mut reader, client, (month.first(), month.last()), &book).await.unwrap();
            let rated = rate_month(&usage, client, &book, month).unwrap();
            fees += rated.fees.len();
            let lines = billing::Rated { fees: Vec::new(), ..rated }.margin().unwrap();
            assert_eq!((tally.charge, tally.cost), (lines.charge, lines.cost), "{client}");
            let parts = halves.iter().filter_map(|half| half.get(&Some(client)));
            let parts = parts.fold(Tally::zero(Currency::USD), |sum, part| Tally {
                charge: sum.charge.checked_add(part.charge).unwrap(),
                ..sum
            });
            assert_eq!(parts.charge, tally.charge, "a part of the month is charged as the month goes: {client}");
        }
        assert!(fees > 0, "somebody used what has a flat fee");
    }
}

#[tokio::test]
async fn a_client_that_owes_a_fee_is_in_the_preview_and_gets_its_invoice_without_any_usage() {
    let rig = Rig::new().await;
    let row = client_create(&rig.app, WINDOW, super::rig::client("Harborlight", &[])).await.unwrap();
    let fee = ConditionsInput { flat_fee: Some("20".to_owned()), minimum: Some("100".to_owned()), ..no_conditions() };
    let rule = RuleInput {
        percent: Some("10".to_owned()),
        conditions: Some(fee),
        ..RuleInput::plain(Some(row.id.clone()), "*", ChargeKind::Markup)
    };
    let wanted = change("2026-11-01", vec![rule]);
    let preview = price_preview(&rig.app, &wanted).await.unwrap();
    assert_eq!((preview.before.text.as_str(), preview.after.text.as_str()), ("$0.00", "$120.00"));
    assert_eq!(preview.effects.len(), 1);
    price_set(&rig.app, WINDOW, &wanted).await.unwrap();
    let drafts = invoice_draft_month(&rig.app, WINDOW, MONTH).await.unwrap();
    let id = drafts[0].invoice_id.clone().unwrap();
    let view = invoice_get(&rig.app, &id, ThemeChoice::Light).await.unwrap();
    let lines: Vec<_> = view.lines.iter().map(|line| line.description.as_str()).collect();
    assert_eq!((lines, view.net.text.as_str()), (vec!["Flat fee (*)", "Minimum commitment (*)"], "$120.00"));
}

#[tokio::test]
async fn history_is_never_repriced() {
    let rig = Rig::new().await;
    sandbox_open(&rig.app, WINDOW).await.unwrap();
    let client = crate::query::client::client_list(&rig.app).await.unwrap().remove(0);
    let own = RuleInput { client_id: Some(client.id.clone()), ..tiered("gpt-*", TierKind::Graduated) };
    price_set(&rig.app, WINDOW, &change("2026-11-01", vec![own, discounted("*")])).await.unwrap();
    let draft = invoice_draft(&rig.app, WINDOW, &client.id, MONTH).await.unwrap();
    let last = invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap();
    assert!(last.lines.iter().any(|line| line.description.starts_with("Flat fee")), "{:?}", last.lines);
    let dearer = |from| flat_markup("900", from, "");
    let refused = price_set(&rig.app, WINDOW, &dearer("2026-11-30".parse().unwrap())).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("effectiveFrom")), "{refused}");
    price_set(&rig.app, WINDOW, &dearer("2026-12-01".parse().unwrap())).await.unwrap();
    let again = invoice_get(&rig.app, &draft.row.id, ThemeChoice::Light).await.unwrap();
    assert_eq!((again.lines, again.net), (last.lines, last.net), "read back with its fees, never rated again");
}

#[tokio::test]
async fn what_makes_no_sense_is_a_sentence_before_anything_is_written() {
    let rig = Rig::new().await;
    let plain = |kind| RuleInput::plain(None, "*", kind);
    let euros = ListInput { currency: "EUR".to_owned(), exchange: None };
    let step = StepInput { meter: "images".to_owned(), above: "0.5".to_owned(), rate: "1".to_owned() };
    let odd_step = ConditionsInput { tiers: Some(TierKind::Volume), steps: vec![step.clone()], ..no_conditions() };
    let no_mode = ConditionsInput { steps: vec![StepInput { above: "5".to_owned(), ..step }], ..no_conditions() };
    let rows = [
        ("2026-11-01", vec![plain(ChargeKind::Fixed)]),
        ("2026-11-01", vec![RuleInput { percent: Some("15".into()), ..plain(ChargeKind::Discount) }]),
        ("2026-11-01", vec![RuleInput { list: Some(euros), ..discounted("*") }]),
        ("2026-11-01", vec![RuleInput { list: None, ..discounted("*") }, discounted("*")]),
        ("2026-11-01", vec![RuleInput { conditions: Some(odd_step), ..tiered("*", TierKind::Volume) }]),
        ("2026-11-01", vec![RuleInput { conditions: Some(no_mode), ..tiered("*", TierKind::Volume) }]),
        ("2026-11-02", vec![tiered("*", TierKind::Volume)]),
    ];
    let mut sentences = Vec::new();
    for (from, set) in rows {
        let wanted = change(from, set);
        let error = price_set(&rig.app, WINDOW, &wanted).await.unwrap_err();
        assert_eq!(
            price_preview(&rig.app, &wanted).await.unwrap_err().message,
            error.message,
            "the preview says it too"
        );
        sentences.push(format!("{}: {}", error.field.unwrap_or_default(), error.message));
    }
    expect_test::expect![[r#"
        set: a rule needs at least one unit with a price: write 0 to charge nothing
        set: a rule needs at least one unit with a price: write 0 to charge nothing
        set: the list prices for * are in EUR, but the price book is in USD: give the exchange rate from EUR to USD, or write the prices in USD
        set: there are two changes for * in one: keep one of them
        steps: `0.5` is not a quantity of images: write a whole number
        tiers: say how the steps apply: graduated, each unit at its own step, or volume, all at the last
        effectiveFrom: the rule for * has tiers, an included quantity, a minimum or a flat fee, which count by calendar month, so it cannot begin, change or end on 2026-11-02: use the first of a month"#]].assert_eq(&sentences.join("\n"));
    assert!(book_view(&rig.app).await.unwrap().versions.is_empty());
    price_set(&rig.app, WINDOW, &change("2026-11-01", vec![tiered("*", TierKind::Volume)])).await.unwrap();
    let mut typed = settings(&rig.app).await.unwrap().agency;
    typed.currency = "EUR".to_owned();
    let error = settings_agency(&rig.app, WINDOW, typed).await.unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("currency")), "{error}");
}

#[tokio::test]
async fn a_change_holds_on_in_later_editions_and_overlapping_ones_are_a_sentence() {
    let rig = Rig::new().await;
    let percent = |percent: &str, selector: &str| RuleInput {
        percent: Some(percent.to_owned()),
        ..RuleInput::plain(None, selector, ChargeKind::Markup)
    };
    price_set(&rig.app, WINDOW, &change("2026-11-01", vec![percent("20", "*"), percent("30", "gpt-*")])).await.unwrap();
    price_set(&rig.app, WINDOW, &change("2027-01-01", vec![percent("35", "gpt-*")])).await.unwrap();
    let before = book_view(&rig.app).await.unwrap().versions.len();
    let overlapping = change("2026-12-01", vec![percent("25", "*"), percent("40", "gpt-*")]);
    let refused = price_set(&rig.app, WINDOW, &overlapping).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("effectiveFrom")));
    assert_eq!(refused.message, "the rule for gpt-* changes on 2027-01-01 already, so this one would overlap it");
    assert_eq!(price_preview(&rig.app, &overlapping).await.unwrap_err().message, refused.message);
    assert_eq!(book_view(&rig.app).await.unwrap().versions.len(), before, "nothing is half changed");

    price_set(&rig.app, WINDOW, &change("2026-12-01", vec![percent("25", "*")])).await.unwrap();
    let mut reader = rig.app.store().reader().await.unwrap();
    let book = price_book(&rig.app, &mut reader).await.unwrap();
    let markup = |day: &str, model: &str| {
        let (model, day) = (domain::ModelName::new(model), day.parse().unwrap());
        match &book.quote(domain::ClientId(1), &model, day).unwrap().rule.charge {
            billing::ChargeModel::MarkupOnCost { per_cent } => per_cent.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let told = ["2026-11-30", "2026-12-31", "2027-01-01"].map(|day| (markup(day, "gpt-4o"), markup(day, "qwen-3")));
    let expected = [("30", "20"), ("30", "25"), ("35", "25")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(told, expected, "what begins in December is still in force when January's edition begins");
}
