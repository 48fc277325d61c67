//! A store, a clock and a gateway.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::{
    BillingAddress, Client, ClientId, ClientStatus, Currency, Date, ExternalId, GatewayId, Grain, Mark, Nanos,
    PaymentTerms, Product, Timestamp,
};
use gateway::Gateway;
use store::table::{AuditRecord, NewGateway, StoredAccount};
use store::{Filter, Group, Origin, Store};
use sync::{Engine, OnProgress, Policy, SyncReport, Terms};
use tokio_util::sync::CancellationToken;

use crate::fake::{Fake, account};

pub const NOW: &str = "2026-11-21T03:00:00Z";

pub struct World {
    pub store: Store,
    pub id: GatewayId,
    pub gateway: Arc<Fake>,
    offset: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

fn start() -> Timestamp {
    NOW.parse().unwrap()
}

async fn connect(store: &Store, name: &str) -> GatewayId {
    let mut writer = store.begin(Origin::System).await.unwrap();
    let new = NewGateway {
        name: name.parse().unwrap(),
        product: Product::new("fake"),
        base_url: "http://127.0.0.1:1".to_owned(),
        currency: Currency::USD,
        vault_ref: None,
        read_vault_ref: None,
    };
    let id = writer.gateway().add(&new, start()).await.unwrap();
    let _ = writer.commit().await.unwrap();
    id
}

impl World {
    pub async fn with(gateway: Fake) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("purser.db");
        let store = Store::open(&path, "test").await.unwrap();
        let id = connect(&store, "live").await;
        Self { store, id, gateway: Arc::new(gateway), offset: Arc::default(), _folder: folder }
    }

    pub async fn another(&self, name: &str) -> (GatewayId, Arc<Fake>) {
        (connect(&self.store, name).await, Arc::new(Fake::new(false, 7)))
    }

    pub fn now(&self) -> Timestamp {
        start().plus_millis(self.offset.load(Ordering::Relaxed))
    }

    /// Moves our clock.
    pub fn pass(&self, millis: i64) {
        self.offset.fetch_add(millis, Ordering::Relaxed);
    }

