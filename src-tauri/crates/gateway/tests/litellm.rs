//! The LiteLLM adapter through its front door: real HTTP on loopback against a fake that answers with recorded replies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

#[path = "litellm/fake.rs"]
mod fake;
#[path = "litellm/fake_usage.rs"]
mod fake_usage;
#[path = "litellm/faults.rs"]
mod faults;
#[path = "litellm/routes.rs"]
mod routes;

use domain::{ExternalId, Grain, Meter, ModelName, Secret, Timestamp, UsageRecord, Zone};
use fake::{ADMIN, Fake, VIEWER};
use gateway::contract::{self, World};
use gateway::{Cursor, FindingLevel, Gateway, Rights, UsageAsk};
use serde_json::{Value, json};

fn days() -> domain::Period {
    Zone::utc().days("2026-11-18".parse().unwrap(), "2026-11-20".parse().unwrap())
}

/// Three days: two teams, a key that moved between them, requests of nobody, failures, and 150 requests in one second.
fn history() -> Vec<Value> {
    let (chat, large) = (("openai/gpt-4o-mini", "atlas-chat"), ("openai/gpt-4o", "atlas-large"));
    let mut rows = Vec::new();
    let mut add = |at: &str, who: (&str, &str), model: (&str, &str)| {
        rows.push(fake_usage::row(rows.len(), at, who, model));
    };
    for hour in 0..20 {
        add(&format!("2026-11-18T{hour:02}:30:00.250Z"), ("team-a", "key-1"), chat);
        add(&format!("2026-11-18T{hour:02}:45:00Z"), ("team-b", "key-2"), large);
        add(
            &format!("2026-11-19T{hour:02}:00:00+00:00"),
            (if hour < 9 { "team-a" } else { "team-b" }, "key-moved"),
            chat,
        );
    }
    for millis in 0..150 {
        add(&format!("2026-11-19T12:00:00.{:03}Z", millis / 10), ("team-a", "key-1"), chat);
    }
    add("2026-11-20T23:59:59.999Z", ("", "litellm_proxy_master_key"), chat);
    add("2026-11-20T00:00:00.000Z", ("team-a", "key-1"), ("", ""));
    add("2026-11-19T12:00:00.007Z", ("", ""), chat);
    for (at, failed) in [("2026-11-20T10:00:00Z", "team-a"), ("2026-11-20T11:00:00Z", "")] {
        add(at, (failed, "key-1"), chat);
    }
    for failed in rows.iter_mut().rev().take(2) {
        failed["status"] = json!("failure");
        failed["spend"] = json!(0);
    }
    rows
}

fn world() -> World {
    World {
        now: fake::now(),
        seed: 0x5eed_0001,
        models: vec![ModelName::new("atlas-chat"), ModelName::new("atlas-large")],
        usage: days(),
        usage_expected: true,
        credential: Some(Secret::new(ADMIN)),
    }
}

async fn fetch(gateway: &dyn Gateway, grain: Grain, account: Option<&str>) -> Vec<UsageRecord> {
    let ask = UsageAsk { window: days(), grain, account: account.map(ExternalId::new) };
    let (mut at, mut records) = (Cursor::start(), Vec::new());
    loop {
        let page = gateway.usage(&ask, &at).await.unwrap();
        records.extend(page.items);
        match page.next {
            Some(next) => at = next,
            None => return records,
        }
    }
}

#[tokio::test]
async fn the_adapter_keeps_the_contract() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.rows = history());
    let report = contract::run(&*fake.connect(ADMIN), &world()).await;
    assert!(report.is_kept(), "{report}");
    assert!(report.skipped.is_empty(), "LiteLLM without a licence does all of it: {report}");
}

#[tokio::test]
async fn pitfalls_1_2_an_older_release_with_small_pages_keeps_it_too() {
    let fake = Fake::start().await;
    fake.change(|memory| {
        memory.rows = history();
        memory.rows_max = 100;
        memory.missing.extend(["GET /model_group/info", "GET /config/cost_margin_config"]);
    });
    let report = contract::run(&*fake.connect(ADMIN), &world()).await;
    assert!(report.is_kept(), "{report}");
}

