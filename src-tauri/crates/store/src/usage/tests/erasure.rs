//! S0-06: what is erased is gone for good, and every sum stays.

use sqlx::Row as _;

use super::*;

async fn erase(store: &Store, gateway: GatewayId, account: &str, through: &str) -> RawCount {
    let account = account_id(store, gateway, account).await;
    let mut writer = store.begin(Origin::Window).await.unwrap();
    let through = through.parse().unwrap();
    let erased = writer.usage().erase(account, through, at("2026-03-09T00:00:00Z")).await.unwrap();
    let _ = writer.commit().await.unwrap();
    erased
}

async fn raw(store: &Store, gateway: GatewayId, account: &str) -> RawCount {
    let account = account_id(store, gateway, account).await;
    let all = ("1970-01-01".parse().unwrap(), "2100-01-01".parse().unwrap());
    store.reader().await.unwrap().usage().raw_count(account, all).await.unwrap()
}

fn told() -> Vec<UsageRecord> {
    vec![
        request("r1", "2026-03-01T10:00:00Z", "a", 100),
        request("r2", "2026-03-01T23:30:00Z", "a", 50),
        request("r3", "2026-03-03T10:00:00Z", "a", 7),
        day("2026-03-02", "a", "a-key", 20),
        request("other", "2026-03-01T10:00:00Z", "b", 3),
    ]
}

#[tokio::test]
async fn s0_06_rows_go_and_sums_stay_whatever_is_told_again() {
    let (file, gateway, one, _) = books("Asia/Tokyo").await;
    let store = &file.store;
    ingest(store, gateway, "2026-03-04T00:00:00Z", &told()).await;
    let before = days(store, &all()).await;
    assert_eq!(erase(store, gateway, "a", "2026-03-02").await, RawCount { requests: 3, day_totals: 1 }, "the seed too");
    assert_eq!(days(store, &all()).await, before, "the sums stay");
    assert_eq!(raw(store, gateway, "a").await, RawCount { requests: 1, day_totals: 0 }, "the third of March is left");
    assert_eq!(raw(store, gateway, "b").await.requests, 1, "nobody else's rows go");
    assert_exact(store).await;

    let again = ingest(store, gateway, "2026-03-05T00:00:00Z", &told()).await;
    assert_eq!((again.inserted, again.restated, again.unchanged), (0, 0, 5));
    let late = [
        request("r1", "2026-03-01T10:00:00Z", "a", 999),
        request("late", "2026-03-02T10:00:00Z", "a", 5),
        day("2026-03-01", "a", "a-key", 400),
        request("r4", "2026-03-03T11:00:00Z", "a", 1_000),
    ];
    let again = ingest(store, gateway, "2026-03-06T00:00:00Z", &late).await;
    assert_eq!((again.inserted, again.restated), (1, 0), "only what is about a day that is left");
    let mut writer = store.begin(Origin::Sync(gateway)).await.unwrap();
    let (first, last) = ("2026-03-01".parse().unwrap(), "2026-03-02".parse().unwrap());
    let swept = writer.usage().sweep_days(gateway, first, last, at("2026-03-07T00:00:00Z")).await.unwrap();
    let account = writer.account().read().find(gateway, &ExternalId::new("a")).await.unwrap().unwrap().id;
    writer.usage().set_grain(account, first, Grain::Day).await.unwrap();
    writer.usage().reroll(account).await.unwrap();
    let _ = writer.commit().await.unwrap();
    assert_eq!(swept, 0, "a total that is gone here is not one that is gone there");
    let mut wanted = before.clone();
    wanted.last_mut().unwrap().1 += 1_000;
    assert_eq!(days(store, &all()).await, wanted, "a correction pull changes nothing of it");
    assert_exact(store).await;
    let told = store.reader().await.unwrap().usage().erased_through(account).await.unwrap();
    assert_eq!(told, Some(last));
    assert!(
        days(store, &all().client(one)).await.iter().map(|(_, cost)| cost).sum::<i64>() > 1_000,
        "it is the client's"
    );
}

