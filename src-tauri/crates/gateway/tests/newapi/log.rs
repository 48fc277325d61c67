//! Usage: complete while the log grows, dated at the start, without the operator's markup.

use domain::{ExternalId, Grain, Meter, Nanos, Period, Timestamp, UsageRecord};
use gateway::{Cursor, ErrorKind, Gateway, UsageAsk};
use serde_json::{Value, json};

use super::fake::{ADMIN, Fake, Fault};
use super::{days, fake_log, history};

async fn fetch(gateway: &dyn Gateway, window: Period) -> Vec<UsageRecord> {
    let ask = UsageAsk { window, grain: Grain::Request, account: None };
    let (mut at, mut records) = (Cursor::start(), Vec::new());
    loop {
        let page = gateway.usage(&ask, &at).await.unwrap();
        records.extend(page.items);
        match page.next {
            Some(next) => at = next,
            None => return records,
        }
    }
}

fn at(seconds: i64) -> Timestamp {
    days().start().plus_millis(seconds * 1000)
}

fn row(id: u64, seconds: i64, use_time: i64) -> Value {
    fake_log::row(id, at(seconds).as_millis() / 1000, use_time, (2, 7, "k"), 8)
}

fn ids(records: &[UsageRecord]) -> Vec<u64> {
    let id = |record: &UsageRecord| match &record.origin {
        domain::UsageOrigin::Request(id) => id.as_str().parse().unwrap(),
        domain::UsageOrigin::Day(_) => 0,
    };
    let mut ids: Vec<u64> = records.iter().map(id).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn a_request_is_dated_at_its_start_and_belongs_to_one_window() {
    tokio::time::pause();
    let fake = Fake::start().await;
    fake.change(|memory| {
        memory.rows = vec![row(1, -1, 0), row(2, 2, 5), row(3, 10, 5), row(4, 86_400 * 3 + 4, 5), row(5, 7200, 5000)];
    });
    let gateway = fake.connect("newapi", ADMIN);
    let records = fetch(&*gateway, days()).await;
    assert_eq!(ids(&records), [3, 4, 5], "what started inside: {records:#?}");
    let mut started: Vec<_> = records.iter().map(|record| (record.occurred_at, record.duration_millis)).collect();
    started.sort_unstable();
    let endless = (at(7200 - 900), Some(5_000_000));
    let expected = [(at(5), Some(5_000)), endless, (at(86_400 * 3 - 1), Some(5_000))];
    assert_eq!(started, expected, "an endless one is dated 15 minutes back at most, and lasts as long as it did");
    let before = Period::new(at(-3600), at(0)).unwrap();
    assert_eq!(ids(&fetch(&*gateway, before).await), [1, 2], "and the others started before");
}

#[tokio::test]
async fn a_log_that_grows_while_it_is_read_loses_and_doubles_nothing() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let rows: Vec<Value> = (1..=1_000).map(|id| row(id, i64::try_from(id).unwrap() * 60, 1)).collect();
    fake.change(|memory| memory.rows = rows);
    // While page after page is read, rows are written at the end of the same stretch: every later page shifts.
    for id in 2_000..2_007 {
        fake.fault("GET /api/log/", Fault::Insert(vec![row(id, 60_500 + i64::try_from(id).unwrap(), 0)]));
    }
    let gateway = fake.connect("newapi", ADMIN);
    let records = fetch(&*gateway, days()).await;
    let mut expected: Vec<u64> = (1..=1_000).chain(2_000..2_007).collect();
    expected.sort_unstable();
    assert_eq!(ids(&records), expected, "each once");
}

#[tokio::test]
async fn a_page_that_repeats_another_is_read_again() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let rows: Vec<Value> = (1..=150).map(|id| row(id, i64::try_from(id).unwrap() * 60, 1)).collect();
    fake.change(|memory| memory.rows = rows.clone());
    let items: Vec<Value> = rows.iter().rev().take(100).cloned().collect();
    let page = json!({ "success": true, "data": { "page": 1, "page_size": 100, "total": 150, "items": items } });
    let gateway = fake.connect("newapi", ADMIN);
    gateway.probe(super::fake::now()).await.unwrap();
    fake.fault("GET /api/log/", Fault::Answer(200, vec![], page.to_string()));
    fake.fault("GET /api/log/", Fault::Answer(200, vec![], page.to_string()));
    let records = fetch(&*gateway, days()).await;
    assert_eq!(ids(&records), (1..=150).collect::<Vec<u64>>());
    let wrong = json!({ "success": true, "data": { "quota": 7 } });
    fake.fault("GET /api/log/stat", Fault::Answer(200, vec![], wrong.to_string()));
    assert_eq!(ids(&fetch(&*gateway, days()).await).len(), 150, "a control total that differs is not believed once");
}

