//! Clients: added, changed, paused, closed.
//!
//! **Owns:** that a client and its accounts on gateways follow each other, and what is said when only some did. **Does
//! not own:** what an account is on a gateway.

use domain::{AccountSpec, Client, ClientId, ClientStatus, GatewayId, Limit, RateLimit};
use gateway::Action;
use store::Origin;
use store::table::{AuditRecord, StoredAccount, StoredClient};

use super::{input, key};
use crate::act::{self, Deed, act, facts};
use crate::query::client::client_row;
use crate::undo::{self, Step, WayBack};
use crate::wire::{ClientInput, ClientRow, Done};
use crate::{App, AppError};

/// Adds a client, with one new account on each chosen gateway. When a gateway fails, the client and the accounts made
/// before it stay, and the error says which.
///
/// # Errors
/// `Invalid` naming the field; `Conflict` when the name is taken; those of a write to a gateway.
pub async fn client_create(app: &App, origin: Origin, typed: ClientInput) -> Result<ClientRow, AppError> {
    let client = input::client(&typed, ClientStatus::Active)?;
    let plans = plans(app, &typed, &client, &[]).await?;
    let id = add(app, origin, &client).await?;
    make_accounts(app, origin, id, plans).await?;
    client_row(app, id).await
}

/// Keeps a client and notes it.
pub(crate) async fn add(app: &App, origin: Origin, client: &Client) -> Result<ClientId, AppError> {
    let mut writer = app.store().begin(origin).await?;
    let id = writer.client().add(client, app.now()).await.map_err(|error| AppError::from(error).at("name"))?;
    writer.audit().done(&note(app, origin, ("client_create", id, client.name.as_str()), None)).await?;
    app.emit(writer.commit().await?);
    Ok(id)
}

/// Changes a client, and makes an account on each chosen gateway where it has none. Existing accounts are kept.
///
/// # Errors
/// As [`client_create`]; `NotFound`.
pub async fn client_update(app: &App, origin: Origin, id: &str, typed: ClientInput) -> Result<ClientRow, AppError> {
    let id: ClientId = id.parse()?;
    let mut reader = app.store().reader().await?;
    let before = reader.client().get(id).await?.client;
    let accounts = reader.account().of_client(id).await?;
    drop(reader);
    let client = input::client(&typed, before.status)?;
    let plans = plans(app, &typed, &client, &accounts).await?;
    if client != before {
        let change = changes(&before, &client);
        let mut writer = app.store().begin(origin).await?;
        writer.client().set(id, &client).await?;
        writer.audit().done(&note(app, origin, ("client_update", id, client.name.as_str()), Some(&change))).await?;
        app.emit(writer.commit().await?);
    }
    make_accounts(app, origin, id, plans).await?;
    client_row(app, id).await
}

fn changes(before: &Client, after: &Client) -> String {
    let mut changes = Vec::new();
    if before.name != after.name {
        changes.push(format!("name {} → {}", before.name, after.name));
    }
    if before.zone != after.zone {
        changes.push(format!("zone {} → {}", before.zone, after.zone));
    }
    if before.currency != after.currency {
        changes.push(format!("currency {} → {}", before.currency, after.currency));
    }
    if before.address != after.address {
        changes.push("address".to_owned());
    }
    if before.invoicing != after.invoicing {
        changes.push(format!(
            "VAT {} → {}, e-invoice {} → {}",
            before.invoicing.tax.code(),
            after.invoicing.tax.code(),
            before.invoicing.e_invoice.code(),
            after.invoicing.e_invoice.code()
        ));
    }
    let language = |client: &Client| client.invoicing.language.map_or("the agency's", domain::DocumentLanguage::code);
    if language(before) != language(after) {
        changes.push(format!("documents in {} → {}", language(before), language(after)));
    }
    if before.terms != after.terms {
        changes.push(format!("terms {} days → {} days", before.terms.0, after.terms.0));
    }
    changes.join(", ")
}

/// An account to make: where, and what it is to be.
type Plan = (GatewayId, domain::Name, AccountSpec);

/// Everything that was typed about new accounts, checked before anything is kept or sent.
async fn plans(
    app: &App,
    typed: &ClientInput,
    client: &Client,
    present: &[StoredAccount],
) -> Result<Vec<Plan>, AppError> {
    let mut plans: Vec<Plan> = Vec::new();
    let mut reader = app.store().reader().await?;
    let models = input::models(&typed.models)?;
    for id in &typed.gateways {
        let id: GatewayId = id.parse().map_err(|error: domain::id::NotAnId| AppError::invalid("gateways", error))?;
        let has_one = present.iter().any(|account| account.gateway == id && account.gone_at.is_none());
        if has_one || plans.iter().any(|(planned, ..)| *planned == id) {
            continue;
        }
        let gateway = reader.gateway().get(id).await?.connection;
        let budget = input::limit(typed.budget.as_ref(), gateway.currency)?;
        let spec =
            AccountSpec { name: client.name.clone(), models: models.clone(), budget, rate_limit: RateLimit::default() };
        plans.push((id, gateway.name, spec));
    }
    Ok(plans)
}

