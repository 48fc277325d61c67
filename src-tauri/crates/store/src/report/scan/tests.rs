use super::*;
use crate::testing::{plan, temporary};

fn filter() -> Filter {
    Filter::days("2025-11-01".parse().unwrap(), "2026-10-31".parse().unwrap())
}

#[tokio::test]
async fn every_report_is_a_range_of_a_primary_key() {
    let file = temporary().await;
    let mut reader = file.store.reader().await.unwrap();
    let with_client = filter().client(ClientId(1));
    let with_key = Filter { keys: vec![KeyId(1)], ..filter() };
    let with_gateway = Filter { gateways: vec![GatewayId(1)], ..filter() };
    let shapes: [&[Slot]; 6] = [
        &[],
        &[Slot::Day],
        &[Slot::Member(Group::Client)],
        &[Slot::Member(Group::Key)],
        &[Slot::Day, Slot::Member(Group::Key)],
        &[Slot::Member(Group::Gateway)],
    ];
    for filter in [filter(), with_client, with_key, with_gateway] {
        for slots in shapes {
            let mut scan = Scan::new(&filter, slots).unwrap();
            if scan.has_spans() {
                scan.coarsen(None);
            }
            let sql = scan.sql();
            let plan = plan(&mut reader.tx, &sql).await;
            assert!(!plan.contains("usage_"), "a report must not read raw usage: {sql}: {plan}");
            assert!(!plan.contains("SCAN rollup"), "a report must read a range, not all of a roll-up: {sql}: {plan}");
            assert!(plan.contains("SEARCH rollup"), "a report must use the primary key: {plan}");
        }
    }
}

#[tokio::test]
async fn rating_reads_a_range_of_a_primary_key() {
    let file = temporary().await;
    let mut reader = file.store.reader().await.unwrap();
    let slots = [Group::Client, Group::Gateway, Group::Model].map(Slot::Member);
    let sql = Scan::new(&filter(), &[slots[0], Slot::Day, slots[1], slots[2]]).unwrap().sql();
    let plan = plan(&mut reader.tx, &sql).await;
    assert!(plan.contains("SEARCH rollup_model USING PRIMARY KEY (client=? AND day>? AND day<?)"), "{plan}");
}

#[test]
fn keys_and_models_are_not_summed_together() {
    let mixed = Filter { models: vec![domain::ModelName::new("m")], ..filter() };
    let error = Scan::new(&mixed, &[Slot::Member(Group::Key)]).unwrap_err().to_string();
    assert!(error.contains("restrict either keys or models"), "the sentence says what to do: {error}");
}

#[tokio::test]
async fn whether_there_is_media_is_read_off_an_index_of_it() {
    let file = temporary().await;
    let mut reader = file.store.reader().await.unwrap();
    let plan = plan(&mut reader.tx, KNOWN).await;
    assert!(plan.contains("rollup_model_day_media"), "a look at the index, not through all days: {plan}");
}
