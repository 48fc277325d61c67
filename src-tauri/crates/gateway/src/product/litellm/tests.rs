//! Recorded replies, parsed. The adapter as a whole is tested from outside, in `tests/litellm.rs`.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{map, wire};
use crate::http::Reply;

fn recorded(name: &str) -> Reply {
    let path = format!("{}/fixtures/litellm/1.106.2/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let pair: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let status = u16::try_from(pair["response"]["status"].as_u64().unwrap()).unwrap();
    reply(status, pair["response"]["body"].to_string().as_bytes())
}

fn reply(status: u16, body: &[u8]) -> Reply {
    Reply {
        call: "GET /x".to_owned(),
        status,
        date: None,
        retry_after: None,
        location: None,
        media_type: "application/json".to_owned(),
        body: body.to_vec(),
    }
}

fn check(found: impl std::fmt::Debug, expected: &Expect) {
    expected.assert_eq(&format!("{found:#?}\n"));
}

#[test]
fn a_team_as_recorded() {
    let info: wire::TeamInfo = recorded("team_info").json().unwrap();
    check(
        map::account(info.team_info),
        &expect![[r#"
        Account {
            external_id: ExternalId(
                "client-harborlight",
            ),
            mark: None,
            spec: AccountSpec {
                name: Name(
                    "Harborlight Dental",
                ),
                models: Only(
                    [
                        ModelName(
                            "atlas-chat",
                        ),
                        ModelName(
                            "atlas-large",
                        ),
                        ModelName(
                            "atlas-flaky",
                        ),
                    ],
                ),
                budget: Limited(
                    Budget {
                        amount: Nanos(
                            50000000000,
                        ),
                        currency: USD,
                        period: Monthly,
                        warn_at: [
                            50,
                            75,
                            90,
                        ],
                    },
                ),
                rate_limit: RateLimit {
                    requests_per_minute: Some(
                        600,
                    ),
                    tokens_per_minute: Some(
                        500000,
                    ),
                    parallel: None,
                },
            },
            paused: false,
            spent: Some(
                Nanos(
                    0,
                ),
            ),
            resets_at: Some(
                2026-12-01T00:00:00Z,
            ),
        }
    "#]],
    );
}

#[test]
fn keys_as_recorded() {
    let now = "2026-11-21T00:17:00Z".parse().ok();
    let list: wire::KeyList = recorded("key_list_full").json().unwrap();
    let statuses: Vec<_> =
        list.keys.into_iter().map(|k| (k.key_alias.clone(), map::key("00", k, now).status)).collect();
    check(
        statuses,
        &expect![[r#"
        [
            (
                Some(
                    "harborlight-expired",
                ),
                Expired,
            ),
            (
                Some(
                    "harborlight-llm",
                ),
                Active,
            ),
        ]
    "#]],
    );
    for (name, status) in [
        ("key_info_by_hash", domain::KeyStatus::Active),
        ("key_info_blocked", domain::KeyStatus::Paused),
        ("key_info_deleted", domain::KeyStatus::Revoked),
        ("key_info_over_budget", domain::KeyStatus::Active),
    ] {
        let info: wire::KeyInfo = recorded(name).json().unwrap();
        assert_eq!(map::key("00", info.info, now).status, status, "{name}");
    }
}

#[test]
fn a_key_over_budget_as_recorded() {
    let info: wire::KeyInfo = recorded("key_info_over_budget").json().unwrap();
    check(
        map::key(&"0a".repeat(32), info.info, None),
        &expect![[r#"
        Key {
            external_id: ExternalId(
                "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
            ),
            account: Some(
                ExternalId(
                    "client-harborlight",
                ),
            ),
            mark: None,
            label: KeyLabel(
                "sk-...0001",
            ),
            fingerprint: Some(
                KeyFingerprint(
                    "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
                ),
            ),
            spec: KeySpec {
                name: Name(
                    "harborlight-tiny",
                ),
                environment: Other,
                scope: Full,
                models: All,
                budget: Limited(
                    Budget {
                        amount: Nanos(
                            500000000,
                        ),
                        currency: USD,
                        period: Daily,
                        warn_at: [
                            50,
                            75,
                            90,
                        ],
                    },
                ),
                rate_limit: RateLimit {
                    requests_per_minute: None,
                    tokens_per_minute: None,
                    parallel: None,
                },
                expires_at: None,
            },
            status: Active,
            spent: Some(
                Nanos(
                    0,
                ),
            ),
            resets_at: Some(
                2026-11-22T00:00:00Z,
            ),
            created_at: Some(
                2026-11-21T00:17:14.939Z,
            ),
        }
    "#]],
    );
}

#[test]
fn models_as_recorded() {
    let groups: wire::ModelGroups = recorded("model_group_info").json().unwrap();
    let deployments: wire::Deployments = recorded("model_info").json().unwrap();
    let offers = map::offers(groups, &deployments);
    let lines: Vec<String> = offers
        .iter()
        .map(|o| {
            format!(
                "{} ← {:?} {:?}/{:?}",
                o.name,
                o.upstream.as_ref().map(ToString::to_string),
                o.input_cost,
                o.output_cost
            )
        })
        .collect();
    check(
        lines,
        &expect![[r#"
        [
            "atlas-default ← Some(\"openai/gpt-4o-mini\") Some(Nanos(2000000000))/Some(Nanos(8000000000))",
            "atlas-chat ← Some(\"openai/gpt-4o-mini\") Some(Nanos(2000000000))/Some(Nanos(8000000000))",
            "atlas-large ← Some(\"openai/gpt-4o\") Some(Nanos(10000000000000))/Some(Nanos(50000000000000))",
            "atlas-embed ← Some(\"openai/text-embedding-3-small\") Some(Nanos(20000000))/Some(Nanos(0))",
            "atlas-flaky ← Some(\"openai/gpt-4o-mini\") Some(Nanos(2000000000))/Some(Nanos(8000000000))",
        ]
    "#]],
    );
}

#[test]
fn pitfall_9_tracebacks_and_addresses_are_not_even_read() {
    for name in ["spend_logs_v2_failures", "spend_logs_v2", "spend_logs_v2_margin"] {
        let rows: wire::Rows = recorded(name).json().unwrap();
        assert!(!rows.data.is_empty(), "{name}");
        let text = format!("{rows:?}");
        for private in ["traceback", "site-packages", "127.0.0.1", "blocked", "User-Agent"] {
            assert!(!text.contains(private), "{name}: {private}");
        }
    }
}

#[test]
fn the_daily_cube_as_recorded_adds_up() {
    let activity: wire::Activity = recorded("team_daily_activity_all").json().unwrap();
    let totals: Vec<_> = activity
        .results
        .iter()
        .map(|day| {
            let keys = day.breakdown.api_keys.values().map(|bucket| bucket.metrics.spend.0.0).sum::<i64>();
            let groups = day.breakdown.model_groups.values().flat_map(|group| group.api_key_breakdown.values());
            (day.date.clone(), keys, groups.map(|bucket| bucket.metrics.spend.0.0).sum::<i64>())
        })
        .collect();
    assert_eq!(totals, [("2026-11-21".to_owned(), 3_516_402_000, 3_516_402_000)], "$3.516402 either way");
}

proptest! {
    #[test]
    fn error_bodies_never_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let error = super::error::error(&reply(status, &body));
        prop_assert!(!error.message.is_empty());
    }

    #[test]
    fn json_shaped_error_bodies_never_panic(status in 300_u16..600, message in "\\PC{0,60}", shape in 0_usize..6) {
        let text = serde_json::to_string(&message).unwrap();
        let body = match shape {
            0 => format!(r#"{{"error": {{"message": {text}, "type": {text}}}}}"#),
            1 => format!(r#"{{"error": {text}}}"#),
            2 => format!(r#"{{"detail": {text}}}"#),
            3 => format!(r#"{{"detail": {{"error": {text}}}}}"#),
            4 => format!(r#"{{"detail": [{{"loc": [{text}, 1], "msg": {text}}}]}}"#),
            _ => format!(r#"{{"error": {{"message": "{{'error': {0}}}"}}}}"#, message.replace(['"', '\\'], "")),
        };
        let error = super::error::error(&reply(status, body.as_bytes()));
        prop_assert!(error.message.chars().count() < 1000, "{}", error.message);
    }

    #[test]
    fn wire_structs_never_panic(body in "[\\[\\]{}\":,a-z0-9_.e+-]{0,200}") {
        let reply = reply(200, body.as_bytes());
        let _read = (reply.json::<wire::TeamList>(), reply.json::<wire::KeyList>(), reply.json::<wire::Rows>());
        let _read = (reply.json::<wire::Activity>(), reply.json::<wire::Deployments>(), reply.json::<wire::CostConfig>());
    }
}
