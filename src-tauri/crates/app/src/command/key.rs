//! Keys: made, changed, paused, revoked, and the secret that is shown once.
//!
//! **Owns:** that a secret is made here, sent once and shown once, or waits in a queue until its gateway shows it. **Does not own:** who may call what with it: that is
//! the gateway's.

mod queue;
mod ticket;

use std::time::Duration;

use domain::{ExternalId, GatewayId, Key, KeyId, KeySpec, Limit, Name, Scope, Secret};
use gateway::{Action, Cursor, Item, KeySecret, Resource};
use store::Origin;
use store::table::key::KeyFilter;
use store::table::{StoredAccount, StoredGateway, StoredKey};

use super::input;
use crate::act::{Applied, Deed, act, facts};
use crate::allowance;
use crate::query::key::key_get;
use crate::undo::{self, Step, WayBack};
use crate::wire::{BudgetInput, Code, CreatedKey, Done, KeyInput, KeyRow};
use crate::{App, AppError, connect};

pub(crate) use queue::SecretQueue;
pub use queue::secret_dequeue;
pub(crate) use ticket::TicketBox;

/// Makes a key and keeps its secret in memory until it has been stored elsewhere. The secret is made here, so that a
/// lost reply loses nothing.
///
/// # Errors
/// `Invalid` naming the field; those of a write to a gateway.
pub async fn key_create(app: &App, origin: Origin, typed: KeyInput) -> Result<CreatedKey, AppError> {
    let account = account(app, &typed.account_id).await?;
    let stored = app.store().reader().await?.gateway().get(account.gateway).await?;
    let mut spec = input::key(&typed, stored.connection.currency, app.now())?;
    spec.scope = scope_at(&stored, spec.scope);
    make(app, origin, &account, &stored, spec).await
}

/// The scope as a gateway can keep it: where keys have none, each may call models and read its own usage.
fn scope_at(gateway: &StoredGateway, wanted: Scope) -> Scope {
    match wanted {
        Scope::Inference if !connect::capability(gateway).key_scope => Scope::Full,
        other => other,
    }
}

/// Makes a second key with the specification of the first, so that a client can change over; the first goes on working
/// until it is paused or revoked.
///
/// # Errors
/// As [`key_create`]; `Conflict` for a revoked key.
pub async fn key_rotate(app: &App, origin: Origin, id: &str) -> Result<CreatedKey, AppError> {
    let old = stored(app, id).await?;
    if old.key.status == domain::KeyStatus::Revoked {
        let message = format!("the key {} is revoked: make a new one instead", old.key.spec.name);
        return Err(AppError::conflict(message));
    }
    let account =
        old.account.ok_or_else(|| AppError::conflict("this key belongs to no account, so it cannot be rotated"))?;
    let mut reader = app.store().reader().await?;
    let account = reader.account().get(account).await?;
    let gateway = reader.gateway().get(old.gateway).await?;
    let others = reader.key().list(&KeyFilter { gateway: Some(old.gateway), ..KeyFilter::default() }).await?;
    drop(reader);
    let mut spec = current(app, old.gateway, &old.key.external_id).await?.spec;
    spec.name = next_name(&spec.name, &others)?;
    // The same remaining life as the old one would be an early end for the new one.
    spec.expires_at = spec.expires_at.filter(|at| *at > app.now());
    make(app, origin, &account, &gateway, spec).await
}

/// A secret of 256 random bits.
///
/// # Errors
/// The operating system gives no randomness.
pub(super) fn new_secret(app: &App) -> Result<Secret, AppError> {
    Ok(ticket::secret(&*app.random_32()?))
}

