//! Changes: what OpenRouter would misunderstand, what it has no field for, and what belongs to others.

use domain::{
    AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Key, KeySpec, KeyStatus, Limit, Mark,
    ModelName, ModelScope, Name, Nanos, RateLimit, Scope, Secret,
};
use gateway::{Action, Cursor, Gateway, Item, Outcome, Receipt, Resource};
use serde_json::json;

use super::fake::{ADMIN, Fake, now};

fn account_spec(name: &str) -> AccountSpec {
    AccountSpec {
        name: Name::lossy(name, "?"),
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
    }
}

pub fn wish(name: &str) -> KeySpec {
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

pub fn account_create() -> Action {
    Action::AccountCreate {
        mark: Mark::new([1; 16]),
        spec: account_spec("Harborlight Dental"),
        secret: Secret::new(""),
    }
}

pub async fn done(gateway: &dyn Gateway, action: &Action) -> Receipt {
    match gateway.apply(action, now()).await.unwrap() {
        Outcome::Done(receipt) => receipt,
        Outcome::Refused(reason) => panic!("{}: {}", action.code(), reason.message),
    }
}

async fn refused(gateway: &dyn Gateway, action: &Action) -> String {
    match gateway.apply(action, now()).await.unwrap() {
        Outcome::Done(_) => panic!("{} was done", action.code()),
        Outcome::Refused(reason) => reason.message,
    }
}

pub async fn account(gateway: &dyn Gateway) -> ExternalId {
    done(gateway, &account_create()).await.account.unwrap().external_id
}

fn create_with(account: &ExternalId, number: u8, spec: KeySpec) -> Action {
    let (mark, account) = (Mark::new([number; 16]), account.clone());
    Action::KeyCreate { mark, account, spec, secret: Secret::new("not ours to choose") }
}

pub fn create(account: &ExternalId, number: u8) -> Action {
    create_with(account, number, wish("prod"))
}

/// A key that may call one model.
pub fn limited(account: &ExternalId, number: u8) -> Action {
    let models = ModelScope::Only(vec![ModelName::new("openai/gpt-4.1")]);
    create_with(account, number, KeySpec { models, ..wish("prod") })
}

pub fn key_of(receipt: &Receipt) -> ExternalId {
    receipt.key.as_ref().unwrap().external_id.clone()
}

async fn read(gateway: &dyn Gateway, id: &ExternalId) -> Key {
    let mut page = gateway.inventory(&Resource::Key(id.clone()), &Cursor::start()).await.unwrap();
    let Item::Key(key) = page.items.remove(0) else { panic!("no key") };
    key
}

async fn is_paused(gateway: &dyn Gateway, id: &ExternalId) -> bool {
    let mut page = gateway.inventory(&Resource::Account(id.clone()), &Cursor::start()).await.unwrap();
    let Item::Account(account) = page.items.remove(0) else { panic!("no account") };
    account.paused
}

fn dollars(amount: Nanos, currency: Currency) -> Limit<Budget> {
    Limit::Limited(Budget::new(amount, currency, BudgetPeriod::Monthly).unwrap())
}

#[tokio::test]
async fn what_openrouter_would_misunderstand_is_not_sent() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let fast = RateLimit { requests_per_minute: Some(60), ..RateLimit::default() };
    let rows = [
        (KeySpec { models: ModelScope::Only(vec![]), ..wish("k") }, "at least one"),
        (KeySpec { budget: dollars(Nanos::units(5), Currency::EUR), ..wish("k") }, "USD"),
        (KeySpec { budget: dollars(Nanos::ZERO, Currency::USD), ..wish("k") }, "pause instead"),
        (KeySpec { expires_at: Some(now().plus_days(-1)), ..wish("k") }, "past"),
        (KeySpec { rate_limit: fast, ..wish("k") }, "no limits on speed"),
        (KeySpec { scope: Scope::ReadOnly, ..wish("k") }, "reading only"),
    ];
    for (spec, words) in rows {
        let message = refused(&*gateway, &create_with(&id, 9, spec)).await;
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(fake.calls("POST /keys"), 0, "nothing was sent");
    let accounts = [
        (AccountSpec { models: ModelScope::Only(vec![]), ..account_spec("a") }, "give the list to its keys"),
        (account_spec(&"x".repeat(101)), "100 characters"),
        (AccountSpec { rate_limit: fast, ..account_spec("a") }, "no limits on speed"),
        // Not probed yet: a plan that is not known to have it does not.
        (AccountSpec { budget: dollars(Nanos::units(5), Currency::USD), ..account_spec("a") }, "Enterprise"),
    ];
    for (spec, words) in accounts {
        let message = refused(&*gateway, &Action::AccountUpdate { account: id.clone(), spec }).await;
        assert!(message.contains(words), "{message}");
    }
}

#[tokio::test]
async fn a_pause_of_the_account_wakes_only_what_it_stopped() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let one = key_of(&done(&*gateway, &create(&id, 1)).await);
    let two = key_of(&done(&*gateway, &create(&id, 2)).await);
    let foreign = ExternalId::new(fake.change(|memory| memory.key(id.as_str(), "made in the console")));
    done(&*gateway, &Action::KeyPause { key: two.clone(), paused: true }).await;
    let pause = |paused| Action::AccountPause { account: id.clone(), paused };
    for _ in 0..2 {
        done(&*gateway, &pause(true)).await;
        assert!(is_paused(&*gateway, &id).await);
    }
    for key in [&one, &two, &foreign] {
        assert_eq!(read(&*gateway, key).await.status, KeyStatus::Paused);
    }
    let late = key_of(&done(&*gateway, &create(&id, 3)).await);
    assert_eq!(read(&*gateway, &late).await.status, KeyStatus::Paused, "made while paused, born stopped");
    done(&*gateway, &pause(false)).await;
    assert!(!is_paused(&*gateway, &id).await);
    let rows = [
        (&one, KeyStatus::Active, "prod"),
        (&two, KeyStatus::Paused, "prod"),
        (&foreign, KeyStatus::Active, "made in the console"),
        (&late, KeyStatus::Active, "prod"),
    ];
    for (key, status, name) in rows {
        let key = read(&*gateway, key).await;
        assert_eq!((key.status, key.spec.name.as_str()), (status, name), "two was stopped by hand before");
    }
    let names = fake.change(|memory| memory.saved.keys.iter().map(|key| key["name"].to_string()).collect::<Vec<_>>());
    assert!(names.iter().all(|name| !name.contains("off")), "nothing is left behind: {names:?}");
}

