//! Rows as recorded, and the arithmetic of windows.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::super::wire::Listed;
use super::*;

fn recorded(release: &str) -> Vec<Row> {
    let path = format!("{}/fixtures/newapi/{release}/log_list_consume.json", env!("CARGO_MANIFEST_DIR"));
    let pair: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let list: Listed<Row> = serde_json::from_str(&pair["response"]["body"]["data"].to_string()).unwrap();
    list.items
}

/// One recorded row, to be changed.
fn one() -> Row {
    static ROW: std::sync::LazyLock<Row> = std::sync::LazyLock::new(|| recorded("1.0.0-rc.22").swap_remove(0));
    ROW.clone()
}

fn record(row: &Row) -> Option<UsageRecord> {
    let learned = Learned { asked: true, me: 1, is_admin: true, ..Learned::default() };
    Reader { learned: &learned, mode: Mode::Users }.record(row)
}

fn lines(release: &str) -> Vec<String> {
    let line = |row: &Row| {
        let record = record(row).unwrap();
        let key = record.key.map(|key| key.to_string()).unwrap_or_default();
        format!("{} {key} {:?} {}", record.model, record.quantities, record.cost)
    };
    let mut lines: Vec<String> = recorded(release).iter().map(line).collect();
    lines.sort();
    lines.dedup();
    lines
}

fn check(found: &[String], expected: &Expect) {
    expected.assert_eq(&format!("{found:#?}\n"));
}