async fn make(
    app: &App,
    origin: Origin,
    account: &StoredAccount,
    gateway: &StoredGateway,
    spec: KeySpec,
) -> Result<CreatedKey, AppError> {
    let secret = new_secret(app)?;
    let deed = Deed {
        gateway: account.gateway,
        subject: spec.name.to_string(),
        client: account.client,
        account: Some(account.id),
        key: None,
        change: None,
        action: Action::KeyCreate {
            mark: app.mark()?,
            account: account.account.external_id.clone(),
            spec,
            secret: secret.clone(),
        },
    };
    let applied = act(app, origin, deed).await?;
    let id = applied.key.ok_or_else(|| AppError::internal("the gateway made a key and did not describe it"))?;
    let shown = told(&applied, Some(secret))?;
    to_be_shown(app, id, gateway, shown).await
}

/// A key with a ticket for its secret; or with the time after which its gateway tells it, and then it queues.
async fn to_be_shown(app: &App, id: KeyId, gateway: &StoredGateway, shown: Shown) -> Result<CreatedKey, AppError> {
    let base_url = connect::calling_address(app, gateway).await?;
    let (mut ticket, mut secret_after_seconds) = (None, None);
    match shown {
        Shown::Now(secret) => {
            let new = app.ticket()?;
            app.secrets().put(new.clone(), secret, app.now());
            queue::leave(app, id);
            ticket = Some(new);
        }
        Shown::Later(after) => {
            queue::wait(app, gateway.id, id, after);
            secret_after_seconds = Some(u32::try_from(after.as_secs()).unwrap_or(u32::MAX).max(1));
        }
    }
    Ok(CreatedKey { key: key_get(app, id).await?, ticket, secret_after_seconds, base_url })
}

/// When the secret of a key can be shown.
enum Shown {
    Now(Secret),
    Later(Duration),
}

/// The secret the key really has. A key that was found again after a lost reply may have one that the gateway made and
/// nobody saw: showing ours instead would hand out a secret that opens nothing.
fn told(applied: &Applied, ours: Option<Secret>) -> Result<Shown, AppError> {
    let ours = match (&applied.receipt.secret, ours) {
        (KeySecret::Told(theirs), _) => return Ok(Shown::Now(theirs.clone())),
        (KeySecret::Later(after), _) => return Ok(Shown::Later(*after)),
        (KeySecret::AsAsked, ours) => ours.ok_or_else(|| AppError::internal("the gateway showed no secret"))?,
    };
    let made = applied.receipt.key.as_ref();
    match made.and_then(|key| key.fingerprint.as_ref()) {
        Some(print) if facts::fingerprint(&ours).as_ref() != Some(print) => {
            let name = made.map(|key| key.spec.name.to_string()).unwrap_or_default();
            let message = format!("the key {name} was made, but its secret was lost with the gateway's reply");
            Err(AppError::new(Code::OutcomeUnknown, message).hint("Rotate the key to get a secret, then revoke it."))
        }
        _ => Ok(Shown::Now(ours)),
    }
}

/// Asks the gateway to show the secret of a key again: a ticket for it, or how long the gateway wants to be left alone;
/// then the key queues.
///
/// # Errors
/// `Unsupported` where the gateway does not keep secrets; those of a write to a gateway.
pub async fn key_reveal(app: &App, origin: Origin, id: &str) -> Result<CreatedKey, AppError> {
    let key = stored(app, id).await?;
    let gateway = app.store().reader().await?.gateway().get(key.gateway).await?;
    let action = Action::KeyReveal { key: key.key.external_id.clone() };
    let shown = match act(app, origin, deed(&key, action)).await {
        Ok(applied) => told(&applied, None)?,
        // Noted as refused, and nothing is wrong: waiting is all that is needed.
        Err(AppError { after: Some(after), .. }) => Shown::Later(after),
        Err(error) => return Err(error),
    };
    to_be_shown(app, key.id, &gateway, shown).await
}

/// Shows a new key's secret, until it has been stored or ten minutes have passed.
///
/// # Errors
/// `NotFound` afterwards: the secret is gone for good.
pub async fn secret_reveal(app: &App, ticket: &str) -> Result<String, AppError> {
    app.secrets().reveal(ticket, app.now()).map(|secret| secret.expose().to_owned())
}

