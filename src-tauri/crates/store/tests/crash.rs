//! `kill -9` while usage is being ingested: nothing lost, nothing doubled, the file sound (R25).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use domain::{
    Currency, ExternalId, GatewayId, Grain, Meter, ModelName, Nanos, Product, Quantities, RequestOutcome, Timestamp,
    UsageOrigin, UsageRecord,
};
use store::table::{NewGateway, StoredCursor};
use store::{Filter, IngestBatch, Origin, Store};

const FOLDER: &str = "PURSER_STORE_CRASH_FOLDER";
const KILLS: u64 = 100;
/// Requests per transaction, and how many of them the transaction before had as well.
const STEP: i64 = 40;
const OVERLAP: i64 = 15;

fn request(number: i64) -> UsageRecord {
    UsageRecord {
        origin: UsageOrigin::Request(ExternalId::new(format!("r{number}"))),
        occurred_at: Timestamp::from_millis(1_772_000_000_000 + number * 60_000),
        account: Some(ExternalId::new(format!("a{}", number % 3))),
        key: Some(ExternalId::new(format!("k{}", number % 7))),
        model: ModelName::new(format!("m{}", number % 2)),
        upstream_model: None,
        quantities: Quantities::NONE.with(Meter::Requests, 1),
        failed_requests: 0,
        cost: Nanos(number),
        duration_millis: None,
        outcome: RequestOutcome::Succeeded,
    }
}

async fn step(store: &Store, gateway: GatewayId) {
    let mut writer = store.begin(Origin::Sync(gateway)).await.unwrap();
    let cursor = writer.cursor().read().get(gateway, "usage").await.unwrap();
    let done: i64 = cursor.and_then(|cursor| cursor.point).map_or(0, |point| point.parse().unwrap());
    let records: Vec<UsageRecord> = ((done - OVERLAP).max(0)..done + STEP).map(request).collect();
    let observed_at = Timestamp::from_millis(1_800_000_000_000 + done);
    let batch = IngestBatch { gateway, records: &records, observed_at, prefer: Grain::Day };
    writer.usage().ingest(&batch).await.unwrap();
    let cursor = StoredCursor {
        gateway,
        resource: "usage".to_owned(),
        point: Some((done + STEP).to_string()),
        complete_through: None,
        pulled_at: None,
        tried_at: observed_at,
        error: None,
    };
    writer.cursor().set(&cursor).await.unwrap();
    let _ = writer.commit().await.unwrap();
}

/// Not a test of its own: what the killed process runs.
#[tokio::test]
async fn child_ingests() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let store = Store::open(&folder.join("purser.db"), "crash").await.unwrap();
    std::fs::write(folder.join("ready"), b"").unwrap();
    loop {
        step(&store, GatewayId(1)).await;
    }
}

fn spawn(folder: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child_ingests"]).env(FOLDER, folder);
    child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Lets a child ingest for a moment that differs from round to round, and kills it.
fn kill_one(folder: &Path, round: u64) {
    let ready = folder.join("ready");
    let mut child = spawn(folder);
    while !ready.exists() {
        assert!(child.try_wait().unwrap().is_none(), "the child must open what the killed one left behind");
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_micros(round * 7_919 % 25_000));
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_file(ready).unwrap();
}

async fn connect(store: &Store) {
    let new = NewGateway {
        name: "main".parse().unwrap(),
        product: Product::new("sandbox"),
        base_url: String::new(),
        currency: Currency::USD,
        vault_ref: None,
        read_vault_ref: None,
    };
    let mut writer = store.begin(Origin::System).await.unwrap();
    writer.gateway().add(&new, Timestamp::from_millis(0)).await.unwrap();
    let _ = writer.commit().await.unwrap();
}

#[tokio::test]
async fn r25_a_hundred_kills_lose_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("purser.db");
    let store = Store::open(&path, "crash").await.unwrap();
    connect(&store).await;
    store.close().await;
    let mut before = 0;
    for round in 0..KILLS {
        kill_one(folder.path(), round);
        let store = Store::open(&path, "crash").await.unwrap();
        store.check().await.expect("the file must be sound");
        let mut reader = store.reader().await.unwrap();
        let cursor = reader.cursor().get(GatewayId(1), "usage").await.unwrap();
        let done: u64 = cursor.and_then(|cursor| cursor.point).map_or(0, |point| point.parse().unwrap());
        let all = Filter::days("2020-01-01".parse().unwrap(), "2100-01-01".parse().unwrap());
        let counted = reader.report().total(&all).await.unwrap().quantities.get(Meter::Requests);
        assert_eq!(counted, done, "round {round}: rows and cursor must be from the same transaction");
        assert_eq!(reader.usage().rollup_differences().await.unwrap(), 0, "round {round}: roll-ups must be exact");
        assert!(done >= before, "round {round}: what was committed must stay");
        before = done;
        drop(reader);
        store.close().await;
    }
    assert!(before > 0, "the children must have got something done");
}
