//! The contract against a real LiteLLM proxy, when `PURSER_LIVE_LITELLM_URL` and `PURSER_LIVE_LITELLM_KEY` name one that
//! may be written to. Without them there is nothing to test, and the test says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop")]

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use domain::{
    AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Grain, KeySpec, Limit, Mark, Meter,
    ModelName, ModelScope, Name, Nanos, Product, RateLimit, Scope, Secret, Timestamp, UsageRecord, Zone,
};
use gateway::contract::{self, World};
use gateway::{Action, Connection, Gateway, Item, Outcome, Resource, UsageAsk};

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
    let gateway = gateway::connect(&connection, Some(credential.clone()), Arc::new(gateway::NoAccountSecrets)).unwrap();
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
        // Today's usage may still change: the other test makes some.
        usage: utc.days(today.plus_days(-6), today.plus_days(-1)),
        usage_expected: false,
        credential: Some(credential),
    };
    let probe = gateway.probe(now).await.unwrap();
    eprintln!("{:?} {:?} {:#?}", probe.version, probe.rights, probe.findings);
    let report = contract::run(&*gateway, &world).await;
    eprintln!("{report}");
    assert!(report.is_kept(), "{report}");
}

/// What the account, the key and a caller see of each other on a real proxy: paid calls, a pause, a budget of zero.
#[tokio::test]
async fn a_real_litellm_counts_pauses_and_stops() {
    let (Ok(url), Ok(key)) = (std::env::var("PURSER_LIVE_LITELLM_URL"), std::env::var("PURSER_LIVE_LITELLM_KEY"))
    else {
        return;
    };
    let connection = Connection { product: Product::new("litellm"), base_url: url.clone() };
    let gateway = gateway::connect(&connection, Some(Secret::new(&key)), Arc::new(gateway::NoAccountSecrets)).unwrap();
    let caller = Caller::new(&*gateway, &url).await;
    for model in ["atlas-chat", "atlas-default", "atlas-large", "atlas-chat"] {
        assert_eq!(caller.call(model).await, 200, "{model}");
    }
    assert_eq!(caller.call("no-such-model").await, 403, "a model outside the list");
    assert_eq!(caller.call("atlas-flaky").await, 500, "an upstream that fails");

    caller.apply(Action::KeyPause { key: caller.key.clone(), paused: true }).await;
    assert_eq!(caller.call("atlas-chat").await, 401, "paused");
    caller.apply(Action::KeyPause { key: caller.key.clone(), paused: false }).await;
    assert_eq!(caller.call("atlas-chat").await, 200, "resumed with the same secret");
    caller.apply(Action::AccountPause { account: caller.account.clone(), paused: true }).await;
    assert_eq!(caller.call("atlas-chat").await, 401, "the account is paused");
    caller.apply(Action::AccountPause { account: caller.account.clone(), paused: false }).await;
    let zero = Budget::new(Nanos::ZERO, Currency::USD, BudgetPeriod::Daily).unwrap();
    caller.apply(Action::KeyBudget { key: caller.key.clone(), budget: Limit::Limited(zero) }).await;
    let status = caller.call("atlas-chat").await;
    assert_eq!(Some(status), gateway.describe().capability.budget_stop_status.or(Some(422)), "over budget");
    caller.apply(Action::KeyBudget { key: caller.key.clone(), budget: Limit::Unlimited }).await;

    let (rows, days) = caller.settled_usage(5).await;
    let served = |records: &[UsageRecord]| records.iter().map(|r| r.quantities.get(Meter::Requests)).sum::<u64>();
    let cost = |records: &[UsageRecord]| records.iter().map(|record| record.cost.0).sum::<i64>();
    assert_eq!((served(&rows), served(&days)), (5, 5), "served requests by row and by day");
    assert_eq!(cost(&rows), cost(&days), "to the nano-dollar");
    assert!(rows.iter().any(|record| record.model.as_str() == "atlas-default"), "rows keep the name that was called");
    assert!(rows.iter().all(|record| record.key.as_ref() == Some(&caller.key)), "{rows:#?}");
    caller.apply(Action::KeyRevoke { key: caller.key.clone() }).await;
}

struct Caller<'a> {
    gateway: &'a dyn Gateway,
    http: reqwest::Client,
    url: String,
    secret: Secret,
    account: ExternalId,
    key: ExternalId,
}

impl<'a> Caller<'a> {
    async fn new(gateway: &'a dyn Gateway, url: &str) -> Self {
        gateway.probe(now()).await.unwrap();
        let mut seed = [0x77; 16];
        seed[..8].copy_from_slice(&now().as_millis().to_le_bytes());
        let (mark, secret) = (Mark::new(seed), Secret::new(&format!("sk-live-{}", Mark::new(seed))));
        let name = |text: &str| Name::lossy(&format!("{text} {}", mark.short()), "live");
        let models = ["atlas-chat", "atlas-default", "atlas-large", "atlas-flaky"].map(ModelName::new).to_vec();
        let spec = AccountSpec {
            name: name("Live test"),
            models: ModelScope::All,
            budget: Limit::Unlimited,
            rate_limit: RateLimit::default(),
        };
        let Outcome::Done(made) =
            gateway.apply(&Action::AccountCreate { mark, spec, secret: Secret::new("") }, now()).await.unwrap()
        else {
            panic!("no account")
        };
        let account = made.account.unwrap().external_id;
        let spec = KeySpec {
            name: name("live-prod"),
            environment: Environment::Production,
            scope: Scope::Inference,
            models: ModelScope::Only(models),
            budget: Limit::Unlimited,
            rate_limit: RateLimit::default(),
            expires_at: Some(now().plus_days(1)),
        };
        let action = Action::KeyCreate { mark, account: account.clone(), spec, secret: secret.clone() };
        let Outcome::Done(made) = gateway.apply(&action, now()).await.unwrap() else { panic!("no key") };
        let key = made.key.unwrap().external_id;
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { gateway, http, url: url.to_owned(), secret, account, key }
    }

    async fn call(&self, model: &str) -> u16 {
        let body = format!(r#"{{"model": "{model}", "messages": [{{"role": "user", "content": "Good morning"}}]}}"#);
        let request = self.http.post(format!("{}/v1/chat/completions", self.url)).body(body);
        let request = request.bearer_auth(self.secret.expose()).header("content-type", "application/json");
        request.send().await.unwrap().status().as_u16()
    }

    async fn apply(&self, action: Action) {
        match self.gateway.apply(&action, now()).await.unwrap() {
            Outcome::Done(_) => {}
            Outcome::Refused(reason) => panic!("{}: {}", action.code(), reason.message),
        }
    }

    /// Usage of the account once this many requests are written: LiteLLM flushes every few seconds.
    async fn settled_usage(&self, served: u64) -> (Vec<UsageRecord>, Vec<UsageRecord>) {
        for _ in 0..60 {
            let (rows, days) = (self.usage(Grain::Request).await, self.usage(Grain::Day).await);
            let count = |all: &[UsageRecord]| all.iter().map(|r| r.quantities.get(Meter::Requests)).sum::<u64>();
            if count(&rows) >= served && count(&days) >= served {
                return (rows, days);
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
        panic!("the usage did not appear within a minute")
    }

    async fn usage(&self, grain: Grain) -> Vec<UsageRecord> {
        let today = Zone::utc().date_of(now());
        let window = Zone::utc().days(today.plus_days(-1), today);
        let ask = UsageAsk { window, grain, account: Some(self.account.clone()) };
        let (mut at, mut records) = (gateway::Cursor::start(), Vec::new());
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
