//! The contract against a real LiteLLM proxy, when `PURSER_LIVE_LITELLM_URL` and `PURSER_LIVE_LITELLM_KEY` name one that
//! may be written to. Without them there is nothing to test, and the test says so.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::{ModelName, Product, Secret, Timestamp, Zone};
use gateway::contract::{self, World};
use gateway::{Connection, Item, Resource};

#[allow(clippy::disallowed_methods, reason = "a real server lives in real time")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

#[tokio::test]
async fn a_real_litellm_keeps_the_contract() {
    let (Ok(url), Ok(key)) = (std::env::var("PURSER_LIVE_LITELLM_URL"), std::env::var("PURSER_LIVE_LITELLM_KEY"))
    else {
        eprintln!("PURSER_LIVE_LITELLM_URL and PURSER_LIVE_LITELLM_KEY are not set: nothing to test");
        return;
    };
    let credential = Secret::new(&key);
    let connection = Connection { product: Product::new("litellm"), base_url: url };
    let gateway = gateway::connect(&connection, Some(credential.clone())).unwrap();
    let models = gateway.inventory(&Resource::Models, &gateway::Cursor::start()).await.unwrap();
    let models: Vec<ModelName> = models
        .items
        .into_iter()
        .filter_map(|item| if let Item::Model(offer) = item { Some(offer.name) } else { None })
        .take(2)
        .collect();
    let (now, utc) = (now(), Zone::utc());
    let today = utc.date_of(now);
    let world = World {
        now,
        seed: u64::try_from(now.as_millis()).unwrap(),
        models,
        usage: utc.days(today.plus_days(-6), today),
        usage_expected: false,
        credential: Some(credential),
    };
    let probe = gateway.probe(now).await.unwrap();
    eprintln!("{:?} {:?} {:#?}", probe.version, probe.rights, probe.findings);
    let report = contract::run(&*gateway, &world).await;
    eprintln!("{report}");
    assert!(report.is_kept(), "{report}");
}
