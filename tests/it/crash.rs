//! `kill -9` during a sync, a hundred times, through the whole app: nothing lost, nothing doubled, the file sound (R25).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use acceptance::Profile;
use app::command::{account, client, gateway, sync};
use app::wire::{UsageGroup, VaultState};
use app::{App, AppError, AppOptions, Clock, Origin, Vault};
use async_trait::async_trait;
use domain::{Meter, Secret, VaultRef, Zone};
use sandbox::Server;
use serde_json::Value;
use store::Filter;
use store::report::{Group, Member};
use store::table::key::KeyFilter;

use crate::stage::{self, HandClock, NOW, nanos};

const HOME: &str = "PURSER_CRASH_HOME";
const AT: &str = "PURSER_CRASH_NOW";
const TOKEN: &str = "PURSER_CRASH_TOKEN";
const KILLS: u32 = 100;
/// Latest instant of a kill after the app has opened, in microseconds; of every tenth, so many times later.
const LATEST: u64 = 300_000;
const LATER: u64 = 10;
/// Days of history a sync asks for.
const HISTORY: i32 = 400;

/// A vault that knows one secret: the killed process cannot have the parent's memory.
struct Pocket(Secret);

#[async_trait]
impl Vault for Pocket {
    async fn get(&self, _: &VaultRef) -> Result<Option<Secret>, AppError> {
        Ok(Some(self.0.clone()))
    }

    async fn set(&self, _: &VaultRef, _: &Secret) -> Result<(), AppError> {
        Ok(())
    }

    async fn delete(&self, _: &VaultRef) -> Result<(), AppError> {
        Ok(())
    }

    async fn state(&self) -> (VaultState, Option<AppError>) {
        (VaultState::Session, None)
    }
}

async fn open(home: &Path, clock: Arc<HandClock>, token: &Secret) -> App {
    let options = AppOptions { vault: Arc::new(Pocket(token.clone())), ..stage::options(clock) };
    App::open(app::Profile::at(home), options).await.expect("what a killed process left behind opens")
}

/// Not a test of its own: what the killed process runs.
#[tokio::test(flavor = "multi_thread")]
async fn child_syncs() {
    let (Ok(home), Ok(at), Ok(token)) = (std::env::var(HOME), std::env::var(AT), std::env::var(TOKEN)) else { return };
    let home = Path::new(&home);
    let app = open(home, HandClock::at(&at), &Secret::new(&token)).await;
    std::fs::write(home.join("ready"), b"").unwrap();
    loop {
        let report = sync::sync_run(&app, Origin::Cli, None).await.unwrap();
        if !report.complete {
            std::fs::write(home.join("problem"), format!("{report:?}")).unwrap();
        }
        std::fs::write(home.join("done"), b"").unwrap();
    }
}

/// Lets a child sync for a moment that differs from round to round, and kills it; whether it had got through once.
fn kill_one(home: &Path, clock: &HandClock, token: &Secret, round: u32) -> bool {
    let (ready, done) = (home.join("ready"), home.join("done"));
    let env = [(HOME, home.to_str().unwrap()), (AT, &clock.now().to_string()), (TOKEN, token.expose())];
    let mut child = stage::again("crash::child_syncs", &env);
    let start = Instant::now();
    while !ready.exists() {
        assert!(child.try_wait().unwrap().is_none(), "round {round}: the child must open what the killed one left");
        assert!(start.elapsed() < Duration::from_secs(30), "round {round}: the child does not open");
        std::thread::sleep(Duration::from_millis(1));
    }
    let moment = u64::from(round).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let latest = if round % 10 == 9 { LATEST * LATER } else { LATEST };
    std::thread::sleep(Duration::from_micros((moment >> 33) % latest));
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_file(ready).unwrap();
    std::fs::remove_file(done).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn r25_a_hundred_kills_during_sync_lose_and_double_nothing() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let server = stage::sandbox(Arc::clone(&clock), 7).await;
    let (home, token) = (profile.path(), &server.admin_token);
    let app = open(home, Arc::clone(&clock), token).await;
    let typed = stage::sandbox_at("Sandbox", &server.base_url);
    gateway::gateway_connect(&app, Origin::Cli, typed, token.expose().to_owned()).await.unwrap();
    app.close().await;
    let (start, mut through) = (Instant::now(), 0);
    for round in 0..KILLS {
        clock.advance(15 * 60);
        through += u32::from(kill_one(home, &clock, token, round));
        if round == KILLS / 2 {
            zones(home, &clock, token).await;
        }
    }
    eprintln!("{KILLS} kills in {:.1} s; {through} processes had synced once", start.elapsed().as_secs_f32());
    let problem = std::fs::read_to_string(home.join("problem")).unwrap_or_default();
    assert_eq!(problem, "", "a sync after a kill must not fail");

    let app = open(home, Arc::clone(&clock), token).await;
    app.store().check().await.expect("the file must be sound before anything mends it");
    assert_eq!(differences(&app).await, 0, "roll-ups must be exact after a kill");
    let kept: u64 = ours(&app).await.values().map(|sum| sum.0).sum();
    eprintln!("{kept} requests were kept by processes that were killed");
    assert!(kept > 0, "the kills must have hit syncs that had got something done");
    let report = sync::sync_run(&app, Origin::Cli, None).await.unwrap();
    assert!(report.complete, "{report:?}");
    assert_eq!(differences(&app).await, 0, "roll-ups must be exact");
    app.store().check().await.expect("the file must be sound");
    assert_eq!(ours(&app).await, theirs(&server, &clock).await, "totals by key: requests, tokens, nano-dollars");
    let again = sync::sync_run(&app, Origin::Cli, None).await.unwrap();
    assert_eq!(again.lines[0].rows, 0, "nothing is new the second time: {again:?}");
    app.close().await;
}

