//! One operator's errand over a bad line: make an account and a key, pause it, read all usage. However often the line
//! breaks, there is one account and one key in the end, the key is paused, and the usage is what it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{
    AccountSpec, Environment, ExternalId, Grain, KeySpec, KeyStatus, Limit, ModelScope, Name, RateLimit, Scope, Secret,
};
use gateway::contract::World;
use gateway::{Action, Cursor, Gateway, GatewayError, Item, Outcome, Page, Resource, UsageAsk};

/// Attempts at one step; a line that is worse than this is not worth working over.
const ATTEMPTS: usize = 60;

/// What all of it comes to.
#[derive(Debug, PartialEq, Eq)]
pub struct End {
    accounts: usize,
    keys: usize,
    paused: bool,
    /// Requests, tokens and cost of every statement, by what it is about.
    usage: BTreeMap<String, (u64, i64)>,
}

/// What the operator does when an account was made and its own credential was lost on the way.
pub type Entrust = Arc<dyn Fn(&ExternalId) -> Secret + Send + Sync>;

pub async fn run(
    gateway: &Arc<dyn Gateway>,
    direct: &Arc<dyn Gateway>,
    world: &World,
    entrust: Option<&Entrust>,
) -> Result<End, String> {
    let capability = insist(|| gateway.probe(world.now)).await?.capability;
    let (mut accounts, mut keys, mut paused) = (0, 0, true);
    if capability.account_write && capability.key_write {
        let account = make(gateway, &account_action(world), &Resource::Accounts, world).await?;
        if let Some(entrust) = entrust {
            let action = Action::AccountCredential { account: account.clone(), credential: entrust(&account) };
            until_done(gateway, &action, world).await?;
        }
        let key = make(gateway, &key_action(world, &account), &Resource::Keys(Some(account.clone())), world).await?;
        if capability.key_pause {
            until_done(gateway, &Action::KeyPause { key, paused: true }, world).await?;
        }
        accounts = marked(direct, &Resource::Accounts, world).await?.len();
        let found = marked(direct, &Resource::Keys(Some(account)), world).await?;
        keys = found.len();
        paused = found.iter().all(|item| matches!(item, Item::Key(key) if key.status == KeyStatus::Paused));
    }
    let mut usage = BTreeMap::new();
    for (grain, told) in [(Grain::Day, capability.usage_days), (Grain::Request, capability.usage_requests)] {
        if told {
            usage.extend(statements(gateway, grain, world).await?);
        }
    }
    Ok(End { accounts, keys, paused, usage })
}

fn account_action(world: &World) -> Action {
    let spec = AccountSpec {
        name: Name::lossy("Harborlight Dental", "seeded"),
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
    };
    Action::AccountCreate { mark: world.mark(1), spec, secret: world.secret(1) }
}

fn key_action(world: &World, account: &ExternalId) -> Action {
    let spec = KeySpec {
        name: Name::lossy("harborlight-prod", "seeded"),
        environment: Environment::Production,
        scope: Scope::Full,
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
        expires_at: None,
    };
    Action::KeyCreate { mark: world.mark(2), account: account.clone(), spec, secret: world.secret(2) }
}

/// Tries until it is answered.
async fn insist<T, F>(mut work: impl FnMut() -> F) -> Result<T, String>
where
    F: Future<Output = Result<T, GatewayError>>,
{
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match work().await {
            Ok(done) => return Ok(done),
            Err(error) => last = format!("{:?}: {error}", error.kind),
        }
    }
    Err(last)
}

/// Makes something once: after an unknown outcome it is looked for by its mark, and only made again if it is not there.
async fn make(
    gateway: &Arc<dyn Gateway>,
    action: &Action,
    among: &Resource,
    world: &World,
) -> Result<ExternalId, String> {
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match gateway.apply(action, world.now).await {
            Ok(Outcome::Done(_)) => {}
            Ok(Outcome::Refused(reason)) => last = reason.message,
            Err(error) => last = error.message,
        }
        if let Some(item) = marked(gateway, among, world).await?.into_iter().next() {
            return Ok(match item {
                Item::Account(account) => account.external_id,
                Item::Key(key) => key.external_id,
                Item::Model(_) | Item::Route(_) => return Err("models and routes have no mark".to_owned()),
            });
        }
    }
    Err(format!("{} never happened: {last}", action.code()))
}

async fn marked(gateway: &Arc<dyn Gateway>, among: &Resource, world: &World) -> Result<Vec<Item>, String> {
    let (mut found, mut at) = (Vec::new(), Cursor::start());
    loop {
        let Page { items, next, .. } = insist(|| gateway.inventory(among, &at)).await?;
        found.extend(items.into_iter().filter(|item| match item {
            Item::Account(account) => account.mark == Some(world.mark(1)),
            Item::Key(key) => key.mark == Some(world.mark(2)),
            Item::Model(_) | Item::Route(_) => false,
        }));
        match next {
            Some(next) => at = next,
            None => return Ok(found),
        }
    }
}

/// Sends a change that may be sent twice until it has happened.
async fn until_done(gateway: &Arc<dyn Gateway>, action: &Action, world: &World) -> Result<(), String> {
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match gateway.apply(action, world.now).await {
            Ok(Outcome::Done(_)) => return Ok(()),
            Ok(Outcome::Refused(reason)) => last = reason.message,
            Err(error) => last = error.message,
        }
    }
    Err(format!("{} never happened: {last}", action.code()))
}

async fn statements(
    gateway: &Arc<dyn Gateway>,
    grain: Grain,
    world: &World,
) -> Result<BTreeMap<String, (u64, i64)>, String> {
    let ask = UsageAsk { window: world.usage, grain, account: None };
    let (mut found, mut at) = (BTreeMap::new(), Cursor::start());
    loop {
        let page = insist(|| gateway.usage(&ask, &at)).await?;
        for record in page.items {
            let about = format!("{:?} {:?} {:?} {}", record.origin, record.account, record.key, record.model);
            found.insert(about, (record.quantities.tokens() + record.failed_requests, record.cost.0));
        }
        match page.next {
            Some(next) => at = next,
            None => return Ok(found),
        }
    }
}
