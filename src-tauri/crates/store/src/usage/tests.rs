use domain::{AccountId, ClientId, Date, ExternalId, GatewayId, Grain, Nanos, UsageRecord};
use proptest::prelude::*;

use crate::report::{Filter, Member};
use crate::testing::{Temporary, add_gateway, at, client, day, ingest, request, temporary};
use crate::{Group, Origin, RawCount, Store};

mod erasure;

/// A store with a gateway and two clients; account `a` is the first one's.
async fn books(zone: &str) -> (Temporary, GatewayId, ClientId, ClientId) {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let one = writer.client().add(&client("One", zone), at("2026-01-01T00:00:00Z")).await.unwrap();
    let two = writer.client().add(&client("Two", "UTC"), at("2026-01-01T00:00:00Z")).await.unwrap();
    let _ = writer.commit().await.unwrap();
    ingest(&file.store, gateway, "2026-01-01T00:00:00Z", &[request("seed", "2026-01-01T12:00:00Z", "a", 0)]).await;
    attribute(&file.store, gateway, "a", Some(one)).await;
    (file, gateway, one, two)
}

async fn attribute(store: &Store, gateway: GatewayId, account: &str, client: Option<ClientId>) {
    let mut writer = store.begin(Origin::Window).await.unwrap();
    let account = writer.account().read().find(gateway, &ExternalId::new(account)).await.unwrap().unwrap().id;
    writer.account().attribute(account, client).await.unwrap();
    let _ = writer.commit().await.unwrap();
}

fn all() -> Filter {
    Filter::days("2025-12-01".parse().unwrap(), "2026-12-31".parse().unwrap())
}

async fn days(store: &Store, filter: &Filter) -> Vec<(String, i64)> {
    let days = store.reader().await.unwrap().report().days(filter).await.unwrap();
    days.into_iter().map(|(day, used)| (day.to_string(), used.cost.0)).filter(|(_, cost)| *cost != 0).collect()
}

async fn assert_exact(store: &Store) {
    let differing = store.reader().await.unwrap().usage().rollup_differences().await.unwrap();
    assert_eq!(differing, 0, "roll-ups must equal what raw usage adds up to");
}

/// What is told by key and model adds up to what is told by model, day by day.
async fn assert_by_key(store: &Store, client: ClientId) {
    let mut reader = store.reader().await.unwrap();
    let span = (all().first, all().last);
    let mut sums = std::collections::BTreeMap::new();
    for one in reader.report().usage_by_key_model(client, span).await.unwrap() {
        let place = (one.row.day, one.row.gateway, one.row.model.to_string());
        let sum: &mut (u64, i64) = sums.entry(place).or_default();
        sum.0 += one.row.consumption.quantities.get(domain::Meter::Requests);
        sum.1 += one.row.consumption.cost.0;
    }
    let rolled = reader.report().usage_by_client_model(&all().client(client)).await.unwrap();
    assert_eq!(sums.len(), rolled.len(), "as many cells by model");
    for row in rolled {
        let used = (row.consumption.quantities.get(domain::Meter::Requests), row.consumption.cost.0);
        assert_eq!(sums.get(&(row.day, row.gateway, row.model.to_string())), Some(&used), "{row:?}");
    }
}

async fn account_id(store: &Store, gateway: GatewayId, name: &str) -> AccountId {
    let mut reader = store.reader().await.unwrap();
    reader.account().find(gateway, &ExternalId::new(name)).await.unwrap().unwrap().id
}

