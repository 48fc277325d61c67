use domain::{Currency, Meter, MoneyError};
use expect_test::expect;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn markup(client: Option<i64>, selector: &str, per_cent: i64) -> PriceRule {
    let charge = ChargeModel::MarkupOnCost { per_cent: Decimal::from(per_cent) };
    PriceRule::new(client.map(ClientId), selector.parse().unwrap(), charge)
}

fn fixed(prices: &[(Meter, &str)]) -> PriceRule {
    let prices = prices.iter().map(|(meter, price)| (*meter, price.parse().unwrap())).collect();
    PriceRule::new(None, ModelSelector::Any, ChargeModel::FixedPrice { prices })
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn version(id: i64, from: &str, rules: Vec<PriceRule>) -> PriceBookVersion {
    PriceBookVersion::new(PriceVersionId(id), day(from), PriceRules::new(rules).unwrap(), "")
}

fn book(versions: Vec<PriceBookVersion>) -> PriceBook {
    PriceBook::new(Currency::USD, versions).unwrap()
}

#[test]
fn selectors_survive_the_way_through_text() {
    for text in ["gpt-4o", "gpt-*", "*", "openai/gpt-4o:free"] {
        assert_eq!(text.parse::<ModelSelector>().unwrap().to_string(), text);
    }
    let refused = ["", "  ", "gpt-*-mini", "**", &"x".repeat(201)].map(|text| match text.parse::<ModelSelector>() {
        Ok(selector) => format!("taken: {selector}"),
        Err(error) => error.to_string(),
    });
    expect![[r#"
        a price rule needs a model: write a name such as gpt-4o, a prefix such as gpt-*, or * for every model
        a price rule needs a model: write a name such as gpt-4o, a prefix such as gpt-*, or * for every model
        `gpt-*-mini` has a * before its end: a * may only be the last character, as in gpt-*
        `**` has a * before its end: a * may only be the last character, as in gpt-*
        the model name has 201 characters: use at most 200"#]]
    .assert_eq(&refused.join("\n"));
}

#[test]
fn the_client_beats_everyone_and_the_closest_selector_wins() {
    let book = book(vec![version(
        1,
        "2026-01-01",
        vec![
            markup(None, "*", 10),
            markup(None, "gpt-*", 20),
            markup(None, "gpt-4o*", 25),
            markup(None, "gpt-4o", 30),
            markup(Some(7), "*", 40),
            markup(Some(7), "claude-*", 50),
            markup(Some(8), "gpt-4o", 60),
        ],
    )]);
    let mut rows = String::new();
    for client in [6, 7, 8] {
        for model in ["gpt-4o", "gpt-4o-mini", "gpt-5", "claude-x", "Gpt-4o"] {
            let quote = book.quote(ClientId(client), &ModelName::new(model), day("2026-11-21")).unwrap();
            rows.push_str(&format!("cl_{client} {model:<12} {}\n", quote.rule));
        }
    }
    expect![[r#"
        cl_6 gpt-4o       gpt-4o +30 %
        cl_6 gpt-4o-mini  gpt-4o* +25 %
        cl_6 gpt-5        gpt-* +20 %
        cl_6 claude-x     * +10 %
        cl_6 Gpt-4o       * +10 %
        cl_7 gpt-4o       * for cl_7 +40 %
        cl_7 gpt-4o-mini  * for cl_7 +40 %
        cl_7 gpt-5        * for cl_7 +40 %
        cl_7 claude-x     claude-* for cl_7 +50 %
        cl_7 Gpt-4o       * for cl_7 +40 %
        cl_8 gpt-4o       gpt-4o for cl_8 +60 %
        cl_8 gpt-4o-mini  gpt-4o* +25 %
        cl_8 gpt-5        gpt-* +20 %
        cl_8 claude-x     * +10 %
        cl_8 Gpt-4o       * +10 %
    "#]]
    .assert_eq(&rows);
}

#[test]
fn the_latest_version_that_has_begun_is_in_force() {
    let book = book(vec![
        version(4, "2026-11-10", vec![]),
        version(9, "2026-06-01", vec![]),
        version(5, "2026-11-10", vec![]),
        version(2, "2026-01-01", vec![]),
    ]);
    let rows = [
        ("2025-12-31", None),
        ("2026-01-01", Some(2)),
        ("2026-06-01", Some(9)),
        ("2026-11-09", Some(9)),
        ("2026-11-10", Some(5)),
        ("2030-01-01", Some(5)),
    ];
    for (date, id) in rows {
        assert_eq!(book.version_on(day(date)).map(|version| version.id().0), id, "in force on {date}");
    }
    let spans = |first, last| {
        let spans = book.spans(day(first), day(last));
        spans.iter().map(|s| format!("{}..{} {:?}", s.first, s.last, s.version.map(|v| v.id().0))).collect::<Vec<_>>()
    };
    assert_eq!(spans("2026-10-01", "2026-10-31"), ["2026-10-01..2026-10-31 Some(9)"]);
    assert_eq!(
        spans("2025-12-30", "2026-11-30"),
        [
            "2025-12-30..2025-12-31 None",
            "2026-01-01..2026-05-31 Some(2)",
            "2026-06-01..2026-11-09 Some(9)",
            "2026-11-10..2026-11-30 Some(5)"
        ]
    );
    assert_eq!(spans("2026-11-10", "2026-11-10"), ["2026-11-10..2026-11-10 Some(5)"]);
    assert!(spans("2026-11-10", "2026-11-09").is_empty(), "no day, no span");
}

#[test]
fn history_is_never_repriced() {
    let may = |from, through: Option<&str>| PriceBook::may_add(day(from), through.map(day));
    assert_eq!(may("2026-11-01", None), Ok(()));
    assert_eq!(may("2026-11-01", Some("2026-10-31")), Ok(()));
    expect!["the prices would change on 2026-10-31, but invoices already cover the time through 2026-10-31: let them start on 2026-11-01 or later"]
        .assert_eq(&may("2026-10-31", Some("2026-10-31")).unwrap_err().to_string());
    let twice = PriceBook::new(Currency::USD, vec![version(1, "2026-01-01", vec![]), version(1, "2026-02-01", vec![])]);
    assert_eq!(twice, Err(PriceBookError::TwiceInBook(PriceVersionId(1))));
}

#[test]
fn absurd_rules_are_refused_with_a_sentence() {
    let mark = |text: &str| PriceRule {
        charge: ChargeModel::MarkupOnCost { per_cent: text.parse().unwrap() },
        ..markup(None, "*", 0)
    };
    let raw = |selector| PriceRule { selector, ..markup(None, "*", 0) };
    let rows = [
        vec![mark("-100.000001")],
        vec![mark("10000.5")],
        vec![mark("1.0000001")],
        vec![fixed(&[])],
        vec![fixed(&[(Meter::Images, "1"), (Meter::Images, "2")])],
        vec![fixed(&[(Meter::Images, "-0.01")])],
        vec![fixed(&[(Meter::InputTokens, "1000000.01")])],
        vec![fixed(&[(Meter::InputTokens, "0.0000000000001")])],
        vec![raw(ModelSelector::Exact(ModelName::new("a*")))],
        vec![raw(ModelSelector::Prefix(String::new()))],
        vec![markup(None, "gpt-*", 1), markup(Some(1), "gpt-*", 2), markup(None, "gpt-*", 3)],
        vec![markup(Some(3), "*", 1), markup(Some(3), "*", 1)],
    ];
    let said: Vec<_> = rows.into_iter().map(|rules| PriceRules::new(rules).unwrap_err().to_string()).collect();
    expect![[r#"
        a markup of -100.000001 % makes no sense: use -100 (free) to 10000
        a markup of 10000.5 % makes no sense: use -100 (free) to 10000
        a markup of 1.0000001 % is too fine: use at most 6 decimals
        a rule needs at least one unit with a price: write 0 to charge nothing
        there are two prices for images: keep one of them
        a price cannot be negative: images is priced at -0.01
        a price of 1000000.01 for input_tokens makes no sense: use at most 1000000 per sold unit
        a price of 0.0000000000001 for input_tokens is too fine: use at most 12 decimals
        `a*` has a * before its end: a * may only be the last character, as in gpt-*
        a price rule needs a model: write a name such as gpt-4o, a prefix such as gpt-*, or * for every model
        there are two price rules for gpt-* for every client: keep one of them
        there are two price rules for * for cl_3: keep one of them"#]]
    .assert_eq(&said.join("\n"));
    for fine in ["-100", "10000", "0", "0.000001", "12.5000000000"] {
        assert!(PriceRules::new(vec![mark(fine)]).is_ok(), "{fine} % is within range");
    }
}

#[test]
fn the_next_version_is_made_from_the_current_one() {
    let now = PriceRules::new(vec![markup(None, "*", 10), markup(None, "gpt-4o", 30)]).unwrap();
    let next = now.with(markup(None, "*", 15)).unwrap().with(markup(Some(2), "*", 5)).unwrap();
    let shown: Vec<_> = next.as_slice().iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["gpt-4o +30 %", "* +15 %", "* for cl_2 +5 %"]);
    assert_eq!(now.as_slice().len(), 2, "the current rules are untouched");
    let less = next.without(None, &"gpt-4o".parse().unwrap()).unwrap();
    assert_eq!(less.get(None, &"gpt-4o".parse().unwrap()), None);
    assert_eq!(
        less.without(None, &"gpt-4o".parse().unwrap()).unwrap_err().to_string(),
        "there is no price rule for gpt-4o for every client: nothing was removed"
    );
}

#[test]
fn s1_04_each_meter_is_sold_in_its_own_unit() {
    let rows = [
        (Meter::InputTokens, 301_826_006, "0.0375", "11.318475225"),
        (Meter::OutputTokens, 1, "0.000000000001", "0.000000000000000001"),
        (Meter::CacheReadTokens, 2_000_000, "0.25", "0.5"),
        (Meter::CacheWriteTokens, 400_000, "3.125", "1.25"),
        (Meter::Images, 3, "0.04", "0.12"),
        (Meter::VideoMillis, 1_500, "0.1", "0.15"),
        (Meter::SpeechChars, 12_345, "0.000015", "0.185175"),
        (Meter::AudioMillis, 90_000, "0.006", "0.009"),
        (Meter::AudioMillis, 1, "0.006", "0.0000001"),
        (Meter::AudioMillis, 20_000, "0.01", "0.003333333333333333"),
        (Meter::AudioMillis, 30_000, "0.01", "0.005"),
        (Meter::Requests, 7, "0.5", "3.5"),
    ];
    assert!(Meter::ALL.iter().all(|meter| rows.iter().any(|row| row.0 == *meter)), "each unit there is");
    for (meter, quantity, price, amount) in rows {
        let charged = priced(meter, quantity, price.parse().unwrap()).unwrap();
        assert_eq!(charged.to_string(), amount, "{quantity} {meter} at {price}");
    }
    assert_eq!(priced(Meter::Requests, u64::MAX, "1000000".parse().unwrap()).unwrap().scale(), 0);
    let fine = "999999.999999999999".parse().unwrap();
    assert_eq!(priced(Meter::Requests, u64::MAX, fine), Err(MoneyError::Overflow), "refused, not cut");
    assert_eq!(priced(Meter::AudioMillis, u64::MAX - 1, "0.01".parse().unwrap()), Err(MoneyError::Overflow));
}

proptest! {
    /// The selection is the one the rule of precedence describes, found here the slow way.
    #[test]
    fn selection_is_precedence(
        rules in prop::collection::btree_map((prop::option::of(0_i64..3), "[ab]{0,3}\\*|[ab]{1,3}"), 0_i64..100, 0..12),
        client in 0_i64..3,
        model in "[ab]{1,4}",
    ) {
        let list: Vec<_> = rules.iter().map(|((who, text), per_cent)| markup(*who, text, *per_cent)).collect();
        let model = ModelName::new(model);
        let closeness = |rule: &&PriceRule| {
            let text = rule.selector.to_string();
            (rule.client.is_some(), !text.ends_with('*'), text.len())
        };
        let mine = |rule: &&PriceRule| rule.client.is_none_or(|who| who == ClientId(client));
        let expected = list.iter().filter(mine).filter(|rule| rule.selector.matches(&model)).max_by_key(closeness);
        let found = PriceRules::new(list.clone()).unwrap();
        prop_assert_eq!(found.find(ClientId(client), &model), expected);
    }

    /// A third of a unit is kept on its own side of every half cent.
    #[test]
    fn audio_rounds_as_the_fraction_does(millis in 0_u64..10_000_000_000, millionths in 0_i64..10_000_000) {
        let price = Decimal::new(millionths, 6);
        let charged = ExactAmount::new(priced(Meter::AudioMillis, millis, price).unwrap(), Currency::USD);
        // Cents times 60,000 times 10^6 as integers: half away from zero.
        let (over, under) = (i128::from(millis) * i128::from(millionths) * 100, 60_000_i128 * 1_000_000);
        let cents = (2 * over + under) / (2 * under);
        prop_assert_eq!(i128::from(charged.round().unwrap().minor()), cents);
    }
}
