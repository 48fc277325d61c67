//! Figures of the store: ingest against a plain insert of the same rows, reports, bytes per cached request.
//!
//! `PURSER_BENCH_ROWS` sets the number of requests (default 1,000,000): 200 clients, 1,000 keys, 8 models, 540 days.
//! `PURSER_BENCH_DIR` sets the folder for the databases (default: the system's temporary folder).
//! `PURSER_BENCH_KEEP` names a folder whose `purser.db` is kept: made when it is not there, otherwise only reported on.
//! It can be opened as a profile of the app.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may stop at the first surprise")]

#[path = "store/traffic.rs"]
mod traffic;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::{ClientId, Date, GatewayId, Grain, Timestamp, UsageRecord};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, QueryBuilder, Row, SqliteConnection};
use store::{Filter, Group, IngestBatch, Origin, Store};
use traffic::{CLIENTS, DAYS, LAST_DAY, Traffic};

/// Requests per transaction, in both contestants.
const BATCH: usize = 10_000;
/// Times each query is run.
const RUNS: usize = 40;

fn main() {
    let rows: usize = std::env::var("PURSER_BENCH_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let folder = std::env::var_os("PURSER_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(folder).unwrap();
    let kept = std::env::var_os("PURSER_BENCH_KEEP").map(PathBuf::from);
    let file = kept.as_deref().unwrap_or(folder.path()).join("purser.db");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        println!("{rows} requests, {CLIENTS} clients, 1000 keys, 8 models, {DAYS} days");
        let made = file.exists();
        let store = Store::open(&file, "bench").await.unwrap();
        if !made {
            fill(&store, folder.path(), rows).await;
        }
        reports(&store).await;
        store.close().await;
        opening(&file).await;
        bytes(&file, rows).await;
    });
}

/// What a start waits for: opening the file and asking it for the first time.
async fn opening(file: &Path) {
    let started = Instant::now();
    let store = Store::open(file, "bench").await.unwrap();
    let day = Date::from_epoch_days(LAST_DAY);
    one(store.reader().await.unwrap().report().total(&Filter::days(day, day)).await);
    println!("{:<40}  {:.2} ms", "open and first answer", started.elapsed().as_secs_f64() * 1000.0);
    store.close().await;
}

/// Ingests the traffic, against a plain insert of the same rows into a file of its own.
async fn fill(store: &Store, folder: &Path, rows: usize) {
    let gateway = traffic::set_up(store).await;
    let ingest = ingest(store, gateway, rows).await;
    rate("ingest with dedupe and roll-ups", rows, ingest);
    let raw = raw_insert(&folder.join("raw.db"), rows).await;
    rate("plain multi-row insert", rows, raw);
    println!("{:<44} {:>9.2}  goal >= 0.5", "ingest / plain insert", raw.as_secs_f64() / ingest.as_secs_f64());
    let again = again(store, gateway, rows).await;
    rate("the latest statements once more", rows.min(5 * BATCH), again);
}

fn rate(what: &str, rows: usize, took: Duration) {
    println!("{what:<44} {:>9.0} rows/s  ({:.1} s)", rows as f64 / took.as_secs_f64(), took.as_secs_f64());
}

async fn keep(store: &Store, gateway: GatewayId, records: &[UsageRecord], observed_at: i64) -> Duration {
    let started = Instant::now();
    let mut writer = store.begin(Origin::Sync(gateway)).await.unwrap();
    let observed_at = Timestamp::from_millis(observed_at);
    let batch = IngestBatch { gateway, records, observed_at, prefer: Grain::Day };
    writer.usage().ingest(&batch).await.unwrap();
    let _ = writer.commit().await.unwrap();
    started.elapsed()
}

async fn ingest(store: &Store, gateway: GatewayId, rows: usize) -> Duration {
    let mut traffic = Traffic::new(rows);
    let mut took = Duration::ZERO;
    for batch in 0..rows.div_ceil(BATCH) {
        let records = traffic.next(BATCH.min(rows - batch * BATCH));
        took += keep(store, gateway, &records, 1_900_000_000_000 + batch as i64).await;
    }
    took
}

/// The last batches again, as an overlapping window would.
async fn again(store: &Store, gateway: GatewayId, rows: usize) -> Duration {
    let mut traffic = Traffic::new(rows);
    let mut took = Duration::ZERO;
    for batch in 0..rows.min(5 * BATCH).div_ceil(BATCH) {
        let records = traffic.next(BATCH.min(rows));
        took += keep(store, gateway, &records, 2_000_000_000_000 + batch as i64).await;
    }
    took
}

/// The same rows as integers under a text identity, with an index by account and time: no comparison with what is
/// known, no roll-ups.
async fn raw_insert(path: &Path, rows: usize) -> Duration {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut conn =
        options.pragma("cache_size", "-32768").pragma("wal_autocheckpoint", "16384").connect().await.unwrap();
    let tables = "CREATE TABLE request (id TEXT PRIMARY KEY, at INTEGER, account INTEGER, key INTEGER, model INTEGER,
         upstream INTEGER, input INTEGER, output INTEGER, cached INTEGER, cost INTEGER, duration INTEGER);
         CREATE INDEX request_account ON request (account, at)";
    sqlx::raw_sql(tables).execute(&mut conn).await.unwrap();
    let mut traffic = Traffic::new(rows);
    let mut took = Duration::ZERO;
    for batch in 0..rows.div_ceil(BATCH) {
        let records = traffic.next(BATCH.min(rows - batch * BATCH));
        let started = Instant::now();
        insert(&mut conn, &records).await;
        took += started.elapsed();
    }
    took
}

