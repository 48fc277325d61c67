//! The Bifrost adapter through its front door: real HTTP on loopback against a fake that answers with recorded replies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

#[path = "bifrost/fake.rs"]
mod fake;
#[path = "bifrost/fake_keys.rs"]
mod fake_keys;
#[path = "bifrost/fake_logs.rs"]
mod fake_logs;
#[path = "bifrost/faults.rs"]
mod faults;
#[path = "bifrost/pitfalls.rs"]
mod pitfalls;
#[path = "bifrost/routes.rs"]
mod routes;

use std::collections::BTreeMap;

use domain::{ExternalId, Grain, Meter, ModelName, Secret, UsageRecord, Zone};
use fake::{ADMIN, Fake, RELEASES};
use gateway::contract::{self, World};
use gateway::{Cursor, FindingLevel, Gateway, UsageAsk};
use serde_json::{Value, json};

fn days() -> domain::Period {
    Zone::utc().days("2026-11-18".parse().unwrap(), "2026-11-20".parse().unwrap())
}

/// Three days of two customers, one of them with a team: ties of ten rows in each millisecond, more rows in one
/// millisecond than fit on a page, failures, and requests of nobody.
fn history(release: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut add = |at: &str, who: (&str, &str)| rows.push(fake_logs::row(release, rows.len(), at, who, "gpt-4o-mini"));
    for hour in 0..24 {
        add(&format!("2026-11-18T{hour:02}:30:00.661051823Z"), ("cust-a", "vk-a"));
        add(&format!("2026-11-20T{hour:02}:45:00Z"), ("cust-b", "vk-team"));
    }
    for millis in 0..200 {
        add(&format!("2026-11-19T12:00:00.{:03}5Z", millis / 10), ("cust-a", "vk-a"));
    }
    for _ in 0..1050 {
        add("2026-11-19T18:00:00.000Z", ("cust-b", "vk-b"));
    }
    add("2026-11-20T23:59:59.999999999Z", ("", ""));
    add("2026-11-18T00:00:00Z", ("cust-a", "vk-a"));
    let last = rows.len();
    rows.push(fake_logs::failed(fake_logs::row(release, last, "2026-11-20T10:00:00Z", ("cust-a", "vk-a"), "gpt-4o")));
    let mut processing = fake_logs::row(release, last + 1, "2026-11-20T11:00:00Z", ("cust-a", "vk-a"), "gpt-4o");
    processing["status"] = json!("processing");
    rows.push(processing);
    let mut listing = fake_logs::row(release, last + 2, "2026-11-20T11:30:00Z", ("cust-a", "vk-a"), "");
    listing["object"] = json!("list_models");
    rows.push(listing);
    rows
}

/// Requests of the history that were served.
const SERVED: u64 = 24 * 2 + 200 + 1050 + 2;

/// Customers, a team and keys behind the history.
fn populate(fake: &Fake) {
    fake.change(|memory| {
        memory.rows = history(memory.release);
        let mut customer = memory.recorded("customer_create_plain").1["customer"].clone();
        for id in ["cust-a", "cust-b"] {
            customer["id"] = json!(id);
            memory.customers.push(customer.clone());
        }
        memory.teams.push(json!({ "id": "team-b", "customer_id": "cust-b" }));
        for (id, customer, team) in [("vk-a", "cust-a", ""), ("vk-b", "cust-b", ""), ("vk-team", "", "team-b")] {
            let mut key = memory.recorded("vk_create_no_provider_configs").1["virtual_key"].clone();
            let name = |name: &str| if name.is_empty() { Value::Null } else { json!(name) };
            (key["id"], key["name"], key["customer_id"]) = (json!(id), json!(id), name(customer));
            (key["team_id"], key["value"]) = (name(team), json!(format!("sk-bf-of-{id}-00000000")));
            key["team"] = memory.teams.iter().find(|known| known["id"] == *team).cloned().unwrap_or_default();
            memory.keys.push(key);
        }
    });
}

fn world() -> World {
    World {
        now: fake::now(),
        seed: 0x5eed_0003,
        models: vec![ModelName::new("openai/gpt-4o"), ModelName::new("openai/gpt-4o-mini")],
        usage: days(),
        usage_expected: true,
        credential: Some(Secret::new(ADMIN)),
    }
}

/// Usage by request, each statement once.
async fn fetch(gateway: &dyn Gateway, account: Option<&str>) -> BTreeMap<String, UsageRecord> {
    let ask = UsageAsk { window: days(), grain: Grain::Request, account: account.map(ExternalId::new) };
    let (mut at, mut records) = (Cursor::start(), BTreeMap::new());
    loop {
        let page = gateway.usage(&ask, &at).await.unwrap();
        records.extend(page.items.into_iter().map(|record| (format!("{:?}", record.origin), record)));
        match page.next {
            Some(next) => at = next,
            None => return records,
        }
    }
}

async fn keeps_the_contract(fake: Fake) {
    let report = contract::run(&*fake.connect(Some(ADMIN)), &world()).await;
    assert!(report.is_kept(), "{report}");
    assert_eq!(report.skipped, ["both grains count the same cost"], "it tells no totals by day");
}

