//! Gateways, clients, accounts, keys, cursors.

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, ClientStatus, Currency, Environment, ExternalId, GatewayId, Key,
    KeyFingerprint, KeyLabel, KeySpec, KeyStatus, Limit, Mark, ModelName, ModelScope, Nanos, RateLimit, Scope,
};

use crate::table::{GatewayStatus, KeyFilter, ProbeSummary, StoredCursor};
use crate::testing::{add_gateway, at, client, gateway, ingest, request, temporary};
use crate::{Origin, StoreError};

const NOON: &str = "2026-03-01T12:00:00Z";
const LATER: &str = "2026-03-02T12:00:00Z";

fn budget() -> Limit<Budget> {
    Limit::Limited(Budget::new(Nanos::units(25), Currency::USD, BudgetPeriod::Monthly).unwrap())
}

fn account(external: &str) -> Account {
    Account {
        external_id: ExternalId::new(external),
        mark: Some(Mark::new([7; 16])),
        spec: AccountSpec {
            name: "Harborlight".parse().unwrap(),
            models: ModelScope::Only(vec![ModelName::new("small")]),
            budget: budget(),
            rate_limit: RateLimit { requests_per_minute: Some(60), tokens_per_minute: None, parallel: Some(4) },
        },
        paused: true,
        spent: Some(Nanos(5)),
        resets_at: Some(at(LATER)),
    }
}

fn key(external: &str, account: &str) -> Key {
    Key {
        external_id: ExternalId::new(external),
        account: Some(ExternalId::new(account)),
        mark: None,
        label: KeyLabel::new("sk-…ZOMw"),
        fingerprint: KeyFingerprint::new(&"ab".repeat(32)),
        spec: KeySpec {
            name: "harborlight-prod".parse().unwrap(),
            environment: Environment::Production,
            scope: Scope::Inference,
            models: ModelScope::All,
            budget: budget(),
            rate_limit: RateLimit::default(),
            expires_at: None,
        },
        status: KeyStatus::Active,
        spent: None,
        resets_at: None,
        created_at: Some(at(NOON)),
    }
}

#[tokio::test]
async fn gateways_keep_their_connection_probe_and_last_error() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let id = add_gateway(&mut writer, "Main").await;
    let taken = writer.gateway().add(&gateway("main"), at(NOON)).await.unwrap_err().to_string();
    assert!(taken.contains("already a gateway of this name"), "names are unique whatever their case: {taken}");
    writer.gateway().set_error(id, Some(("it is down", at(NOON)))).await.unwrap();
    let probe = ProbeSummary {
        version: Some("1.81".to_owned()),
        rights: "admin".to_owned(),
        capability: "{}".to_owned(),
        findings: "[]".to_owned(),
        clock_skew_millis: Some(-40),
        probed_at: at(LATER),
    };
    assert_eq!(writer.gateway().read().get(id).await.unwrap().error, Some(("it is down".to_owned(), at(NOON))));
    writer.gateway().set_probe(id, &probe).await.unwrap();
    let stored = writer.gateway().read().get(id).await.unwrap();
    assert_eq!((stored.probe, stored.error), (Some(probe), None), "a successful probe clears the error");
    assert_eq!(stored.connection, gateway("Main"));
    writer.gateway().set_status(id, GatewayStatus::Removed).await.unwrap();
    assert!(writer.gateway().read().list().await.unwrap().is_empty(), "a removed gateway is not listed");
    assert!(writer.gateway().read().get(id).await.is_ok(), "but kept for its history");
    let missing = writer.gateway().set_status(GatewayId(99), GatewayStatus::Paused).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound { noun: "gateway", .. }));
}

#[tokio::test]
async fn clients_survive_and_names_are_unique() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let mut hostile = client("<img src=x onerror=alert(1)>'; DROP TABLE client", "Asia/Kolkata");
    let id = writer.client().add(&hostile, at(NOON)).await.unwrap();
    assert_eq!(writer.client().read().get(id).await.unwrap().client, hostile, "names are text everywhere (R34)");
    hostile.status = ClientStatus::Closed;
    writer.client().set(id, &hostile).await.unwrap();
    assert_eq!(writer.client().read().list().await.unwrap()[0].client, hostile);
    let taken = writer.client().add(&hostile, at(NOON)).await.unwrap_err();
    assert!(taken.to_string().contains("choose another name"), "{taken}");
}

