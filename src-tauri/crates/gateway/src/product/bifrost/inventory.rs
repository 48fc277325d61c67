//! Listing customers, virtual keys, models and routes.
//!
//! Lists come whole: Bifrost makes pages only when it is asked for them, and pages by offset would shift.

use std::collections::BTreeSet;

use domain::ExternalId;

use super::api::Api;
use super::map::{self, Surroundings, tag::Tag};
use super::{route, wire};
use crate::{Cursor, ErrorKind, GatewayError, Item, Page, Resource};

/// One page of a listing.
pub async fn page(api: &Api, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    if at.point().is_some() {
        return Err(foreign("objects"));
    }
    let items = match what {
        Resource::Accounts => accounts(api).await?,
        Resource::Account(id) => vec![Item::Account(account_live(api, id).await?)],
        Resource::Keys(None) => keys(api, api.keys().await?).await?,
        Resource::Keys(Some(account)) => {
            let customer = api.customer(account.as_str()).await?;
            keys(api, api.keys_of(&customer.id, &customer.teams).await?).await?
        }
        Resource::Key(id) => vec![Item::Key(key_live(api, id).await?)],
        Resource::Models => map::models::offers(api.models().await?.models).into_iter().map(Item::Model).collect(),
        Resource::Routes => route::routes(api).await?.into_iter().map(Item::Route).collect(),
    };
    Ok(Page::only(items))
}

/// Keys are only needed to tell whether a paused account is still paused.
async fn accounts(api: &Api) -> Result<Vec<Item>, GatewayError> {
    let mut customers = api.customers().await?;
    customers.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
    customers.dedup_by(|a, b| a.id == b.id);
    let mut active: BTreeSet<String> = BTreeSet::new();
    if customers.iter().any(|customer| Tag::read(&customer.name).paused) {
        let keys = api.keys().await?;
        active.extend(keys.iter().filter(|key| is_active(key)).filter_map(map::owner).map(str::to_owned));
    }
    let accounts = customers.iter().map(|customer| map::account(customer, active.contains(&customer.id)));
    Ok(accounts.map(Item::Account).collect())
}

/// One account.
pub async fn account(api: &Api, id: &ExternalId) -> Result<domain::Account, GatewayError> {
    let customer = api.customer(id.as_str()).await?;
    let any_active = match Tag::read(&customer.name).paused {
        true => api.keys_of(&customer.id, &customer.teams).await?.iter().any(is_active),
        false => true,
    };
    Ok(map::account(&customer, any_active))
}

/// One account with its counter from memory, in releases that tell it (1.4); later ones answer from the database.
async fn account_live(api: &Api, id: &ExternalId) -> Result<domain::Account, GatewayError> {
    let mut found = account(api, id).await?;
    if found.spent.is_some()
        && let Ok(live) = api.customer_live(id.as_str()).await
    {
        found.spent = map::account(&live, true).spent.or(found.spent);
    }
    Ok(found)
}

/// Whether a virtual key works.
pub fn is_active(key: &wire::VirtualKey) -> bool {
    key.is_active != Some(false)
}

async fn keys(api: &Api, mut found: Vec<wire::VirtualKey>) -> Result<Vec<Item>, GatewayError> {
    found.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
    found.dedup_by(|a, b| a.id == b.id);
    // Where one key is of a newer release, all are.
    let newer = found.iter().any(|key| map::empty_refuses(key, false));
    let around = surroundings(api, newer).await?;
    Ok(found.iter().map(|key| Item::Key(map::key(key, &around))).collect())
}

/// What has to be known to read virtual keys.
pub async fn surroundings(api: &Api, empty_refuses: bool) -> Result<Surroundings, GatewayError> {
    let providers = api.providers().await?;
    Ok(Surroundings { providers: providers.value, empty_refuses, now: providers.date })
}

/// One virtual key as the database has it, with its counters from memory.
async fn key_live(api: &Api, id: &ExternalId) -> Result<domain::Key, GatewayError> {
    let mut found = api.key(id.as_str()).await?.value;
    if map::key_ceiling(&found).is_some()
        && let Ok(live) = api.key_live(id.as_str()).await
        && map::key_ceiling(&live.value) == map::key_ceiling(&found)
    {
        (found.budget, found.budgets) = (live.value.budget, live.value.budgets);
    }
    Ok(map::key(&found, &surroundings(api, false).await?))
}

/// A cursor that another adapter or release of ours made.
pub fn foreign(what: &str) -> GatewayError {
    let message = format!("the list of {what} cannot go on from the stored point: start it again");
    GatewayError::new(ErrorKind::Rejected, format!("list {what}"), message)
}
