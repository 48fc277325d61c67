//! Listing teams, keys, models and routes.

use domain::ExternalId;

use super::api::{Api, LIST_PAGE};
use super::config::Learned;
use super::{map, route, wire};
use crate::{Cursor, ErrorKind, GatewayError, Item, Page, Resource};

/// One page of a listing.
pub async fn page(api: &Api, learned: &Learned, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    match what {
        Resource::Accounts => accounts(api, number(at, "accounts")?).await,
        Resource::Account(id) => Ok(Page::only(vec![Item::Account(account(api, id).await?)])),
        Resource::Keys(team) => keys(api, team.as_ref(), at).await,
        Resource::Key(id) => Ok(Page::only(vec![Item::Key(key(api, id).await?)])),
        Resource::Models => models(api).await,
        Resource::Routes => Ok(Page::only(route::routes(api, learned).await?.into_iter().map(Item::Route).collect())),
    }
}

/// One account.
pub async fn account(api: &Api, id: &ExternalId) -> Result<domain::Account, GatewayError> {
    Ok(map::account(api.team(id.as_str()).await?.value))
}

/// One key, by its SHA-256.
pub async fn key(api: &Api, id: &ExternalId) -> Result<domain::Key, GatewayError> {
    let found = wire_key(api, id).await?;
    Ok(map::key(id.as_str(), found.value, found.date))
}

/// One key as LiteLLM describes it.
pub async fn wire_key(api: &Api, id: &ExternalId) -> Result<super::api::Dated<wire::Key>, GatewayError> {
    if domain::KeyFingerprint::new(id.as_str()).is_none() {
        // Anything else could be a secret, and would be written into an address and its logs.
        let message = "LiteLLM does not know it: a key is named by the 64 digits of its SHA-256";
        return Err(GatewayError::new(ErrorKind::NotFound, "GET /key/info", message));
    }
    let found = api.key(id.as_str()).await?;
    Ok(super::api::Dated { value: found.value.info, date: found.date })
}

async fn accounts(api: &Api, page: u32) -> Result<Page<Item>, GatewayError> {
    let list = match api.teams(page, false).await {
        Err(error) if error.kind == ErrorKind::Unsupported => {
            let teams = api.teams_unpaged().await?;
            return Ok(Page::only(teams.into_iter().map(map::account).map(Item::Account).collect()));
        }
        list => list?,
    };
    let full = list.teams.len() as u64 >= u64::from(LIST_PAGE);
    let pages = list.total_pages.unwrap_or(u64::from(page) + u64::from(full));
    let items = list.teams.into_iter().map(map::account).map(Item::Account).collect();
    Ok(numbered(items, page, pages, ""))
}

/// Live keys first, then the revoked ones that LiteLLM still knows (1.81 and later).
async fn keys(api: &Api, team: Option<&ExternalId>, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    let point = at.point().unwrap_or("1");
    let (deleted, page) = match point.strip_prefix(DELETED) {
        Some(page) => (true, number(&Cursor::at(page), "keys")?),
        None => (false, number(at, "keys")?),
    };
    let list = match api.keys(page, team.map(ExternalId::as_str), deleted).await {
        Err(error) if deleted && is_unknown_filter(&error) => return Ok(Page::only(Vec::new())),
        list => list?,
    };
    let full = list.value.keys.len() as u64 >= u64::from(LIST_PAGE);
    let pages = list.value.total_pages.unwrap_or(u64::from(page) + u64::from(full));
    let keys = list.value.keys.into_iter().filter_map(|key| {
        let digest = key.token.clone()?;
        let mut key = map::key(&digest, key, list.date);
        if deleted {
            key.status = domain::KeyStatus::Revoked;
        }
        Some(Item::Key(key))
    });
    let mut found = numbered(keys.collect(), page, pages, if deleted { DELETED } else { "" });
    if !deleted && found.next.is_none() {
        found.next = Some(Cursor::at(format!("{DELETED}1")));
        found.progress = Some(900);
    }
    Ok(found)
}

/// What a cursor into the revoked keys begins with.
const DELETED: &str = "deleted:";

/// An older release refuses the filter instead of ignoring it.
fn is_unknown_filter(error: &GatewayError) -> bool {
    matches!(error.kind, ErrorKind::Rejected | ErrorKind::Unsupported | ErrorKind::NotFound)
}

async fn models(api: &Api) -> Result<Page<Item>, GatewayError> {
    let deployments = api.deployments().await?;
    let offers = match api.model_groups().await {
        Ok(groups) => map::offers(groups, &deployments),
        Err(error) if matches!(error.kind, ErrorKind::Unsupported | ErrorKind::Forbidden | ErrorKind::NotFound) => {
            map::offers_of_deployments(deployments)
        }
        Err(error) => return Err(error),
    };
    Ok(Page::only(offers.into_iter().map(Item::Model).collect()))
}

fn numbered(items: Vec<Item>, page: u32, pages: u64, prefix: &str) -> Page<Item> {
    let more = u64::from(page) < pages && !items.is_empty();
    let progress = if more { u64::from(page) * 1000 / pages } else { 1000 };
    let next = more.then(|| Cursor::at(format!("{prefix}{}", page + 1)));
    Page { items, next, progress: u16::try_from(progress).ok() }
}

fn number(at: &Cursor, what: &str) -> Result<u32, GatewayError> {
    let point = at.point().unwrap_or("1");
    point.parse().ok().filter(|page| (1..u32::MAX).contains(page)).ok_or_else(|| foreign(what))
}

/// A cursor that another adapter or release of ours made.
pub fn foreign(what: &str) -> GatewayError {
    let message = format!("the list of {what} cannot go on from the stored point: start it again");
    GatewayError::new(ErrorKind::Rejected, format!("list {what}"), message)
}
