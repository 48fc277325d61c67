//! Gateways: connected, changed, removed.
//!
//! **Owns:** that nothing is kept of a gateway that did not answer, and that its credential goes to the vault and to no
//! other place. **Does not own:** what a good answer is: that is the adapter's.

use std::sync::Arc;

use domain::{Currency, GatewayId, Name, Product, Secret, VaultRef};
use gateway::{AccountSecrets, Connection, ErrorKind, Gateway, GatewayError, Probe, ProductInfo, Rights};
use store::table::{AuditRecord, GatewayStatus, NewGateway, StoredGateway};
use store::{Origin, StoreError, Writer};

use super::input;
use crate::act::{self, facts};
use crate::connect::{self, EMBEDDED, summary};
use crate::query::gateway::gateway_view;
use crate::vault::AccountVault;
use crate::wire::{Done, GatewayInput, GatewayView};
use crate::{App, AppError};

/// A gateway that answered, and is not kept yet.
pub(crate) struct Tried {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) probe: Probe,
    connection: Connection,
}

/// Connects to what was typed and asks it who it is. Keeps nothing.
///
/// # Errors
/// `Invalid` for an address that may not be used; whatever keeps the gateway from answering.
pub(crate) async fn attempt(
    app: &App,
    typed: &GatewayInput,
    credential: Option<Secret>,
    accounts: Arc<dyn AccountSecrets>,
) -> Result<Tried, AppError> {
    let info = kind(&typed.product)?;
    let base_url = typed.base_url.trim().trim_end_matches('/').to_owned();
    if base_url.is_empty() && info.needs_url {
        return Err(AppError::invalid("baseUrl", format!("{} needs an address", info.title))
            .hint(format!("It looks like {}.", info.address_example)));
    }
    let connection = Connection { product: Product::new(info.name), base_url };
    let gateway = gateway::connect(&connection, credential, accounts).map_err(|error| refused(info, error))?;
    let probe = match gateway.probe(app.now()).await {
        Ok(probe) => probe,
        // A file that is there and whose columns nobody has chosen yet: that is done when it is imported.
        Err(error) if !info.needs_url && error.kind == ErrorKind::Rejected => unread(gateway.as_ref()),
        Err(error) => return Err(error.into()),
    };
    Ok(Tried { gateway, probe, connection })
}

/// An address that may not be used, with an example of one that may where the usual hint is about web addresses.
fn refused(info: &ProductInfo, error: GatewayError) -> AppError {
    let kind = error.kind;
    let mut refused = AppError::from(error);
    if kind == ErrorKind::BadAddress && !info.needs_url {
        refused.hints = vec![format!("It looks like {}.", info.address_example)];
    }
    refused
}

/// The kind of gateway of this stable name.
///
/// # Errors
/// `Invalid` for a kind Purser does not know, with those it knows.
pub(crate) fn kind(name: &str) -> Result<&'static ProductInfo, AppError> {
    gateway::product(name).ok_or_else(|| {
        let known: Vec<&str> = gateway::products().iter().map(|info| info.name).collect();
        let message = format!("`{name}` is not a kind of gateway Purser knows");
        AppError::invalid("product", message).hint(format!("Choose one of {}.", known.join(", ")))
    })
}

fn unread(gateway: &dyn Gateway) -> Probe {
    let capability = gateway.describe().capability;
    Probe { version: None, capability, rights: Rights::ReadOnly, clock_skew_millis: None, findings: Vec::new() }
}

/// What was pasted, as a secret; the pasted text is wiped.
pub(crate) fn secret(pasted: String) -> Option<Secret> {
    let pasted = zeroize::Zeroizing::new(pasted);
    Some(Secret::new(&pasted)).filter(|secret| !secret.expose().is_empty())
}

