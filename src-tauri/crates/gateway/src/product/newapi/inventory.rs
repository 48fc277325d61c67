//! Listing users, tokens, models and routes.

use std::collections::BTreeMap;

use domain::{ExternalId, Timestamp};

use super::api::{Api, Dated, PAGE, ROLE_ADMIN};
use super::map::Reading;
use super::wire::{Token, User};
use super::{Mode, NewApi, error, map, own, route};
use crate::{Cursor, ErrorKind, GatewayError, Item, ModelOffer, Page, Resource};

/// Users whose tokens are listed on one page of ours: each costs a call or more, and calls are counted.
const OWNERS: usize = 8;

/// One page of a listing.
pub async fn page(newapi: &NewApi, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    let own = newapi.mode == Mode::OwnKeys;
    match what {
        Resource::Accounts if own => Ok(only(own::accounts(newapi).await?, Item::Account)),
        Resource::Accounts => accounts(newapi, at).await,
        Resource::Account(id) => Ok(only(vec![account(newapi, id).await?], Item::Account)),
        Resource::Keys(account) if own => Ok(only(own::keys(newapi, account.as_ref()).await?, Item::Key)),
        Resource::Keys(Some(account)) => keys_of(newapi, account).await,
        Resource::Keys(None) => keys(newapi, at).await,
        Resource::Key(id) => Ok(only(vec![key(newapi, id).await?], Item::Key)),
        Resource::Models => Ok(only(models(newapi).await?, Item::Model)),
        Resource::Routes => Ok(only(route::routes(newapi).await?, Item::Route)),
    }
}

fn only<T>(found: Vec<T>, item: fn(T) -> Item) -> Page<Item> {
    Page::only(found.into_iter().map(item).collect())
}

/// One account.
pub async fn account(newapi: &NewApi, id: &ExternalId) -> Result<domain::Account, GatewayError> {
    if newapi.mode == Mode::OwnKeys {
        return own::account(newapi, id).await;
    }
    let rate = newapi.known().await?.rate;
    Ok(map::account(&user(newapi, user_number(id)?).await?, rate))
}

/// The number of a user in an account's identifier.
pub fn user_number(id: &ExternalId) -> Result<u64, GatewayError> {
    // Anything else could be a secret, and would be written into an address and its logs.
    id.as_str().parse().map_err(|_| error::not_found("GET /api/user/:id", "this user (a user is named by a number)"))
}

/// One user who is not deleted.
pub async fn user(newapi: &NewApi, id: u64) -> Result<User, GatewayError> {
    match newapi.api.user(id).await {
        Err(error) if is_plain_no(&error) => {
            Err(missing(&newapi.api, true, error, &format!("user {id}, or it ranks above your own")).await)
        }
        found => found,
    }
}

/// A refusal with status 200, which may mean anything.
pub fn is_plain_no(error: &GatewayError) -> bool {
    error.kind == ErrorKind::Rejected && error.status == Some(200)
}

/// What a refusal of one object means: a credential that is not good, a right that is missing, or no such object.
/// Releases up to v1.0.0-rc.21 answer all of them alike, in words that depend on their language.
async fn missing(api: &Api, needs_admin: bool, error: GatewayError, what: &str) -> GatewayError {
    match settle(api, needs_admin, error).await {
        plain if is_plain_no(&plain) => error::not_found(&plain.call, what),
        settled => settled,
    }
}

/// Tells a refused credential and a missing right from any other refusal with status 200.
pub async fn settle(api: &Api, needs_admin: bool, error: GatewayError) -> GatewayError {
    if !is_plain_no(&error) {
        return error;
    }
    match api.me().await {
        Ok(me) if needs_admin && me.role < ROLE_ADMIN => error::no_right(error),
        Ok(_) => error,
        Err(no) if is_plain_no(&no) => error::bad_credential(no),
        Err(other) => other,
    }
}

/// A user who was not deleted. Deleted ones are listed beside the others.
fn is_live(user: &User) -> bool {
    user.deleted_at.is_none()
}

/// A point in the list of users: the page, and the last user told on it. New users shift the pages of releases that list
/// the newest first; nobody is told twice.
#[derive(Debug, Clone, Copy)]
struct Point {
    page: u64,
    last: Option<u64>,
}

