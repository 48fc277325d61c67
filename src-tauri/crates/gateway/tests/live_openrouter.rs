//! The contract against OpenRouter itself, when `PURSER_LIVE_OPENROUTER_URL` and `PURSER_LIVE_OPENROUTER_KEY` name an
//! organisation that may be written to. Without them there is nothing to test, and the test says so. It spends nothing,
//! and leaves one empty workspace behind, which can be deleted in the console.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use domain::{ModelName, Product, Secret, Timestamp, Zone};
use gateway::contract::{self, World};
use gateway::{Connection, Cursor, Item, NoAccountSecrets, Resource};

#[allow(clippy::disallowed_methods, reason = "a real server lives in real time")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

#[tokio::test]
async fn a_real_openrouter_keeps_the_contract() {
    let (Ok(url), Ok(key)) = (std::env::var("PURSER_LIVE_OPENROUTER_URL"), std::env::var("PURSER_LIVE_OPENROUTER_KEY"))
    else {
        eprintln!("PURSER_LIVE_OPENROUTER_URL and PURSER_LIVE_OPENROUTER_KEY are not set: nothing to test");
        return;
    };
    let credential = Secret::new(&key);
    let connection = Connection { product: Product::new("openrouter"), base_url: url };
    let gateway = gateway::connect(&connection, Some(credential.clone()), Arc::new(NoAccountSecrets)).unwrap();
    let now = now();
    let probe = gateway.probe(now).await.unwrap();
    eprintln!("{:?} {:#?}", probe.rights, probe.findings);
    let models = gateway.inventory(&Resource::Models, &Cursor::start()).await.unwrap();
    // Aliases and variants share a slug with another model; two plain ones do not.
    let plain = |name: &ModelName| !name.as_str().contains([':', '~']);
    let models: Vec<ModelName> = models
        .items
        .into_iter()
        .filter_map(|item| if let Item::Model(offer) = item { Some(offer.name) } else { None })
        .filter(plain)
        .take(2)
        .collect();
    let utc = Zone::utc();
    let today = utc.date_of(now);
    let world = World {
        now,
        seed: u64::try_from(now.as_millis()).unwrap(),
        models,
        // Yesterday's last calls may still be counted.
        usage: utc.days(today.plus_days(-6), today.plus_days(-2)),
        usage_expected: false,
        credential: Some(credential),
    };
    let report = contract::run(&*gateway, &world).await;
    eprintln!("{report}");
    assert!(report.is_kept(), "{report}");
}