#[tokio::test]
async fn what_was_erased_follows_its_account_and_keeps_its_days() {
    let (file, gateway, one, two) = books("Asia/Tokyo").await;
    let store = &file.store;
    ingest(store, gateway, "2026-03-04T00:00:00Z", &told()).await;
    erase(store, gateway, "a", "2026-03-02").await;
    let before = days(store, &all().client(one)).await;
    let mut writer = store.begin(Origin::Window).await.unwrap();
    let mut moved = writer.client().read().get(one).await.unwrap().client;
    moved.zone = "America/New_York".parse().unwrap();
    writer.client().set(one, &moved).await.unwrap();
    let _ = writer.commit().await.unwrap();
    assert_eq!(days(store, &all().client(one)).await, before, "the hours of these days are no longer known");
    attribute(store, gateway, "a", Some(two)).await;
    assert!(days(store, &all().client(one)).await.is_empty(), "nothing stays behind");
    assert_eq!(days(store, &all().client(two)).await, before, "and nothing is lost");
    assert_exact(store).await;
    assert_eq!(erase(store, gateway, "a", "2026-03-03").await.requests, 1, "more of it");
    assert_eq!(days(store, &all().client(two)).await, before);
    assert_exact(store).await;
}

#[tokio::test]
async fn a_client_gets_its_rows_without_what_they_cost() {
    let (file, gateway, ..) = books("UTC").await;
    ingest(&file.store, gateway, "2026-03-04T00:00:00Z", &told()).await;
    ingest(&file.store, gateway, "2026-03-04T01:00:00Z", &[day("2026-03-01", "a", "a-key", 150)]).await;
    let account = account_id(&file.store, gateway, "a").await;
    let mut reader = file.store.reader().await.unwrap();
    let page = reader.usage().raw_requests(account, None).await.unwrap();
    let rows: Vec<_> = page.rows.iter().map(|row| (row.utc_day.to_string(), row.counted)).collect();
    let day = |text: &str, counted| (text.to_owned(), counted);
    assert_eq!(
        rows,
        [day("2026-01-01", true), day("2026-03-01", false), day("2026-03-01", false), day("2026-03-03", true)],
        "of a day's requests and its total only one counts"
    );
    assert_eq!((page.rows[0].model.as_str(), page.rows[0].duration_millis), ("small", Some(120)));
    assert!(reader.usage().raw_requests(account, page.next).await.unwrap().rows.is_empty());
    let totals = reader.usage().raw_days(account).await.unwrap();
    assert_eq!(totals.iter().map(|row| row.counted).collect::<Vec<_>>(), [true, true]);
}

/// S0-07 asks that metadata of requests that failed are gone within 24 hours. None are kept: of a failure there is a count
/// and a flag, and no column of raw usage could hold a word of an error.
#[tokio::test]
async fn s0_07_no_word_of_an_error_is_kept() {
    let file = temporary().await;
    let mut reader = file.store.reader().await.unwrap();
    let sql = "SELECT m.name, p.name, p.type FROM sqlite_schema m JOIN pragma_table_info(m.name) p
               WHERE m.type = 'table' AND (m.name LIKE 'usage%' OR m.name LIKE 'rollup%' OR m.name LIKE 'erased%')";
    let columns = sqlx::query(sql).fetch_all(&mut *reader.tx).await.unwrap();
    let words: Vec<(String, String)> =
        columns.iter().filter(|row| row.get::<&str, _>(2) == "TEXT").map(|row| (row.get(0), row.get(1))).collect();
    assert!(columns.len() > 100, "every table was looked at");
    assert_eq!(words, [("usage_day_source".to_owned(), "grain".to_owned())]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn s0_06_erasing_and_telling_all_again_changes_no_sum(
        batches in proptest::collection::vec((0_u8..4, proptest::collection::vec(statement(), 1..5)), 1..5),
        through in 1_u8..4,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (file, gateway, ..) = books("Asia/Tokyo").await;
            let tell = async || {
                for (observed, records) in &batches {
                    ingest(&file.store, gateway, &format!("2026-06-01T0{observed}:00:00Z"), records).await;
                }
            };
            tell().await;
            let before = days(&file.store, &all()).await;
            erase(&file.store, gateway, "a", &format!("2026-03-0{through}")).await;
            tell().await;
            assert_eq!(days(&file.store, &all()).await, before);
            assert_exact(&file.store).await;
        });
    }
}
