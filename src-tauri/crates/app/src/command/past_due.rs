//! Clients that are past due: what they could be billed for is taken from their keys, when a person says so, and the day
//! they pay they get back exactly that (S2-10, S2-11).
//!
//! **Owns:** what is taken from which key, and what is given back. **Does not own:** who is past due (`billing`, from due
//! dates and payments), and how a key is changed (`act`).

use domain::{ClientId, KeyId, KeyStatus, ModelName, ModelScope};
use gateway::Action;
use store::table::key::KeyFilter;
use store::table::{Hold, HoldKind, StoredKey};
use store::{Origin, Reader};

use super::key::{current, deed};
use crate::act::{Deed, act};
use crate::query::gateway::model_list;
use crate::query::past_due::{overdue_of, past_due_get};
use crate::rating::{Prices, price_book};
use crate::wire::PastDueView;
use crate::{App, AppError, agency};

/// What becomes of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taking {
    /// Nothing it may call is billable.
    Nothing,
    /// It keeps these models.
    Keeps(Vec<ModelName>),
    /// Everything it may call is billable, so it is paused.
    Pauses,
}

/// Takes what is billable from every active key of a client with an overdue invoice. What is not billable goes on working.
///
/// # Errors
/// Nothing of the client is overdue; those of a write to a gateway: what was taken before it stays noted, and asking again
/// goes on with the rest.
pub async fn past_due_hold(app: &App, origin: Origin, client: &str) -> Result<PastDueView, AppError> {
    let client: ClientId = client.parse()?;
    let mut reader = app.store().reader().await?;
    if overdue_of(app, &mut reader, client).await?.is_empty() {
        return Err(AppError::conflict("nothing of this client is overdue: there is no reason to take anything"));
    }
    let book = price_book(app, &mut reader).await?;
    let today = agency::today(app, &mut reader).await?;
    let keys = holdable(&mut reader, client).await?;
    drop(reader);
    for key in keys {
        let taking = taking(app, &book, &key, client, today).await?;
        take(app, origin, client, &key, taking).await?;
    }
    past_due_get(app, &client.to_string()).await
}

/// Gives back what was taken. A key that somebody changed or stopped since is left as it is.
///
/// # Errors
/// Those of a write to a gateway: what could not be given back stays noted.
pub async fn past_due_lift(app: &App, origin: Origin, client: &str) -> Result<PastDueView, AppError> {
    let id: ClientId = client.parse()?;
    let held = app.store().reader().await?.past_due().held(id).await?;
    for hold in held {
        give_back(app, origin, &hold).await?;
    }
    past_due_get(app, client).await
}

/// Gives back what was taken once nothing of the client is overdue any more. A gateway that does not answer does not undo
/// the payment: the next one, or a person, tries again.
pub(crate) async fn lift_if_paid(app: &App, origin: Origin, client: ClientId) {
    let lifted = async {
        let mut reader = app.store().reader().await?;
        let held = reader.past_due().held(client).await?;
        let paid = overdue_of(app, &mut reader, client).await?.is_empty();
        drop(reader);
        if paid && !held.is_empty() {
            past_due_lift(app, origin, &client.to_string()).await?;
        }
        Ok::<_, AppError>(())
    };
    if let Err(error) = lifted.await {
        tracing::warn!(%client, "what was taken while past due could not be given back: {error}");
    }
}

/// Active keys of a client of which nothing is held.
async fn holdable(reader: &mut Reader, client: ClientId) -> Result<Vec<StoredKey>, AppError> {
    let held: Vec<KeyId> = reader.past_due().held(client).await?.iter().map(|hold| hold.key).collect();
    let filter = KeyFilter { client: Some(client), statuses: vec![KeyStatus::Active], ..KeyFilter::default() };
    let keys = reader.key().list(&filter).await?.into_iter();
    Ok(keys.filter(|key| key.gone_at.is_none() && !held.contains(&key.id)).collect())
}

/// What would be taken from a key. One that may call every model is asked for at its gateway.
pub(crate) async fn taking(
    app: &App,
    book: &Prices,
    key: &StoredKey,
    client: ClientId,
    today: domain::Date,
) -> Result<Taking, AppError> {
    let callable = match &key.key.spec.models {
        ModelScope::Only(models) => models.clone(),
        ModelScope::All => {
            let offered = model_list(app, Some(&key.gateway.to_string())).await?;
            offered.into_iter().map(ModelName::new).collect()
        }
    };
    let (billable, free): (Vec<_>, Vec<_>) =
        callable.into_iter().partition(|model| book.is_billable(client, model, today));
    Ok(match (billable.is_empty(), free.is_empty()) {
        (true, _) => Taking::Nothing,
        (false, true) => Taking::Pauses,
        (false, false) => Taking::Keeps(free),
    })
}

async fn take(app: &App, origin: Origin, client: ClientId, key: &StoredKey, taking: Taking) -> Result<(), AppError> {
    let external = key.key.external_id.clone();
    let (kind, action) = match taking {
        Taking::Nothing => return Ok(()),
        Taking::Pauses => (HoldKind::Pause, Action::KeyPause { key: external, paused: true }),
        Taking::Keeps(free) => {
            let now = current(app, key.gateway, &external).await?;
            let (before, after) = (now.spec.models.clone(), ModelScope::Only(free));
            let spec = domain::KeySpec { models: after.clone(), ..now.spec };
            (HoldKind::Models { before, after }, Action::KeyUpdate { key: external, spec })
        }
    };
    // Noted first: what was taken and could not be noted would never be given back.
    let hold = Hold { client, key: key.id, kind, held_at: app.now() };
    let mut writer = app.store().begin(origin).await?;
    writer.past_due().hold(&hold).await?;
    app.emit(writer.commit().await?);
    let change = Some("past due: what is billable was taken".to_owned());
    if let Err(error) = act(app, origin, Deed { change, ..deed(key, action) }).await {
        if error.code != crate::wire::Code::OutcomeUnknown {
            lifted(app, origin, key.id).await?;
        }
        return Err(error);
    }
    Ok(())
}

async fn give_back(app: &App, origin: Origin, hold: &Hold) -> Result<(), AppError> {
    let key = app.store().reader().await?.key().get(hold.key).await?;
    let now = current(app, key.gateway, &key.key.external_id).await?;
    let external = key.key.external_id.clone();
    let action = match &hold.kind {
        HoldKind::Pause if now.status == KeyStatus::Paused => Some(Action::KeyPause { key: external, paused: false }),
        HoldKind::Models { before, after } if same(&now.spec.models, after) => {
            let spec = domain::KeySpec { models: before.clone(), ..now.spec };
            Some(Action::KeyUpdate { key: external, spec })
        }
        HoldKind::Pause | HoldKind::Models { .. } => None,
    };
    if let Some(action) = action {
        let change = Some("paid: what was taken was given back".to_owned());
        act(app, origin, Deed { change, ..deed(&key, action) }).await?;
    }
    lifted(app, origin, hold.key).await
}

/// The same models in whatever order: a gateway may tell them in its own.
fn same(one: &ModelScope, other: &ModelScope) -> bool {
    let sorted = |scope: &ModelScope| match scope {
        ModelScope::All => None,
        ModelScope::Only(models) => {
            let mut models = models.clone();
            models.sort_unstable();
            Some(models)
        }
    };
    sorted(one) == sorted(other)
}

async fn lifted(app: &App, origin: Origin, key: KeyId) -> Result<(), AppError> {
    let mut writer = app.store().begin(origin).await?;
    writer.past_due().lift(key, app.now()).await?;
    app.emit(writer.commit().await?);
    Ok(())
}
