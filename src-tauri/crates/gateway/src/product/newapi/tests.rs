//! Recorded replies, parsed. The adapter as a whole is tested from outside, in `tests/newapi.rs`.

use domain::{ExternalId, KeyStatus, Limit, Timestamp};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::config::Rate;
use super::map::Reading;
use super::{error, map, wire};
use crate::ErrorKind;
use crate::http::Reply;

const RELEASES: [&str; 3] = ["1.0.0-rc.22", "1.0.0-rc.21", "0.12.15"];

fn recorded(release: &str, name: &str) -> Reply {
    let path = format!("{}/fixtures/newapi/{release}/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let pair: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let status = u16::try_from(pair["response"]["status"].as_u64().unwrap()).unwrap();
    let body = &pair["response"]["body"];
    let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    reply(status, body.as_bytes())
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

fn data<T: serde::de::DeserializeOwned>(release: &str, name: &str) -> T {
    let envelope = error::envelope(&recorded(release, name)).unwrap();
    serde_json::from_str(envelope.data.unwrap().get()).unwrap()
}

fn reading(now: Timestamp) -> Reading {
    Reading { rate: Rate::default(), tagged: false, now }
}

fn check(found: impl std::fmt::Debug, expected: &Expect) {
    expected.assert_eq(&format!("{found:#?}\n"));
}

#[test]
fn a_user_as_recorded() {
    let user: wire::User = data("1.0.0-rc.22", "user_get");
    check(
        map::account(&user, Rate::default()),
        &expect![[r#"
        Account {
            external_id: ExternalId(
                "2",
            ),
            mark: None,
            spec: AccountSpec {
                name: Name(
                    "Acme GmbH",
                ),
                models: All,
                budget: Limited(
                    Budget {
                        amount: Nanos(
                            0,
                        ),
                        currency: USD,
                        period: Total,
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
            },
            paused: false,
            spent: Some(
                Nanos(
                    0,
                ),
            ),
            resets_at: None,
        }
    "#]],
    );
}

#[test]
fn a_token_as_recorded() {
    let token: wire::Token = data("1.0.0-rc.22", "token_get");
    check(
        map::key(&token, reading("2026-11-21T10:00:00Z".parse().unwrap())),
        &expect![[r#"
        Key {
            external_id: ExternalId(
                "2/1",
            ),
            account: Some(
                ExternalId(
                    "2",
                ),
            ),
            mark: None,
            label: KeyLabel(
                "sk-W5Mc…3BMg",
            ),
            fingerprint: None,
            spec: KeySpec {
                name: Name(
                    "k-unlimited",
                ),
                environment: Other,
                scope: Full,
                models: All,
                budget: Unlimited,
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
            resets_at: None,
            created_at: Some(
                2026-11-21T09:35:14Z,
            ),
        }
    "#]],
    );
}

#[test]
fn states_of_tokens_are_worked_out() {
    let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    let exhausted: wire::Token = data("1.0.0-rc.22", "token_get_after_chat_3");
    let raised: wire::Token = data("1.0.0-rc.22", "token_get_after_raise");
    let expired: wire::Token = data("1.0.0-rc.22", "token_get_expired");
    assert_eq!((exhausted.status, raised.status, expired.status), (4, 4, 3), "as recorded");
    let status = |token: &wire::Token| map::key(token, reading(now)).status;
    assert_eq!(status(&exhausted), KeyStatus::Active, "over budget is not paused");
    assert_eq!(status(&raised), KeyStatus::Paused, "off, and can be resumed");
    assert_eq!(status(&expired), KeyStatus::Expired);
    let longer = wire::Token { expired_time: -1, ..expired.clone() };
    assert_eq!(status(&longer), KeyStatus::Paused, "a key with a later expiry stays off until it is enabled");
    let unseen = wire::Token { status: 1, ..expired };
    assert_eq!(status(&unseen), KeyStatus::Expired, "nobody called since: New API does not know yet");
}

#[test]
fn lists_of_every_release_are_read_and_no_token_of_a_user_is_kept() {
    for release in RELEASES {
        let name = if release == RELEASES[0] { "user_list_sorted" } else { "user_list_default" };
        let users: wire::Listed<wire::User> = data(release, name);
        assert!(!users.items.is_empty() && users.total > 0, "{release}");
        assert!(!format!("{users:?}").contains("throwaway"), "{release}: the access token is not even read");
        let tokens: wire::Listed<wire::Token> = data(release, "token_list");
        let expiring = tokens.items.iter().filter(|token| token.expired_time != map::NEVER).count();
        assert!(tokens.items.len() >= 10 && expiring >= 1, "{release}");
        assert!(
            tokens.items.iter().all(|token| token.key.clear.is_none() && token.key.label.contains('…')),
            "{release}"
        );
        let status: wire::Status = data(release, "status_public");
        assert_eq!(status.quota_per_unit.map(|rate| rate.0.to_string()).as_deref(), Some("500000"), "{release}");
    }
}

#[test]
fn a_key_in_clear_is_masked_and_kept_for_showing() {
    let token: wire::Token =
        serde_json::from_str(r#"{"id": 1, "key": "throwaway00000000000000000000000000000000000abcd"}"#).unwrap();
    assert_eq!(token.key.label, "sk-…abcd");
    assert!(!format!("{token:?}").contains("throwaway"));
    assert_eq!(token.key.clear.unwrap().expose(), "sk-throwaway00000000000000000000000000000000000abcd");
}

#[test]
fn refusals_of_every_generation_have_kinds() {
    let rows = [
        ("1.0.0-rc.22", "err_bad_pat", ErrorKind::Unauthorized),
        ("1.0.0-rc.21", "err_bad_pat", ErrorKind::Rejected),
        ("0.12.15", "err_bad_pat", ErrorKind::Rejected),
        ("1.0.0-rc.21", "self_admin_without_new_api_user", ErrorKind::Unauthorized),
        ("1.0.0-rc.22", "err_role_too_low_user_list", ErrorKind::Forbidden),
        ("1.0.0-rc.21", "err_role_too_low_user_list", ErrorKind::Rejected),
        ("1.0.0-rc.22", "client_self_while_disabled", ErrorKind::Unauthorized),
        ("1.0.0-rc.22", "user_get_missing", ErrorKind::Rejected),
        ("1.0.0-rc.22", "err_unknown_api_route", ErrorKind::Unsupported),
        ("0.12.15", "data_flow", ErrorKind::Unsupported),
        ("1.0.0-rc.22", "err_429_critical", ErrorKind::RateLimited),
        ("1.0.0-rc.21", "err_429_critical", ErrorKind::RateLimited),
    ];
    for (release, name, kind) in rows {
        let error = error::envelope(&recorded(release, name)).err().unwrap();
        assert_eq!(error.kind, kind, "{release} {name}: {error}");
        assert!(error.message.len() > 20, "a sentence: {error}");
    }
}

#[test]
fn models_as_recorded() {
    let pricing: wire::Pricing = recorded("1.0.0-rc.22", "pricing_admin").json().unwrap();
    check(
        map::offers(pricing, Rate::default()),
        &expect![[r#"
        [
            ModelOffer {
                name: ModelName(
                    "gpt-4o",
                ),
                upstream: None,
                input_cost: Some(
                    Nanos(
                        2500000000,
                    ),
                ),
                output_cost: Some(
                    Nanos(
                        10000000000,
                    ),
                ),
            },
            ModelOffer {
                name: ModelName(
                    "gpt-4o-mini",
                ),
                upstream: None,
                input_cost: Some(
                    Nanos(
                        150000000,
                    ),
                ),
                output_cost: Some(
                    Nanos(
                        600000000,
                    ),
                ),
            },
        ]
    "#]],
    );
}

#[test]
fn identifiers_are_numbers_and_nothing_else() {
    assert_eq!(map::key_parts(&map::key_id(7, 12)), Some((7, 12)));
    for foreign in ["", "7", "7/", "/7", "7/x", "sk-abc", "7/8/9", "-1/2"] {
        assert_eq!(map::key_parts(&ExternalId::new(foreign)), None, "{foreign}");
    }
}

proptest! {
    #[test]
    fn error_bodies_never_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let reply = reply(status, &body);
        if let Err(error) = error::envelope(&reply) {
            prop_assert!(!error.message.is_empty());
        }
        prop_assert!(!error::error(&reply).message.is_empty());
    }

    #[test]
    fn json_shaped_bodies_never_panic_and_stay_short(status in 200_u16..600, message in "\\PC{0,900}", shape in 0_usize..5) {
        let text = serde_json::to_string(&message).unwrap();
        let body = match shape {
            0 => format!(r#"{{"success": false, "message": {text}}}"#),
            1 => format!(r#"{{"error": {{"message": {text}}}}}"#),
            2 => format!(r#"{{"error": {text}}}"#),
            3 => format!(r#"{{"success": {text}, "message": 1}}"#),
            _ => format!(r#"{{"success": true, "data": {text}}}"#),
        };
        let reply = reply(status, body.as_bytes());
        let error = error::envelope(&reply).err().unwrap_or_else(|| error::error(&reply));
        prop_assert!(error.message.chars().count() < 900, "{}", error.message);
    }

    #[test]
    fn wire_structs_never_panic(body in "[\\[\\]{}\":,a-z0-9_.e+-]{0,200}") {
        let reply = reply(200, body.as_bytes());
        let _read = (reply.json::<wire::Status>(), reply.json::<wire::Listed<wire::User>>(), reply.json::<wire::Pricing>());
        let _read = (reply.json::<wire::Listed<wire::Row>>(), reply.json::<wire::Other>(), reply.json::<wire::Stat>());
        let _read = reply.json::<wire::Listed<wire::Token>>().is_ok();
    }

    #[test]
    fn any_token_and_user_is_read(status in 0_u32..9, left in any::<i64>(), used in any::<i64>(), at in any::<i64>(), text in "\\PC{0,80}") {
        let body = serde_json::json!({
            "id": 1, "user_id": 2, "name": text, "key": text, "status": status, "remain_quota": left, "used_quota": used,
            "expired_time": at, "created_time": at, "model_limits": text, "model_limits_enabled": true,
        });
        let token: wire::Token = serde_json::from_value(body).unwrap();
        let key = map::key(&token, reading(Timestamp::from_millis(0)));
        prop_assert!(matches!(key.spec.budget, Limit::Limited(_)));
        let _marker = super::own::Marker::read(&token);
        let body = serde_json::json!({ "id": 1, "username": text, "display_name": text, "remark": text, "quota": left, "used_quota": used });
        let user: wire::User = serde_json::from_value(body).unwrap();
        let _account = map::account(&user, Rate::default());
    }
}
