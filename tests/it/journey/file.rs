//! Usage from a file: whole or not at all, and never twice.

use acceptance::Profile;
use app::command::gateway::gateway_connect;
use app::command::import::{import_apply, import_preview};
use app::query::usage::usage_table;
use app::wire::{Code, UsageGroup};

use super::BY;
use crate::stage::{self, HandClock, NOW, nanos};

const BILL: &str = "Request ID,Timestamp,Customer,API Key,Model,Prompt Tokens,Completion Tokens,Cost (USD),Status\n\
                    r-1,2026-11-17T10:00:00Z,harborlight,prod,gpt-4.1,1200,300,0.0048,200\n\
                    r-2,2026-11-17 10:00:01,harborlight,prod,gpt-4.1-mini,10,5,1e-05,success\n\
                    r-3,2026-11-17T11:00:00+01:00,minato,dev,gpt-4.1,0,0,0,500\n";
/// Nano-dollars of the bill.
const COST: i128 = 4_810_000;

#[tokio::test]
async fn a_file_twice_changes_nothing_and_a_bad_row_imports_nothing() {
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), HandClock::at(NOW)).await;
    let path = profile.path().join("bill.csv");
    std::fs::write(&path, BILL).unwrap();
    let path = path.to_str().unwrap();
    let gateway = gateway_connect(&app, BY, stage::gateway("file", "Bills", path), String::new()).await.unwrap();
    let preview = import_preview(&app, &gateway.id, path, None).await.unwrap();
    assert_eq!((preview.rows, preview.problems.len(), nanos(&preview.cost.amount)), (3, 0, COST));

    let done = import_apply(&app, &gateway.id, path, preview.columns.clone()).await.unwrap();
    assert_eq!((done.inserted, done.restated, done.unchanged), (3, 0, 0));
    let filter = stage::usage("2026-11-01", "2026-11-30", UsageGroup::Model);
    let table = usage_table(&app, &filter).await.unwrap();
    assert_eq!(nanos(&table.total.cost.amount), COST);
    let done = import_apply(&app, &gateway.id, path, preview.columns.clone()).await.unwrap();
    assert_eq!((done.inserted, done.restated, done.unchanged), (0, 0, 3), "the same file again");
    assert_eq!(usage_table(&app, &filter).await.unwrap().total, table.total);

    let bad = profile.path().join("bad.csv");
    std::fs::write(&bad, format!("{BILL}r-4,2026-11-17T12:00:00Z,minato,dev,gpt-4.1,1,1,a lot,200\n")).unwrap();
    let bad = bad.to_str().unwrap();
    let preview = import_preview(&app, &gateway.id, bad, None).await.unwrap();
    assert_eq!(preview.problems.len(), 1, "{:?}", preview.problems);
    assert_eq!(preview.problems[0].line, 5, "the line in the file, its heading counted: {:?}", preview.problems);
    let refused = import_apply(&app, &gateway.id, bad, preview.columns).await.unwrap_err();
    assert_eq!(refused.code, Code::Invalid);
    assert!(refused.message.contains("nothing was imported") && refused.message.contains('5'), "{refused}");
    assert_eq!(usage_table(&app, &filter).await.unwrap().total, table.total, "not even the good rows");
}
