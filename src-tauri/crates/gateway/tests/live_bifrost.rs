//! The contract against a real Bifrost, when `PURSER_LIVE_BIFROST_URL` and `PURSER_LIVE_BIFROST_KEY` (`user:password`)
//! name one that may be written to and whose first two models answer. Without them there is nothing to test, and the
//! test says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Grain, Key, KeySpec, KeyStatus,
    Limit, Mark, Meter, ModelName, ModelScope, Name, Nanos, Product, RateLimit, Scope, Secret, Timestamp, UsageRecord,
    Zone,
};
use gateway::contract::{self, World};
use gateway::{Action, Connection, Cursor, Gateway, Item, KeySecret, Outcome, Receipt, Resource, UsageAsk};

#[allow(clippy::disallowed_methods, reason = "a real server lives in real time")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// The gateway, its address, and the credential.
fn connect() -> Option<(Arc<dyn Gateway>, String, Secret)> {
    let (Ok(url), Ok(key)) = (std::env::var("PURSER_LIVE_BIFROST_URL"), std::env::var("PURSER_LIVE_BIFROST_KEY"))
    else {
        eprintln!("PURSER_LIVE_BIFROST_URL and PURSER_LIVE_BIFROST_KEY are not set: nothing to test");
        return None;
    };
    let credential = Secret::new(&key);
    let connection = Connection { product: Product::new("bifrost"), base_url: url.clone() };
    let accounts = Arc::new(gateway::NoAccountSecrets);
    Some((gateway::connect(&connection, Some(credential.clone()), accounts).unwrap(), url, credential))
}

async fn models(gateway: &dyn Gateway) -> Vec<ModelName> {
    let page = gateway.inventory(&Resource::Models, &Cursor::start()).await.unwrap();
    let names = page.items.into_iter().filter_map(|item| match item {
        Item::Model(offer) => Some(offer.name),
        _ => None,
    });
    names.take(2).collect()
}

/// One test at a time: what one makes, the other's listings would see.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn a_real_bifrost_keeps_the_contract() {
    let _alone = ALONE.lock().await;
    let Some((gateway, _, credential)) = connect() else { return };
    let (now, utc) = (now(), Zone::utc());
    let today = utc.date_of(now);
    let world = World {
        now,
        seed: u64::try_from(now.as_millis()).unwrap(),
        models: models(&*gateway).await,
        // Today's usage may still change: the other test makes some.
        usage: utc.days(today.plus_days(-6), today.plus_days(-1)),
        usage_expected: false,
        credential: Some(credential),
    };
    let probe = gateway.probe(now).await.unwrap();
    eprintln!("{:?} {:#?} {:#?}", probe.version, probe.capability, probe.findings);
    let report = contract::run(&*gateway, &world).await;
    eprintln!("{report}");
    assert!(report.is_kept(), "{report}");
}

/// What the account, the key and a caller see of each other on a real Bifrost: calls, pauses, budgets, the bill.
#[tokio::test]
async fn a_real_bifrost_counts_pauses_and_stops() {
    let _alone = ALONE.lock().await;
    let Some((gateway, url, _)) = connect() else { return };
    let offered = models(&*gateway).await;
    let caller = Caller::new(&*gateway, &url, &offered).await;
    let (first, second) = (offered[0].as_str(), offered[1].as_str());
    for model in [first, second, first] {
        assert_eq!(caller.call(model).await, 200, "{model}");
    }
    caller.bound("key", true, Action::KeyPause { key: caller.key.clone(), paused: true }, first).await;
    caller.bound("key", false, Action::KeyPause { key: caller.key.clone(), paused: false }, first).await;
    caller.account_pause_spares_what_a_person_stopped(first).await;
    caller.a_taken_name_is_no_others_end().await;
    caller.stays_attributed(&offered[..1]).await;
    assert_eq!(caller.call(second).await, 403, "a model outside the list");
    assert_eq!(caller.call(first).await, 200, "the one inside");
    caller.stops_over_budget(first).await;

    let rows = caller.settled_usage().await;
    let served: u64 = rows.iter().map(|row| row.quantities.get(Meter::Requests)).sum();
    assert_eq!(served, caller.served.load(std::sync::atomic::Ordering::Relaxed), "every served call, and no other");
    assert!(rows.iter().any(|row| row.failed_requests == 1), "refused calls are counted as failed");
    assert!(rows.iter().all(|row| (row.failed_requests == 0) == (row.cost.0 > 0)), "{rows:#?}");
    assert!(rows.iter().all(|row| row.key.as_ref() == Some(&caller.key)), "{rows:#?}");
    assert!(rows.iter().all(|row| offered.contains(&row.model)), "as it was called: {rows:#?}");
    let spent = caller.account().await;
    eprintln!(
        "cost {} over {} rows, account {:?}",
        rows.iter().map(|r| r.cost.0).sum::<i64>(),
        rows.len(),
        spent.spent
    );

    let revealed = gateway.apply(&Action::KeyReveal { key: caller.key.clone() }, now()).await.unwrap();
    if gateway.describe().capability.key_reveal {
        let Outcome::Done(Receipt { secret: KeySecret::Told(secret), .. }) = revealed else { panic!("not revealed") };
        assert_eq!(secret.expose(), caller.secret.expose());
    }
    caller.apply(Action::KeyRevoke { key: caller.key.clone() }).await;
    assert_eq!(caller.call(first).await, 401, "revoked");
    let after = caller.usage().await;
    assert!(
        after.iter().any(|row| row.account.as_ref() == Some(&caller.account)),
        "a revoked key's rows keep their payer"
    );
}