    /// How far our clock was moved.
    pub fn jumped(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    pub async fn sync(&self) -> SyncReport {
        self.sync_until(CancellationToken::new()).await
    }

    pub async fn sync_until(&self, cancel: CancellationToken) -> SyncReport {
        self.run(vec![(self.id, self.gateway.clone())], cancel).await
    }

    pub async fn sync_all(&self, gateways: Vec<(GatewayId, Arc<Fake>)>) -> SyncReport {
        self.run(gateways, CancellationToken::new()).await
    }

    async fn run(&self, gateways: Vec<(GatewayId, Arc<Fake>)>, cancel: CancellationToken) -> SyncReport {
        self.told(gateways, cancel, Arc::new(|_| {})).await
    }

    /// A sync whose progress is heard.
    pub async fn told(
        &self,
        gateways: Vec<(GatewayId, Arc<Fake>)>,
        cancel: CancellationToken,
        progress: OnProgress,
    ) -> SyncReport {
        let gateways = gateways.into_iter().map(|(id, fake)| (id, fake as Arc<dyn Gateway>)).collect();
        let policy = Policy { history_days: 40, zone_history_days: 20, chunk_days: 6, ..Policy::default() };
        let offset = Arc::clone(&self.offset);
        let clock = Arc::new(move || start().plus_millis(offset.load(Ordering::Relaxed)));
        Engine::new(self.store.clone()).run(gateways, Terms { policy, again: None, clock, progress, cancel }).await
    }

    /// Lets an account stand for a client of its own name, in a zone.
    pub async fn attribute(&self, name: &str, zone: &str) {
        let mut writer = self.store.begin(Origin::System).await.unwrap();
        let id = writer.account().upsert(self.id, &account(name), start().plus_days(-1)).await.unwrap();
        let known = writer.account().read().get(id).await.unwrap().client;
        match known {
            Some(known) => {
                let client = writer.client().read().get(known).await.unwrap().client;
                writer.client().set(known, &Client { zone: zone.parse().unwrap(), ..client }).await.unwrap();
            }
            None => {
                let new = writer.client().add(&client(name, zone), start()).await.unwrap();
                writer.account().attribute(id, Some(new)).await.unwrap();
            }
        }
        let _ = writer.commit().await.unwrap();
    }

    /// Everything counted, per client, local date and model; proves first that roll-ups equal the raw usage.
    pub async fn books(&self) -> Vec<String> {
        let mut reader = self.store.reader().await.unwrap();
        assert_eq!(reader.usage().rollup_differences().await.unwrap(), 0, "roll-ups equal raw usage");
        let rows = reader.report().usage_by_client_model(&all()).await.unwrap();
        rows.iter().map(|row| format!("{:?} {} {} {:?}", row.client, row.day, row.model, row.consumption)).collect()
    }

    /// As of when the figures are.
    pub async fn as_of(&self) -> Option<Timestamp> {
        let mut reader = self.store.reader().await.unwrap();
        reader.report().freshness().await.unwrap().into_iter().find(|fresh| fresh.gateway == self.id)?.pulled_at
    }

    pub async fn total(&self) -> Nanos {
        let mut reader = self.store.reader().await.unwrap();
        assert_eq!(reader.usage().rollup_differences().await.unwrap(), 0, "roll-ups equal raw usage");
        let by_client = reader.report().totals(&all(), Group::Client).await.unwrap();
        by_client.iter().fold(Nanos::ZERO, |sum, (_, used)| sum.checked_add(used.cost).unwrap())
    }

    /// What the gateway itself counts.
    pub fn gateway_total(&self) -> Nanos {
        self.gateway.total()
    }

    pub async fn grain(&self, name: &str, day: &str) -> Option<Grain> {
        let id = self.stored(name).await.id;
        let mut reader = self.store.reader().await.unwrap();
        reader.usage().grain(id, day.parse().unwrap()).await.unwrap()
    }

    pub async fn stored(&self, name: &str) -> StoredAccount {
        let mut reader = self.store.reader().await.unwrap();
        reader.account().find(self.id, &ExternalId::new(name)).await.unwrap().unwrap()
    }

    pub async fn error(&self, id: GatewayId) -> Option<String> {
        let mut reader = self.store.reader().await.unwrap();
        reader.gateway().get(id).await.unwrap().error.map(|(sentence, _)| sentence)
    }

    /// Notes that an account is to be made for a client of its own.
    pub async fn intend_account(&self, mark: Mark) -> ClientId {
        let mut writer = self.store.begin(Origin::Window).await.unwrap();
        let client = writer.client().add(&client(&mark.short(), "UTC"), start()).await.unwrap();
        let record = AuditRecord {
            at: self.now(),
            actor: "window".to_owned(),
            action: "account_create".to_owned(),
            mark: Some(mark),
            gateway: Some(self.id),
            client: Some(client),
            account: None,
            key: None,
            subject: "delta".to_owned(),
            detail: String::new(),
        };
        writer.audit().intent(&record).await.unwrap();
        let _ = writer.commit().await.unwrap();
        client
    }
}

fn client(name: &str, zone: &str) -> Client {
    Client {
        name: name.parse().unwrap(),
        currency: Currency::USD,
        zone: zone.parse().unwrap(),
        status: ClientStatus::Active,
        address: BillingAddress::default(),
        terms: PaymentTerms::default(),
        invoicing: domain::Invoicing::default(),
    }
}

fn all() -> Filter {
    let day = |text: &str| text.parse::<Date>().unwrap();
    Filter::days(day("2020-01-01"), day("2030-01-01"))
}

impl Fake {
    /// What all requests cost, those included that only the day totals know.
    pub fn total(&self) -> Nanos {
        let rows = self.every_row();
        rows.iter().fold(Nanos::ZERO, |sum, row| sum.checked_add(row.cost).unwrap())
    }
}