async fn insert(conn: &mut SqliteConnection, records: &[UsageRecord]) {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *conn).await.unwrap();
    for piece in records.chunks(250) {
        let mut sql = QueryBuilder::new("INSERT INTO request VALUES ");
        for (place, record) in piece.iter().enumerate() {
            sql.push(if place == 0 { "(" } else { ", (" });
            let mut values = sql.separated(", ");
            values.push_bind(traffic::id(record).to_owned());
            for value in traffic::integers(record) {
                values.push_bind(value);
            }
            sql.push(")");
        }
        sql.build().execute(&mut *conn).await.unwrap();
    }
    sqlx::query("COMMIT").execute(&mut *conn).await.unwrap();
}

/// Runs a query again and again over ranges of so many days that end on different dates; prints p95, p50 and the
/// least, which is what it takes while nothing else runs.
async fn time<F: Future<Output = usize>>(what: &str, days: i32, run: impl Fn(Filter) -> F) {
    let mut took = Vec::with_capacity(RUNS);
    let mut rows = 0;
    for turn in 0..=RUNS {
        let last = Date::from_epoch_days(LAST_DAY).plus_days(-(turn as i32 % 7));
        let started = Instant::now();
        rows = run(Filter::days(last.plus_days(1 - days), last)).await;
        // The first run warms the cache.
        if turn > 0 {
            took.push(started.elapsed());
        }
    }
    took.sort();
    let millis = |place: usize| took[place].as_secs_f64() * 1000.0;
    let (least, p50, p95) = (millis(0), millis(RUNS / 2), millis(RUNS * 95 / 100));
    let (what, goal) = (format!("{what}, {days} d"), if days > 30 { 50 } else { 20 });
    println!("{what:<40}  {p95:.2} ms p95, {p50:.2} p50, {least:.2} least, {rows} rows  goal <= {goal} ms");
}

async fn reports(store: &Store) {
    for days in [1, 30, 365] {
        time("total", days, |f| async move { one(store.reader().await.unwrap().report().total(&f).await) }).await;
    }
    for days in [30, 365] {
        for group in [Group::Client, Group::Model, Group::Key, Group::Gateway] {
            let what = format!("totals by {group:?}");
            time(&what, days, |f| async move {
                store.reader().await.unwrap().report().totals(&f, group).await.unwrap().len()
            })
            .await;
            let what = format!("top 8 by day and {group:?}");
            time(&what, days, |f| async move {
                store.reader().await.unwrap().report().by_day(&f, group, 8).await.unwrap().len()
            })
            .await;
        }
        time("one client by day and Model", days, |f| async move {
            let f = f.client(ClientId(7));
            store.reader().await.unwrap().report().by_day(&f, Group::Model, 8).await.unwrap().len()
        })
        .await;
        time("page of 100 requests", days, |f| async move {
            store.reader().await.unwrap().report().request_page(&f, None, 100).await.unwrap().rows.len()
        })
        .await;
        time("page of 100, one client", days, |f| async move {
            let f = f.client(ClientId(7));
            store.reader().await.unwrap().report().request_page(&f, None, 100).await.unwrap().rows.len()
        })
        .await;
    }
    for days in [30, 365] {
        time("rating, sums of all clients", days, |f| async move {
            store.reader().await.unwrap().report().usage_by_client_model_sum(&f).await.unwrap().len()
        })
        .await;
        time("rating, 8 clients apart by day", days, |f| async move {
            let clients: Vec<_> = (1..=8).map(ClientId).collect();
            let apart = store.reader().await.unwrap().report().usage_apart(&f, &clients).await.unwrap();
            apart.named.len() + apart.others.len()
        })
        .await;
    }
    time("rating, all clients by day", 30, |f| async move {
        store.reader().await.unwrap().report().usage_by_client_model(&f).await.unwrap().len()
    })
    .await;
}

fn one<T, E: std::fmt::Debug>(answer: Result<T, E>) -> usize {
    answer.map(|_| 1).unwrap()
}

async fn bytes(path: &Path, rows: usize) {
    let mut conn = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let sql = "SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE AND pgsize > 65536 ORDER BY pgsize DESC";
    let mut raw = 0.0;
    for row in sqlx::query(sql).fetch_all(&mut conn).await.unwrap() {
        let (name, size): (String, i64) = (row.get(0), row.get(1));
        let each = size as f64 / rows as f64;
        if name.starts_with("usage_") {
            raw += each;
        }
        println!("{name:<32} {each:>9.1} bytes per request");
    }
    let whole = std::fs::metadata(path).unwrap().len() as f64 / rows as f64;
    println!("raw usage with its indexes       {raw:>9.1} bytes per request  goal <= 100");
    println!("the whole file                   {whole:>9.1} bytes per request");
}
