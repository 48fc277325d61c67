//! The New API adapter through its front door: real HTTP on loopback against a fake that answers with recorded replies.
//! Time is paused: the adapter keeps New API's pace, and nobody waits for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

#[path = "newapi/entrusted.rs"]
mod entrusted;
#[path = "newapi/fake.rs"]
mod fake;
#[path = "newapi/fake_log.rs"]
mod fake_log;
#[path = "newapi/fake_token.rs"]
mod fake_token;
#[path = "newapi/fake_user.rs"]
mod fake_user;
#[path = "newapi/faults.rs"]
mod faults;
#[path = "newapi/keys.rs"]
mod keys;
#[path = "newapi/log.rs"]
mod log;
#[path = "newapi/routes.rs"]
mod routes;
#[path = "newapi/wallet.rs"]
mod wallet;

use domain::{
    AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Key, KeySpec, Limit, Mark, ModelName,
    ModelScope, Name, Nanos, Period, RateLimit, Scope, Secret, Zone,
};
use fake::{ADMIN, Fake, NEWEST, OLD_AUTH};
use gateway::contract::{self, World};
use gateway::{Action, Cursor, Gateway, Item, KeySecret, Outcome, Receipt, Resource};
use serde_json::{Value, json};

fn days() -> Period {
    Zone::utc().days("2026-11-18".parse().unwrap(), "2026-11-20".parse().unwrap())
}

/// Three days: two users and nobody, 260 requests in one second, a request over midnight, a refund, and rows of other
/// kinds. Tokens of mode O tell their account in their names.
fn history() -> Vec<Value> {
    let start = days().start().as_millis() / 1000;
    let mut rows = Vec::new();
    let mut add = |ended: i64, use_time: i64, who: (u64, u64, &str)| {
        let id = rows.len() as u64 + 1;
        rows.push(fake_log::row(id, start + ended, use_time, who, 8 + i64::try_from(id % 5).unwrap()));
    };
    let tagged = ["prod~pAbC-_9AAAAAAAAAAAAAAAAAAAAAA", "dev~dzzzzzzAAAAAAAAAAAAAAAAAAAAAA"];
    for hour in 0..70 {
        add(hour * 3600 + 12, 3, (2, 7, "k"));
        add(hour * 3600 + 1800, 0, (1, 8, tagged[usize::try_from(hour % 2).unwrap()]));
        add(hour * 3600 + 1801, 61, (3, 9, "other"));
    }
    for n in 0..260 {
        add(86_400 + 43_200, n % 4, (2, 7, "k"));
    }
    add(86_400 + 2, 5, (2, 7, "starts on the day before"));
    add(86_400 * 3 + 1, 5, (2, 7, "starts in the last second"));
    add(-1, 5, (2, 7, "before"));
    add(0, 4000, (2, 7, "longer than anyone looks back"));
    for (row, kind) in rows.iter_mut().rev().zip([6, 3, 1, 5]) {
        row["type"] = json!(if kind == 6 { 6 } else { 2 });
    }
    let mut manage = fake_log::row(rows.len() as u64 + 1, start + 99, 0, (1, 0, ""), 0);
    manage["type"] = json!(3);
    rows.push(manage);
    rows
}

fn world() -> World {
    World {
        now: fake::now(),
        seed: 0x5eed_0001,
        models: vec![ModelName::new("gpt-4o"), ModelName::new("gpt-4o-mini")],
        usage: days(),
        usage_expected: true,
        credential: Some(Secret::new(ADMIN)),
    }
}

fn account_spec(name: &str) -> AccountSpec {
    AccountSpec {
        name: Name::lossy(name, "?"),
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
    }
}

fn key_spec(name: &str) -> KeySpec {
    KeySpec {
        name: Name::lossy(name, "?"),
        environment: Environment::Production,
        scope: Scope::Full,
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
        expires_at: None,
    }
}

fn total(nanos: i64) -> Limit<Budget> {
    Limit::Limited(Budget::new(Nanos(nanos), Currency::USD, BudgetPeriod::Total).unwrap())
}

fn done(outcome: Outcome) -> Receipt {
    match outcome {
        Outcome::Done(receipt) => receipt,
        Outcome::Refused(reason) => panic!("{}", reason.message),
    }
}

fn refused(outcome: Outcome) -> gateway::RefusalReason {
    match outcome {
        Outcome::Refused(reason) => reason,
        Outcome::Done(receipt) => panic!("it was done: {receipt:?}"),
    }
}

fn account_create(seed: u8, name: &str) -> Action {
    let secret = Secret::new(&format!("random-{seed}"));
    Action::AccountCreate { mark: Mark::new([seed; 16]), spec: account_spec(name), secret }
}

/// A new account with this seed for its mark.
async fn account(gateway: &dyn Gateway, seed: u8) -> ExternalId {
    let made = gateway.apply(&account_create(seed, "Harborlight Dental"), fake::now()).await.unwrap();
    done(made).account.unwrap().external_id
}

fn key_create(account: &ExternalId, seed: u8) -> Action {
    let spec = key_spec("harborlight-prod");
    Action::KeyCreate { mark: Mark::new([seed; 16]), account: account.clone(), spec, secret: Secret::new("unused") }
}

/// A new key of an account, and its secret.
async fn key(gateway: &dyn Gateway, account: &ExternalId, seed: u8) -> (Key, Secret) {
    let made = done(gateway.apply(&key_create(account, seed), fake::now()).await.unwrap());
    let KeySecret::Told(secret) = made.secret else { panic!("the secret was not told") };
    (made.key.unwrap(), secret)
}

async fn list(gateway: &dyn Gateway, what: &Resource) -> Vec<Item> {
    let (mut at, mut items) = (Cursor::start(), Vec::new());
    loop {
        let page = gateway.inventory(what, &at).await.unwrap();
        items.extend(page.items);
        match page.next {
            Some(next) => at = next,
            None => return items,
        }
    }
}

async fn contract_kept(product: &str, release: &'static str) {
    let fake = Fake::release(release).await;
    fake.change(|memory| memory.rows = history());
    tokio::time::pause();
    let report = contract::run(&*fake.connect(product, ADMIN), &world()).await;
    assert!(report.is_kept(), "{product} on {release}: {report}");
    assert_eq!(report.skipped, ["both grains count the same cost"], "{product} on {release}");
}

#[tokio::test]
async fn the_adapter_keeps_the_contract() {
    contract_kept("newapi", NEWEST).await;
}

#[tokio::test]
async fn it_keeps_the_contract_with_the_old_way_to_log_in() {
    contract_kept("newapi", OLD_AUTH).await;
}

#[tokio::test]
async fn keys_of_our_own_keep_the_contract() {
    contract_kept("newapi-own", NEWEST).await;
}
