//! Every adapter over a line that breaks by a seed: the same totals, no object twice.
//!
//! `PURSER_SEEDS` says how many seeds are tried (16 unless told), `PURSER_SEED` which one alone: a failure prints it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

#[path = "litellm/fake.rs"]
#[allow(dead_code, reason = "the fake serves the adapter's own tests too")]
mod litellm_fake;
#[path = "litellm/fake_usage.rs"]
#[allow(dead_code, reason = "as above")]
mod litellm_usage;
#[path = "seeded/proxy.rs"]
mod proxy;
#[path = "seeded/story.rs"]
mod story;

use std::net::SocketAddr;
use std::sync::Arc;

use domain::{ModelName, Product, Secret, Timestamp, Zone};
use gateway::contract::World;
use gateway::{AccountSecrets, Connection, Gateway};
use tokio::task::JoinSet;

// The fakes name each other by the paths of their own tests.
use litellm_fake as fake;
use litellm_usage as fake_usage;

/// A fresh server of one product, as every run needs one.
struct Subject {
    product: &'static str,
    address: SocketAddr,
    /// Path of the base address below the host.
    path: &'static str,
    credential: Secret,
    world: World,
    accounts: Arc<dyn AccountSecrets>,
    /// Kept alive for the run.
    _server: Box<dyn Send + Sync>,
}

impl Subject {
    fn at(&self, base_url: &str) -> Arc<dyn Gateway> {
        let base_url = format!("{base_url}{}", self.path);
        let connection = Connection { product: Product::new(self.product), base_url };
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

async fn litellm(seed: u64) -> Subject {
    let fake = fake::Fake::start().await;
    let row = |n: usize| {
        let at = format!("2026-11-19T{:02}:{:02}:00Z", n / 60, n % 60);
        fake_usage::row(n, &at, ("team-a", "key-1"), ("openai/gpt-4o-mini", "atlas-chat"))
    };
    fake.change(|memory| {
        memory.rows = (0..300).map(row).collect();
        memory.rows_max = 100;
    });
    Subject {
        product: "litellm",
        address: fake.address,
        path: "",
        credential: Secret::new(fake::ADMIN),
        world: world(fake::now(), seed, ("2026-11-18", "2026-11-20")),
        accounts: Arc::new(gateway::NoAccountSecrets),
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
        path: "",
        credential: server.admin_token.clone(),
        world: world(now, seed, ("2026-11-12", "2026-11-12")),
        accounts: Arc::new(gateway::NoAccountSecrets),
        _server: Box::new(server),
    }
}

/// One errand over a good line and one over a bad one, each on a server of its own.
async fn compared(calm: Subject, stormy: Subject, seed: u64) -> Result<(), String> {
    let direct = calm.at(&format!("http://{}", calm.address));
    let expected = story::run(&direct, &direct, &calm.world).await.map_err(|why| format!("a good line: {why}"))?;
    let line = stormy.at(&proxy::start(stormy.address, seed).await);
    let direct = stormy.at(&format!("http://{}", stormy.address));
    let end = story::run(&line, &direct, &stormy.world).await?;
    if end == expected { Ok(()) } else { Err(format!("over a good line\n{expected:?}\nover this one\n{end:?}")) }
}

/// Runs errands over many lines, some at a time.
async fn storm<F>(name: &str, fresh: fn(u64) -> F)
where
    F: Future<Output = Subject> + Send + 'static,
{
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("PURSER_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("PURSER_SEEDS").unwrap_or(16),
    };
    let (mut runs, mut failures) = (JoinSet::new(), Vec::new());
    for seed in seeds {
        while runs.len() >= 32 {
            failures.extend(runs.join_next().await.unwrap().unwrap());
        }
        runs.spawn(async move {
            let result = compared(fresh(seed).await, fresh(seed).await, seed).await;
            result.err().map(|why| format!("seed {seed}: {why}"))
        });
    }
    failures.extend(runs.join_all().await.into_iter().flatten());
    let first = failures.first().cloned().unwrap_or_default();
    assert!(failures.is_empty(), "{name}: {} lines went wrong; PURSER_SEED=… repeats one: {first}", failures.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn litellm_over_bad_lines() {
    storm("litellm", litellm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_over_bad_lines() {
    storm("sandbox", sandbox).await;
}
