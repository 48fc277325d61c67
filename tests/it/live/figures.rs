//! Purser's figures against the gateway's own rows, to the nano-dollar.

use std::collections::BTreeMap;

use app::App;
use app::query::usage::{request_page, usage_table};
use app::wire::{UsageFilterInput, UsageGroup, UsageTable};
use domain::Meter;
use store::Filter;

use super::{Cast, Row};
use crate::stage::{self, nanos};

/// Cost in nano-dollars, requests served, input and output tokens of the served.
type Sum = (i128, u64, u64, u64);

fn add(sum: &mut Sum, row: &Row) {
    sum.0 += row.nanos;
    if row.served {
        sum.1 += 1;
        sum.2 += row.prompt_tokens;
        sum.3 += row.completion_tokens;
    }
}

pub(crate) fn sums<K: Ord>(rows: &[Row], by: impl Fn(&Row) -> K) -> BTreeMap<K, Sum> {
    let mut sums = BTreeMap::new();
    for row in rows {
        add(sums.entry(by(row)).or_default(), row);
    }
    sums.retain(|_, sum| *sum != Sum::default());
    sums
}

fn filter(cast: &Cast, group: UsageGroup) -> UsageFilterInput {
    let clients = cast.clients.iter().map(|client| client.row.id.clone()).collect();
    // Two years at most lie between the first run of a test and its end.
    let today = domain::Zone::utc().date_of(app::Clock::now(&app::SystemClock));
    let (first, last) = (today.plus_days(-7).to_string(), today.plus_days(7).to_string());
    UsageFilterInput { clients, ..stage::usage(&first, &last, group) }
}

fn table_sums(table: &UsageTable) -> BTreeMap<String, Sum> {
    let count = |view: &app::wire::CountView| view.value.parse::<u64>().expect("a count");
    let sum = |row: &app::wire::UsageRow| {
        (nanos(&row.cost.amount), count(&row.requests), count(&row.input_tokens), count(&row.output_tokens))
    };
    let mut sums: BTreeMap<String, Sum> = table.rows.iter().map(|row| (row.name.clone(), sum(row))).collect();
    sums.retain(|_, sum| *sum != Sum::default());
    sums
}

/// Totals per client, key, model and local day, as the app tells them, are the sums of the gateway's rows.
pub(crate) async fn agree_with_rows(app: &App, cast: &Cast, rows: &[Row]) {
    let keys = key_names(app).await;
    let client = |row: &Row| cast.clients.iter().find(|client| client.account == row.account).expect("a row of ours");
    let groups: [(UsageGroup, BTreeMap<String, Sum>); 3] = [
        (UsageGroup::Client, sums(rows, |row| client(row).row.name.clone())),
        (UsageGroup::Key, sums(rows, |row| keys[&row.key].clone())),
        (UsageGroup::Model, sums(rows, |row| row.model.clone())),
    ];
    for (group, expected) in groups {
        let table = usage_table(app, &filter(cast, group)).await.unwrap();
        assert_eq!(table_sums(&table), expected, "by {group:?}");
        let whole: i128 = rows.iter().map(|row| row.nanos).sum();
        assert_eq!(nanos(&table.total.cost.amount), whole, "the total by {group:?}");
    }
    let by_day = |row: &Row| {
        let client = client(row);
        (client.row.id.clone(), client.zone.date_of(row.at).to_string(), row.model.clone())
    };
    assert_eq!(days(app, cast).await, sums(rows, by_day), "by client, local day and model");
    eprintln!("{} rows: totals per client, key, model and day are equal to the nano-dollar", rows.len());
}

/// The gateway's identifier → name of every key.
async fn key_names(app: &App) -> BTreeMap<String, String> {
    let keys = app.store().reader().await.unwrap().key().list(&store::table::key::KeyFilter::default()).await.unwrap();
    keys.into_iter().map(|key| (key.key.external_id.to_string(), key.key.spec.name.to_string())).collect()
}

async fn days(app: &App, cast: &Cast) -> BTreeMap<(String, String, String), Sum> {
    let wanted = filter(cast, UsageGroup::Model);
    let mut filter = Filter::days(wanted.first.parse().unwrap(), wanted.last.parse().unwrap());
    filter.clients = wanted.clients.iter().map(|id| id.parse().unwrap()).collect();
    let rows = app.store().reader().await.unwrap().report().usage_by_client_model(&filter).await.unwrap();
    let mut days = BTreeMap::new();
    for row in rows {
        let key = (row.client.expect("a client").to_string(), row.day.to_string(), row.model.to_string());
        let count = |meter| row.consumption.quantities.get(meter);
        let input = count(Meter::InputTokens) + count(Meter::CacheReadTokens) + count(Meter::CacheWriteTokens);
        let cost = i128::from(row.consumption.cost.0);
        days.insert(key, (cost, count(Meter::Requests), input, count(Meter::OutputTokens)));
    }
    days.retain(|_, sum| *sum != Sum::default());
    days
}

/// The requests the app lists are the gateway's rows, one for one.
pub(crate) async fn requests_agree(app: &App, cast: &Cast, rows: &[Row]) {
    let (keys, wanted, mut after) = (key_names(app).await, filter(cast, UsageGroup::Client), None);
    let mut listed: Vec<(i64, String, String, i128, bool)> = Vec::new();
    loop {
        let page = request_page(app, &wanted, after).await.unwrap();
        listed.extend(page.rows.into_iter().map(|row| {
            let at: domain::Timestamp = row.at.parse().unwrap();
            (at.as_millis(), row.key.unwrap_or_default(), row.model, nanos(&row.cost.amount), row.succeeded)
        }));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let told =
        rows.iter().map(|row| (row.at.as_millis(), keys[&row.key].clone(), row.model.clone(), row.nanos, row.served));
    let mut told: Vec<_> = told.collect();
    listed.sort();
    told.sort();
    assert_eq!(listed.len(), told.len(), "number of requests");
    for (ours, theirs) in listed.iter().zip(&told) {
        assert_eq!(ours, theirs, "a request, to the nano-dollar");
    }
}