#[tokio::test]
async fn a_paused_account_with_a_working_key_is_not_called_paused() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let one = key_of(&done(&*gateway, &create(&id, 1)).await);
    done(&*gateway, &Action::AccountPause { account: id.clone(), paused: true }).await;
    done(&*gateway, &Action::KeyPause { key: one.clone(), paused: false }).await;
    assert!(!is_paused(&*gateway, &id).await, "somebody can still spend");
    done(&*gateway, &Action::AccountPause { account: id.clone(), paused: true }).await;
    assert!(is_paused(&*gateway, &id).await, "asked again, it stops that one too");
}

#[tokio::test]
async fn an_expiry_is_for_life() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let expires_at = Some(now().plus_days(30));
    let key = key_of(&done(&*gateway, &create_with(&id, 1, KeySpec { expires_at, ..wish("prod") })).await);
    for other in [None, Some(now().plus_days(60))] {
        let spec = KeySpec { expires_at: other, ..wish("renamed") };
        let message = refused(&*gateway, &Action::KeyUpdate { key: key.clone(), spec }).await;
        assert!(message.contains("rotate"), "{message}");
    }
    let spec = read(&*gateway, &key).await.spec;
    assert_eq!(spec.name.as_str(), "prod", "nothing of it was sent");
    let renamed = KeySpec { name: Name::lossy("renamed", "?"), ..spec };
    done(&*gateway, &Action::KeyUpdate { key, spec: renamed }).await;
}

