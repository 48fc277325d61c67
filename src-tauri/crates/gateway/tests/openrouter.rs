//! The OpenRouter adapter through its front door: real HTTP on loopback against a fake that answers in the shapes of the
//! official description.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

#[path = "openrouter/fake.rs"]
mod fake;
#[path = "openrouter/fake_key.rs"]
mod fake_key;
#[path = "openrouter/fake_usage.rs"]
mod fake_usage;
#[path = "openrouter/fake_workspace.rs"]
mod fake_workspace;
#[path = "openrouter/faults.rs"]
mod faults;
#[path = "openrouter/read.rs"]
mod read;
#[path = "openrouter/write.rs"]
mod write;

use std::time::Duration;

use domain::{ModelName, Secret, Zone};
use fake::{ADMIN, Fake, Memory};
use fake_usage::Row;
use gateway::contract::{self, World};

/// Three days that lie behind.
fn days() -> domain::Period {
    Zone::utc().days("2026-11-18".parse().unwrap(), "2026-11-20".parse().unwrap())
}

/// Three days of: two clients with three keys, a key that is gone, a workspace that is gone, and two variants of a model.
fn history(memory: &mut Memory) {
    let (one, two) = (memory.workspace("Harborlight Dental", "harborlight"), memory.workspace("Nordwind", "nordwind"));
    let keys =
        [memory.key(&one, "prod"), memory.key(&one, "staging"), memory.key(&two, "prod"), memory.key(&two, "idle")];
    let mut add = |day, workspace: &str, key: &str, (model, variant): (&'static str, &'static str), requests: u64| {
        let cost = f64::from(u32::try_from(requests).unwrap()) * 0.001_234_567;
        let (workspace, key) = (workspace.to_owned(), key.to_owned());
        memory.saved.rows.push(Row { day, workspace, key, model, variant, requests, prompt: requests * 100, cost });
    };
    let (large, free) = (("openai/gpt-4.1-2025-04-14", "standard"), ("deepseek/deepseek-r1-20250120", "free"));
    for (place, day) in (1_u64..).zip(["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]) {
        add(day, &one, &keys[0], large, 10 * place);
        add(day, &one, &keys[1], free, 3);
        add(day, &two, &keys[2], large, 7);
        add(day, &two, &keys[2], ("acme/gone-model", "standard"), 2);
        add(day, &two, &"ab".repeat(32), large, 5);
    }
    add("2026-11-19", "ffffffff-ffff-4fff-bfff-ffffffffffff", &"cd".repeat(32), large, 11);
    for (at, hash) in keys.iter().enumerate() {
        let key = memory.saved.keys.iter_mut().find(|key| key["hash"] == hash.as_str()).unwrap();
        key["usage"] = serde_json::json!(4 - at);
    }
}

fn world() -> World {
    World {
        now: fake::now(),
        seed: 0x5eed_0002,
        models: vec![ModelName::new("openai/gpt-4.1"), ModelName::new("deepseek/deepseek-r1:free")],
        usage: days(),
        usage_expected: true,
        credential: Some(Secret::new(ADMIN)),
    }
}

#[tokio::test]
async fn the_adapter_keeps_the_contract() {
    let fake = Fake::start().await;
    fake.change(history);
    let report = contract::run(&*fake.connect(ADMIN), &world()).await;
    assert!(report.is_kept(), "{report}");
    assert!(report.kept.contains(&"one account's usage is its part of the whole"), "{report}");
    let left = fake.change(|memory| (memory.saved.guardrails.len(), memory.saved.assigned.len()));
    assert_eq!(left, (0, 0), "guardrails go with their keys");
}

#[tokio::test]
async fn an_organisation_without_plans_keeps_the_contract() {
    let fake = Fake::start().await;
    fake.change(|memory| {
        history(memory);
        memory.budgets_read = false;
        memory.variants = false;
        memory.day_name = "created_at__day";
        memory.end_included = true;
        memory.key_page = 2;
        memory.hash_is_digest = false;
    });
    let report = contract::run(&*fake.connect(ADMIN), &world()).await;
    assert!(report.is_kept(), "{report}");
}

/// Serves the fake on `PURSER_OPENROUTER_FAKE` (a port) for as long as somebody wants to look at it; without that
/// variable there is nothing to do.
#[tokio::test]
async fn the_fake_is_served_by_hand() {
    let Ok(port) = std::env::var("PURSER_OPENROUTER_FAKE") else { return };
    let fake = Fake::on(port.parse().unwrap()).await;
    fake.change(history);
    eprintln!("the fake listens on {}; the management key is {ADMIN}", fake.address);
    tokio::time::sleep(Duration::from_secs(3600)).await;
}

/// The contract through a proxy that holds requests and replies against the official description, when
/// `PURSER_OPENROUTER_PROXY` names one that leads to a fake served by the test above.
#[tokio::test]
async fn the_contract_is_kept_through_a_validating_proxy() {
    let Ok(proxy) = std::env::var("PURSER_OPENROUTER_PROXY") else { return };
    let mut world = world();
    world.seed = u64::try_from(world.now.as_millis()).unwrap();
    let report = contract::run(&*fake::connect(&proxy, ADMIN), &world).await;
    eprintln!("{report}");
    assert!(report.is_kept(), "{report}");
}