#[tokio::test]
async fn pitfall_12_a_key_that_moved_is_attributed_exactly() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.rows = history());
    let gateway = fake.connect(ADMIN);
    for grain in [Grain::Day, Grain::Request] {
        let all = fetch(&*gateway, grain, None).await;
        for (account, requests) in [(Some("team-a"), 9), (Some("team-b"), 11)] {
            let moved = all.iter().filter(|record| {
                record.account.as_ref().map(ExternalId::as_str) == account
                    && record.key.as_ref().is_some_and(|key| key.as_str() == "key-moved")
            });
            let served: u64 = moved.map(|record| record.quantities.get(Meter::Requests)).sum();
            assert_eq!(served, requests, "{account:?} by {grain:?}");
        }
    }
    let asked = fake.calls("GET /team/daily/activity");
    assert!(asked < 60, "one question per day and team of a moved key, not one per team: {asked}");
}

#[tokio::test]
async fn pitfall_9_failures_are_counted_and_cost_nothing() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.rows = history());
    let gateway = fake.connect(ADMIN);
    let rows = fetch(&*gateway, Grain::Request, None).await;
    let failed: Vec<_> = rows.iter().filter(|record| record.failed_requests == 1).collect();
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().all(|record| record.cost.0 == 0 && record.quantities.tokens() == 0), "{failed:?}");
    let days = fetch(&*gateway, Grain::Day, None).await;
    assert_eq!(days.iter().map(|record| record.failed_requests).sum::<u64>(), 2, "by day too");
    let nobody = days.iter().filter(|record| record.account.is_none());
    assert_eq!(nobody.map(|record| record.quantities.get(Meter::Requests)).sum::<u64>(), 2, "master key and no key");
}

#[tokio::test]
async fn a_viewer_syncs_and_cannot_write() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.rows = history());
    let gateway = fake.connect(VIEWER);
    let probe = gateway.probe(fake::now()).await.unwrap();
    assert_eq!(probe.rights, Rights::ReadOnly);
    assert!(!probe.capability.key_write && !probe.capability.account_pause, "writes are off");
    let report = contract::run(&*gateway, &world()).await;
    assert!(report.is_kept(), "{report}");
}

#[tokio::test]
async fn a_margin_on_the_gateway_is_a_danger_and_a_discount_a_warning() {
    let fake = Fake::start().await;
    fake.change(|memory| {
        memory.margin = fake::recorded("cost_margin_patch").1["values"].clone();
        memory.discount = fake::recorded("cost_discount_patch").1["values"].clone();
    });
    let findings = fake.connect(ADMIN).probe(fake::now()).await.unwrap().findings;
    let level = |code| findings.iter().find(|finding| finding.code == code).map(|finding| finding.level);
    assert_eq!(level("cost_margin"), Some(FindingLevel::Danger));
    assert_eq!(level("cost_discount"), Some(FindingLevel::Warning));
    assert_eq!(level("models_share_upstream"), Some(FindingLevel::Warning), "the recorded models share one upstream");
    let text = format!("{findings:?}");
    assert!(text.contains("global: 0.25") && text.contains("openai: 0.5"), "{text}");
}

#[tokio::test]
async fn pitfall_14_rows_that_are_switched_off_are_told() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.rows = history());
    let at: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    fake.fault("GET /spend/logs/v2", fake::Fault::Answer(200, vec![], r#"{"data": [], "total": 0}"#.to_owned()));
    let reply = |date: &str| vec![("date", date.to_owned())];
    let ready = fake::recorded("health_readiness").1.to_string();
    fake.fault("GET /health/readiness", fake::Fault::Answer(200, reply("Fri, 20 Nov 2026 12:00:00 GMT"), ready));
    let probe = fake.connect(ADMIN).probe(at).await.unwrap();
    assert!(probe.findings.iter().any(|finding| finding.code == "rows_missing"), "{:?}", probe.findings);
    assert!(probe.capability.usage_days && !probe.capability.usage_requests, "days survive, rows do not");
}
