//! From a stored gateway to one that can be spoken to: its credential fetched from the vault, the connection kept.
//!
//! **Owns:** the connections of this run, the embedded sandbox while it is served, and how a probe's answer is kept.
//! **Does not own:** which gateways there are, or what is said to them.

mod kept;

use std::collections::HashMap;
use std::sync::Arc;

use domain::{GatewayId, Secret};
use gateway::{Connection, Gateway, NoAccountSecrets, Probe, Rights};
use store::table::{GatewayStatus, StoredGateway};
use tokio::sync::Mutex;

use crate::vault::AccountVault;
use crate::wire::Code;
use crate::{App, AppError};

pub(crate) use kept::{capability, probe_view, summary, view_of_probe};

/// The address of the sandbox that lives inside the app. It needs no credential: its token is made anew each run.
pub(crate) const EMBEDDED: &str = "sandbox://embedded";
/// The seed of the sandbox's invented history.
const SEED: u64 = 2026;

/// The connections of this run.
#[derive(Default)]
pub(crate) struct Gateways {
    open: Mutex<HashMap<GatewayId, Arc<dyn Gateway>>>,
    probed: Mutex<HashMap<GatewayId, Probe>>,
    sandbox: Mutex<Option<sandbox::Server>>,
}

impl Gateways {
    /// Forgets a connection: its address or credential has changed.
    pub(crate) async fn forget(&self, id: GatewayId) {
        self.open.lock().await.remove(&id);
        self.probed.lock().await.remove(&id);
    }

    /// Keeps a connection that was made elsewhere, with what its probe told.
    pub(crate) async fn keep(&self, id: GatewayId, gateway: Arc<dyn Gateway>, probe: Probe) {
        self.open.lock().await.insert(id, gateway);
        self.probed.lock().await.insert(id, probe);
    }

    /// Stops the embedded sandbox, if it is served.
    pub(crate) async fn stop_sandbox(&self) {
        if let Some(server) = self.sandbox.lock().await.take() {
            server.shutdown().await;
        }
    }

    /// Drops every connection.
    pub(crate) async fn close(&self) {
        self.open.lock().await.clear();
        self.probed.lock().await.clear();
        self.stop_sandbox().await;
    }
}

/// A gateway that can be spoken to.
pub(crate) struct Connected {
    /// As stored.
    pub(crate) stored: StoredGateway,
    /// To speak to.
    pub(crate) gateway: Arc<dyn Gateway>,
}

/// A gateway, ready to be read from.
///
/// # Errors
/// It is not there or was removed, its credential is not in the vault, or its address may not be used.
pub(crate) async fn reader(app: &App, id: GatewayId) -> Result<Connected, AppError> {
    let stored = app.store().reader().await?.gateway().get(id).await?;
    if stored.status == GatewayStatus::Removed {
        return Err(AppError::not_found(format!("The gateway {}", stored.connection.name)));
    }
    let mut open = app.gateways().open.lock().await;
    if let Some(gateway) = open.get(&id) {
        return Ok(Connected { stored, gateway: Arc::clone(gateway) });
    }
    let (connection, credential) = address(app, &stored).await?;
    let accounts = AccountVault::of(app.vaults(), stored.connection.vault_ref.as_ref());
    let gateway = gateway::connect(&connection, credential, accounts)?;
    open.insert(id, Arc::clone(&gateway));
    Ok(Connected { stored, gateway })
}

/// A gateway, ready to be written to, with what it can do: it is asked once per run before anything is sent.
///
/// # Errors
/// As [`reader`], and whatever keeps it from answering; nothing was sent then.
pub(crate) async fn writer(app: &App, id: GatewayId) -> Result<(Connected, Probe), AppError> {
    let connected = reader(app, id).await?;
    if let Some(probe) = app.gateways().probed.lock().await.get(&id) {
        return Ok((connected, probe.clone()));
    }
    let probe = connected.gateway.probe(app.now()).await.map_err(|error| nothing_sent(error.into()))?;
    app.gateways().probed.lock().await.insert(id, probe.clone());
    Ok((connected, probe))
}

