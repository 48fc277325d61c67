//! What every adapter must do, as one suite that runs against any [`Gateway`].
//!
//! Checks are chosen by [`Capability`], never by product. Nothing here panics: a breach is collected with its reason, so
//! that one run tells everything. The suite makes a few objects on the gateway and revokes the keys it made; run it
//! against a recording, a sandbox, or a real server that may be written to.
//!
//! ```ignore
//! let report = gateway::contract::run(&*gateway, &world).await;
//! assert!(report.is_kept(), "{report}");
//! ```

mod read;
mod route;
mod usage;
mod write;

use std::fmt;

use domain::{BudgetPeriod, Enforcement, Mark, ModelName, Period, Secret, Timestamp};

use crate::{Capability, Cursor, Gateway, GatewayError, Item, Page, Resource};

/// What the suite may assume about the gateway.
#[derive(Debug, Clone)]
pub struct World {
    /// The present.
    pub now: Timestamp,
    /// Makes marks and secrets of this run; another seed for every run against the same gateway.
    pub seed: u64,
    /// Two models that are on offer; may be fewer if the gateway has no [`Capability::key_models`].
    pub models: Vec<ModelName>,
    /// Whole UTC days in which usage no longer changes.
    pub usage: Period,
    /// Whether there is usage in that window.
    pub usage_expected: bool,
    /// The admin credential, which must appear nowhere.
    pub credential: Option<Secret>,
}

impl World {
    /// A mark of this run, different for every `number`.
    #[must_use]
    pub fn mark(&self, number: u8) -> Mark {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.seed.to_be_bytes());
        bytes[8..].copy_from_slice(&self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        bytes[15] = number;
        Mark::new(bytes)
    }

    /// A client secret of this run, different for every `number`.
    #[must_use]
    pub fn secret(&self, number: u8) -> Secret {
        Secret::new(&format!("sk-contract-{}-{number:03}", self.mark(number)))
    }
}

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The promise.
    pub promise: &'static str,
    /// What happened instead.
    pub instead: String,
}

/// What a run of the suite found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Promises that were checked and kept.
    pub kept: Vec<&'static str>,
    /// Promises that this instance does not make.
    pub skipped: Vec<&'static str>,
    /// Promises that were not kept.
    pub breaches: Vec<Breach>,
}

impl Report {
    /// Whether every promise was kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.breaches.is_empty() && !self.kept.is_empty()
    }

    fn note(&mut self, promise: &'static str, result: Result<(), String>) {
        match result {
            Ok(()) => self.kept.push(promise),
            Err(instead) => self.breaches.push(Breach { promise, instead }),
        }
    }

    fn note_if(&mut self, applies: bool, promise: &'static str, result: impl FnOnce() -> Result<(), String>) {
        if applies {
            self.note(promise, result());
        } else {
            self.skipped.push(promise);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "kept {}, skipped {:?}", self.kept.len(), self.skipped)?;
        self.breaches.iter().try_for_each(|breach| writeln!(f, "NOT KEPT {}: {}", breach.promise, breach.instead))
    }
}

/// Runs every check that the instance's capabilities call for.
pub async fn run(gateway: &dyn Gateway, world: &World) -> Report {
    let mut report = Report::default();
    let Some(capability) = probe(gateway, world, &mut report).await else { return report };
    let suite = Suite { gateway, world, capability };
    read::check(&suite, &mut report).await;
    route::check(&suite, &mut report).await;
    if suite.capability.account_write && suite.capability.key_write {
        write::check(&suite, &mut report).await;
    } else {
        report.skipped.push("accounts and keys can be made");
    }
    usage::check(&suite, &mut report).await;
    report
}

/// What every check needs.
struct Suite<'a> {
    gateway: &'a dyn Gateway,
    world: &'a World,
    capability: Capability,
}

async fn probe(gateway: &dyn Gateway, world: &World, report: &mut Report) -> Option<Capability> {
    let probed = match gateway.probe(world.now).await {
        Ok(probed) => probed,
        Err(error) => {
            report.note("the instance says who it is", Err(told(&error)));
            return None;
        }
    };
    report.note("the instance says who it is", Ok(()));
    let same = gateway.describe().capability == probed.capability;
    report.note("describe tells what probe learned", same.then_some(()).ok_or("they differ".to_owned()));
    report.note("probing shows no secret", no_secret(&format!("{probed:?}"), world.credential.as_ref()));
    Some(probed.capability)
}

impl Suite<'_> {
    /// Whether the gateway itself keeps a monthly budget of an account.
    fn account_monthly(&self) -> bool {
        self.capability.account_budget_periods.contains(&(BudgetPeriod::Monthly, Enforcement::Gateway))
    }

    /// Every page of a listing.
    async fn list(&self, what: &Resource) -> Result<Vec<Item>, GatewayError> {
        let mut items = Vec::new();
        let mut at = Cursor::start();
        loop {
            let Page { items: found, next, .. } = self.gateway.inventory(what, &at).await?;
            items.extend(found);
            match next {
                Some(next) => at = next,
                None => return Ok(items),
            }
        }
    }

    async fn account(&self, id: &domain::ExternalId) -> Result<domain::Account, String> {
        let items = self.list(&Resource::Account(id.clone())).await.map_err(|error| told(&error))?;
        match items.into_iter().next() {
            Some(Item::Account(account)) => Ok(account),
            other => Err(format!("asked for an account, got {other:?}")),
        }
    }

    async fn key(&self, id: &domain::ExternalId) -> Result<domain::Key, String> {
        let items = self.list(&Resource::Key(id.clone())).await.map_err(|error| told(&error))?;
        match items.into_iter().next() {
            Some(Item::Key(key)) => Ok(key),
            other => Err(format!("asked for a key, got {other:?}")),
        }
    }
}

fn told(error: &GatewayError) -> String {
    format!("{:?}: {error}", error.kind)
}

fn ensure(holds: bool, instead: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(instead()) }
}

fn no_secret(text: &str, secret: Option<&Secret>) -> Result<(), String> {
    let leaked = secret.is_some_and(|secret| secret.expose().len() >= 4 && text.contains(secret.expose()));
    ensure(!leaked, || "a secret is shown".to_owned())
}
