//! Answers in the shapes of the official description, with invented values, parsed. The adapter as a whole is tested
//! from outside, in `tests/openrouter.rs`.

use domain::{Environment, KeyStatus, Limit, Mark, ModelScope, Nanos, Timestamp};
use proptest::prelude::*;

use super::{map, wire};
use crate::http::Reply;

fn told(name: &str) -> Reply {
    let path = format!("{}/fixtures/openrouter/2026-08/{name}.json", env!("CARGO_MANIFEST_DIR"));
    reply(200, &std::fs::read(path).unwrap())
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

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_key_as_told() {
    let found: wire::Data<wire::Key> = told("key_get").json().unwrap();
    let key = map::key(found.data, ModelScope::All, Some(at("2026-11-21T10:00:00Z")), true);
    assert_eq!(key.spec.name.as_str(), "Clinic website");
    assert_eq!((key.spec.environment, key.mark), (Environment::Production, Some(Mark::new([0x12; 16]))));
    assert_eq!((key.label.as_str(), key.status), ("sk-or-v1-0a0...0a0", KeyStatus::Active));
    assert_eq!(key.fingerprint.unwrap().as_str(), key.external_id.as_str());
    assert_eq!(key.spent, Some(Nanos(12_343_010_000)), "of this month, a provider's own key included");
    assert_eq!(key.resets_at, Some(at("2026-12-01T00:00:00Z")));
    let Limit::Limited(budget) = key.spec.budget else { panic!("it has a limit") };
    assert_eq!(budget.amount(), Nanos(25_500_000_000));
    assert_eq!(key.created_at, Some(at("2026-08-24T10:30:00.123Z")));
}

#[test]
fn a_key_is_expired_by_openrouters_clock_and_paused_when_disabled() {
    let rows = [
        (Some("2027-12-31T23:59:59Z"), false, KeyStatus::Expired),
        (Some("2027-12-31T23:59:58Z"), false, KeyStatus::Active),
        (Some("2026-11-21T10:00:00Z"), true, KeyStatus::Paused),
        (None, false, KeyStatus::Active),
    ];
    for (now, disabled, status) in rows {
        let mut found: wire::Data<wire::Key> = told("key_get").json().unwrap();
        found.data.disabled = disabled;
        assert_eq!(map::key(found.data, ModelScope::All, now.map(at), false).status, status, "{now:?}");
    }
}

#[test]
fn a_workspace_as_told() {
    let found: wire::Data<wire::Workspace> = told("workspace_get").json().unwrap();
    let budgets: wire::Data<Vec<wire::WorkspaceBudget>> = told("workspace_budgets").json().unwrap();
    assert!(map::is_marked_paused(&found.data));
    assert_eq!(map::description(&found.data, false).as_deref(), Some("Since 2024"));
    let account = map::account(found.data, &budgets.data, true);
    assert_eq!(account.mark, Some(Mark::new([0x12; 16])), "the slug carries it");
    let Limit::Limited(budget) = account.spec.budget else { panic!("it has budgets") };
    assert_eq!((budget.amount(), budget.period()), (Nanos(49_990_000_000), domain::BudgetPeriod::Weekly));
}

#[test]
fn models_as_told() {
    let found: wire::Data<Vec<wire::Model>> = told("models").json().unwrap();
    let costs: Vec<_> = map::offers(found.data).into_iter().map(|one| (one.input_cost, one.output_cost)).collect();
    let usd = |nanos| Some(Nanos(nanos));
    assert_eq!(costs, [(usd(2_000_000_000), usd(8_000_000_000)), (None, None), (None, None)]);
}

#[test]
fn statistics_as_told() {
    let found: wire::Data<wire::Found> = told("analytics_query").json().unwrap();
    assert_eq!((found.data.data.len(), found.data.metadata.truncated, found.data.warnings.len()), (2, false, 0));
    let none: wire::Data<wire::Found> = told("analytics_query_unresolved").json().unwrap();
    assert_eq!((none.data.data.len(), none.data.warnings.len()), (0, 1), "no rows, and no error either");
}

proptest! {
    #[test]
    fn error_bodies_never_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let error = super::error::error(&reply(status, &body));
        prop_assert!(!error.message.is_empty());
    }

    #[test]
    fn json_shaped_error_bodies_never_panic(status in 300_u16..600, message in "\\PC{0,60}", shape in 0_usize..4) {
        let text = serde_json::to_string(&message).unwrap();
        let body = match shape {
            0 => format!(r#"{{"error": {{"code": {status}, "message": {text}, "metadata": {{"raw": {text}}}}}}}"#),
            1 => format!(r#"{{"error": {text}}}"#),
            2 => r#"{"error": {"message": 5}}"#.to_owned(),
            _ => format!(r#"{{"message": {text}}}"#),
        };
        let error = super::error::error(&reply(status, body.as_bytes()));
        prop_assert!(error.message.chars().count() < 1000, "{}", error.message);
    }

    #[test]
    fn wire_structs_never_panic(body in "[\\[\\]{}\":,a-z0-9_.e+-]{0,200}") {
        let reply = reply(200, body.as_bytes());
        let _read = (reply.json::<wire::Data<Vec<wire::Key>>>(), reply.json::<wire::Data<Vec<wire::Workspace>>>());
        let _read = (reply.json::<wire::Data<wire::Found>>(), reply.json::<wire::Data<Vec<wire::Model>>>());
        let _read = (reply.json::<wire::Data<wire::Credits>>(), reply.json::<wire::Data<wire::Meta>>());
    }

    #[test]
    fn odd_fields_never_panic(name in "\\PC{0,30}", number in any::<f64>(), text in "\\PC{0,12}", flag in 0_usize..4) {
        let odd = ["null", "[]", "{}", "\"x\""][flag];
        let (name, text) = (serde_json::to_string(&name).unwrap(), serde_json::to_string(&text).unwrap());
        let number = if number.is_finite() { number.to_string() } else { "null".to_owned() };
        let body = format!(
            r#"{{"data": [{{"hash": {text}, "name": {name}, "label": {name}, "disabled": true, "workspace_id": {text},
                "limit": {number}, "limit_reset": {odd}, "usage": {number}, "created_at": {odd}, "expires_at": {text}}}]}}"#
        );
        if let Ok(found) = reply(200, body.as_bytes()).json::<wire::Data<Vec<wire::Key>>>() {
            for key in found.data {
                let _key = map::key(key, ModelScope::All, None, true);
            }
        }
    }
}