fn nothing_sent(error: AppError) -> AppError {
    AppError { message: format!("{}. Nothing was changed", error.message.trim_end_matches('.')), ..error }
}

/// Refuses a write with a credential that can only read. What a gateway without a credential cannot do is a matter of
/// its kind, and said so.
///
/// # Errors
/// `GatewayDenied`.
pub(crate) fn may_write(stored: &StoredGateway, probe: &Probe) -> Result<(), AppError> {
    if probe.rights == Rights::Admin || stored.connection.vault_ref.is_none() {
        return Ok(());
    }
    let message = format!("the credential kept for {} can only read, so nothing was sent", stored.connection.name);
    Err(AppError::new(Code::GatewayDenied, message)
        .hint("Open the gateway under Gateways and paste a credential that may change keys."))
}

/// Whether a gateway is pulled from; else its usage comes with files.
pub(crate) fn is_pulled(stored: &StoredGateway) -> bool {
    gateway::product(stored.connection.product.as_str()).is_some_and(|info| info.needs_url)
}

async fn address(app: &App, stored: &StoredGateway) -> Result<(Connection, Option<Secret>), AppError> {
    let wanted = &stored.connection;
    if wanted.base_url == EMBEDDED {
        let (base_url, token) = embedded(app).await?;
        return Ok((Connection { product: wanted.product.clone(), base_url }, Some(token)));
    }
    let connection = Connection { product: wanted.product.clone(), base_url: wanted.base_url.clone() };
    let Some(entry) = &wanted.vault_ref else { return Ok((connection, None)) };
    match app.vaults().current().get(entry).await? {
        Some(secret) => Ok((connection, Some(secret))),
        None => Err(lost(stored)),
    }
}

fn lost(stored: &StoredGateway) -> AppError {
    let message = format!("there is no admin credential for {} in the keychain", stored.connection.name);
    AppError::new(Code::GatewayDenied, message).hint("Open the gateway under Gateways and paste its admin key again.")
}

/// Where the embedded sandbox is served, starting it if need be, and its admin token.
async fn embedded(app: &App) -> Result<(String, Secret), AppError> {
    let mut slot = app.gateways().sandbox.lock().await;
    if slot.is_none() {
        let clock = app.clock();
        let file = app.profile().sandbox_file();
        let opened = sandbox::Sandbox::open(Some(file), SEED, Arc::new(move || clock.now())).map_err(broken_sandbox)?;
        let random = app.random_32()?;
        *slot = Some(opened.serve(*random).await.map_err(broken_sandbox)?);
    }
    let server = slot.as_ref().ok_or_else(|| AppError::internal("the sandbox was not started"))?;
    Ok((server.base_url.clone(), server.admin_token.clone()))
}

fn broken_sandbox(error: sandbox::SandboxError) -> AppError {
    AppError::new(Code::Storage, error.to_string())
}

/// Where the software of a gateway's clients calls: its address with the `/v1` of the OpenAI-compatible endpoints.
pub(crate) async fn calling_address(app: &App, stored: &StoredGateway) -> Result<String, AppError> {
    let base = match stored.connection.base_url.as_str() {
        EMBEDDED => embedded(app).await?.0,
        other => other.to_owned(),
    };
    let base = base.trim_end_matches('/');
    Ok(if base.ends_with("/v1") { base.to_owned() } else { format!("{base}/v1") })
}

/// Asks the embedded sandbox who it is, before it is kept as a gateway.
///
/// # Errors
/// Its file cannot be used, or it cannot listen on this machine.
pub(crate) async fn try_embedded(app: &App) -> Result<Probe, AppError> {
    let (base_url, token) = embedded(app).await?;
    let connection = Connection { product: domain::Product::new("sandbox"), base_url };
    Ok(gateway::connect(&connection, Some(token), Arc::new(NoAccountSecrets))?.probe(app.now()).await?)
}
