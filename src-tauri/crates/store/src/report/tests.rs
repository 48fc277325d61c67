use domain::{ClientId, ExternalId, GatewayId, ModelName, UsageRecord};
use proptest::prelude::*;

use super::*;
use crate::Origin;
use crate::testing::{Temporary, add_gateway, at, client, day, ingest, request, temporary};

/// Two clients, three accounts, 90 days from 2026-01-15: each day account `a` costs 3, `b` 2, and nobody 1.
async fn quarter() -> (Temporary, GatewayId, [ClientId; 2]) {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let mut clients = [ClientId(0); 2];
    for (slot, name) in clients.iter_mut().zip(["One", "Two"]) {
        *slot = writer.client().add(&client(name, "Asia/Kolkata"), at("2026-01-01T00:00:00Z")).await.unwrap();
    }
    let _ = writer.commit().await.unwrap();
    let first: Date = "2026-01-15".parse().unwrap();
    let records: Vec<UsageRecord> = (0..90).flat_map(|n| of_day(first.plus_days(n))).collect();
    ingest(&file.store, gateway, "2026-06-01T00:00:00Z", &records).await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    for (client, account) in clients.iter().zip(["a", "b"]) {
        let id = writer.account().read().find(gateway, &ExternalId::new(account)).await.unwrap().unwrap().id;
        writer.account().attribute(id, Some(*client)).await.unwrap();
    }
    let _ = writer.commit().await.unwrap();
    (file, gateway, clients)
}

fn of_day(date: Date) -> [UsageRecord; 3] {
    let noon = format!("{date}T12:00:00Z");
    let mut large = request(&format!("b{date}"), &noon, "b", 2);
    large.model = ModelName::new("large");
    [request(&format!("a{date}"), &noon, "a", 3), large, request(&format!("n{date}"), &noon, "", 1)]
}

fn range(first: &str, last: &str) -> Filter {
    Filter::days(first.parse().unwrap(), last.parse().unwrap())
}

fn costs(rows: &[(Member, Consumption)]) -> Vec<(Member, i64)> {
    rows.iter().map(|(member, used)| (member.clone(), used.cost.0)).collect()
}

#[tokio::test]
async fn totals_agree_whichever_roll_up_answers() {
    let (file, gateway, [one, two]) = quarter().await;
    let mut reader = file.store.reader().await.unwrap();
    let mut report = reader.report();
    for (first, last, days) in
        [("2026-01-01", "2026-12-31", 90), ("2026-02-01", "2026-02-28", 28), ("2026-01-20", "2026-04-10", 81)]
    {
        let filter = range(first, last);
        assert_eq!(report.total(&filter).await.unwrap().cost.0, 6 * days, "{first} to {last}");
        let clients = costs(&report.totals(&filter, Group::Client).await.unwrap());
        let want = [Some(one), Some(two), None].map(Member::Client).into_iter().zip([3, 2, 1].map(|cost| cost * days));
        assert_eq!(clients, want.collect::<Vec<_>>(), "{first} to {last}, dearest first");
        let keys = report.totals(&filter, Group::Key).await.unwrap();
        assert_eq!(keys.iter().map(|(_, used)| used.cost.0).sum::<i64>(), 6 * days, "months and edges add up");
        let models = costs(&report.totals(&filter, Group::Model).await.unwrap());
        assert_eq!(models[0], (Member::Model(ModelName::new("small")), 4 * days), "{first} to {last}");
        let gateways = costs(&report.totals(&filter.clone().client(two), Group::Gateway).await.unwrap());
        assert_eq!(gateways, [(Member::Gateway(gateway), 2 * days)]);
    }
}

#[tokio::test]
async fn filters_narrow() {
    let (file, gateway, [one, two]) = quarter().await;
    let mut reader = file.store.reader().await.unwrap();
    let key = reader.key().find(gateway, &ExternalId::new("b-key")).await.unwrap().unwrap().id;
    let mut report = reader.report();
    let week = || range("2026-02-01", "2026-02-07");
    let rows = [
        (week().client(one), 21),
        (week().client(one).client(two), 35),
        (Filter { keys: vec![key], ..week() }, 14),
        (Filter { models: vec![ModelName::new("large")], ..week() }, 14),
        (Filter { models: vec![ModelName::new("unheard of")], ..week() }, 0),
        (Filter { models: vec![ModelName::new("large")], ..week() }.client(one), 0),
        (Filter { gateways: vec![gateway], ..week() }, 42),
        (Filter { gateways: vec![GatewayId(99)], ..week() }, 0),
        (range("2025-01-01", "2025-12-31"), 0),
    ];
    for (filter, cost) in rows {
        assert_eq!(report.total(&filter).await.unwrap().cost.0, cost, "{filter:?}");
    }
    let long = Filter { keys: vec![key], ..range("2026-01-01", "2026-12-31") };
    assert_eq!(report.total(&long).await.unwrap().cost.0, 180, "a key over whole months");
}

