//! An open app beside a served sandbox.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::{GatewayId, Timestamp, UsageRecord};
use gateway::{
    Action, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page, Probe, RefusalReason, Resource,
    UsageAsk,
};
use sha2::{Digest, Sha256};
use store::Origin;
use tempfile::TempDir;

use crate::command::client::client_create;
use crate::command::gateway::gateway_connect;
use crate::query::client::client_get;
use crate::wire::{self, BudgetInput, ClientInput, EInvoiceChoice, GatewayInput, KeyInput, LanguageChoice, TaxChoice};
use crate::{App, AppError, AppOptions, Clock, EventSink, Profile, Random, SessionVault, Vault};

pub(super) const WINDOW: Origin = Origin::Window;

/// A clock that is moved by hand.
pub(super) struct Hands(AtomicI64);

impl Hands {
    pub(super) fn forward(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Different bytes each time, the same in each run.
struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), AppError> {
        for chunk in bytes.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&Sha256::digest(count.to_be_bytes())[..chunk.len()]);
        }
        Ok(())
    }
}

/// Everything the window would have heard.
#[derive(Default)]
pub(super) struct Heard(pub(super) Mutex<Vec<wire::Progress>>);

impl EventSink for Heard {
    fn changed(&self, _: wire::Changed) {}

    fn progress(&self, progress: wire::Progress) {
        self.0.lock().unwrap().push(progress);
    }
}

pub(super) struct Rig {
    pub(super) app: App,
    pub(super) clock: Arc<Hands>,
    pub(super) vault: Arc<dyn Vault>,
    pub(super) heard: Arc<Heard>,
    pub(super) server: sandbox::Server,
    pub(super) dir: TempDir,
}

impl Rig {
    pub(super) async fn new() -> Self {
        Self::with(Arc::new(SessionVault::default())).await
    }

    pub(super) async fn with(vault: Arc<dyn Vault>) -> Self {
        let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(start.as_millis())));
        let hands = Arc::clone(&clock);
        let opened = sandbox::Sandbox::open(None, 1, Arc::new(move || hands.now())).unwrap();
        let server = opened.serve([7; 32]).await.unwrap();
        let (dir, heard) = (tempfile::tempdir().unwrap(), Arc::new(Heard::default()));
        let app = open(&dir, &clock, &vault, &heard).await;
        Self { app, clock, vault, heard, server, dir }
    }

    /// Ends the app as a crash would, and opens the profile again.
    pub(super) async fn reopened(self) -> Self {
        drop(self.app);
        let app = open(&self.dir, &self.clock, &self.vault, &self.heard).await;
        Self { app, ..self }
    }

    /// What connecting to the served sandbox asks for.
    pub(super) fn typed(&self, name: &str) -> GatewayInput {
        let base_url = self.server.base_url.clone();
        GatewayInput { product: "sandbox".to_owned(), name: name.to_owned(), base_url }
    }

    pub(super) async fn connect(&self, name: &str) -> Result<GatewayId, AppError> {
        let credential = self.server.admin_token.expose().to_owned();
        let view = gateway_connect(&self.app, WINDOW, self.typed(name), credential).await?;
        Ok(view.id.parse().unwrap())
    }

    /// A client with an account on the gateway: the client's and the account's identifiers.
    pub(super) async fn client(&self, gateway: GatewayId, name: &str) -> (String, String) {
        let row = client_create(&self.app, WINDOW, client(name, &[gateway])).await.unwrap();
        let page = client_get(&self.app, &row.id).await.unwrap();
        (row.id, page.accounts[0].id.clone())
    }

    /// Puts something between the app and a gateway.
    pub(super) async fn between(&self, id: GatewayId, fault: Fault) {
        let (connected, probe) = crate::connect::writer(&self.app, id).await.unwrap();
        let faulty = Arc::new(Faulty { inner: connected.gateway, fault });
        self.app.gateways().keep(id, faulty, probe).await;
    }
}

async fn open(dir: &TempDir, clock: &Arc<Hands>, vault: &Arc<dyn Vault>, heard: &Arc<Heard>) -> App {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let random = Arc::new(Counted(AtomicU64::new(COUNT.fetch_add(1 << 20, Ordering::SeqCst))));
    let (clock, vault, events) = (Arc::clone(clock), Arc::clone(vault), Arc::clone(heard));
    App::open(Profile::at(dir.path()), AppOptions { clock, vault, random, events }).await.unwrap()
}

pub(super) fn client(name: &str, gateways: &[GatewayId]) -> ClientInput {
    let empty = String::new;
    ClientInput {
        name: name.to_owned(),
        currency: "USD".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        legal_name: empty(),
        street: empty(),
        postal_code: empty(),
        city: empty(),
        country: empty(),
        tax_id: empty(),
        vat_id: empty(),
        registration: empty(),
        endpoint: empty(),
        reference: empty(),
        tax: TaxChoice::Agency,
        tax_reason: empty(),
        e_invoice: EInvoiceChoice::Automatic,
        language: LanguageChoice::Agency,
        email: empty(),
        terms_days: 14,
        gateways: gateways.iter().map(ToString::to_string).collect(),
        budget: None,
        models: Vec::new(),
    }
}

pub(super) fn key(account: &str, name: &str) -> KeyInput {
    KeyInput {
        account_id: account.to_owned(),
        name: name.to_owned(),
        environment: "prod".to_owned(),
        scope: "inference".to_owned(),
        models: vec!["gpt-4.1-mini".to_owned()],
        requests_per_minute: Some(60),
        tokens_per_minute: None,
        parallel: None,
        budget: None,
        expires_in_days: None,
    }
}

pub(super) fn budget(amount: &str) -> BudgetInput {
    BudgetInput { amount: amount.to_owned(), period: "daily".to_owned(), warn_at: Vec::new() }
}

/// What goes wrong between the app and a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The change is made, and the reply is lost; reading works.
    ReplyLost,
    /// The change is made, then the gateway is gone.
    DeadAfterwards,
    /// The change does not arrive: nothing listens; reading works.
    NeverReached,
    /// The gateway accepts and does not keep it.
    NotSaved,
    /// The gateway says no, with this HTTP status.
    Refused(u16),
}

struct Faulty {
    inner: Arc<dyn Gateway>,
    fault: Fault,
}

fn broken(kind: ErrorKind) -> GatewayError {
    GatewayError::new(kind, "POST /somewhere", "the connection broke before the gateway answered")
}

#[async_trait]
impl Gateway for Faulty {
    fn describe(&self) -> Descriptor {
        self.inner.describe()
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        self.inner.probe(now).await
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        if self.fault == Fault::DeadAfterwards && !matches!(what, Resource::Key(_)) {
            return Err(broken(ErrorKind::Unreachable));
        }
        self.inner.inventory(what, at).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        self.inner.usage(ask, at).await
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        match self.fault {
            Fault::ReplyLost | Fault::DeadAfterwards => {
                self.inner.apply(action, now).await?;
                Err(broken(ErrorKind::Unavailable))
            }
            Fault::NeverReached => Err(broken(ErrorKind::Unreachable)),
            Fault::Refused(status) => Ok(Outcome::Refused(RefusalReason {
                message: "the answer was no".to_owned(),
                status: Some(status),
                accepted_but_not_saved: false,
                after: None,
            })),
            Fault::NotSaved => Ok(Outcome::Refused(RefusalReason {
                message: "it answered 200 and shows the old value".to_owned(),
                status: Some(200),
                accepted_but_not_saved: true,
                after: None,
            })),
        }
    }
}
