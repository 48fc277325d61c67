//! Everything that can be asked of an adapter, once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{
    AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Grain, KeySpec, Limit, Mark, ModelName,
    ModelScope, Name, Nanos, Period, Product, RateLimit, Scope, Secret, Timestamp,
};
use gateway::{
    AccountSecrets, Action, Connection, Cursor, Gateway, GatewayError, Outcome, Resource, UsageAsk, product,
};

use super::good::now;
use super::watch::Pulse;

/// Most pages of a listing that are asked for.
const PAGES_MAX: usize = 4;

/// One thing asked of an adapter.
#[derive(Debug, Clone)]
pub enum Step {
    Probe,
    List(Resource),
    Usage(UsageAsk),
    Apply(Action),
}

/// What was made while recording.
#[derive(Debug, Clone, Default)]
pub struct Made {
    pub accounts: Vec<ExternalId>,
    pub keys: Vec<ExternalId>,
}

/// Keeps what it is given, and has a credential for everybody else.
#[derive(Default)]
struct Everybody(Mutex<BTreeMap<String, Secret>>);

impl Everybody {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AccountSecrets for Everybody {
    async fn get(&self, account: &ExternalId) -> Result<Option<Secret>, GatewayError> {
        let kept = self.kept().get(account.as_str()).cloned();
        let made_up = || (account.as_str() != "404").then(|| Secret::new("7:throwaway-client-pat"));
        Ok(kept.or_else(made_up))
    }

    async fn set(&self, account: &ExternalId, credential: &Secret) -> Result<(), GatewayError> {
        self.kept().insert(account.to_string(), credential.clone());
        Ok(())
    }