#[tokio::test]
async fn r6_repeats_change_nothing_and_restatements_replace() {
    let (file, gateway, one, _) = books("UTC").await;
    let first = [request("r1", "2026-03-01T10:00:00Z", "a", 100), request("r2", "2026-03-01T11:00:00Z", "a", 50)];
    let told = ingest(&file.store, gateway, "2026-03-01T12:00:00Z", &first).await;
    assert_eq!((told.inserted, told.restated, told.unchanged, told.unattributed), (2, 0, 0, 0));
    let told = ingest(&file.store, gateway, "2026-03-01T12:05:00Z", &first).await;
    assert_eq!((told.inserted, told.restated, told.unchanged), (0, 0, 2), "an overlap tells nothing new");
    let told =
        ingest(&file.store, gateway, "2026-03-01T13:00:00Z", &[request("r1", "2026-03-01T10:00:00Z", "a", 70)]).await;
    assert_eq!((told.inserted, told.restated), (0, 1));
    let told =
        ingest(&file.store, gateway, "2026-03-01T12:30:00Z", &[request("r1", "2026-03-01T10:00:00Z", "a", 999)]).await;
    assert_eq!(told.unchanged, 1, "what was observed earlier does not replace what was observed later");
    assert_by_key(&file.store, one).await;
    assert_eq!(days(&file.store, &all().client(one)).await, [("2026-03-01".to_owned(), 120)]);
    assert_exact(&file.store).await;
}

#[tokio::test]
async fn a_request_that_moves_to_another_day_leaves_nothing_behind() {
    let (file, gateway, ..) = books("UTC").await;
    ingest(&file.store, gateway, "2026-03-05T00:00:00Z", &[request("r1", "2026-03-01T10:00:00Z", "a", 100)]).await;
    ingest(&file.store, gateway, "2026-03-06T00:00:00Z", &[request("r1", "2026-03-02T10:00:00Z", "b", 100)]).await;
    assert_eq!(days(&file.store, &all()).await, [("2026-03-02".to_owned(), 100)]);
    assert_exact(&file.store).await;
}

#[tokio::test]
async fn one_grain_counts_per_account_and_day() {
    let (file, gateway, ..) = books("UTC").await;
    let store = &file.store;
    ingest(store, gateway, "2026-03-02T00:00:00Z", &[request("r1", "2026-03-01T10:00:00Z", "a", 100)]).await;
    assert_eq!(days(store, &all()).await, [("2026-03-01".to_owned(), 100)], "the only grain there is counts");
    ingest(store, gateway, "2026-03-02T01:00:00Z", &[day("2026-03-01", "a", "a-key", 130)]).await;
    assert_eq!(days(store, &all()).await, [("2026-03-01".to_owned(), 130)], "the preferred grain counts, never both");
    let account = account_id(store, gateway, "a").await;
    let date: Date = "2026-03-01".parse().unwrap();
    let mut writer = store.begin(Origin::Sync(gateway)).await.unwrap();
    writer.usage().set_grain(account, date, Grain::Request).await.unwrap();
    let _ = writer.commit().await.unwrap();
    ingest(store, gateway, "2026-03-02T02:00:00Z", &[day("2026-03-01", "a", "a-key", 140)]).await;
    assert_eq!(days(store, &all()).await, [("2026-03-01".to_owned(), 100)], "a pinned grain stays");
    let grain = store.reader().await.unwrap().usage().grain(account, date).await.unwrap();
    assert_eq!(grain, Some(Grain::Request));
    assert_exact(store).await;
}

#[tokio::test]
async fn local_days_follow_the_clients_zone() {
    let (file, gateway, one, _) = books("Asia/Kolkata").await;
    let late = [request("r1", "2026-03-01T18:29:59Z", "a", 1), request("r2", "2026-03-01T18:30:00Z", "a", 10)];
    ingest(&file.store, gateway, "2026-03-02T00:00:00Z", &late).await;
    let want = [("2026-03-01".to_owned(), 1), ("2026-03-02".to_owned(), 10)];
    assert_eq!(days(&file.store, &all().client(one)).await, want, "midnight in Kolkata is 18:30 UTC");
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let mut moved = writer.client().read().get(one).await.unwrap().client;
    moved.zone = "America/New_York".parse().unwrap();
    writer.client().set(one, &moved).await.unwrap();
    let _ = writer.commit().await.unwrap();
    assert_eq!(days(&file.store, &all().client(one)).await, [("2026-03-01".to_owned(), 11)], "re-rolled exactly");
    assert_exact(&file.store).await;
}