#[tokio::test]
async fn a_chart_names_the_top_and_sums_the_rest() {
    let (file, _, [one, _]) = quarter().await;
    let mut reader = file.store.reader().await.unwrap();
    let rows = reader.report().by_day(&range("2026-02-01", "2026-02-02"), Group::Client, 1).await.unwrap();
    let told: Vec<_> =
        rows.iter().map(|row| (row.day.to_string(), row.member.clone(), row.consumption.cost.0)).collect();
    let want = ["2026-02-01", "2026-02-02"]
        .into_iter()
        .flat_map(|day| [(day.to_owned(), Member::Client(Some(one)), 3), (day.to_owned(), Member::Other, 3)]);
    assert_eq!(told, want.collect::<Vec<_>>());
    for group in [Group::Client, Group::Model, Group::Key, Group::Gateway] {
        for top in [0, 1, 9] {
            let rows = reader.report().by_day(&range("2026-02-01", "2026-04-30"), group, top).await.unwrap();
            let sum: i64 = rows.iter().map(|row| row.consumption.cost.0).sum();
            assert_eq!(sum, 6 * 73, "{group:?}, top {top}: named and other together are everything");
        }
    }
}

#[tokio::test]
async fn a_chart_keeps_to_the_models_it_was_asked_for() {
    let (file, gateway, _) = quarter().await;
    let mut mixed = request("c", "2026-02-01T09:00:00Z", "a", 40);
    mixed.model = ModelName::new("large");
    ingest(&file.store, gateway, "2026-06-02T00:00:00Z", &[mixed]).await;
    let mut reader = file.store.reader().await.unwrap();
    let large = Filter { models: vec![ModelName::new("large")], ..range("2026-02-01", "2026-02-02") };
    for group in [Group::Client, Group::Model, Group::Gateway] {
        for top in [1, 9] {
            let rows = reader.report().by_day(&large, group, top).await.unwrap();
            let sum: i64 = rows.iter().map(|row| row.consumption.cost.0).sum();
            assert_eq!(sum, 44, "{group:?}, top {top}: only the model asked for");
        }
    }
}

#[tokio::test]
async fn rating_gets_every_client_day_and_model() {
    let (file, gateway, [one, _]) = quarter().await;
    let mut reader = file.store.reader().await.unwrap();
    let rows = reader.report().usage_by_client_model(&range("2026-02-01", "2026-02-28")).await.unwrap();
    assert_eq!(rows.len(), 3 * 28, "nobody, One and Two, a model each");
    let row = rows.iter().find(|row| row.client == Some(one)).unwrap();
    assert_eq!((row.gateway, row.model.as_str(), row.consumption.cost.0), (gateway, "small", 3));
    assert_eq!(row.consumption.quantities.get(domain::Meter::InputTokens), 3);
    let spent = reader.report().key_spend("2026-02-01".parse().unwrap(), "2026-02-28".parse().unwrap()).await.unwrap();
    assert_eq!(spent.iter().map(|(_, cost)| cost.0).sum::<i64>(), 6 * 28);
    let spent =
        reader.report().client_spend("2026-02-01".parse().unwrap(), "2026-02-01".parse().unwrap()).await.unwrap();
    assert!(spent.contains(&(None, Nanos(1))) && spent.contains(&(Some(one), Nanos(3))), "{spent:?}");
}

async fn pages(file: &Temporary, filter: &Filter, limit: u16) -> Vec<RequestRow> {
    let mut reader = file.store.reader().await.unwrap();
    let (mut rows, mut at) = (Vec::new(), None);
    loop {
        let page = reader.report().request_page(filter, at, limit).await.unwrap();
        rows.extend(page.rows);
        at = page.next;
        if at.is_none() {
            return rows;
        }
    }
}

#[tokio::test]
async fn r22_pages_of_requests_are_complete_and_in_order() {
    let (file, gateway, [one, _]) = quarter().await;
    let all = range("2026-01-01", "2026-12-31");
    for limit in [1_000, 7, 1] {
        let rows = pages(&file, &all, limit).await;
        assert_eq!(rows.len(), 270, "pages of {limit} lose and repeat nothing");
        assert!(rows.windows(2).all(|pair| pair[0].occurred_at >= pair[1].occurred_at), "latest first");
    }
    let week = pages(&file, &range("2026-02-01", "2026-02-07").client(one), 5).await;
    assert_eq!(week.len(), 7);
    assert!(week.iter().all(|row| row.client == Some(one) && row.gateway == gateway));
    let large = Filter { models: vec![ModelName::new("large")], ..all.clone() };
    assert_eq!(pages(&file, &large, 10).await.len(), 90);
    let none = Filter { models: vec![ModelName::new("unheard of")], ..all };
    assert!(pages(&file, &none, 10).await.is_empty());
}

#[tokio::test]
async fn pages_keep_to_the_clients_local_dates() {
    let (file, gateway, [one, _]) = quarter().await;
    // 20:00 UTC is already the next date in Kolkata.
    ingest(&file.store, gateway, "2026-06-02T00:00:00Z", &[request("late", "2026-02-07T20:00:00Z", "a", 1)]).await;
    let rows = |first, last| range(first, last).client(one);
    assert_eq!(pages(&file, &rows("2026-02-07", "2026-02-07"), 10).await.len(), 1);
    assert_eq!(pages(&file, &rows("2026-02-08", "2026-02-08"), 10).await.len(), 2);
}