/// Forgets a new key's secret: it has been stored.
///
/// # Errors
/// None at present.
pub async fn secret_stored(app: &App, ticket: &str) -> Result<(), AppError> {
    app.secrets().forget(ticket);
    Ok(())
}

/// Changes what a key may do. The secret and the account stay; without days, so does the expiry.
///
/// # Errors
/// As [`key_create`].
pub async fn key_update(app: &App, origin: Origin, id: &str, typed: KeyInput) -> Result<KeyRow, AppError> {
    let key = stored(app, id).await?;
    let gateway = app.store().reader().await?.gateway().get(key.gateway).await?;
    let mut spec = input::key(&typed, gateway.connection.currency, app.now())?;
    spec.scope = scope_at(&gateway, spec.scope);
    let before = current(app, key.gateway, &key.key.external_id).await?.spec;
    if typed.expires_in_days.is_none() {
        spec.expires_at = before.expires_at;
    }
    let change = changes(&before, &spec);
    let action = Action::KeyUpdate { key: key.key.external_id.clone(), spec };
    act(app, origin, Deed { change, ..deed(&key, action) }).await?;
    key_get(app, key.id).await
}

/// What differs, as a sentence.
fn changes(before: &KeySpec, after: &KeySpec) -> Option<String> {
    let mut changes = Vec::new();
    if before.name != after.name {
        changes.push(format!("name {} → {}", before.name, after.name));
    }
    if before.models != after.models {
        changes.push("models".to_owned());
    }
    if before.scope != after.scope {
        changes.push(format!("scope {} → {}", before.scope.code(), after.scope.code()));
    }
    if before.environment != after.environment {
        changes.push(format!("environment {} → {}", before.environment.code(), after.environment.code()));
    }
    if before.rate_limit != after.rate_limit {
        changes.push("limits on speed".to_owned());
    }
    if before.budget != after.budget {
        changes.push(input::budget_change(&before.budget, &after.budget));
    }
    if before.expires_at != after.expires_at {
        changes.push("expiry".to_owned());
    }
    (!changes.is_empty()).then(|| changes.join(", "))
}

/// Stops a key; the same secret works again after [`key_resume`].
///
/// # Errors
/// Those of a write to a gateway.
pub async fn key_pause(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    set_paused(app, origin, id, true).await
}

/// Lets a paused key work again.
///
/// # Errors
/// Those of a write to a gateway.
pub async fn key_resume(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    set_paused(app, origin, id, false).await
}

async fn set_paused(app: &App, origin: Origin, id: &str, paused: bool) -> Result<Done, AppError> {
    let key = stored(app, id).await?;
    let name = key.key.spec.name.clone();
    let to = |paused| deed(&key, Action::KeyPause { key: key.key.external_id.clone(), paused });
    let applied = act(app, origin, to(paused)).await?;
    let (did, back) = if paused { ("Paused", "Resumed") } else { ("Resumed", "Paused") };
    let way = WayBack { message: format!("{back} {name}."), steps: vec![Step::Act(Box::new(to(!paused)))] };
    done(app, format!("{did} {name}."), way, &applied)
}

/// Stops a key for good. Its history stays.
///
/// # Errors
/// Those of a write to a gateway.
pub async fn key_revoke(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    let key = stored(app, id).await?;
    let action = Action::KeyRevoke { key: key.key.external_id.clone() };
    let applied = act(app, origin, deed(&key, action)).await?;
    let no_way = WayBack { message: String::new(), steps: Vec::new() };
    done(app, format!("Revoked {} for good.", key.key.spec.name), no_way, &applied)
}