#[tokio::test]
async fn models_are_a_guardrail_of_the_keys_own() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let key = key_of(&done(&*gateway, &limited(&id, 1)).await);
    let (guardrail, assigned) =
        fake.change(|memory| (memory.saved.guardrails[0].clone(), memory.saved.assigned.clone()));
    assert_eq!(guardrail["allowed_models"], json!(["openai/gpt-4.1-2025-04-14"]), "kept under its canonical slug");
    assert_eq!(assigned[key.as_str()], guardrail["id"].as_str().unwrap(), "and enforced");
    let only = |names: &[&str]| ModelScope::Only(names.iter().map(|name| ModelName::new(*name)).collect());
    for models in
        [only(&["deepseek/deepseek-r1:free", "openai/gpt-4.1-mini"]), ModelScope::All, only(&["openai/gpt-4.1"])]
    {
        let spec = KeySpec { models: models.clone(), ..wish("prod") };
        done(&*gateway, &Action::KeyUpdate { key: key.clone(), spec }).await;
        assert_eq!(read(&*gateway, &key).await.spec.models, models);
    }
    let unknown = KeySpec { models: only(&["acme/none"]), ..wish("prod") };
    let message = refused(&*gateway, &Action::KeyUpdate { key: key.clone(), spec: unknown }).await;
    assert!(message.contains("Invalid model"), "{message}");
    done(&*gateway, &Action::KeyRevoke { key }).await;
    assert_eq!(fake.change(|memory| memory.saved.guardrails.len()), 0, "it goes with its key");
}

#[tokio::test]
async fn a_guardrail_of_somebody_else_is_read_and_never_replaced() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let key = key_of(&done(&*gateway, &create(&id, 1)).await);
    fake.change(|memory| {
        let body = json!({ "name": "Privacy", "allowed_models": ["openai/gpt-4.1"], "workspace_id": id.as_str() });
        super::fake_workspace::guardrail_create(memory, &body);
        let guardrail = memory.saved.guardrails[0]["id"].as_str().unwrap().to_owned();
        memory.saved.assigned.insert(key.as_str().to_owned(), guardrail);
    });
    let is = read(&*gateway, &key).await.spec;
    assert_eq!(is.models, ModelScope::Only(vec![ModelName::new("openai/gpt-4.1")]), "it counts");
    let message = refused(&*gateway, &Action::KeyUpdate { key: key.clone(), spec: wish("prod") }).await;
    assert!(message.contains("`Privacy`"), "{message}");
    let renamed = KeySpec { name: Name::lossy("renamed", "?"), ..is };
    done(&*gateway, &Action::KeyUpdate { key: key.clone(), spec: renamed }).await;
    done(&*gateway, &Action::KeyRevoke { key }).await;
    assert_eq!(fake.change(|memory| memory.saved.guardrails.len()), 1, "theirs stays");
}

#[tokio::test]
async fn budgets_of_workspaces_follow_the_plan() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    gateway.probe(now()).await.unwrap();
    let id = account(&*gateway).await;
    let with = |amount, period| {
        let budget = Limit::Limited(Budget::new(Nanos::units(amount), Currency::USD, period).unwrap());
        Action::AccountUpdate { account: id.clone(), spec: AccountSpec { budget, ..account_spec("Harborlight") } }
    };
    done(&*gateway, &with(50, BudgetPeriod::Monthly)).await;
    done(&*gateway, &with(10, BudgetPeriod::Weekly)).await;
    let kept =
        fake.change(|memory| memory.saved.budgets.keys().map(|(_, interval)| interval.clone()).collect::<Vec<_>>());
    assert_eq!(kept, ["weekly"], "one budget, of the period asked for");
    let message = refused(&*gateway, &with(5, BudgetPeriod::Monthly)).await;
    assert!(message.contains("decrease"), "{message}");
    fake.change(|memory| memory.budgets_write = false);
    let message = refused(&*gateway, &with(20, BudgetPeriod::Weekly)).await;
    assert!(message.contains("a plan that has it"), "{message}");
    let able = gateway.describe().capability;
    assert!(able.account_budget_periods.is_empty(), "what was refused for its plan is offered no more");
}