/// Tests a gateway, puts its credential into the vault and keeps the gateway. Nothing is kept when the test fails. A
/// gateway that was removed before comes back with its history.
///
/// # Errors
/// Those of `gateway_test`; `Conflict` when it is connected already or the name is taken; `VaultUnavailable`.
pub async fn gateway_connect(
    app: &App,
    origin: Origin,
    typed: GatewayInput,
    credential: String,
) -> Result<GatewayView, AppError> {
    let name = input::name(&typed.name)?;
    let credential = secret(credential);
    let entry = credential.is_some().then(|| new_entry(app)).transpose()?;
    let accounts = AccountVault::of(app.vaults(), entry.as_ref());
    let tried = attempt(app, &typed, credential.clone(), accounts).await?;
    let known = known(app, &tried.connection).await?;
    if let Some(present) = known.as_ref().filter(|known| known.status != GatewayStatus::Removed) {
        let message = format!("this gateway is connected already, as {}", present.connection.name);
        return Err(AppError::conflict(message).at("baseUrl").hint("Edit that one, or remove it first."));
    }
    if let (Some(entry), Some(secret)) = (&entry, &credential) {
        app.vaults().current().set(entry, secret).await?;
    }
    let vault_ref = entry;
    let new = NewGateway {
        name,
        product: tried.connection.product.clone(),
        base_url: tried.connection.base_url.clone(),
        currency: Currency::USD,
        vault_ref: vault_ref.clone(),
        read_vault_ref: None,
    };
    match keep(app, origin, new, known.map(|known| known.id), &tried.probe).await {
        Ok(id) => {
            app.gateways().keep(id, tried.gateway, tried.probe).await;
            gateway_view(app, id).await
        }
        Err(error) => {
            // A credential without a gateway would stay in the keychain for ever.
            if let Some(entry) = vault_ref {
                app.vaults().current().delete(&entry).await?;
            }
            Err(error)
        }
    }
}

/// A name for a credential that the vault does not hold yet.
fn new_entry(app: &App) -> Result<VaultRef, AppError> {
    Ok(VaultRef::new(format!("gateway-{}", app.mark()?)))
}