/// Sets or clears a key's own budget and nothing else.
///
/// # Errors
/// `Invalid` for a negative or absurd amount; those of a write to a gateway.
pub async fn key_budget(app: &App, origin: Origin, id: &str, typed: Option<BudgetInput>) -> Result<Done, AppError> {
    let key = stored(app, id).await?;
    let gateway = app.store().reader().await?.gateway().get(key.gateway).await?;
    let wanted = input::limit(typed.as_ref(), gateway.connection.currency)?;
    let before = current(app, key.gateway, &key.key.external_id).await?.spec.budget;
    let to = |from: &Limit<_>, budget: &Limit<_>| Deed {
        change: Some(input::budget_change(from, budget)),
        ..deed(&key, Action::KeyBudget { key: key.key.external_id.clone(), budget: budget.clone() })
    };
    let applied = act(app, origin, to(&before, &wanted)).await?;
    let name = &key.key.spec.name;
    let back = Step::Act(Box::new(to(&wanted, &before)));
    let way = WayBack { message: format!("Set the budget of {name} back."), steps: vec![back] };
    done(app, format!("Changed the {} of {name}.", input::budget_change(&before, &wanted)), way, &applied)
}

fn done(app: &App, message: String, way: WayBack, applied: &Applied) -> Result<Done, AppError> {
    let undo = undo::offer(app, way)?;
    Ok(Done { message, undo, effective_within_seconds: applied.receipt.effective_within_seconds })
}

pub(super) fn deed(key: &StoredKey, action: Action) -> Deed {
    Deed {
        gateway: key.gateway,
        action,
        subject: key.key.spec.name.to_string(),
        client: key.client,
        account: key.account,
        key: Some(key.id),
        change: None,
    }
}

async fn stored(app: &App, id: &str) -> Result<StoredKey, AppError> {
    let id: KeyId = id.parse()?;
    Ok(app.store().reader().await?.key().get(id).await?)
}

/// The account a key is made for; when none is named, the only one there is.
async fn account(app: &App, id: &str) -> Result<StoredAccount, AppError> {
    let mut reader = app.store().reader().await?;
    if !id.is_empty() {
        let id = id.parse().map_err(|error: domain::id::NotAnId| AppError::invalid("accountId", error))?;
        return Ok(reader.account().get(id).await?);
    }
    let mut live: Vec<StoredAccount> =
        reader.account().list().await?.into_iter().filter(|account| account.gone_at.is_none()).collect();
    match (live.pop(), live.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(AppError::invalid("accountId", "choose the account the key is for")),
    }
}

/// A key as its gateway holds it now: what is changed is the gateway's value, not what we remember of it.
pub(super) async fn current(app: &App, gateway: GatewayId, key: &ExternalId) -> Result<Key, AppError> {
    let connected = connect::reader(app, gateway).await?;
    let page = connected.gateway.inventory(&Resource::Key(key.clone()), &Cursor::start()).await?;
    let found = page.items.into_iter().find_map(|item| match item {
        Item::Key(key) => Some(key),
        _ => None,
    });
    let gone =
        || AppError::new(Code::NotFound, "the gateway does not know this key any more").hint("Sync, then look again.");
    allowance::shown_key(app, gateway, found.ok_or_else(gone)?).await
}

/// `name`, `name-r2`, `name-r3` …: the first that no key of the gateway has.
fn next_name(name: &Name, others: &[StoredKey]) -> Result<Name, AppError> {
    let stem = match name.as_str().rsplit_once("-r") {
        Some((stem, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => stem,
        _ => name.as_str(),
    };
    let stem: String = stem.chars().take(domain::name::NAME_MAX - 8).collect();
    let taken = |wanted: &str| others.iter().any(|key| key.key.spec.name.as_str() == wanted);
    let free = (2..10_000).map(|number| format!("{stem}-r{number}")).find(|wanted| !taken(wanted));
    let free = free.ok_or_else(|| AppError::conflict("this key has been rotated too often: make a new one"))?;
    Ok(free.parse()?)
}
