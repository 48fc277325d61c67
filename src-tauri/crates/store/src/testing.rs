//! Stores and records for tests.

use domain::{
    Client, ClientStatus, Currency, ExternalId, GatewayId, Grain, Meter, ModelName, Nanos, PaymentTerms, Product,
    Quantities, RequestOutcome, Timestamp, UsageOrigin, UsageRecord,
};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use crate::table::NewGateway;
use crate::{IngestBatch, Ingested, Origin, Store, Writer};

/// A store in a folder of its own, gone with it.
pub(crate) struct Temporary {
    pub(crate) store: Store,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) async fn temporary() -> Temporary {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("purser.db"), "0.1.0").await.unwrap();
    Temporary { store, folder }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn client(name: &str, zone: &str) -> Client {
    Client {
        name: name.parse().unwrap(),
        currency: Currency::EUR,
        zone: zone.parse().unwrap(),
        status: ClientStatus::Active,
        address: domain::BillingAddress { city: "Kiel".to_owned(), ..Default::default() },
        terms: PaymentTerms(30),
        invoicing: domain::Invoicing::default(),
    }
}

pub(crate) fn gateway(name: &str) -> NewGateway {
    NewGateway {
        name: name.parse().unwrap(),
        product: Product::new("sandbox"),
        base_url: "http://127.0.0.1:4000".to_owned(),
        currency: Currency::USD,
        vault_ref: Some(domain::VaultRef::new("gateway-1")),
        read_vault_ref: None,
    }
}

/// Adds a gateway of this name.
pub(crate) async fn add_gateway(writer: &mut Writer, name: &str) -> GatewayId {
    writer.gateway().add(&gateway(name), at("2026-01-01T00:00:00Z")).await.unwrap()
}

/// A request of `account`, costing `cost` nano-units and as many input tokens.
pub(crate) fn request(id: &str, when: &str, account: &str, cost: i64) -> UsageRecord {
    UsageRecord {
        origin: UsageOrigin::Request(ExternalId::new(id)),
        occurred_at: at(when),
        account: (!account.is_empty()).then(|| ExternalId::new(account)),
        key: Some(ExternalId::new(format!("{account}-key"))),
        model: ModelName::new("small"),
        upstream_model: Some(ModelName::new("vendor/small")),
        quantities: Quantities::NONE.with(Meter::Requests, 1).with(Meter::InputTokens, u64::try_from(cost).unwrap()),
        failed_requests: 0,
        cost: Nanos(cost),
        duration_millis: Some(120),
        outcome: RequestOutcome::Succeeded,
    }
}

/// The total of a UTC day of `account`, `key` and the model `small`.
pub(crate) fn day(date: &str, account: &str, key: &str, cost: i64) -> UsageRecord {
    let mut record = request("", &format!("{date}T00:00:00Z"), account, cost);
    record.origin = UsageOrigin::Day(date.parse().unwrap());
    record.key = Some(ExternalId::new(key));
    record.duration_millis = None;
    record
}

/// Ingests and commits, preferring day totals.
pub(crate) async fn ingest(store: &Store, gateway: GatewayId, observed_at: &str, records: &[UsageRecord]) -> Ingested {
    let mut writer = store.begin(Origin::Sync(gateway)).await.unwrap();
    let batch = IngestBatch { gateway, records, observed_at: at(observed_at), prefer: Grain::Day };
    let told = writer.usage().ingest(&batch).await.unwrap();
    let _ = writer.commit().await.unwrap();
    told
}

/// How SQLite would run a statement, on one line.
pub(crate) async fn plan(conn: &mut SqliteConnection, sql: &str) -> String {
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(conn).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.get::<String, _>("detail")).collect();
    steps.join(" | ")
}