async fn make_accounts(app: &App, origin: Origin, client: ClientId, plans: Vec<Plan>) -> Result<(), AppError> {
    let mut made: Vec<String> = Vec::new();
    for (gateway, gateway_name, spec) in plans {
        let subject = spec.name.to_string();
        let change =
            matches!(spec.budget, Limit::Limited(_)).then(|| input::budget_change(&Limit::Unlimited, &spec.budget));
        let action = Action::AccountCreate { mark: app.mark()?, spec, secret: key::new_secret(app)? };
        let deed = Deed { gateway, action, subject, client: Some(client), account: None, key: None, change };
        match act(app, origin, deed).await {
            Ok(_) => made.push(gateway_name.to_string()),
            Err(error) => return Err(half_done(error, &gateway_name, &made)),
        }
    }
    Ok(())
}

fn half_done(error: AppError, failed: &domain::Name, made: &[String]) -> AppError {
    let made = match made {
        [] => "no account was made".to_owned(),
        made => format!("its account on {} was made", made.join(" and ")),
    };
    let message = format!("the client was kept and {made}, but not the one on {failed}: {}", error.message);
    AppError { message, ..error }.hint("Open the client and choose the gateway again to make the missing account.")
}

/// Pauses every account of a client. Undo resumes exactly those that were paused now.
///
/// # Errors
/// Those of a write to a gateway, saying what was paused before the failure.
pub async fn client_pause(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    set_paused(app, origin, id, true).await
}

/// Resumes every account of a client.
///
/// # Errors
/// As [`client_pause`].
pub async fn client_resume(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    set_paused(app, origin, id, false).await
}

async fn set_paused(app: &App, origin: Origin, id: &str, paused: bool) -> Result<Done, AppError> {
    let (stored, accounts) = whole(app, id).await?;
    let name = stored.client.name.clone();
    let (steps, within) = pause_accounts(app, origin, &stored, &accounts, paused).await?;
    let status = if paused { ClientStatus::Paused } else { ClientStatus::Active };
    let before = stored.client.status;
    set_status(app, origin, &stored, status).await?;
    let mut steps: Vec<Step> = steps.into_iter().map(|deed| Step::Act(Box::new(deed))).collect();
    if before != status {
        steps.push(Step::ClientStatus(stored.id, before));
    }
    let (did, back) = if paused { ("Paused", "Resumed") } else { ("Resumed", "Paused") };
    let undo = undo::offer(app, WayBack { message: format!("{back} {name}."), steps })?;
    Ok(Done { message: format!("{did} {name}."), undo, effective_within_seconds: within })
}

/// Pauses or resumes the accounts that are not so yet: the deeds back, and the longest time until all of it bites.
async fn pause_accounts(
    app: &App,
    origin: Origin,
    stored: &StoredClient,
    accounts: &[StoredAccount],
    paused: bool,
) -> Result<(Vec<Deed>, u32), AppError> {
    let (mut back, mut within) = (Vec::new(), 0);
    for account in accounts.iter().filter(|account| account.gone_at.is_none() && account.account.paused != paused) {
        let to = |paused| Deed {
            gateway: account.gateway,
            action: Action::AccountPause { account: account.account.external_id.clone(), paused },
            subject: account.account.spec.name.to_string(),
            client: Some(stored.id),
            account: Some(account.id),
            key: None,
            change: None,
        };
        match act(app, origin, to(paused)).await {
            Ok(applied) => within = within.max(applied.receipt.effective_within_seconds),
            Err(error) => return Err(partly(error, &back)),
        }
        back.push(to(!paused));
    }
    Ok((back, within))
}

fn partly(error: AppError, done: &[Deed]) -> AppError {
    if done.is_empty() {
        return error;
    }
    let names: Vec<&str> = done.iter().map(|deed| deed.subject.as_str()).collect();
    let message = format!("{}. Done before that: {}", error.message.trim_end_matches('.'), names.join(", "));
    AppError { message, ..error }
}

/// Stops serving a client: its accounts are paused, its books stay.
///
/// # Errors
/// As [`client_pause`].
pub async fn client_close(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    let (stored, accounts) = whole(app, id).await?;
    let (_, within) = pause_accounts(app, origin, &stored, &accounts, true).await?;
    set_status(app, origin, &stored, ClientStatus::Closed).await?;
    let message = format!("Closed {}. Its books stay.", stored.client.name);
    Ok(Done { message, undo: None, effective_within_seconds: within })
}

async fn whole(app: &App, id: &str) -> Result<(StoredClient, Vec<StoredAccount>), AppError> {
    let id: ClientId = id.parse()?;
    let mut reader = app.store().reader().await?;
    Ok((reader.client().get(id).await?, reader.account().of_client(id).await?))
}

/// Says whether a client is served, and notes it.
pub(crate) async fn set_status(
    app: &App,
    origin: Origin,
    stored: &StoredClient,
    status: ClientStatus,
) -> Result<(), AppError> {
    if stored.client.status == status {
        return Ok(());
    }
    let action = match status {
        ClientStatus::Active => "client_resume",
        ClientStatus::Paused => "client_pause",
        ClientStatus::Closed => "client_close",
    };
    let mut writer = app.store().begin(origin).await?;
    writer.client().set(stored.id, &Client { status, ..stored.client.clone() }).await?;
    writer.audit().done(&note(app, origin, (action, stored.id, stored.client.name.as_str()), None)).await?;
    app.emit(writer.commit().await?);
    Ok(())
}

fn note(app: &App, origin: Origin, (action, id, name): (&str, ClientId, &str), change: Option<&str>) -> AuditRecord {
    AuditRecord {
        at: app.now(),
        actor: act::actor(origin).to_owned(),
        action: action.to_owned(),
        mark: None,
        gateway: None,
        client: Some(id),
        account: None,
        key: None,
        subject: name.to_owned(),
        detail: facts::local(change),
    }
}
