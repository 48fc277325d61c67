//! The contract against a real New API, when `PURSER_LIVE_NEWAPI_URL` and `PURSER_LIVE_NEWAPI_KEY` (`number:token` of the
//! root user) name one that may be written to. Without them there is nothing to test, and the test says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

#[path = "newapi/entrusted.rs"]
mod entrusted;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::{
    AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Grain, KeySpec, Limit, Mark, Meter,
    ModelName, ModelScope, Name, Nanos, Period, Product, RateLimit, Scope, Secret, Timestamp, UsageRecord, Zone,
};
use entrusted::Entrusted;
use gateway::contract::{self, World};
use gateway::{Action, Connection, Cursor, Gateway, Item, KeySecret, Outcome, Receipt, Resource, UsageAsk};

#[allow(clippy::disallowed_methods, reason = "a real server lives in real time")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn instance() -> Option<(String, Secret)> {
    let url = std::env::var("PURSER_LIVE_NEWAPI_URL").ok()?;
    Some((url, Secret::new(&std::env::var("PURSER_LIVE_NEWAPI_KEY").ok()?)))
}

fn connect(product: &str, url: &str, credential: &Secret) -> Arc<dyn Gateway> {
    let connection = Connection { product: Product::new(product), base_url: url.to_owned() };
    gateway::connect(&connection, Some(credential.clone()), Arc::new(Entrusted::default())).unwrap()
}

async fn contract_kept(product: &str) {
    let Some((url, credential)) = instance() else {
        eprintln!("PURSER_LIVE_NEWAPI_URL and PURSER_LIVE_NEWAPI_KEY are not set: nothing to test");
        return;
    };
    let gateway = connect(product, &url, &credential);
    let probe = gateway.probe(now()).await.unwrap();
    eprintln!("{:?} {:?} {:#?}", probe.version, probe.rights, probe.findings);
    let models = gateway.inventory(&Resource::Models, &Cursor::start()).await.unwrap().items.into_iter();
    let models: Vec<ModelName> =
        models.filter_map(|item| if let Item::Model(offer) = item { Some(offer.name) } else { None }).take(2).collect();
    let (now, utc) = (now(), Zone::utc());
    let today = utc.date_of(now);
    let world = World {
        now,
        seed: u64::try_from(now.as_millis()).unwrap(),
        models,
        usage: utc.days(today.plus_days(-2), today.plus_days(-1)),
        usage_expected: false,
        credential: Some(credential),
    };
    let report = contract::run(&*gateway, &world).await;
    eprintln!("{report}");
    assert!(report.is_kept(), "{report}");
}

#[tokio::test]
async fn a_real_new_api_keeps_the_contract() {
    contract_kept("newapi").await;
}

#[tokio::test]
async fn a_real_new_api_keeps_the_contract_with_keys_of_our_own() {
    contract_kept("newapi-own").await;
}

/// What the account, the key and a caller see of each other: paid calls, pauses, an exhausted key, its revival.
#[tokio::test]
async fn a_real_new_api_counts_pauses_and_stops() {
    let Some((url, credential)) = instance() else { return };
    for product in ["newapi", "newapi-own"] {
        let gateway = connect(product, &url, &credential);
        let caller = Caller::new(&*gateway, &url).await;
        caller.counts().await;
        caller.pauses().await;
        caller.runs_out().await;
        caller.apply(Action::KeyRevoke { key: caller.key.clone() }).await;
        caller.refused_within("revoked").await;
    }
}

struct Caller<'a> {
    gateway: &'a dyn Gateway,
    http: reqwest::Client,
    url: String,
    secret: Secret,
    account: ExternalId,
    key: ExternalId,
    start: Timestamp,
}

fn done(outcome: Outcome) -> Receipt {
    match outcome {
        Outcome::Done(receipt) => receipt,
        Outcome::Refused(reason) => panic!("{}", reason.message),
    }
}

impl<'a> Caller<'a> {
    async fn new(gateway: &'a dyn Gateway, url: &str) -> Self {
        let start = now();
        gateway.probe(start).await.unwrap();
        let mut seed = [0x77; 16];
        seed[..8].copy_from_slice(&start.as_millis().to_be_bytes());
        seed.reverse();
        let mark = Mark::new(seed);
        let spec = AccountSpec {
            name: Name::lossy(&format!("Live test | {}", mark.short()), "live"),
            models: ModelScope::All,
            budget: Limit::Unlimited,
            rate_limit: RateLimit::default(),
        };
        let create = Action::AccountCreate { mark, spec, secret: Secret::new(&format!("random {mark}")) };
        let account = done(gateway.apply(&create, now()).await.unwrap()).account.unwrap().external_id;
        let spec = KeySpec {
            name: Name::lossy("live-prod", "live"),
            environment: Environment::Production,
            scope: Scope::Full,
            models: ModelScope::Only(vec![ModelName::new("gpt-4o"), ModelName::new("gpt-4o-mini")]),
            budget: Limit::Unlimited,
            rate_limit: RateLimit::default(),
            expires_at: Some(now().plus_days(1)),
        };
        let action = Action::KeyCreate { mark, account: account.clone(), spec, secret: Secret::new("unused") };
        let made = done(gateway.apply(&action, now()).await.unwrap());
        let KeySecret::Told(secret) = made.secret else { panic!("the secret was not told: {:?}", made.secret) };
        let key = made.key.unwrap().external_id;
        let reveal = done(gateway.apply(&Action::KeyReveal { key: key.clone() }, now()).await.unwrap());
        let KeySecret::Told(again) = reveal.secret else { panic!("the secret was not shown") };
        assert_eq!(again.expose(), secret.expose(), "shown again, it is the same");
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { gateway, http, url: url.to_owned(), secret, account, key, start }
    }

