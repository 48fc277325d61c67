//! Recorded replies, parsed. The adapter as a whole is tested from outside, in `tests/bifrost.rs`.

use domain::{BudgetPeriod, KeyStatus, Limit, ModelScope, Nanos};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{map, wire};
use crate::http::Reply;

const RELEASES: [&str; 3] = ["1.4.19", "1.5.2", "1.5.11"];

fn recorded(release: &str, name: &str) -> Reply {
    let path = format!("{}/fixtures/bifrost/{release}/{name}.json", env!("CARGO_MANIFEST_DIR"));
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

fn around() -> map::Surroundings {
    map::Surroundings { providers: vec!["openai".to_owned()], empty_refuses: false, now: None }
}

fn check(found: impl std::fmt::Debug, expected: &Expect) {
    expected.assert_eq(&format!("{found:#?}\n"));
}

#[test]
fn customers_as_recorded() {
    let amount = |account: &domain::Account| match &account.spec.budget {
        Limit::Limited(budget) => Some((budget.amount(), budget.period())),
        Limit::Unlimited => None,
    };
    for release in RELEASES {
        let read = |name: &str| {
            let one: wire::OneCustomer = recorded(release, name).json().unwrap();
            map::account(&one.customer, true)
        };
        let found = read("customer_get_after_updates");
        assert_eq!(found.spec.name.as_str(), "Acme GmbH & Co", "{release}");
        assert_eq!(amount(&found), Some((Nanos::units(75), BudgetPeriod::Monthly)), "{release}");
        assert!(found.mark.is_none() && !found.paused, "{release}");
        assert!(found.resets_at.is_some(), "{release}");
        let prepaid = read("customer_create_99Y");
        assert_eq!(amount(&prepaid), Some((Nanos::units(10), BudgetPeriod::Total)), "{release}");
        assert_eq!(prepaid.resets_at, None, "{release}: 99 years are for good");
        let calendar = read("customer_create_calendar_aligned");
        let first = "2026-12-01T00:00:00Z".parse().ok();
        assert_eq!(calendar.resets_at == first, release != "1.5.2", "{release} keeps months, or does not");
    }
}

#[test]
fn a_virtual_key_of_1_5_11_as_recorded() {
    let found: wire::OneVirtualKey = recorded("1.5.11", "vk_get").json().unwrap();
    check(
        map::key(&found.virtual_key, &around()),
        &expect![[r#"
        Key {
            external_id: ExternalId(
                "4c9262a9-b976-4bc4-ad71-a6fd43789a5e",
            ),
            account: Some(
                ExternalId(
                    "a0ee3aa4-8b8f-48ce-93ea-f9b58f77828c",
                ),
            ),
            mark: None,
            label: KeyLabel(
                "sk-…0001",
            ),
            fingerprint: Some(
                KeyFingerprint(
                    "efa286d8c973758ad0dfb1372d9818662790a528a1b22b7c91b9fc4e60d67962",
                ),
            ),
            spec: KeySpec {
                name: Name(
                    "acme-prod",
                ),
                environment: Other,
                scope: Full,
                models: All,
                budget: Limited(
                    Budget {
                        amount: Nanos(
                            25000000000,
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
                        500,
                    ),
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
                2026-12-21T09:42:12.26Z,
            ),
            created_at: Some(
                2026-11-21T09:42:12.259Z,
            ),
        }
    "#]],
    );
}

#[test]
fn virtual_keys_as_recorded() {
    for release in RELEASES {
        let read = |name: &str| {
            let one: wire::OneVirtualKey = recorded(release, name).json().unwrap();
            map::key(&one.virtual_key, &around())
        };
        let full = read("vk_create_full");
        assert_eq!((full.spec.models.clone(), full.status), (ModelScope::All, KeyStatus::Active), "{release}");
        assert_eq!(full.spec.rate_limit.requests_per_minute, Some(500), "{release}");
        assert!(matches!(&full.spec.budget, Limit::Limited(b) if b.amount() == Nanos::units(25)), "{release}");
        assert_eq!(full.fingerprint.map(|sha| sha.as_str().len()), Some(64), "{release}");
        let mini = read("vk_create_mini_only").spec.models;
        assert_eq!(mini, ModelScope::Only(vec![domain::ModelName::new("openai/gpt-4o-mini")]), "{release}");
        let team = read("vk_create_team");
        assert!(team.account.is_some(), "{release}: a team's customer pays");
        let nothing = read("vk_create_no_provider_configs").spec.models;
        let expected = if release == "1.4.19" { ModelScope::All } else { ModelScope::Only(vec![]) };
        assert_eq!(nothing, expected, "{release}");
        assert!(read("vk_get_usage_from_memory").spent.is_some(), "{release}");
    }
}

#[test]
fn secrets_prompts_and_error_texts_are_not_even_read() {
    for release in RELEASES {
        let rows: wire::Logs = recorded(release, "logs_list").json().unwrap();
        assert!(rows.logs.len() >= 9, "{release}");
        let text = format!("{rows:?}");
        for private in ["one two three", "budget", "upstream", "error_details", "not allowed"] {
            assert!(!text.contains(private), "{release}: {private}");
        }
        for name in ["vk_get", "vk_create_full", "customer_get_after_updates"] {
            let reply = recorded(release, name);
            let clear = String::from_utf8_lossy(&reply.body).contains("sk-bf-0000");
            let read = format!("{:?} {:?}", reply.json::<wire::OneVirtualKey>(), reply.json::<wire::OneCustomer>());
            assert!(!read.contains("sk-bf-0000"), "{release} {name} (holds one: {clear})");
        }
    }
}

#[test]
fn a_value_is_a_secret_only_in_clear() {
    let rows = [
        (r#""sk-bf-00000000-0000-4000""#, true),
        (r#"{"value": "sk-bf-00000000-0000-4000", "env_var": ""}"#, true),
        (r#""sk-bf-****-****-****-0000""#, false),
        (r#""<redacted by the server>""#, false),
        (r#""""#, false),
        ("null", false),
        ("[1]", false),
    ];
    for (text, clear) in rows {
        let value: wire::Value = serde_json::from_str(text).unwrap();
        assert_eq!(value.0.is_some(), clear, "{text}");
    }
}

proptest! {
    #[test]
    fn error_bodies_never_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let error = super::error::error(&reply(status, &body), true);
        prop_assert!(!error.message.is_empty());
    }

    #[test]
    fn json_shaped_error_bodies_never_panic(status in 300_u16..600, message in "\\PC{0,600}", shape in 0_usize..3) {
        let text = serde_json::to_string(&message).unwrap();
        let body = match shape {
            0 => format!(r#"{{"is_bifrost_error": false, "error": {{"message": {text}}}}}"#),
            1 => format!(r#"{{"error": {text}}}"#),
            _ => text,
        };
        let error = super::error::error(&reply(status, body.as_bytes()), false);
        prop_assert!(error.message.chars().count() < 1000, "{}", error.message);
    }

    #[test]
    fn wire_structs_never_panic(body in "[\\[\\]{}\":,a-z0-9_.e+-]{0,200}") {
        let reply = reply(200, body.as_bytes());
        let _read = (reply.json::<wire::Customers>(), reply.json::<wire::VirtualKeys>(), reply.json::<wire::Logs>());
        let _read = (reply.json::<wire::Config>(), reply.json::<wire::Models>(), reply.json::<wire::SignIn>());
    }

    #[test]
    fn a_field_of_any_shape_never_panics(field in 0_usize..12, value in "(null|true|-1|1e99|\"x\"|\\[\\]|\\{\\}|\\[\\{\\}\\]|\"2026\"|99999999999999999999)") {
        let names = [
            "name", "description", "value", "is_active", "provider_configs", "team_id", "customer_id", "team",
            "rate_limit", "budget", "budgets", "expires_at",
        ];
        let text = format!(r#"{{"id": "k", "{}": {value}}}"#, names[field]);
        if let Ok(key) = serde_json::from_str::<wire::VirtualKey>(&text) {
            let _read = map::key(&key, &around());
        }
        if let Ok(customer) = serde_json::from_str::<wire::Customer>(&text) {
            let _read = map::account(&customer, false);
        }
    }
}
