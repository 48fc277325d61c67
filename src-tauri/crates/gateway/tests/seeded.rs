//! Every adapter over a line that breaks by a seed: the same totals, no object twice.
//!
//! `PURSER_SEEDS` says how many seeds are tried (a few unless told), `PURSER_SEED` which one alone: a failure prints it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

#[allow(dead_code, reason = "the fakes serve the adapters' own tests too")]
#[path = "bifrost/server.rs"]
mod bifrost;
#[allow(dead_code, reason = "as above")]
#[path = "litellm/server.rs"]
mod litellm;
#[allow(dead_code, reason = "as above")]
#[path = "newapi/server.rs"]
mod newapi;
#[allow(dead_code, reason = "as above")]
#[path = "openrouter/server.rs"]
mod openrouter;
#[path = "seeded/proxy.rs"]
mod proxy;
#[path = "seeded/story.rs"]
mod story;

use std::net::SocketAddr;
use std::sync::Arc;

use domain::{ModelName, Product, Secret, Timestamp, Zone};
use gateway::contract::World;
use gateway::{AccountSecrets, Connection, Gateway};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

/// A fresh server of one product, as every run needs one.
struct Subject {
    product: &'static str,
    address: SocketAddr,
    credential: Secret,
    world: World,
    accounts: Arc<dyn AccountSecrets>,
    /// Makes a credential of an account, where keys are managed with one.
    entrust: Option<story::Entrust>,
    /// Kept alive for the run.
    _server: Box<dyn Send + Sync>,
}

impl Subject {
    fn at(&self, base_url: &str) -> Arc<dyn Gateway> {
        let connection = Connection { product: Product::new(self.product), base_url: base_url.to_owned() };
        gateway::connect(&connection, Some(self.credential.clone()), Arc::clone(&self.accounts)).unwrap()
    }
}

fn world(now: Timestamp, seed: u64, days: (&str, &str)) -> World {
    World {
        now,
        seed,
        models: vec![ModelName::new("atlas-chat")],
        usage: Zone::utc().days(days.0.parse().unwrap(), days.1.parse().unwrap()),
        usage_expected: true,
        credential: None,
    }
}

const DAYS: (&str, &str) = ("2026-11-18", "2026-11-20");

/// A minute of the middle day.
fn at(n: usize) -> String {
    format!("2026-11-19T{:02}:{:02}:00Z", n / 60, n % 60)
}

async fn litellm_server(seed: u64) -> Subject {
    use litellm::{fake, fake_usage};
    let fake = fake::Fake::start().await;
    let row = |n| fake_usage::row(n, &at(n), ("team-a", "key-1"), ("openai/gpt-4o-mini", "atlas-chat"));
    fake.change(|memory| {
        memory.rows = (0..300).map(row).collect();
        memory.rows_max = 100;
    });
    Subject {
        product: "litellm",
        address: fake.address,
        credential: Secret::new(fake::ADMIN),
        world: world(fake::now(), seed, DAYS),
        accounts: Arc::new(gateway::NoAccountSecrets),
        entrust: None,
        _server: Box::new(fake),
    }
}

async fn bifrost_server(seed: u64) -> Subject {
    use bifrost::{fake, fake_logs};
    let release = fake::RELEASES[usize::try_from(seed % 3).unwrap()];
    let fake = fake::Fake::start(release).await;
    let row = |n: usize| fake_logs::row(release, n, &at(n / 2), ("", ""), "gpt-4o-mini");
    fake.change(|memory| memory.rows = (0..1500).map(row).collect());
    Subject {
        product: "bifrost",
        address: fake.address,
        credential: Secret::new(fake::ADMIN),
        world: world(fake::now(), seed, DAYS),
        accounts: Arc::new(gateway::NoAccountSecrets),
        entrust: None,
        _server: Box::new(fake),
    }
}

async fn newapi_server(product: &'static str, seed: u64) -> Subject {
    use newapi::{fake, fake_log};
    let fake = fake::Fake::release(if seed.is_multiple_of(2) { fake::NEWEST } else { fake::OLD_AUTH }).await;
    let start = Zone::utc().start_of("2026-11-19".parse().unwrap()).as_millis() / 1000;
    let row = |n: u64| fake_log::row(n, start + i64::try_from(n).unwrap() * 60, 3, (1, 7, "k"), 8);
    fake.change(|memory| memory.rows = (1..=300).map(row).collect());
    Subject {
        product,
        address: fake.address,
        credential: Secret::new(fake::ADMIN),
        world: world(fake::now(), seed, DAYS),
        accounts: Arc::clone(&fake.secrets) as _,
        entrust: (product == "newapi").then(|| entrust(&fake)),
        _server: Box::new(fake),
    }
}

/// The operator logs in as the user and makes a token.
fn entrust(fake: &newapi::fake::Fake) -> story::Entrust {
    let fake = fake.clone();
    Arc::new(move |account| {
        let (user, token) = (account.as_str(), format!("throwaway-pat-of-{account}"));
        fake.change(|memory| memory.pats.insert(token.clone(), user.parse().unwrap()));
        Secret::new(&format!("{user}:{token}"))
    })
}