#[tokio::test]
async fn usage_follows_its_account_to_another_client() {
    let (file, gateway, one, two) = books("Pacific/Auckland").await;
    let records = [request("r1", "2026-03-01T18:00:00Z", "a", 7), request("r2", "2026-04-01T18:00:00Z", "", 3)];
    let told = ingest(&file.store, gateway, "2026-05-01T00:00:00Z", &records).await;
    assert_eq!(told.unattributed, 1, "a record without an account is nobody's");
    attribute(&file.store, gateway, "a", Some(two)).await;
    assert!(days(&file.store, &all().client(one)).await.is_empty(), "nothing stays behind");
    assert_eq!(days(&file.store, &all().client(two)).await, [("2026-03-01".to_owned(), 7)], "two keeps UTC days");
    let totals = file.store.reader().await.unwrap().report().totals(&all(), Group::Client).await.unwrap();
    let costs: Vec<_> = totals.iter().map(|(member, used)| (member.clone(), used.cost)).collect();
    assert!(costs.contains(&(Member::Client(None), Nanos(3))), "nobody is a group of its own: {costs:?}");
    assert_exact(&file.store).await;
}

#[tokio::test]
async fn a_day_total_that_is_no_longer_told_becomes_zero() {
    let (file, gateway, ..) = books("UTC").await;
    let told = [day("2026-03-01", "a", "k1", 10), day("2026-03-01", "a", "k2", 20)];
    ingest(&file.store, gateway, "2026-03-02T00:00:00Z", &told).await;
    ingest(&file.store, gateway, "2026-03-03T00:00:00Z", &told[..1]).await;
    let date = "2026-03-01".parse().unwrap();
    let mut writer = file.store.begin(Origin::Sync(gateway)).await.unwrap();
    let swept = writer.usage().sweep_days(gateway, date, date, at("2026-03-03T00:00:00Z")).await.unwrap();
    let _ = writer.commit().await.unwrap();
    assert_eq!(swept, 1);
    assert_eq!(days(&file.store, &all()).await, [("2026-03-01".to_owned(), 10)]);
    assert_exact(&file.store).await;
}

/// A few origins, stated again and again with other figures, in both grains and two accounts.
fn statement() -> impl Strategy<Value = UsageRecord> {
    (any::<bool>(), 0_u8..6, 0_i64..50).prop_map(|(by_request, which, cost)| {
        let account = if which % 2 == 0 { "a" } else { "b" };
        let date = format!("2026-03-0{}", 1 + which / 2);
        if by_request {
            request(&format!("r{which}"), &format!("{date}T2{}:15:00Z", which / 2), account, cost)
        } else {
            day(&date, account, &format!("{account}-key"), cost)
        }
    })
}

async fn told_in_order(batches: &[(u8, Vec<UsageRecord>)]) -> Vec<(String, String)> {
    let (file, gateway, ..) = books("Asia/Tokyo").await;
    for (observed, records) in batches {
        ingest(&file.store, gateway, &format!("2026-06-01T0{observed}:00:00Z"), records).await;
    }
    assert_exact(&file.store).await;
    let mut reader = file.store.reader().await.unwrap();
    let rows = reader.report().usage_by_client_model(&all()).await.unwrap();
    rows.into_iter().map(|row| (row.day.to_string(), format!("{:?} {:?}", row.client, row.consumption))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn r6_order_and_repetition_never_matter(
        (batches, shuffled) in proptest::collection::vec(
            (0_u8..4, proptest::collection::vec(statement(), 1..5)),
            1..6,
        )
        .prop_flat_map(|batches| {
            let twice: Vec<_> = batches.iter().chain(&batches).cloned().collect();
            (Just(batches), Just(twice).prop_shuffle())
        })
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (plain, mixed) = runtime.block_on(async { (told_in_order(&batches).await, told_in_order(&shuffled).await) });
        prop_assert_eq!(plain, mixed);
    }
}