struct Caller<'a> {
    gateway: &'a dyn Gateway,
    http: reqwest::Client,
    url: String,
    secret: Secret,
    account: ExternalId,
    key: ExternalId,
    spec: KeySpec,
    served: std::sync::atomic::AtomicU64,
}

impl<'a> Caller<'a> {
    async fn new(gateway: &'a dyn Gateway, url: &str, models: &[ModelName]) -> Self {
        gateway.probe(now()).await.unwrap();
        let mut seed = [0x77; 16];
        seed[..8].copy_from_slice(&now().as_millis().to_le_bytes());
        let mark = Mark::new(seed);
        let name = |text: &str| Name::lossy(&format!("{text} {}", mark.short()), "live");
        let budget = Budget::new(Nanos::units(100), Currency::USD, BudgetPeriod::Monthly).unwrap();
        let spec = AccountSpec {
            name: name("Live test"),
            models: ModelScope::All,
            budget: Limit::Limited(budget),
            rate_limit: RateLimit::default(),
        };
        let create = Action::AccountCreate { mark, spec, secret: Secret::new("") };
        let Outcome::Done(made) = gateway.apply(&create, now()).await.unwrap() else { panic!("no account") };
        let account = made.account.unwrap().external_id;
        let spec = key_spec(name("live-prod"), models);
        let create = Action::KeyCreate { mark, account: account.clone(), spec: spec.clone(), secret: Secret::new("") };
        let Outcome::Done(made) = gateway.apply(&create, now()).await.unwrap() else { panic!("no key") };
        let key = made.key.unwrap();
        let KeySecret::Told(secret) = made.secret else { panic!("Bifrost makes the secret") };
        assert_eq!(key.label, secret.label());
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let (key, url) = (key.external_id, url.to_owned());
        Self { gateway, http, url, secret, account, key, spec, served: 0.into() }
    }

    async fn call(&self, model: &str) -> u16 {
        let body = format!(
            r#"{{"model": "{model}", "max_tokens": 50, "messages": [{{"role": "user", "content": "Good morning"}}]}}"#
        );
        let request = self.http.post(format!("{}/v1/chat/completions", self.url)).body(body);
        let request = request.bearer_auth(self.secret.expose()).header("content-type", "application/json");
        let status = request.send().await.unwrap().status().as_u16();
        self.served.fetch_add(u64::from(status == 200), std::sync::atomic::Ordering::Relaxed);
        status
    }

    async fn apply(&self, action: Action) {
        match self.gateway.apply(&action, now()).await.unwrap() {
            Outcome::Done(_) => {}
            Outcome::Refused(reason) => panic!("{}: {}", action.code(), reason.message),
        }
    }