async fn newapi_users(seed: u64) -> Subject {
    newapi_server("newapi", seed).await
}

async fn newapi_own(seed: u64) -> Subject {
    newapi_server("newapi-own", seed).await
}

async fn openrouter_server(seed: u64) -> Subject {
    use openrouter::{fake, fake_usage};
    let fake = fake::Fake::start().await;
    fake.change(|memory| {
        let workspace = memory.workspace("Nordwind", "nordwind");
        for n in 0..12_u32 {
            let key = memory.key(&workspace, &format!("key-{n}"));
            memory.saved.rows.push(fake_usage::Row {
                day: "2026-11-19",
                workspace: workspace.clone(),
                key,
                model: "openai/gpt-4.1-2025-04-14",
                variant: "standard",
                requests: u64::from(n) + 1,
                prompt: 100,
                cost: f64::from(n) * 0.001,
            });
        }
    });
    Subject {
        product: "openrouter",
        address: fake.address,
        credential: Secret::new(fake::ADMIN),
        world: world(fake::now(), seed, DAYS),
        accounts: Arc::new(gateway::NoAccountSecrets),
        entrust: None,
        _server: Box::new(fake),
    }
}

async fn sandbox(seed: u64) -> Subject {
    let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    let opened = ::sandbox::Sandbox::open(None, 1, Arc::new(move || now)).unwrap();
    let server = opened.serve([9; 32]).await.unwrap();
    Subject {
        product: "sandbox",
        address: server.base_url.trim_start_matches("http://").parse().unwrap(),
        credential: server.admin_token.clone(),
        world: world(now, seed, ("2026-11-12", "2026-11-12")),
        accounts: Arc::new(gateway::NoAccountSecrets),
        entrust: None,
        _server: Box::new(server),
    }
}

/// One errand over a good line and one over a bad one, each on a server of its own.
async fn compared(calm: Subject, stormy: Subject, seed: u64) -> Result<(), String> {
    let direct = calm.at(&format!("http://{}", calm.address));
    let expected = story::run(&direct, &direct, &calm.world, calm.entrust.as_ref())
        .await
        .map_err(|why| format!("a good line: {why}"))?;
    let line = stormy.at(&proxy::start(stormy.address, seed).await);
    let direct = stormy.at(&format!("http://{}", stormy.address));
    let end = story::run(&line, &direct, &stormy.world, stormy.entrust.as_ref()).await?;
    if end == expected { Ok(()) } else { Err(format!("over a good line\n{expected:?}\nover this one\n{end:?}")) }
}

/// Seeds between two lines that tell how far a long run has come.
const TOLD_EVERY: u64 = 50;

/// Seeds that run at a time: most of a run is waiting for a slow line.
const AT_ONCE: usize = 64;

/// One seed on a runtime of its own: its servers, lines and clients end with it, so a long run stays small.
fn alone<F: Future<Output = Subject>>(fresh: fn(u64) -> F, seed: u64) -> Option<String> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(async { compared(fresh(seed).await, fresh(seed).await, seed).await });
    let failure = result.err().map(|why| format!("seed {seed}: {why}"));
    // Told at once: a run of many seeds that is stopped has not been for nothing.
    match &failure {
        Some(failure) => eprintln!("{failure}"),
        None if (seed + 1).is_multiple_of(TOLD_EVERY) => eprintln!("seed {seed} is good"),
        None => {}
    }
    failure
}

/// Runs errands over many lines, some at a time; a product whose pace is slow has fewer by default.
async fn storm<F: Future<Output = Subject> + 'static>(name: &str, usual: u64, fresh: fn(u64) -> F) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("PURSER_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("PURSER_SEEDS").unwrap_or(usual),
    };
    let (mut runs, mut failures) = (JoinSet::new(), Vec::new());
    for seed in seeds {
        while runs.len() >= AT_ONCE {
            failures.extend(runs.join_next().await.unwrap().unwrap());
        }
        runs.spawn_blocking(move || alone(fresh, seed));
    }
    failures.extend(runs.join_all().await.into_iter().flatten());
    let first = failures.first().cloned().unwrap_or_default();
    assert!(failures.is_empty(), "{name}: {} lines went wrong; PURSER_SEED=… repeats one: {first}", failures.len());
}

#[tokio::test]
async fn litellm_over_bad_lines() {
    storm("litellm", 8, litellm_server).await;
}

#[tokio::test]
async fn the_sandbox_over_bad_lines() {
    storm("sandbox", 8, sandbox).await;
}

#[tokio::test]
async fn bifrost_over_bad_lines() {
    storm("bifrost", 8, bifrost_server).await;
}

#[tokio::test]
async fn new_api_over_bad_lines() {
    storm("newapi", 3, newapi_users).await;
}

#[tokio::test]
async fn new_api_with_own_keys_over_bad_lines() {
    storm("newapi-own", 3, newapi_own).await;
}

#[tokio::test]
async fn openrouter_over_bad_lines() {
    storm("openrouter", 8, openrouter_server).await;
}