fn point(at: &Cursor, what: &str) -> Result<Point, GatewayError> {
    let Some(text) = at.point() else { return Ok(Point { page: 1, last: None }) };
    let parts = text.split_once(':').and_then(|(page, last)| Some((page.parse().ok()?, last.parse().ok()?)));
    match parts {
        Some((page, last)) if page >= 1 => Ok(Point { page, last: Some(last) }),
        _ => Err(foreign(what)),
    }
}

/// A cursor that another adapter or release of ours made.
pub fn foreign(what: &str) -> GatewayError {
    let message = format!("the list of {what} cannot go on from the stored point: start it again");
    GatewayError::new(ErrorKind::Rejected, format!("list {what}"), message)
}

/// The users of one page that were not told yet, and whether more may follow.
async fn users(newapi: &NewApi, point: Point) -> Result<(Vec<User>, bool), GatewayError> {
    let list = match newapi.api.users(point.page).await {
        Ok(list) => list,
        Err(error) => return Err(settle(&newapi.api, true, error).await),
    };
    let more = list.items.len() as u64 >= PAGE && point.page.saturating_mul(PAGE) < list.total;
    let ids = |place: fn(&[User]) -> Option<&User>| place(&list.items).map(|user| user.id);
    let rising = ids(|users| users.first()) <= ids(|users| users.last());
    let is_new = |user: &User| point.last.is_none_or(|last| if rising { user.id > last } else { user.id < last });
    Ok((list.items.into_iter().filter(is_new).collect(), more))
}

async fn accounts(newapi: &NewApi, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    let rate = newapi.known().await?.rate;
    let point = point(at, "accounts")?;
    let (users, more) = users(newapi, point).await?;
    let last = users.last().map(|user| user.id).or(point.last);
    let items = users.iter().filter(|user| is_live(user)).map(|user| Item::Account(map::account(user, rate)));
    let next = last.filter(|_| more).map(|last| Cursor::at(format!("{}:{last}", point.page + 1)));
    let progress = next.is_none().then_some(1000);
    Ok(Page { items: items.collect(), next, progress })
}

/// Tokens of every user whose token was entrusted to us; those of others cannot be seen by anybody but themselves.
async fn keys(newapi: &NewApi, at: &Cursor) -> Result<Page<Item>, GatewayError> {
    let point = point(at, "keys")?;
    let (users, more) = users(newapi, point).await?;
    let (mut items, mut owners, mut last) = (Vec::new(), 0, point.last);
    for user in &users {
        if owners == OWNERS {
            let next = last.map(|last| Cursor::at(format!("{}:{last}", point.page)));
            return Ok(Page { items, next, progress: None });
        }
        last = Some(user.id);
        if is_live(user)
            && let Some(found) = tokens_if_entrusted(newapi, user.id).await?
        {
            owners += 1;
            items.extend(found.into_iter().map(Item::Key));
        }
    }
    let next = last.filter(|_| more).map(|last| Cursor::at(format!("{}:{last}", point.page + 1)));
    let progress = next.is_none().then_some(1000);
    Ok(Page { items, next, progress })
}

/// The keys of one user; `None` where we hold no token of that user, or one that is refused (a paused user's is).
async fn tokens_if_entrusted(newapi: &NewApi, user: u64) -> Result<Option<Vec<domain::Key>>, GatewayError> {
    let api = match newapi.as_owner(user).await {
        Err(error) if error.kind == ErrorKind::Forbidden => return Ok(None),
        api => api?,
    };
    match read_keys(newapi, &api).await {
        Err(error) if is_plain_no(&error) || matches!(error.kind, ErrorKind::Unauthorized | ErrorKind::Forbidden) => {
            Ok(None)
        }
        found => found.map(Some),
    }
}

async fn keys_of(newapi: &NewApi, account: &ExternalId) -> Result<Page<Item>, GatewayError> {
    let api = newapi.as_owner(user_number(account)?).await?;
    let found = read_keys(newapi, &api).await.map_err(owner_refused)?;
    Ok(only(found, Item::Key))
}