    /// How long after the receipt a pause or its end bites.
    async fn bound(&self, what: &str, paused: bool, action: Action, model: &str) {
        self.apply(action).await;
        #[allow(clippy::disallowed_methods, reason = "a real server lives in real time")]
        let started = Instant::now();
        let expected = if paused { 403 } else { 200 };
        let mut calls = 1;
        while self.call(model).await != expected {
            calls += 1;
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "{what} paused={paused} does not bite within a minute"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let promised = u64::from(self.gateway.describe().capability.pause_bound_seconds);
        eprintln!("{what} paused={paused} bites at call {calls}, {:?} after the receipt", started.elapsed());
        assert!(calls == 1 || started.elapsed() <= Duration::from_secs(promised), "later than promised");
    }

    async fn account_pause_spares_what_a_person_stopped(&self, model: &str) {
        let mut seed = [0x78; 16];
        seed[..8].copy_from_slice(&now().as_millis().to_le_bytes());
        let spec = KeySpec { name: self.spec.name.clone(), ..self.spec.clone() };
        let (mark, account) = (Mark::new(seed), self.account.clone());
        let create = Action::KeyCreate { mark, account: account.clone(), spec, secret: Secret::new("") };
        let Outcome::Done(made) = self.gateway.apply(&create, now()).await.unwrap() else { panic!("no key") };
        let other = made.key.unwrap().external_id;
        self.apply(Action::KeyPause { key: other.clone(), paused: true }).await;
        self.bound("account", true, Action::AccountPause { account: account.clone(), paused: true }, model).await;
        assert!(self.account().await.paused);
        let wake = Action::KeyPause { key: other.clone(), paused: false };
        let refused = self.gateway.apply(&wake, now()).await.unwrap();
        assert!(matches!(refused, Outcome::Refused(_)), "no key of a paused account is started");
        self.bound("account", false, Action::AccountPause { account, paused: false }, model).await;
        assert!(!self.account().await.paused);
        assert_eq!(self.key(&other).await.status, KeyStatus::Paused, "stopped by a person, and still so");
        self.apply(Action::KeyRevoke { key: other }).await;
    }

    /// Two keys are given one name; neither is mistaken for the other.
    async fn a_taken_name_is_no_others_end(&self) {
        let mut seed = [0x79; 16];
        seed[..8].copy_from_slice(&now().as_millis().to_le_bytes());
        let mut spec = self.spec.clone();
        spec.name = Name::lossy(&format!("{} second", spec.name), "live");
        let (mark, account) = (Mark::new(seed), self.account.clone());
        let create = Action::KeyCreate { mark, account, spec: spec.clone(), secret: Secret::new("") };
        let Outcome::Done(made) = self.gateway.apply(&create, now()).await.unwrap() else { panic!("no key") };
        let second = made.key.unwrap();
        spec.name = self.spec.name.clone();
        self.apply(Action::KeyUpdate { key: second.external_id.clone(), spec }).await;
        let (first, again) = (self.key(&self.key).await, self.key(&second.external_id).await);
        assert_eq!((&first.spec.name, &again.spec.name), (&self.spec.name, &self.spec.name));
        assert_ne!(first.label, again.label, "each keeps its secret");
        assert_eq!(again.label, second.label);
        self.apply(Action::KeyRevoke { key: second.external_id }).await;
    }

    /// Everything is changed once; the key still belongs to its account.
    async fn stays_attributed(&self, models: &[ModelName]) {
        let mut spec = self.spec.clone();
        spec.models = ModelScope::Only(models.to_vec());
        spec.environment = Environment::Staging;
        spec.name = Name::lossy(&format!("{} renamed", spec.name), "live");
        spec.rate_limit.tokens_per_minute = None;
        let weekly = Budget::new(Nanos::units(7), Currency::USD, BudgetPeriod::Weekly).unwrap();
        spec.budget = Limit::Limited(weekly);
        self.apply(Action::KeyUpdate { key: self.key.clone(), spec: spec.clone() }).await;
        let key = self.key(&self.key).await;
        assert_eq!(key.account.as_ref(), Some(&self.account));
        assert_eq!(key.spec, spec);
    }

    async fn stops_over_budget(&self, model: &str) {
        let tiny = Budget::new(Nanos(1000), Currency::USD, BudgetPeriod::Total).unwrap();
        self.apply(Action::KeyBudget { key: self.key.clone(), budget: Limit::Limited(tiny) }).await;
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(self.call(model).await);
            if statuses.last() != Some(&200) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        eprintln!("over budget: {statuses:?}, key spent {:?}", self.key(&self.key).await.spent);
        let promised = self.gateway.describe().capability.budget_stop_status;
        assert_eq!(statuses.last().copied(), promised, "over budget: {statuses:?}");
        self.apply(Action::KeyBudget { key: self.key.clone(), budget: Limit::Unlimited }).await;
        assert_eq!(self.call(model).await, 200, "without a budget it works again");
    }

    async fn account(&self) -> Account {
        let found = self.gateway.inventory(&Resource::Account(self.account.clone()), &Cursor::start()).await.unwrap();
        let Some(Item::Account(account)) = found.items.into_iter().next() else { panic!("no account") };
        account
    }

    async fn key(&self, id: &ExternalId) -> Key {
        let found = self.gateway.inventory(&Resource::Key(id.clone()), &Cursor::start()).await.unwrap();
        let Some(Item::Key(key)) = found.items.into_iter().next() else { panic!("no key") };
        key
    }

    /// Usage of the account once every served call is there: rows are written a moment after the answer.
    async fn settled_usage(&self) -> Vec<UsageRecord> {
        let expected = self.served.load(std::sync::atomic::Ordering::Relaxed);
        for _ in 0..60 {
            let rows = self.usage().await;
            if rows.iter().map(|row| row.quantities.get(Meter::Requests)).sum::<u64>() >= expected {
                return rows;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("the usage did not appear within a minute")
    }

    async fn usage(&self) -> Vec<UsageRecord> {
        let today = Zone::utc().date_of(now());
        let window = Zone::utc().days(today.plus_days(-1), today);
        let ask = UsageAsk { window, grain: Grain::Request, account: Some(self.account.clone()) };
        let (mut at, mut records) = (Cursor::start(), Vec::new());
        loop {
            let page = self.gateway.usage(&ask, &at).await.unwrap();
            records.extend(page.items);
            match page.next {
                Some(next) => at = next,
                None => return records,
            }
        }
    }
}

fn key_spec(name: Name, models: &[ModelName]) -> KeySpec {
    KeySpec {
        name,
        environment: Environment::Production,
        scope: Scope::Full,
        models: ModelScope::Only(models.to_vec()),
        budget: Limit::Unlimited,
        rate_limit: RateLimit { requests_per_minute: Some(600), tokens_per_minute: Some(1_000_000), parallel: None },
        expires_at: None,
    }
}