    async fn forget(&self, account: &ExternalId) -> Result<(), GatewayError> {
        self.kept().remove(account.as_str());
        Ok(())
    }
}

/// The bare adapter: no layer waits, repeats or redacts.
pub fn open(name: &str, base_url: String, credential: &str) -> Arc<dyn Gateway> {
    let connection = Connection { product: Product::new(name), base_url };
    let credential = Some(Secret::new(credential));
    (product(name).unwrap().open)(product::Opening { connection, credential, accounts: Arc::new(Everybody::default()) })
        .unwrap()
}

/// Does one step; everything that was told, as text. An error of the adapter is an answer.
///
/// # Errors
/// A promise that holds for every reply was broken.
pub async fn play(gateway: Arc<dyn Gateway>, step: Step, pulse: Pulse) -> Result<(String, Made), String> {
    let mut told = String::new();
    let mut made = Made::default();
    pulse.beat(&step);
    match step {
        Step::Probe => {
            told = said(&gateway.probe(now()).await);
            told.push_str(&format!("{:?}", gateway.describe()));
        }
        Step::List(what) => {
            let mut at = Cursor::start();
            for _ in 0..PAGES_MAX {
                pulse.beat((&what, &at));
                let page = gateway.inventory(&what, &at).await;
                told.push_str(&said(&page));
                let Some(next) = page.ok().and_then(|page| page.next) else { break };
                at = next;
            }
        }
        Step::Usage(ask) => {
            let mut at = Cursor::start();
            for _ in 0..PAGES_MAX {
                pulse.beat((&ask, &at));
                let page = gateway.usage(&ask, &at).await;
                told.push_str(&said(&page));
                let Ok(page) = page else { break };
                for record in &page.items {
                    if !ask.window.contains(record.occurred_at) || record.origin.grain() != ask.grain {
                        return Err(format!("{:?} at {} was not asked for", record.origin, record.occurred_at));
                    }
                }
                let Some(next) = page.next else { break };
                at = next;
            }
        }
        Step::Apply(action) => {
            let outcome = gateway.apply(&action, now()).await;
            told = said(&outcome);
            if let Ok(Outcome::Done(receipt)) = outcome {
                made.accounts.extend(receipt.account.map(|account| account.external_id));
                made.keys.extend(receipt.key.map(|key| key.external_id));
            }
        }
    }
    Ok((told, made))
}

fn said<T: std::fmt::Debug>(result: &Result<T, GatewayError>) -> String {
    match result {
        Ok(good) => format!("{good:?}"),
        Err(error) => format!("{error} {error:?}"),
    }
}

/// The steps before anything is known to exist.
pub fn first() -> Vec<Step> {
    let account = |n| Step::Apply(Action::AccountCreate { mark: mark(n), spec: account_spec(n), secret: secret(n) });
    vec![Step::Probe, account(1), account(2), account(3)]
}

/// The steps once there are accounts.
pub fn second(made: &Made) -> Vec<Step> {
    let account = made.accounts.first().cloned().unwrap_or_else(|| ExternalId::new("7"));
    let key = |n: u8| {
        let (spec, account) = (key_spec(n), account.clone());
        Step::Apply(Action::KeyCreate { mark: mark(10 + n), account, spec, secret: secret(10 + n) })
    };
    (1..=9).map(key).collect()
}

/// All the others.
pub fn third(made: &Made) -> Vec<Step> {
    let account = made.accounts.first().cloned().unwrap_or_else(|| ExternalId::new("7"));
    let key = made.keys.first().cloned().unwrap_or_else(|| ExternalId::new("ab".repeat(32)));
    let last = made.keys.last().unwrap_or(&key).clone();
    let mut steps = reads(&account, &key);
    for n in 1..=3 {
        steps.push(Step::Apply(Action::AccountUpdate { account: account.clone(), spec: account_spec(n + 3) }));
    }
    for n in 1..=9 {
        steps.push(Step::Apply(Action::KeyUpdate { key: key.clone(), spec: key_spec(n + 10) }));
    }
    for n in [2, 0, 3, 4] {
        steps.push(Step::Apply(Action::KeyBudget { key: key.clone(), budget: budget(n) }));
    }
    for paused in [true, true, false] {
        steps.push(Step::Apply(Action::KeyPause { key: key.clone(), paused }));
        steps.push(Step::Apply(Action::AccountPause { account: account.clone(), paused }));
    }
    let credential = Secret::new("7:throwaway-client-pat");
    steps.push(Step::Apply(Action::AccountCredential { account: account.clone(), credential }));
    steps.push(Step::Apply(Action::KeyReveal { key: key.clone() }));
    steps.push(Step::Probe);
    steps.extend(usage(Some(&account)));
    for gone in [last, ExternalId::new("404"), ExternalId::new("é/../?#")] {
        steps.push(Step::Apply(Action::KeyRevoke { key: gone.clone() }));
        steps.push(Step::Apply(Action::KeyPause { key: gone, paused: false }));
    }
    steps
}

fn reads(account: &ExternalId, key: &ExternalId) -> Vec<Step> {
    let lists = [
        Resource::Accounts,
        Resource::Account(account.clone()),
        Resource::Account(ExternalId::new("404")),
        Resource::Keys(None),
        Resource::Keys(Some(account.clone())),
        Resource::Key(key.clone()),
        Resource::Key(ExternalId::new("404")),
        Resource::Models,
        Resource::Routes,
    ];
    lists.into_iter().map(Step::List).chain(usage(None)).collect()
}

/// Both grains: whole days, and a few hours that no day begins with.
fn usage(account: Option<&ExternalId>) -> impl Iterator<Item = Step> {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let days = ("2026-11-19T00:00:00Z", "2026-11-21T00:00:00Z", Grain::Day);
    let hours = ("2026-11-19T00:00:00.001Z", "2026-11-19T02:30:00.5Z", Grain::Request);
    let second = ("2026-11-19T00:03:00Z", "2026-11-19T00:03:01Z", Grain::Request);
    let asks = [days, hours, second].map(|(start, end, grain)| {
        let window = Period::new(at(start), at(end)).unwrap();
        Step::Usage(UsageAsk { window, grain, account: account.cloned() })
    });
    asks.into_iter()
}

fn mark(n: u8) -> Mark {
    Mark::new([n; 16])
}

fn secret(n: u8) -> Secret {
    Secret::new(&format!("sk-mutated-0123456789-{n:04}"))
}

fn budget(n: u8) -> Limit<Budget> {
    let period = BudgetPeriod::ALL[usize::from(n) % 4];
    match n % 5 {
        0 => Limit::Unlimited,
        1 => Limit::Limited(Budget::new(Nanos::ZERO, Currency::USD, BudgetPeriod::Total).unwrap()),
        2 => Limit::Limited(Budget::new(Budget::MAX, Currency::USD, period).unwrap()),
        _ => Limit::Limited(Budget::new(Nanos(12_345_678_901), Currency::USD, period).unwrap()),
    }
}

fn models(n: u8) -> ModelScope {
    match n % 3 {
        0 => ModelScope::All,
        1 => ModelScope::Only(vec![ModelName::new("gpt-4o-mini"), ModelName::new("openai/gpt-4.1")]),
        _ => ModelScope::Only(vec![ModelName::new("atlas-chat")]),
    }
}

fn rate_limit(n: u8) -> RateLimit {
    match n % 3 {
        0 => RateLimit { requests_per_minute: Some(60), tokens_per_minute: Some(u64::MAX), parallel: Some(1) },
        _ => RateLimit::default(),
    }
}

/// Each has one thing that not every product can do, so that each product does most of them.
fn account_spec(n: u8) -> AccountSpec {
    AccountSpec {
        name: name(n),
        models: models(if n % 6 == 4 { 1 } else { 0 }),
        budget: budget(if matches!(n % 6, 2 | 3) { n } else { 0 }),
        rate_limit: rate_limit(if n % 6 == 5 { 0 } else { 1 }),
    }
}

/// As with accounts.
fn key_spec(n: u8) -> KeySpec {
    KeySpec {
        name: name(n),
        environment: Environment::ALL[usize::from(n) % 4],
        scope: if n % 10 == 6 { Scope::Inference } else { Scope::Full },
        models: models(if matches!(n % 10, 2 | 8) { 1 + n / 2 % 2 } else { 0 }),
        budget: budget(if matches!(n % 10, 3 | 7 | 9) { n } else { 0 }),
        rate_limit: rate_limit(if n % 10 == 4 { 0 } else { 1 }),
        expires_at: matches!(n % 10, 5 | 9).then(|| now().plus_days(30)),
    }
}

fn name(n: u8) -> Name {
    Name::lossy(["Harborlight Dental", "日本 & Söhne ~ [p:x]", "a"][usize::from(n) % 3], "?")
}