/// Gives four accounts to clients in other zones, so that their days are cut from single requests.
async fn zones(home: &Path, clock: &Arc<HandClock>, token: &Secret) {
    let app = open(home, Arc::clone(clock), token).await;
    let accounts = app::query::client::account_list(&app).await.unwrap();
    assert_eq!(accounts.len(), 12, "accounts are pulled first");
    let zones = ["Asia/Kolkata", "America/Los_Angeles", "Pacific/Auckland", "UTC"];
    for (found, zone) in accounts.iter().zip(zones) {
        let made = account::client_from_account(&app, Origin::Cli, &found.id).await.unwrap();
        let typed = app::wire::ClientInput { zone: zone.to_owned(), ..stage::client(&made.name, &[]) };
        client::client_update(&app, Origin::Cli, &made.id, typed).await.unwrap();
    }
    app.close().await;
}

async fn differences(app: &App) -> u64 {
    app.store().reader().await.unwrap().usage().rollup_differences().await.unwrap()
}

/// Requests, input tokens, output tokens, nano-dollars.
type Sum = (u64, u64, u64, i128);

async fn ours(app: &App) -> BTreeMap<String, Sum> {
    let mut reader = app.store().reader().await.unwrap();
    let keys = reader.key().list(&KeyFilter::default()).await.unwrap();
    let names: BTreeMap<_, _> = keys.into_iter().map(|key| (key.id, key.key.external_id.to_string())).collect();
    let all = Filter::days("2020-01-01".parse().unwrap(), "2030-01-01".parse().unwrap());
    let mut sums = BTreeMap::new();
    for (member, found) in reader.report().totals(&all, Group::Key).await.unwrap() {
        let Member::Key(Some(key)) = member else { panic!("usage of no key: {member:?}") };
        let count = |meter| found.quantities.get(meter);
        let input = count(Meter::InputTokens) + count(Meter::CacheReadTokens);
        let sum = (count(Meter::Requests), input, count(Meter::OutputTokens), i128::from(found.cost.0));
        sums.insert(names[&key].clone(), sum);
    }
    let filter = stage::usage("2024-01-01", "2026-12-01", UsageGroup::Key);
    let table = app::query::usage::usage_table(app, &filter).await.unwrap();
    let whole: i128 = sums.values().map(|sum| sum.3).sum();
    assert_eq!(nanos(&table.total.cost.amount), whole, "what is shown is what is stored");
    sums
}

/// What the sandbox itself says of the same days.
async fn theirs(server: &Server, clock: &HandClock) -> BTreeMap<String, Sum> {
    let today = Zone::utc().date_of(clock.now());
    // A first sync asks for so many days; the test began a day and an hour earlier, so the first day is known.
    let began = Zone::utc().date_of(NOW.parse().unwrap());
    let first = began.plus_days(1 - HISTORY);
    let path = format!("/admin/v1/usage/days?first={first}&last={today}&limit=5000");
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for day in stage::sandbox_told(&stage::http(), server, &path).await {
        let count = |name: &str| day[name].as_u64().expect("a count");
        let sum = sums.entry(day["key"].as_str().expect("a key").to_owned()).or_default();
        sum.0 += count("requests");
        sum.1 += count("input_tokens") + count("cache_read_tokens");
        sum.2 += count("output_tokens");
        sum.3 += match &day["cost"] {
            Value::String(text) => nanos(text),
            other => nanos(&other.to_string()),
        };
    }
    sums
}