/// The gateway at an address, removed ones included.
pub(crate) async fn known(app: &App, wanted: &Connection) -> Result<Option<StoredGateway>, AppError> {
    let mut reader = app.store().reader().await?;
    // Gateways are few and never deleted, so their numbers have no gaps.
    for number in 1.. {
        match reader.gateway().get(GatewayId(number)).await {
            Ok(stored) => {
                let NewGateway { product, base_url, .. } = stored.connection.clone();
                if wanted.is_same_instance(&Connection { product, base_url }) {
                    return Ok(Some(stored));
                }
            }
            Err(StoreError::NotFound { .. }) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// Keeps a gateway, new or come back, with what it told.
pub(crate) async fn keep(
    app: &App,
    origin: Origin,
    new: NewGateway,
    back: Option<GatewayId>,
    probe: &Probe,
) -> Result<GatewayId, AppError> {
    let mut writer = app.store().begin(origin).await?;
    let taken = |error: StoreError| AppError::from(error).at("name");
    let id = match back {
        Some(id) => {
            writer.gateway().set_connection(id, &new).await.map_err(taken)?;
            writer.gateway().set_status(id, GatewayStatus::Active).await?;
            id
        }
        None => writer.gateway().add(&new, app.now()).await.map_err(taken)?,
    };
    writer.gateway().set_probe(id, &summary(probe, app.now())).await?;
    note(app, &mut writer, origin, ("gateway_connect", id, &new.name), Some(&new.base_url)).await?;
    app.emit(writer.commit().await?);
    Ok(id)
}

async fn note(
    app: &App,
    writer: &mut Writer,
    origin: Origin,
    (action, id, name): (&str, GatewayId, &Name),
    change: Option<&str>,
) -> Result<(), AppError> {
    let record = AuditRecord {
        at: app.now(),
        actor: act::actor(origin).to_owned(),
        action: action.to_owned(),
        mark: None,
        gateway: Some(id),
        client: None,
        account: None,
        key: None,
        subject: name.to_string(),
        detail: facts::local(change),
    };
    writer.audit().done(&record).await?;
    Ok(())
}

/// Changes the name, address or credential of a gateway, after testing what is new. Without a credential the one in the
/// vault is used. The kind stays.
///
/// # Errors
/// As [`gateway_connect`].
pub async fn gateway_update(
    app: &App,
    origin: Origin,
    id: &str,
    typed: GatewayInput,
    credential: Option<String>,
) -> Result<GatewayView, AppError> {
    let id: GatewayId = id.parse()?;
    let name = input::name(&typed.name)?;
    let stored = app.store().reader().await?.gateway().get(id).await?;
    let mut connection = NewGateway { name, ..stored.connection.clone() };
    if stored.connection.base_url == EMBEDDED {
        save(app, origin, id, (&stored, &connection), None).await?;
        return gateway_view(app, id).await;
    }
    let pasted = credential.and_then(secret);
    let secret = match (&pasted, &stored.connection.vault_ref) {
        (Some(pasted), _) => Some(pasted.clone()),
        (None, Some(entry)) => app.vaults().current().get(entry).await?,
        (None, None) => None,
    };
    let typed = GatewayInput { product: stored.connection.product.to_string(), ..typed };
    let entry = match &stored.connection.vault_ref {
        None if pasted.is_some() => Some(new_entry(app)?),
        known => known.clone(),
    };
    let tried = attempt(app, &typed, secret, AccountVault::of(app.vaults(), entry.as_ref())).await?;
    connection.base_url.clone_from(&tried.connection.base_url);
    if let (Some(entry), Some(pasted)) = (&entry, &pasted) {
        // In place where there is one, so that rights granted to the entry stay.
        app.vaults().current().set(entry, pasted).await?;
    }
    connection.vault_ref = entry;
    save(app, origin, id, (&stored, &connection), Some(&tried.probe)).await?;
    app.gateways().keep(id, tried.gateway, tried.probe).await;
    gateway_view(app, id).await
}

async fn save(
    app: &App,
    origin: Origin,
    id: GatewayId,
    (before, after): (&StoredGateway, &NewGateway),
    probe: Option<&Probe>,
) -> Result<(), AppError> {
    let mut writer = app.store().begin(origin).await?;
    writer.gateway().set_connection(id, after).await.map_err(|error| AppError::from(error).at("name"))?;
    if let Some(probe) = probe {
        writer.gateway().set_probe(id, &summary(probe, app.now())).await?;
    }
    let mut changes = Vec::new();
    if before.connection.name != after.name {
        changes.push(format!("name {} → {}", before.connection.name, after.name));
    }
    if before.connection.base_url != after.base_url {
        changes.push(format!("address {} → {}", before.connection.base_url, after.base_url));
    }
    let change = (!changes.is_empty()).then(|| changes.join(", "));
    note(app, &mut writer, origin, ("gateway_update", id, &after.name), change.as_deref()).await?;
    app.emit(writer.commit().await?);
    Ok(())
}

/// Disconnects a gateway and forgets its credential. Nothing changes on the gateway; its history stays in the books.
///
/// # Errors
/// `NotFound`; `VaultUnavailable` when the credential cannot be taken out of the keychain.
pub async fn gateway_remove(app: &App, origin: Origin, id: &str) -> Result<Done, AppError> {
    let id: GatewayId = id.parse()?;
    let stored = app.store().reader().await?.gateway().get(id).await?;
    let name = stored.connection.name.clone();
    forget_credentials(app, &stored).await?;
    // Its name is free for another one.
    let freed = Name::lossy(&format!("{name} (removed {id})"), &id.to_string());
    let connection = NewGateway { name: freed, vault_ref: None, ..stored.connection.clone() };
    let mut writer = app.store().begin(origin).await?;
    writer.gateway().set_connection(id, &connection).await?;
    writer.gateway().set_status(id, GatewayStatus::Removed).await?;
    note(app, &mut writer, origin, ("gateway_remove", id, &name), None).await?;
    app.emit(writer.commit().await?);
    app.gateways().forget(id).await;
    if stored.connection.base_url == EMBEDDED {
        app.gateways().stop_sandbox().await;
    }
    let message = format!("Removed {name}. Nothing was changed on the gateway itself.");
    Ok(Done { message, undo: None, effective_within_seconds: 0 })
}

/// Takes a gateway's credential and those of its accounts out of the vault.
async fn forget_credentials(app: &App, stored: &StoredGateway) -> Result<(), AppError> {
    let Some(entry) = &stored.connection.vault_ref else { return Ok(()) };
    if connect::capability(stored).account_credential {
        let accounts = AccountVault::of(app.vaults(), Some(entry));
        for account in app.store().reader().await?.account().list().await? {
            if account.gateway != stored.id {
                continue;
            }
            accounts.forget(&account.account.external_id).await?;
        }
    }
    app.vaults().current().delete(entry).await
}

/// Connects the sandbox that lives inside the app, with a believable agency around it. Run again, it changes nothing.
///
/// # Errors
/// The sandbox's file cannot be used, or the database cannot be written.
pub async fn sandbox_open(app: &App, origin: Origin) -> Result<GatewayView, AppError> {
    let id = crate::demo::open(app, origin).await?;
    connect::reader(app, id).await?;
    gateway_view(app, id).await
}