async fn read_keys(newapi: &NewApi, api: &Api) -> Result<Vec<domain::Key>, GatewayError> {
    let found = tokens(api).await?;
    let reading = reading(newapi, found.date).await?;
    let keys = found.value.iter().filter(|token| !own::is_marker(&token.name));
    Ok(keys.map(|token| map::key(token, reading)).collect())
}

/// Why a user's own token is refused, said with what helps.
pub fn owner_refused(error: GatewayError) -> GatewayError {
    if error.kind != ErrorKind::Unauthorized {
        return error;
    }
    let message = "New API does not accept this user's own token: if the user is paused, resume it first, because its keys \
                   cannot be seen or changed until then; else entrust a new token of the user";
    GatewayError { kind: ErrorKind::Forbidden, message: message.to_owned(), ..error }
}

/// Every token of whoever asks, by number. New tokens shift the pages while they are read: each is kept once.
pub async fn tokens(api: &Api) -> Result<Dated<Vec<Token>>, GatewayError> {
    let mut unique: BTreeMap<u64, Token> = BTreeMap::new();
    for page in 1.. {
        let list = match api.tokens(page).await {
            Ok(list) => list,
            Err(error) => return Err(settle(api, false, error).await),
        };
        let more = list.value.items.len() as u64 >= PAGE && page.saturating_mul(PAGE) < list.value.total;
        let before = unique.len();
        unique.extend(list.value.items.into_iter().map(|token| (token.id, token)));
        // A page without a new token was told before: whoever answers does not read the page's number.
        if !more || unique.len() == before {
            return Ok(Dated { value: unique.into_values().collect(), date: list.date });
        }
    }
    Err(GatewayError::unsupported("list so many tokens"))
}

/// How tokens are read now: `date` is New API's own clock.
pub async fn reading(newapi: &NewApi, date: Option<Timestamp>) -> Result<Reading, GatewayError> {
    let rate = newapi.known().await?.rate;
    let now = date.unwrap_or(Timestamp::from_millis(0));
    Ok(Reading { rate, tagged: newapi.mode == Mode::OwnKeys, now })
}

/// One token as New API describes it, and whoever may change it.
pub async fn token(newapi: &NewApi, id: &ExternalId) -> Result<(Api, Dated<Token>), GatewayError> {
    let unknown = || error::not_found("GET /api/token/:id", "this key (a key is named by two numbers)");
    // Anything else could be a secret, and would be written into an address and its logs.
    let (user, number) = map::key_parts(id).ok_or_else(unknown)?;
    let api = newapi.as_owner(user).await?;
    match api.token(number).await {
        Ok(found) if found.value.user_id == user => Ok((api, found)),
        Ok(_) => Err(unknown()),
        Err(error) if is_plain_no(&error) => {
            Err(owner_refused(missing(&api, false, error, &format!("key {id}")).await))
        }
        Err(error) => Err(owner_refused(error)),
    }
}

/// One key.
pub async fn key(newapi: &NewApi, id: &ExternalId) -> Result<domain::Key, GatewayError> {
    let (_, found) = token(newapi, id).await?;
    let key = map::key(&found.value, reading(newapi, found.date).await?);
    if own::is_marker(&found.value.name) {
        return Err(error::not_found("GET /api/token/:id", "this key (it stands for an account)"));
    }
    Ok(key)
}

async fn models(newapi: &NewApi) -> Result<Vec<ModelOffer>, GatewayError> {
    let rate = newapi.known().await?.rate;
    match newapi.api.pricing().await {
        Ok(pricing) if !pricing.data.is_empty() => return Ok(map::offers(pricing, rate)),
        // The operator closed the page, or prices nothing: the names are still told.
        Ok(_) => {}
        Err(error) if matches!(error.kind, ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::Unsupported) => {
        }
        Err(error) if is_plain_no(&error) => {}
        Err(error) => return Err(error),
    }
    let mut names = newapi.api.models().await?;
    names.sort();
    names.dedup();
    let offer =
        |name| ModelOffer { name: domain::ModelName::new(name), upstream: None, input_cost: None, output_cost: None };
    Ok(names.into_iter().map(offer).collect())
}