    async fn call(&self, model: &str, words: &str, max_tokens: u32) -> u16 {
        let body = format!(
            r#"{{"model": "{model}", "max_tokens": {max_tokens}, "messages": [{{"role": "user", "content": "{words}"}}]}}"#
        );
        let request = self.http.post(format!("{}/v1/chat/completions", self.url)).body(body);
        let request = request.bearer_auth(self.secret.expose()).header("content-type", "application/json");
        request.send().await.unwrap().status().as_u16()
    }

    async fn apply(&self, action: Action) -> Receipt {
        done(self.gateway.apply(&action, now()).await.unwrap())
    }

    async fn counts(&self) {
        assert_eq!(self.call("gpt-4o-mini", "one two three four five", 20).await, 200);
        assert_eq!(self.call("gpt-4o", &format!("cached=600{}", " w".repeat(999)), 100).await, 200);
        assert_eq!(self.call("no-such-model", "x", 1).await, 403, "a model outside the list");
        let rows = self.rows(2).await;
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                let of = |meter| row.quantities.get(meter);
                let tokens = (of(Meter::InputTokens), of(Meter::CacheReadTokens), of(Meter::OutputTokens));
                (row.model.as_str(), tokens, row.cost)
            })
            .collect();
        // 0.075 × (5 + 20 × 4) = 6.4 units, and 1.25 × (400 + 600 × 0.5 + 100 × 4) = 1375 units of 2000 nano-dollars.
        assert_eq!(told[0], ("gpt-4o-mini", (5, 0, 20), Nanos(12_000)));
        assert_eq!(told[1], ("gpt-4o", (400, 600, 100), Nanos(2_750_000)));
        assert!(rows.iter().all(|row| row.key.as_ref() == Some(&self.key)), "{rows:#?}");
        assert!(rows.iter().all(|row| row.account.as_ref() == Some(&self.account)), "{rows:#?}");
    }

    async fn pauses(&self) {
        for action in [
            (|this: &Self, paused| Action::KeyPause { key: this.key.clone(), paused }) as fn(&Self, bool) -> Action,
            |this, paused| Action::AccountPause { account: this.account.clone(), paused },
        ] {
            self.apply(action(self, true)).await;
            self.refused_within(action(self, true).code()).await;
            self.apply(action(self, false)).await;
            assert_eq!(self.call("gpt-4o-mini", "x", 1).await, 200, "resumed with the same secret");
        }
    }

    /// The next call after a change is refused already; says how long after it that was.
    async fn refused_within(&self, what: &str) {
        let began = Instant::now();
        let status = self.call("gpt-4o-mini", "x", 1).await;
        eprintln!("{what}: {status} after {:?}", began.elapsed());
        assert!(matches!(status, 401 | 403), "{what}: {status}");
    }

    async fn runs_out(&self) {
        let spent = self.read_key().await.spent.unwrap();
        let dollars =
            |nanos: i64| Limit::Limited(Budget::new(Nanos(nanos), Currency::USD, BudgetPeriod::Total).unwrap());
        let tiny = Action::KeyBudget { key: self.key.clone(), budget: dollars(spent.0 + 120_000) };
        self.apply(tiny).await;
        // New API sets aside 500 tokens before a call: this one is let through, and costs more than is left.
        assert_eq!(self.call("gpt-4o-mini", "out=400", 20).await, 200);
        assert_eq!(self.call("gpt-4o-mini", "x", 1).await, 401, "exhausted");
        let after = self.read_key().await;
        assert!(after.spent.unwrap().0 > spent.0 + 120_000, "{after:?}");
        assert_eq!(after.status, domain::KeyStatus::Active, "over budget is not paused");
        let raised = Action::KeyBudget { key: self.key.clone(), budget: dollars(spent.0 + 1_000_000_000) };
        self.apply(raised).await;
        assert_eq!(self.call("gpt-4o-mini", "x", 1).await, 200, "a raised ceiling revives it");
        self.apply(Action::KeyBudget { key: self.key.clone(), budget: Limit::Unlimited }).await;
        assert_eq!(self.call("gpt-4o-mini", "x", 1).await, 200, "and so does none");
    }

    async fn read_key(&self) -> domain::Key {
        let page = self.gateway.inventory(&Resource::Key(self.key.clone()), &Cursor::start()).await.unwrap();
        let Some(Item::Key(key)) = page.items.into_iter().next() else { panic!("no key") };
        key
    }

    async fn rows(&self, expected: usize) -> Vec<UsageRecord> {
        for _ in 0..20 {
            let window = Period::new(self.start.plus_millis(-2_000), now().plus_millis(60_000)).unwrap();
            let ask = UsageAsk { window, grain: Grain::Request, account: Some(self.account.clone()) };
            let (mut at, mut records) = (Cursor::start(), Vec::new());
            loop {
                let page = self.gateway.usage(&ask, &at).await.unwrap();
                records.extend(page.items);
                match page.next {
                    Some(next) => at = next,
                    None => break,
                }
            }
            if records.len() >= expected {
                records.sort_by_key(|record| record.cost);
                return records;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("the usage did not appear within ten seconds")
    }
}