#[tokio::test]
async fn a_long_log_is_read_at_nearly_a_hundred_rows_a_call() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let rows: Vec<Value> = (1..=6_000).map(|id| row(id, i64::try_from(id).unwrap() * 40, 1)).collect();
    fake.change(|memory| memory.rows = rows);
    let gateway = fake.connect("newapi", ADMIN);
    gateway.probe(super::fake::now()).await.unwrap();
    let (before, began) = (fake.change(|memory| memory.calls.len()), tokio::time::Instant::now());
    let records = fetch(&*gateway, days()).await;
    assert_eq!(records.len(), 6_000);
    let calls = fake.change(|memory| memory.calls.len()) - before;
    assert!(calls <= 68, "{calls} calls for 60 pages");
    let pace = calls as u128 * 180_000 / began.elapsed().as_millis();
    assert!(pace >= 342, "{pace} calls in 180 s of the 360 that are allowed");
}

#[tokio::test]
async fn costs_are_the_providers_and_refunds_give_back() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let mut rows = vec![row(1, 10, 0), row(2, 20, 0), row(3, 30, 0), row(4, 40, 0)];
    rows[0]["quota"] = json!(9_375);
    rows[1]["type"] = json!(6);
    rows[1]["quota"] = json!(9_375);
    rows[2]["other"] = json!(r#"{"group_ratio": 2, "user_group_ratio": 0.5, "pre_consumed_quota": 3}"#);
    rows[3]["other"] = json!("not JSON");
    fake.change(|memory| memory.rows = rows);
    let records = fetch(&*fake.connect("newapi", ADMIN), days()).await;
    let told: Vec<(i64, u64)> =
        records.iter().rev().map(|record| (record.cost.0, record.quantities.get(Meter::Requests))).collect();
    assert_eq!(
        told,
        [(15_000_000, 1), (-15_000_000, 0), (32_000, 0), (16_000, 1)],
        "recorded at 1.25; given back; a ratio of its own, on the rest of a task; no ratio told"
    );
    let sum: i64 = records.iter().map(|record| record.cost.0).sum();
    assert_eq!(Nanos(sum), Nanos(48_000));
}

#[tokio::test]
async fn rows_without_numbers_of_their_own_are_known_by_their_request() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let places = |rows: &[Value]| {
        let items: Vec<Value> = rows.iter().rev().zip(1..).map(|(row, place)| with_id(row, place)).collect();
        json!({ "success": true, "data": { "total": items.len(), "items": items } }).to_string()
    };
    let rows = vec![row(71, 10, 0), row(72, 20, 0), row(73, 30, 0)];
    let gateway = fake.connect("newapi", ADMIN);
    fake.fault(
        "GET /api/log/",
        Fault::Answer(200, vec![("date", "Sat, 21 Nov 2026 10:00:00 GMT".into())], places(&rows)),
    );
    let findings = gateway.probe(super::fake::now()).await.unwrap().findings;
    assert!(findings.iter().any(|finding| finding.code == "rows_are_places"), "{findings:?}");
    fake.fault("GET /api/log/", Fault::Answer(200, vec![], places(&rows)));
    let records = fetch(&*gateway, days()).await;
    let origin = |record: &UsageRecord| record.origin.clone();
    assert_eq!(origin(&records[2]), domain::UsageOrigin::Request(ExternalId::new("request-71-2")));
}

fn with_id(row: &Value, id: u64) -> Value {
    let mut row = row.clone();
    row["id"] = json!(id);
    row
}

#[tokio::test]
async fn rows_of_other_kinds_and_days_are_not_told() {
    tokio::time::pause();
    let fake = Fake::start().await;
    fake.change(|memory| memory.rows = history());
    let gateway = fake.connect("newapi", ADMIN);
    let records = fetch(&*gateway, days()).await;
    let consumed = fake.change(|memory| memory.rows.iter().filter(|row| row["type"] != 3).count());
    assert_eq!(records.len(), consumed - 2, "all but what started the day before");
    let ask = UsageAsk { window: days(), grain: Grain::Day, account: None };
    assert_eq!(gateway.usage(&ask, &Cursor::start()).await.unwrap_err().kind, ErrorKind::Unsupported);
}
