//! Listing workspaces, keys and models.

use domain::{Account, ExternalId, Key};

use super::api::{Api, Dated};
use super::config::Learned;
use super::guard::{self, Guards};
use super::{list, map, wire};
use crate::{Cursor, ErrorKind, GatewayError, Item, Page, Resource};

/// Workspaces on a page, where each needs questions of its own.
const WORKSPACES: usize = 40;
/// Keys after which a page ends.
const KEYS: usize = 1000;

/// One page of a listing.
pub async fn page(api: &Api, learned: &Learned, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    match what {
        Resource::Accounts => accounts(api, learned, at).await,
        Resource::Account(id) => Ok(Page::only(vec![Item::Account(account(api, learned, id).await?)])),
        Resource::Keys(workspace) => keys(api, learned, workspace.as_ref(), at).await,
        Resource::Key(id) => Ok(Page::only(vec![Item::Key(key(api, learned, id).await?)])),
        Resource::Models => Ok(Page::only(map::offers(api.models().await?).into_iter().map(Item::Model).collect())),
        Resource::Routes => Err(GatewayError::unsupported("tell routes: each request names its own")),
    }
}

/// One account.
pub async fn account(api: &Api, learned: &Learned, id: &ExternalId) -> Result<Account, GatewayError> {
    whole_account(api, learned, api.workspace(id.as_str()).await?.value).await
}

/// One key, by its hash.
pub async fn key(api: &Api, learned: &Learned, id: &ExternalId) -> Result<Key, GatewayError> {
    let found = api.key(id.as_str()).await?;
    let guards = guard::of_one(api, learned.guardrails, id).await?;
    Ok(map::key(found.value, guards.models(id.as_str()), found.date, learned.hash_is_digest))
}

/// A workspace with what it takes further questions to learn: its budget, and whether its keys are stopped.
pub async fn whole_account(api: &Api, learned: &Learned, workspace: wire::Workspace) -> Result<Account, GatewayError> {
    let budgets = if learned.account_budgets { api.budgets(&workspace.id).await? } else { Vec::new() };
    let paused = map::is_marked_paused(&workspace) && !works(api, &workspace.id).await?;
    Ok(map::account(workspace, &budgets, paused))
}

/// Whether any key of a workspace is served.
async fn works(api: &Api, workspace: &str) -> Result<bool, GatewayError> {
    Ok(list::keys(api, workspace).await?.value.iter().any(|key| !key.disabled))
}

async fn accounts(api: &Api, learned: &Learned, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    let all = list::workspaces(api).await?;
    let mut turn = Turn::new(all.into_iter(), at, "accounts")?;
    let mut items = Vec::new();
    for workspace in turn.take(WORKSPACES) {
        items.push(Item::Account(whole_account(api, learned, workspace).await?));
    }
    Ok(turn.page(items))
}

async fn keys(api: &Api, learned: &Learned, one: Option<&ExternalId>, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    let workspaces = match one {
        Some(id) => vec![api.workspace(id.as_str()).await?.value],
        None => list::workspaces(api).await?,
    };
    let mut turn = Turn::new(workspaces.into_iter(), at, "keys")?;
    let (mut found, mut visited) = (Vec::new(), Vec::new());
    while found.len() < KEYS && visited.len() < WORKSPACES {
        let Some(workspace) = turn.take(1).pop() else { break };
        let Dated { value, date } = list::keys(api, &workspace.id).await?;
        found.extend(value.into_iter().map(|key| (key, date)));
        visited.push(workspace.id);
    }
    let guards = guards(api, learned, &found, &visited).await?;
    let items = found.into_iter().map(|(key, date)| {
        let models = guards.models(&key.hash);
        Item::Key(map::key(key, models, date, learned.hash_is_digest))
    });
    Ok(turn.page(items.collect()))
}

async fn guards(
    api: &Api,
    learned: &Learned,
    found: &[(wire::Key, Option<domain::Timestamp>)],
    workspaces: &[String],
) -> Result<Guards, GatewayError> {
    if !learned.guardrails {
        return Ok(Guards::default());
    }
    let hashes: Vec<&str> = found.iter().map(|(key, _)| key.hash.as_str()).collect();
    let workspaces: Vec<&str> = workspaces.iter().map(String::as_str).collect();
    Guards::of(api, &hashes, &workspaces).await
}

/// The way through all workspaces, by identifier: a workspace that is made or removed meanwhile moves no other.
struct Turn {
    left: Vec<wire::Workspace>,
    all: usize,
    last: Option<String>,
}

impl Turn {
    fn new(all: impl Iterator<Item = wire::Workspace>, at: &Cursor, what: &str) -> Result<Self, GatewayError> {
        let all: Vec<wire::Workspace> = all.collect();
        let count = all.len();
        let after = at.point().unwrap_or_default();
        if !after.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(foreign(what));
        }
        let mut left: Vec<wire::Workspace> = all.into_iter().filter(|one| one.id.as_str() > after).collect();
        left.reverse();
        Ok(Self { left, all: count, last: None })
    }

    fn take(&mut self, most: usize) -> Vec<wire::Workspace> {
        let taken: Vec<wire::Workspace> = (0..most).map_while(|_| self.left.pop()).collect();
        self.last = taken.last().map(|one| one.id.clone()).or(self.last.take());
        taken
    }

    fn page(self, items: Vec<Item>) -> Page<Item> {
        let done = (self.all - self.left.len()) * 1000 / self.all.max(1);
        let progress = if self.left.is_empty() { 1000 } else { done };
        let next = self.last.filter(|_| !self.left.is_empty()).map(Cursor::at);
        Page { items, next, progress: u16::try_from(progress).ok() }
    }
}

/// A cursor that another adapter or release of ours made.
pub fn foreign(what: &str) -> GatewayError {
    let message = format!("the list of {what} cannot go on from the stored point: start it again");
    GatewayError::new(ErrorKind::Rejected, format!("list {what}"), message)
}