async fn populated(release: &'static str) -> Fake {
    let fake = Fake::start(release).await;
    populate(&fake);
    fake
}

async fn with_history_only(release: &'static str, newer: bool) -> Fake {
    let fake = Fake::start(release).await;
    fake.change(|memory| {
        memory.newer = newer;
        memory.rows = history(memory.release);
    });
    if newer {
        fake.fault("GET /api/version", fake::Fault::Answer(200, vec![], "\"v2.1.1\"".to_owned()));
    }
    fake
}

#[tokio::test]
async fn release_1_4_keeps_the_contract() {
    keeps_the_contract(populated("1.4.19").await).await;
}

#[tokio::test]
async fn release_1_5_2_keeps_the_contract() {
    keeps_the_contract(populated("1.5.2").await).await;
}

#[tokio::test]
async fn release_1_5_11_keeps_the_contract() {
    keeps_the_contract(populated("1.5.11").await).await;
}

#[tokio::test]
async fn an_empty_gateway_of_1_4_keeps_the_contract() {
    keeps_the_contract(with_history_only("1.4.19", false).await).await;
}

#[tokio::test]
async fn a_gateway_newer_than_what_was_recorded_keeps_the_contract() {
    keeps_the_contract(with_history_only("1.5.11", true).await).await;
}

#[tokio::test]
async fn rows_come_whole_while_traffic_goes_on_and_ties_shuffle() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        populate(&fake);
        let arriving =
            |serial: usize| fake_logs::row(release, 9000 + serial, "2026-11-21T08:00:00Z", ("cust-a", "vk-a"), "m");
        fake.change(|memory| memory.arriving = (0..50).map(arriving).collect());
        let gateway = fake.connect(Some(ADMIN));
        let all = fetch(&*gateway, None).await;
        let served = |records: &BTreeMap<String, UsageRecord>| -> u64 {
            records.values().map(|record| record.quantities.get(Meter::Requests)).sum()
        };
        assert_eq!(served(&all), SERVED, "{release}");
        assert_eq!(all.len() as u64, SERVED + 1, "{release}: the failure is told, what is underway is not");
        let parts = [(Some("cust-a"), 24 + 200 + 1), (Some("cust-b"), 24 + 1050)];
        for (account, expected) in parts {
            assert_eq!(served(&fetch(&*gateway, account).await), expected, "{release}: {account:?}");
        }
        let failed: Vec<_> = all.values().filter(|record| record.failed_requests == 1).collect();
        assert!(failed.len() == 1 && failed[0].cost.0 == 0 && failed[0].quantities.tokens() == 0, "{failed:?}");
        assert!(all.values().all(|record| record.model.as_str().starts_with("openai/gpt-4o")), "as clients call them");
        let nobody: Vec<_> = all.values().filter(|record| record.account.is_none()).collect();
        assert_eq!(nobody.len(), 1, "{release}: {nobody:?}");
    }
}

#[tokio::test]
async fn what_an_operator_should_know_is_found() {
    let fake = Fake::start("1.5.11").await;
    fake.change(|memory| {
        memory.sign_in = false;
        memory.config = json!({ "enforce_auth_on_inference": false, "enable_logging": false });
        let at = fake::now().plus_millis(-3_600_000).to_string();
        for (serial, object) in [(1, "chat_completion"), (2, "list_models")] {
            let mut row = fake_logs::row("1.5.11", serial, &at, ("", ""), if serial == 1 { "gpt-9" } else { "" });
            (row["cost"], row["object"]) = (Value::Null, json!(object));
            memory.rows.push(row);
        }
    });
    let probe = fake.connect(None).probe(fake::now()).await.unwrap();
    let found: Vec<_> = probe.findings.iter().map(|finding| (finding.level, finding.code)).collect();
    let (danger, warning) = (FindingLevel::Danger, FindingLevel::Warning);
    let expected =
        [(danger, "admin_open"), (danger, "keys_optional"), (danger, "logging_off"), (warning, "prices_missing")];
    assert_eq!(found, expected);
    assert!(probe.findings[3].message.contains("openai/gpt-9"), "{}", probe.findings[3].message);

    fake.change(|memory| memory.config = json!({ "is_logs_connected": false }));
    let probe = fake.connect(None).probe(fake::now()).await.unwrap();
    assert!(!probe.capability.usage_requests && probe.findings.iter().any(|finding| finding.code == "logging_off"));

    let older = Fake::start("1.5.2").await;
    populate(&older);
    let probe = older.connect(Some(ADMIN)).probe(fake::now()).await.unwrap();
    let found: Vec<_> = probe.findings.iter().map(|finding| (finding.level, finding.code)).collect();
    assert_eq!(found, [(FindingLevel::Note, "budgets_roll")], "customers of 1.5.2 have no calendar");
    assert!(probe.findings[0].message.contains("of customers run"), "{}", probe.findings[0].message);
}

#[tokio::test]
async fn it_is_recognised_without_a_credential() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        let found = gateway::detect(&format!("http://{}/v1/chat/completions", fake.address)).await.unwrap();
        let version = (release != "1.4.19").then(|| release.to_owned());
        let recognised = gateway::Recognised { version };
        assert_eq!(found.products, [("bifrost", recognised)], "1.4 tells its release to nobody: {release}");
    }
}