#[tokio::test]
async fn day_totals_are_not_requests() {
    let (file, gateway, _) = quarter().await;
    ingest(&file.store, gateway, "2026-06-02T00:00:00Z", &[day("2026-05-01", "a", "a-key", 9)]).await;
    assert!(pages(&file, &range("2026-05-01", "2026-05-01"), 10).await.is_empty());
    let mut reader = file.store.reader().await.unwrap();
    assert_eq!(reader.report().total(&range("2026-05-01", "2026-05-01")).await.unwrap().cost.0, 9);
}

/// Requests of three accounts and two keys each over 200 days.
fn scattered() -> impl Strategy<Value = Vec<UsageRecord>> {
    let one = (0_i32..200, 0_u8..24, 0_usize..3, any::<bool>(), any::<bool>(), 0_i64..9);
    let one = one.prop_map(|(day, hour, account, large, other_key, cost)| {
        let date = "2026-01-15".parse::<Date>().unwrap().plus_days(day);
        let account = ["a", "b", ""][account];
        let id = format!("{day}-{hour}-{account}-{large}-{other_key}");
        let mut record = request(&id, &format!("{date}T{hour:02}:30:00Z"), account, cost);
        record.model = ModelName::new(if large { "large" } else { "small" });
        record.key = Some(ExternalId::new(format!("{account}-{other_key}")));
        // Rarely: in most cases nobody makes images, and reports leave them out.
        if cost == 8 && day % 16 == 0 {
            record.quantities = record.quantities.with(domain::Meter::Images, 3);
        }
        record
    });
    proptest::collection::vec(one, 1..40)
}

/// The sum of the dates of a range by member, read date by date.
async fn day_by_day(reader: &mut crate::Reader, filter: &Filter, group: Group) -> BTreeMap<Member, Consumption> {
    let mut sums: BTreeMap<Member, Amounts> = BTreeMap::new();
    for row in reader.report().by_day(filter, group, u16::MAX).await.unwrap() {
        sums.entry(row.member).or_default().add(&Amounts::from(&row.consumption));
    }
    sums.into_iter().map(|(member, amounts)| (member, amounts.into())).collect()
}

/// Every row of rating, those of other clients than one added up.
fn told_apart(rows: Vec<RatingRow>, one: ClientId) -> UsageApart {
    let (named, others): (Vec<_>, Vec<_>) =
        rows.into_iter().filter(|row| row.client.is_some()).partition(|row| row.client == Some(one));
    let mut sums: BTreeMap<_, (RatingRow, Amounts)> = BTreeMap::new();
    for row in others {
        let amounts = Amounts::from(&row.consumption);
        let key = (row.day, row.gateway, row.model.clone());
        sums.entry(key).or_insert((RatingRow { client: None, ..row }, Amounts::default())).1.add(&amounts);
    }
    let mut others: Vec<_> =
        sums.into_values().map(|(row, amounts)| RatingRow { consumption: amounts.into(), ..row }).collect();
    others.sort_by(|a, b| (a.day, a.gateway, &a.model).cmp(&(b.day, b.gateway, &b.model)));
    UsageApart { named, others }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Sums over months, thirds and edges are the sums of their dates, for every group, filter and range.
    #[test]
    fn sums_over_spans_are_sums_over_dates(
        records in scattered(),
        ranges in proptest::collection::vec((-40_i32..240, 0_i32..260), 4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (file, gateway, [one, _]) = quarter().await;
            ingest(&file.store, gateway, "2026-12-01T00:00:00Z", &records).await;
            let mut reader = file.store.reader().await.unwrap();
            for (first, length) in ranges {
                let first = "2026-01-15".parse::<Date>().unwrap().plus_days(first);
                let all = Filter::days(first, first.plus_days(length));
                for filter in [all.clone(), all.clone().client(one), Filter { gateways: vec![gateway], ..all }] {
                    for group in [Group::Client, Group::Key, Group::Model, Group::Gateway] {
                        let totals: BTreeMap<_, _> =
                            reader.report().totals(&filter, group).await.unwrap().into_iter().collect();
                        assert_eq!(totals, day_by_day(&mut reader, &filter, group).await, "{group:?} {filter:?}");
                    }
                    let rows = reader.report().usage_by_client_model(&filter).await.unwrap();
                    let sums = reader.report().usage_by_client_model_sum(&filter).await.unwrap();
                    let cost = |rows: &[RatingRow]| rows.iter().map(|row| row.consumption.cost.0).sum::<i64>();
                    assert_eq!(cost(&rows), cost(&sums), "rating a sum and rating its dates: {filter:?}");
                    if filter.clients.is_empty() {
                        let mut apart = reader.report().usage_apart(&filter, &[one]).await.unwrap();
                        apart.others.sort_by(|a, b| (a.day, a.gateway, &a.model).cmp(&(b.day, b.gateway, &b.model)));
                        assert_eq!(apart, told_apart(rows, one), "{filter:?}");
                    }
                }
            }
        });
    }
}