#[test]
fn rows_as_recorded() {
    check(
        &lines("1.0.0-rc.22"),
        &expect![[r#"
        [
            "gpt-4o 2/1 {\"requests\": 1, \"input_tokens\": 2000, \"output_tokens\": 1000} 0.015",
            "gpt-4o 2/1 {\"requests\": 1, \"input_tokens\": 400, \"output_tokens\": 20, \"cache_read_tokens\": 600} 0.0019504",
            "gpt-4o 2/2 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 100} 0.0010128",
            "gpt-4o 2/9 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 100} 0.001012",
            "gpt-4o-mini 2/1 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 20} 0.0000128",
            "gpt-4o-mini 2/1 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 33} 0.0000208",
            "gpt-4o-mini 2/4 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 20} 0.0000128",
            "gpt-4o-mini 2/5 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 20} 0.0000128",
            "gpt-4o-mini 2/7 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 20} 0.0000128",
        ]
    "#]],
    );
    check(
        &lines("0.12.15"),
        &expect![[r#"
        [
            "gpt-4o 2/1 {\"requests\": 1, \"input_tokens\": 2000, \"output_tokens\": 1000} 0.015",
            "gpt-4o 2/1 {\"requests\": 1, \"input_tokens\": 400, \"output_tokens\": 20, \"cache_read_tokens\": 600} 0.0019504",
            "gpt-4o 2/2 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 100} 0.0010128",
            "gpt-4o 2/9 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 100} 0.001012",
            "gpt-4o-mini 2/1 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 20} 0.0000128",
            "gpt-4o-mini 2/1 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 33} 0.0000208",
            "gpt-4o-mini 2/4 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 20} 0.0000128",
            "gpt-4o-mini 2/5 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 20} 0.0000128",
            "gpt-4o-mini 2/7 {\"requests\": 1, \"input_tokens\": 5, \"output_tokens\": 20} 0.0000128",
        ]
    "#]],
    );
}

#[test]
fn caches_are_counted_by_the_rules_of_their_provider() {
    let row = |prompt, other: &str| {
        let mut row = one();
        (row.prompt_tokens, row.other) = (prompt, other.to_owned());
        let quantities = record(&row).unwrap().quantities;
        [Meter::InputTokens, Meter::CacheReadTokens, Meter::CacheWriteTokens].map(|meter| quantities.get(meter))
    };
    let split = r#"{"usage_semantic": "anthropic", "cache_tokens": 30, "cache_creation_tokens_5m": 4, "cache_creation_tokens_1h": 6}"#;
    for (prompt, other, expected) in [
        (100, r#"{"cache_tokens": 30, "cache_creation_tokens": 10}"#, [60, 30, 10]),
        (100, r#"{"cache_tokens": 30, "usage_semantic": "anthropic", "cache_creation_tokens": 10}"#, [100, 30, 10]),
        (100, split, [100, 30, 10]),
        (20, r#"{"cache_tokens": 30}"#, [20, 30, 0]),
        (-5, r#"{"cache_tokens": -30}"#, [0, 0, 0]),
        (7, r#"{"cache_tokens": "many"}"#, [7, 0, 0]),
    ] {
        assert_eq!(row(prompt, other), expected, "{prompt} {other}");
    }
}

#[test]
fn a_mapped_model_is_told_apart_from_the_one_that_was_called() {
    let mut row = one();
    row.other = r#"{"is_model_mapped": true, "upstream_model_name": "gpt-4o-2024-08-06", "group_ratio": 1}"#.to_owned();
    let record = record(&row).unwrap();
    assert_eq!(record.upstream_model, Some(ModelName::new("gpt-4o-2024-08-06")));
    assert_eq!(record.model, ModelName::new(&row.model_name));
}

#[test]
fn with_keys_of_our_own_the_name_of_a_token_tells_its_account() {
    let learned = Learned { asked: true, me: 2, is_admin: true, ..Learned::default() };
    let reader = Reader { learned: &learned, mode: Mode::OwnKeys };
    let mut row = one();
    let mut account = |user: u64, name: &str| {
        (row.user_id, row.token_name) = (user, name.to_owned());
        reader.record(&row).unwrap().account.map(|account| account.to_string())
    };
    assert_eq!(account(2, "prod~pAbC-_9AAAAAAAAAAAAAAAAAAAAAA").as_deref(), Some("AbC-_9"));
    assert_eq!(account(2, "k-unlimited"), None, "a token that belongs to nobody");
    assert_eq!(account(3, "prod~pAbC-_9AAAAAAAAAAAAAAAAAAAAAA"), None, "another user's");
}

proptest! {
    #[test]
    fn windows_narrow(span in 2_i64..100_000_000, total in ROWS_MAX..u64::MAX) {
        let shorter = narrower(span, total);
        prop_assert!(shorter >= 1 && shorter < span, "{} of {}", shorter, span);
    }

    #[test]
    fn the_next_stretch_is_never_empty(span in 1_i64..100_000_000_000, found in 0_usize..100_000) {
        prop_assert!(next_span(span, found) >= 1);
    }

    #[test]
    fn every_row_belongs_to_exactly_one_of_two_neighbouring_windows(
        cut in 1_795_000_000_000_i64..1_795_000_100_000, ended in 1_794_999_000_i64..1_795_001_000, lasted in -10_i64..5_000,
    ) {
        let mut row = one();
        (row.created_at, row.use_time) = (ended, lasted);
        let window = |from, to| Period::new(Timestamp::from_millis(from), Timestamp::from_millis(to)).unwrap();
        let windows = [window(1_794_000_000_000, cut), window(cut, 1_796_000_000_000)];
        let found = windows.iter().filter(|window| {
            let (first, end) = written(window);
            (first..end).contains(&ended) && window.contains(started(&row))
        });
        prop_assert_eq!(found.count(), 1);
    }

    #[test]
    fn any_row_is_read_without_panic(quota in any::<i64>(), tokens in any::<i64>(), at in any::<i32>(), kind in 0_u32..9, other in "\\PC{0,80}") {
        let mut row = one();
        (row.quota, row.prompt_tokens, row.completion_tokens, row.kind) = (quota, tokens, tokens, kind);
        (row.created_at, row.use_time, row.other) = (i64::from(at), tokens, other);
        prop_assert_eq!(record(&row).is_some(), kind == 2 || kind == 6);
    }

    #[test]
    fn any_ratio_is_read_without_panic(quota in any::<i64>(), ratio in "-?[0-9]{1,25}(\\.[0-9]{1,25})?(e-?[0-9]{1,3})?") {
        let mut row = one();
        (row.quota, row.other) = (quota, format!("{{\"group_ratio\": {ratio}, \"user_group_ratio\": -1}}"));
        let _read = record(&row);
    }
}
