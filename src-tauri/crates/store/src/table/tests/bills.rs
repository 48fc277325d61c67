//! Bills, and how they meet rows.

use domain::{BillId, ExternalId, GatewayId, Grain, ModelName, Nanos};

use crate::report::{CellId, Span};
use crate::table::{BillEntry, NewBill};
use crate::testing::{add_gateway, at, request, temporary};
use crate::{Filter, IngestBatch, Origin, StoreError, Writer};

fn entry(line: u64, request: Option<&str>, when: &str, cost: i64) -> BillEntry {
    BillEntry {
        line,
        request: request.map(ExternalId::new),
        at: at(when),
        account: Some("team".to_owned()),
        key: None,
        model: ModelName::new("gpt-x"),
        requests: 1,
        tokens: 7,
        cost: Nanos(cost),
        aborted: false,
        repeated: false,
    }
}

fn bill(gateway: GatewayId, lines: Vec<BillEntry>) -> NewBill {
    NewBill { gateway, name: "nov.csv".to_owned(), sha256: [7; 32], lines, imported_at: at("2026-12-01T00:00:00Z") }
}

/// Three requests, of which two say the same.
async fn usage(writer: &mut Writer, gateway: GatewayId) {
    let rows = [
        request("r1", "2026-11-03T10:00:00Z", "team", 100),
        request("r2", "2026-11-03T11:00:00Z", "team", 200),
        request("r2-again", "2026-11-03T11:00:00Z", "team", 200),
    ];
    let batch = IngestBatch { gateway, records: &rows, observed_at: at("2026-11-04T00:00:00Z"), prefer: Grain::Day };
    writer.usage().ingest(&batch).await.unwrap();
}

#[tokio::test]
async fn a_bill_is_kept_once_is_no_usage_and_goes_whole() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let gateway = add_gateway(&mut writer, "Main").await;
    usage(&mut writer, gateway).await;
    let filter = Filter::days("2026-11-01".parse().unwrap(), "2026-11-30".parse().unwrap());
    let before = writer.report().total(&filter).await.unwrap();
    let lines = vec![entry(2, Some("r1"), "2026-11-03T10:00:00Z", 100), entry(3, None, "2026-11-09T00:00:00Z", 50)];
    let id = writer.bill().add(&bill(gateway, lines.clone())).await.unwrap();
    assert_eq!(writer.report().total(&filter).await.unwrap(), before, "a bill is no usage");
    let kept = writer.bill().read().get(id).await.unwrap();
    assert_eq!((kept.lines, kept.cost, kept.name.as_str()), (2, Nanos(150), "nov.csv"));
    assert_eq!((kept.first.to_string(), kept.last.to_string()), ("2026-11-03".to_owned(), "2026-11-09".to_owned()));
    assert_eq!(writer.bill().read().of_file(gateway, &[7; 32]).await.unwrap(), Some(id));
    assert_eq!(writer.bill().read().of_file(gateway, &[8; 32]).await.unwrap(), None);
    writer.bill().remove(id).await.unwrap();
    assert_eq!(writer.bill().read().list().await.unwrap(), []);
    assert!(matches!(writer.bill().remove(BillId(9)).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(writer.bill().add(&bill(gateway, vec![])).await, Err(StoreError::Rule { .. })), "no lines");
    let id = writer.bill().add(&bill(gateway, lines.clone())).await.unwrap();
    assert!(writer.report().billed_lines(id).await.unwrap().len() == 2, "no line of the first is left over");
    assert!(writer.bill().add(&bill(gateway, lines)).await.is_err(), "the same file twice");
}

#[tokio::test]
async fn lines_meet_the_rows_of_their_requests_and_twins_are_told() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let gateway = add_gateway(&mut writer, "Main").await;
    let other = add_gateway(&mut writer, "Other").await;
    usage(&mut writer, gateway).await;
    usage(&mut writer, other).await;
    let lines =
        ["r1", "r2", "r9"].into_iter().zip(2..).map(|(id, line)| entry(line, Some(id), "2026-11-03T10:00:00Z", 1));
    let id = writer.bill().add(&bill(gateway, lines.collect())).await.unwrap();
    let mut report = writer.report();
    let met = report.billed_lines(id).await.unwrap();
    let costs: Vec<_> = met.iter().map(|line| line.row.map(|row| row.cost.0)).collect();
    assert_eq!(costs, [Some(100), Some(200), None], "each by the gateway it bills");
    let day = "2026-11-03".parse().unwrap();
    let span = Span { gateway, first: day, last: day };
    let spare = report.unbilled_rows(&span, id).await.unwrap();
    assert_eq!(spare.iter().map(|row| (row.cost.0, row.twin)).collect::<Vec<_>>(), [(200, true)]);
    let totals = report.request_totals(&span).await.unwrap();
    let [(cell, weight)] = totals.as_slice() else { panic!("one cell: {totals:?}") };
    assert_eq!((weight.whole.requests, weight.whole.cost), (3, Nanos(500)));
    assert_eq!(report.twins(cell).await.unwrap().cost, Nanos(200), "one of the two is too many");
    let elsewhere = CellId { day: "2026-11-04".parse().unwrap(), ..*cell };
    assert_eq!(report.twins(&elsewhere).await.unwrap().requests, 0);
    assert_eq!(report.day_totals(&span).await.unwrap(), [], "this gateway tells no day totals");
}
