use domain::Currency;

use super::*;
use crate::price_book::{ChargeModel, Conditions};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn markup(selector: &str, per_cent: i64) -> PriceRule {
    PriceRule::new(None, selector.parse().unwrap(), ChargeModel::MarkupOnCost { per_cent: per_cent.into() })
}

/// With a flat fee, which counts by month.
fn monthly(selector: &str, per_cent: i64) -> PriceRule {
    let conditions = Conditions { flat_fee: Some(20.into()), ..Conditions::default() };
    PriceRule { conditions, ..markup(selector, per_cent) }
}

fn book(editions: &[(&str, &[PriceRule])]) -> PriceBook {
    let versions = (1..).zip(editions).map(|(id, (from, rules))| {
        PriceBookVersion::new(PriceVersionId(id), day(from), PriceRules::new(rules.to_vec()).unwrap(), "")
    });
    PriceBook::new(Currency::USD, versions.collect()).unwrap()
}

fn set(rule: PriceRule) -> RuleChange {
    RuleChange::Set(Box::new(rule))
}

fn remove(selector: &str) -> RuleChange {
    RuleChange::Remove(None, selector.parse().unwrap())
}

/// Each edition on a line, or the sentence.
fn told(book: &PriceBook, from: &str, changes: &[RuleChange]) -> String {
    let rules = |rules: &PriceRules| rules.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match book.amended(day(from), changes) {
        Ok(amended) => {
            let first = std::iter::once((day(from), amended.rules));
            let lines = first.chain(amended.later).map(|(day, edition)| format!("{day}: {}", rules(&edition)));
            lines.collect::<Vec<_>>().join("\n")
        }
        Err(e) => e.to_string(),
    }
}

#[test]
fn a_change_holds_on_where_later_editions_begin() {
    let planned = book(&[
        ("2026-11-01", &[markup("*", 20), markup("gpt-*", 30)]),
        ("2027-01-01", &[markup("*", 20), markup("gpt-*", 35)]),
        ("2027-02-01", &[markup("*", 20), markup("gpt-*", 35), markup("o1", 50)]),
    ]);
    expect_test::expect![[r#"
        2026-12-01: gpt-* +30 %, * +25 %
        2027-01-01: gpt-* +35 %, * +25 %
        2027-02-01: o1 +50 %, gpt-* +35 %, * +25 %"#]]
    .assert_eq(&told(&planned, "2026-12-01", &[set(markup("*", 25))]));
    let overlap = "the rule for gpt-* changes on 2027-01-01 already, so this one would overlap it";
    assert_eq!(told(&planned, "2026-12-01", &[set(markup("gpt-*", 40))]), overlap);
    assert_eq!(told(&planned, "2026-12-01", &[remove("gpt-*")]), overlap);
    let added = "the rule for o1 changes on 2027-02-01 already, so this one would overlap it";
    assert_eq!(told(&planned, "2026-12-01", &[set(markup("o1", 60))]), added);
}

#[test]
fn a_later_edition_that_says_the_same_ends_the_matter() {
    let planned = book(&[
        ("2026-11-01", &[markup("*", 20), markup("gpt-*", 30)]),
        ("2027-01-01", &[markup("*", 20), markup("gpt-*", 35)]),
        ("2027-03-01", &[markup("*", 20), markup("gpt-*", 40)]),
        ("2027-04-01", &[markup("*", 20)]),
    ]);
    assert_eq!(told(&planned, "2026-12-01", &[set(markup("gpt-*", 35))]), "2026-12-01: gpt-* +35 %, * +20 %");
    let both = told(&planned, "2026-12-01", &[set(markup("gpt-*", 35)), set(markup("*", 25))]);
    expect_test::expect![[r#"
        2026-12-01: gpt-* +35 %, * +25 %
        2027-01-01: gpt-* +35 %, * +25 %
        2027-03-01: gpt-* +40 %, * +25 %
        2027-04-01: * +25 %"#]]
    .assert_eq(&both);
    assert_eq!(told(&planned, "2027-03-10", &[remove("gpt-*")]), "2027-03-10: * +20 %");
}

/// What is in force already is overlapped by a later change all the same, whether or not an edition about something else
/// begins between the two.
#[test]
fn an_edition_about_something_else_settles_nothing() {
    let overlap = "the rule for gpt-* changes on 2027-03-01 already, so this one would overlap it";
    let changes = [set(markup("*", 25)), set(markup("gpt-*", 30))];
    let now: (&str, &[PriceRule]) = ("2026-11-01", &[markup("*", 20), markup("gpt-*", 30)]);
    let between: (&str, &[PriceRule]) = ("2027-01-01", &[markup("*", 20), markup("gpt-*", 30), markup("o1", 50)]);
    let later: (&str, &[PriceRule]) = ("2027-03-01", &[markup("*", 20), markup("gpt-*", 35)]);
    assert_eq!(told(&book(&[now, later]), "2026-12-01", &changes), overlap);
    assert_eq!(told(&book(&[now, between, later]), "2026-12-01", &changes), overlap);
}

#[test]
fn conditions_of_a_month_are_checked_with_every_edition_in_place() {
    let mid_month = book(&[("2026-11-01", &[markup("*", 20)]), ("2026-12-15", &[markup("*", 20), markup("o1", 50)])]);
    expect_test::expect![[r#"
        2026-12-01: gpt-* +30 %, * +20 %
        2026-12-15: o1 +50 %, gpt-* +30 %, * +20 %"#]]
    .assert_eq(&told(&mid_month, "2026-12-01", &[set(monthly("gpt-*", 30))]));
    let ending = book(&[
        ("2026-11-01", &[markup("*", 20), monthly("gpt-*", 30)]),
        ("2026-12-15", &[markup("*", 20), monthly("gpt-*", 30), markup("o1", 50)]),
    ]);
    expect_test::expect![[r#"
        2026-12-01: * +20 %
        2026-12-15: o1 +50 %, * +20 %"#]]
    .assert_eq(&told(&ending, "2026-12-01", &[remove("gpt-*")]));
    let within = "the rule for gpt-* has tiers, an included quantity, a minimum or a flat fee, which count by calendar \
                  month, so it cannot begin, change or end on 2026-12-02: use the first of a month";
    assert_eq!(told(&mid_month, "2026-12-02", &[set(monthly("gpt-*", 30))]), within);
}

#[test]
fn what_changes_nothing_or_says_two_things_is_a_sentence() {
    let prices = book(&[("2026-11-01", &[markup("*", 20)])]);
    assert_eq!(told(&prices, "2026-12-01", &[set(markup("*", 20))]), AmendmentError::Nothing.to_string());
    assert_eq!(told(&prices, "2026-12-01", &[]), AmendmentError::Nothing.to_string());
    let twice = "there are two changes for * in one: keep one of them";
    assert_eq!(told(&prices, "2026-12-01", &[set(markup("*", 25)), remove("*")]), twice);
    assert!(matches!(
        prices.amended(day("2026-12-01"), &[remove("o1")]),
        Err(AmendmentError::Rule(PriceRuleError::NoSuchRule { .. }))
    ));
}