#[tokio::test]
async fn accounts_are_kept_as_listed_and_missed_when_gone() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let one = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    let id = writer.account().upsert(gateway, &account("team-1"), at(NOON)).await.unwrap();
    writer.account().attribute(id, Some(one)).await.unwrap();
    assert_eq!(writer.account().upsert(gateway, &account("team-1"), at(LATER)).await.unwrap(), id, "known by its id");
    let stored = writer.account().read().of_client(one).await.unwrap().remove(0);
    assert_eq!((stored.account, stored.client), (account("team-1"), Some(one)), "a listing keeps the client");
    let gone = writer.account().upsert(gateway, &account("team-2"), at(NOON)).await.unwrap();
    assert_eq!(writer.account().mark_gone(gateway, at(LATER)).await.unwrap(), 1);
    assert_eq!(writer.account().read().get(gone).await.unwrap().gone_at, Some(at(LATER)));
}

#[tokio::test]
async fn keys_are_never_deleted_and_revoked_for_good() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let id = writer.key().upsert(gateway, &key("k1", "team-1"), at(NOON)).await.unwrap();
    let stored = writer.key().read().get(id).await.unwrap();
    assert_eq!(stored.key, key("k1", "team-1"));
    let owner = writer.account().read().find(gateway, &ExternalId::new("team-1")).await.unwrap().unwrap();
    assert_eq!((stored.account, owner.seen_at), (Some(owner.id), None), "the account it names is made");
    writer.key().set_status(id, KeyStatus::Revoked).await.unwrap();
    writer.key().upsert(gateway, &key("k1", "team-1"), at(LATER)).await.unwrap();
    assert_eq!(
        writer.key().read().get(id).await.unwrap().key.status,
        KeyStatus::Revoked,
        "a stale listing revives none"
    );
    let deleted = sqlx::query("DELETE FROM key").execute(&mut *writer.tx).await.unwrap_err();
    assert!(StoreError::from(deleted).to_string().contains("kept for its history"));
    writer.key().upsert(gateway, &key("k2", "team-1"), at(LATER)).await.unwrap();
    let active = KeyFilter { statuses: vec![KeyStatus::Active], ..KeyFilter::default() };
    assert_eq!(writer.key().read().list(&active).await.unwrap().len(), 1);
    let page = KeyFilter { after: Some(id), limit: Some(1), account: Some(owner.id), ..KeyFilter::default() };
    assert_eq!(writer.key().read().list(&page).await.unwrap()[0].key.external_id, ExternalId::new("k2"));
}

#[tokio::test]
async fn keys_that_only_their_account_lists_are_missed_account_by_account() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    for (name, account) in [("a1", "seen"), ("a2", "seen"), ("b1", "paused")] {
        writer.key().upsert(gateway, &key(name, account), at(NOON)).await.unwrap();
    }
    writer.key().upsert(gateway, &key("a1", "seen"), at(LATER)).await.unwrap();
    assert_eq!(writer.key().mark_gone(gateway, at(LATER), true).await.unwrap(), 1, "a2: its account listed the other");
    assert_eq!(writer.key().mark_gone(gateway, at(LATER), false).await.unwrap(), 1, "b1: a whole listing lacks it");
}

#[tokio::test]
async fn usage_makes_what_no_listing_named_yet() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let _ = writer.commit().await.unwrap();
    ingest(&file.store, gateway, NOON, &[request("r1", NOON, "team-9", 5), request("r2", NOON, "", 5)]).await;
    let mut reader = file.store.reader().await.unwrap();
    let accounts = reader.account().list().await.unwrap();
    assert_eq!(accounts.len(), 1, "nobody's account is not listed");
    assert_eq!((accounts[0].account.spec.name.as_str(), accounts[0].seen_at), ("team-9", None));
}

#[tokio::test]
async fn cursors_are_kept_per_gateway_and_resource() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let mut cursor = StoredCursor {
        gateway,
        resource: "usage_day".to_owned(),
        point: Some("page-2".to_owned()),
        complete_through: Some(at(NOON)),
        pulled_at: Some(at(NOON)),
        tried_at: at(NOON),
        error: None,
    };
    writer.cursor().set(&cursor).await.unwrap();
    (cursor.point, cursor.error, cursor.tried_at) = (None, Some("it timed out".to_owned()), at(LATER));
    writer.cursor().set(&cursor).await.unwrap();
    assert_eq!(writer.cursor().read().list().await.unwrap(), [cursor.clone()], "one row per gateway and resource");
    assert_eq!(writer.cursor().read().get(gateway, "usage_day").await.unwrap(), Some(cursor));
    let fresh = writer.report().freshness().await.unwrap().remove(0);
    assert_eq!((fresh.usage_through, fresh.error.as_deref()), (Some(at(NOON)), Some("it timed out")));
}
