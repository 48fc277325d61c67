//! Every adapter against servers that answer nonsense: recorded replies with something in them changed, by a seed. No
//! reply may make an adapter panic, go on for ever, show its credential or tell usage that was not asked for.
//!
//! `PURSER_MUTATIONS` says how many replies each adapter gets (1500 unless told), `PURSER_SEED` which round alone is
//! played: a failure prints it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

#[allow(dead_code, reason = "the fakes serve their adapters' own tests too")]
#[path = "mutated/bifrost.rs"]
mod bifrost;
#[path = "mutated/files.rs"]
mod files;
#[path = "mutated/good.rs"]
mod good;
#[allow(dead_code, reason = "as above")]
#[path = "mutated/litellm.rs"]
mod litellm;
#[path = "mutated/mutation.rs"]
mod mutation;
#[allow(dead_code, reason = "as above")]
#[path = "mutated/newapi.rs"]
mod newapi;
#[allow(dead_code, reason = "as above")]
#[path = "mutated/openrouter.rs"]
mod openrouter;
#[path = "mutated/round.rs"]
mod round;
#[path = "mutated/server.rs"]
mod server;
#[path = "mutated/tape.rs"]
mod tape;
#[path = "mutated/watch.rs"]
mod watch;

use round::{Made, Step};
use server::Server;
use watch::{Findings, Pulse};

/// Replies between two lines that tell how far a long run has come.
const TOLD_EVERY: u64 = 50_000;

/// One product, and what is asked of it on each of its recordings.
struct Subject {
    product: &'static str,
    server: Server,
    credential: String,
    scripts: Vec<Vec<Step>>,
}

impl Subject {
    /// Starts every release of the product's fake and records one round with each.
    async fn record(product: &'static str, pulse: &Pulse) -> Self {
        let server = Server::start().await;
        let mut subject = Self { product, server, credential: String::new(), scripts: Vec::new() };
        let others = tape::recorded(product.trim_end_matches("-own"));
        while let Some(good) = good::start(product, subject.scripts.len()).await {
            subject.credential.clone_from(&good.credential);
            subject.server.stage().record(good.address, &others);
            let script = subject.written(pulse).await;
            subject.scripts.push(script);
        }
        subject
    }

    /// A round with a good server; its steps, with the identifiers that the server gave.
    async fn written(&self, pulse: &Pulse) -> Vec<Step> {
        let gateway = round::open(self.product, format!("http://{}", self.server.address), &self.credential);
        let (mut script, mut made, mut at) = (round::first(), Made::default(), 0);
        for more in [round::second, round::third] {
            for (place, step) in script.iter().enumerate().skip(at) {
                self.server.stage().step(place);
                let (told, found) = round::play(gateway.clone(), step.clone(), pulse.clone()).await.unwrap();
                assert!(!told.is_empty(), "{step:?} must say something");
                made.accounts.extend(found.accounts);
                made.keys.extend(found.keys);
            }
            at = script.len();
            script.extend(more(&made));
        }
        assert!(!made.accounts.is_empty() && !made.keys.is_empty(), "{}: a good server makes them", self.product);
        for (place, step) in script.iter().enumerate().skip(at) {
            self.server.stage().step(place);
            round::play(gateway.clone(), step.clone(), pulse.clone()).await.unwrap();
        }
        script
    }

    /// One round of bad replies; ends early when the adapter panics.
    async fn round(&self, seed: u64, pulse: &Pulse, findings: &mut Findings) {
        self.server.stage().shuffle(seed);
        let tape = self.server.stage().tape();
        let gateway = round::open(self.product, format!("http://{}", self.server.address), &self.credential);
        for (place, step) in self.scripts[tape].iter().enumerate() {
            self.server.stage().step(place);
            match tokio::spawn(round::play(gateway.clone(), step.clone(), pulse.of(seed))).await {
                Ok(Ok((told, _))) => self.secretless(&told, seed, step, findings),
                Ok(Err(broken)) => findings.add(&broken, seed, step),
                Err(_) => return findings.panicked(seed, step),
            }
        }
        findings.panicked(seed, "a task of its own");
    }

    fn secretless(&self, told: &str, seed: u64, step: &Step, findings: &mut Findings) {
        let password = self.credential.split_once(':').map_or(self.credential.as_str(), |(_, password)| password);
        if told.contains(password) {
            findings.add("the admin credential is shown", seed, step);
        }
    }
}

/// Plays rounds until enough replies were given.
async fn storm(product: &'static str, pulse: &Pulse) -> (u64, Findings) {
    let subject = Subject::record(product, pulse).await;
    let wanted = watch::number("PURSER_MUTATIONS").unwrap_or(1500);
    let (mut findings, mut told) = (Findings::default(), TOLD_EVERY);
    let mut seed = watch::number("PURSER_SEED").unwrap_or(0);
    loop {
        subject.round(seed, pulse, &mut findings).await;
        let served = subject.server.stage().served;
        if served >= told {
            eprintln!("{product}: {served} replies in {} rounds; {findings}", seed + 1);
            told += TOLD_EVERY;
        }
        seed += 1;
        if served >= wanted || watch::number("PURSER_SEED").is_some() {
            return (served, findings);
        }
    }
}

/// Runs a storm on a thread of its own, which is watched. Time is paused where the adapter keeps a pace.
fn survives(product: &'static str) {
    let paced = product.starts_with("newapi");
    watch::watched(product, move |pulse| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(paced).build().unwrap();
        runtime.block_on(storm(product, pulse))
    });
}

#[test]
fn litellm_survives_nonsense() {
    survives("litellm");
}

#[test]
fn newapi_survives_nonsense() {
    survives("newapi");
}

#[test]
fn newapi_with_own_keys_survives_nonsense() {
    survives("newapi-own");
}

#[test]
fn openrouter_survives_nonsense() {
    survives("openrouter");
}

#[test]
fn bifrost_survives_nonsense() {
    survives("bifrost");
}

#[test]
fn the_sandbox_survives_nonsense() {
    survives("sandbox");
}

#[test]
fn files_survive_nonsense() {
    watch::watched("file", files::storm);
}
