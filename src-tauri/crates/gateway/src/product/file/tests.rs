use std::sync::Arc;

use domain::{Grain, Meter, Nanos, Period, Product, Timestamp, UsageOrigin, UsageRecord, Zone};

use super::*;
use crate::contract::{self, World};
use crate::{Action, Connection, Cursor, ErrorKind, Gateway, NoAccountSecrets, Outcome, UsageAsk};

const BILL: &str = "Request ID,Timestamp,Customer,API Key,Model,Prompt Tokens,Completion Tokens,Cost (USD),Status\n\
                    r-1,2026-11-20T10:00:00Z,harborlight,prod,gpt-4.1,1200,300,0.0048,200\n\
                    r-2,2026-11-20 10:00:01,harborlight,prod,gpt-4.1-mini,10,5,1e-05,success\n\
                    r-3,2026-11-20T11:00:00+01:00,minato,dev,gpt-4.1,0,0,0,500\n";

fn guess(text: &str, format: Format) -> ColumnMapping {
    ColumnMapping::guess(&columns(text.as_bytes(), format))
}

fn csv(text: &str) -> Result<Vec<UsageRecord>, Vec<RowProblem>> {
    read(text.as_bytes(), Format::Csv, &guess(text, Format::Csv))
}

fn origins(records: &[UsageRecord]) -> Vec<String> {
    let id = |record: &UsageRecord| match &record.origin {
        UsageOrigin::Request(id) => id.to_string(),
        UsageOrigin::Day(day) => day.to_string(),
    };
    records.iter().map(id).collect()
}

#[test]
fn a_bill_is_read_with_the_columns_its_headings_suggest() {
    let records = csv(BILL).unwrap();
    assert_eq!(origins(&records), ["r-1", "r-2", "r-3"]);
    let first = &records[0];
    assert_eq!(first.account.as_ref().map(ToString::to_string).as_deref(), Some("harborlight"));
    assert_eq!(first.model.as_str(), "gpt-4.1");
    assert_eq!(first.cost, Nanos(4_800_000));
    assert_eq!((first.quantities.get(Meter::InputTokens), first.quantities.get(Meter::OutputTokens)), (1200, 300));
    assert_eq!(records[1].cost, Nanos(10_000), "1e-05 is an amount");
    assert_eq!(records[1].occurred_at, "2026-11-20T10:00:01Z".parse().unwrap(), "without a zone it is UTC");
    assert_eq!(records[2].occurred_at, "2026-11-20T10:00:00Z".parse().unwrap());
    assert_eq!((records[2].failed_requests, records[2].quantities.get(Meter::Requests)), (1, 0));
}

#[test]
fn headings_of_known_exports_are_understood() {
    let rows = [
        ("startTime,model_group,team_id,api_key,spend,prompt_tokens", Column::Cost, "spend"),
        (
            "created_at,model,app,tokens_prompt,tokens_completion,usage",
            Column::Meter(Meter::InputTokens),
            "tokens_prompt",
        ),
        (
            "date;model;project_id;num_model_requests;input_cached_tokens",
            Column::Meter(Meter::CacheReadTokens),
            "input_cached_tokens",
        ),
        ("time\tmodel\tkey", Column::Key, "key"),
    ];
    for (heading, column, expected) in rows {
        let mapping = guess(heading, Format::Csv);
        assert_eq!(mapping.heading(column), Some(expected), "{heading}");
        assert_eq!(mapping.missing(), [], "{heading}");
    }
}

#[test]
fn a_mapping_is_edited_and_remembered() {
    let mut mapping = guess(BILL, Format::Csv);
    mapping.set(Column::Account, None);
    mapping.set(Column::UpstreamModel, Some("Model".to_owned()));
    mapping.zone = "Asia/Kolkata".parse().unwrap();
    assert_eq!(ColumnMapping::from_pairs(mapping.pairs()), mapping);
    let records = read(BILL.as_bytes(), Format::Csv, &mapping).unwrap();
    assert_eq!(records[0].account, None);
    assert_eq!(records[1].occurred_at, "2026-11-20T04:30:01Z".parse().unwrap(), "the wall clock of the zone");
}

#[test]
fn bad_rows_are_told_with_line_and_reason_and_nothing_is_read() {
    let rows = [
        ("2026-11-20,m,\"1,234\",0.1", "in", "thousands"),
        ("2026-11-20,m,1_234,0.1", "in", "thousands"),
        ("2026-11-20,m,1.5,0.1", "in", "whole number"),
        ("2026-11-20,m,-4,0.1", "in", "negative"),
        ("2026-11-20,m,99999999999999999999,0.1", "in", "too large"),
        ("2026-11-20,m,4,-0.1", "cost", "negative"),
        ("2026-11-20,m,4,\"0,1\"", "cost", "thousands"),
        ("2026-11-20,m,4,$0.1", "cost", "currency sign"),
        ("2026-11-20,m,4,free", "cost", "amount"),
        ("20/11/2026,m,4,0.1", "time", "2026-11-30"),
        (",m,4,0.1", "time", "missing"),
        ("2026-11-20,,4,0.1", "model", "missing"),
    ];
    for (row, column, reason) in rows {
        let text = format!("time,model,in,cost\n2026-11-20,m,1,0.1\n{row}\n2026-11-20,m,2,0.1\n");
        let mut mapping = guess(&text, Format::Csv);
        mapping.set(Column::Meter(Meter::InputTokens), Some("in".to_owned()));
        let problems = read(text.as_bytes(), Format::Csv, &mapping).unwrap_err();
        assert_eq!(problems.len(), 1, "{row}");
        assert_eq!((problems[0].line, problems[0].column.as_deref()), (3, Some(column)), "{row}");
        assert!(problems[0].reason.contains(reason), "{row}: {}", problems[0].reason);
    }
}

#[test]
fn lines_are_numbered_as_an_editor_numbers_them() {
    let text = "\u{feff}time,model,key,cost\r\n\r\n2026-11-20,m,\"two\r\nlines, \"\"quoted\"\"\",0.1\r\n  \r\n2026-11-20,m,k,bad";
    let problems = csv(text).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [6]);
    let good = csv(&text.replace("bad", "0.2")).unwrap();
    assert_eq!(good.len(), 2);
    assert_eq!(good[0].key.as_ref().map(ToString::to_string).as_deref(), Some("two\r\nlines, \"quoted\""));
    let rows = [
        ("time,model\n2026-11-20,m\n2026-11-20\n", 3, "columns"),
        ("time,model\n2026-11-20,m\n2026-11-20,\"m\"x\n", 3, "quotation marks"),
        ("time,model\n2026-11-20,\"m\n2026-11-21,n\n", 2, "never closed"),
        ("\n\ntime,model\n\n2026-11-20,m,x\n", 5, "columns"),
    ];
    for (text, line, reason) in rows {
        let problems = csv(text).unwrap_err();
        assert_eq!(problems[0].line, line, "{text:?}");
        assert!(problems[0].reason.contains(reason), "{text:?}: {}", problems[0]);
    }
    let latin = b"time,model\n2026-11-20,caf\xe9\n";
    let problems = read(&latin[..], Format::Csv, &guess("time,model", Format::Csv)).unwrap_err();
    assert_eq!(problems[0].to_string(), "line 2: the line is not UTF-8: save the file as UTF-8 and try again");
}

#[test]
fn json_lines_keep_the_text_of_numbers_and_open_nested_objects() {
    let text = "\u{feff}{\"id\":\"a\",\"created\":1763632800,\"model\":\"m\",\"usage\":{\"prompt_tokens\":7},\"cost\":0.30000000000000004}\n\
                \n{\"model\":\"m\",\"created\":1763632800123,\"usage\":null,\"id\":\"b\",\"cost\":\"1e-05\"}\r\n";
    let mapping = guess(text, Format::JsonLines);
    assert_eq!(mapping.heading(Column::Meter(Meter::InputTokens)), Some("usage.prompt_tokens"));
    let records = read(text.as_bytes(), Format::JsonLines, &mapping).unwrap();
    assert_eq!(origins(&records), ["a", "b"]);
    assert_eq!((records[0].cost, records[1].cost), (Nanos(300_000_000), Nanos(10_000)));
    assert_eq!(records[0].quantities.get(Meter::InputTokens), 7);
    assert_eq!(records[1].occurred_at.as_millis(), 1_763_632_800_123);
    let broken = format!("{text}[1,2]\n{{\"id\":\n");
    let problems = read(broken.as_bytes(), Format::JsonLines, &mapping).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [4, 5]);
}

#[test]
fn importing_twice_changes_nothing() {
    assert_eq!(csv(BILL), csv(BILL));
    let anonymous = "time,model,cost\n2026-11-20,m,0.1\n2026-11-20,m,0.1\n2026-11-20,m,0.2\n";
    let first = csv(anonymous).unwrap();
    assert_eq!(csv(anonymous).unwrap(), first);
    let ids = origins(&first);
    assert!(ids[0].ends_with("-1") && ids[1].ends_with("-2"), "two equal rows are two requests: {ids:?}");
    assert_eq!(ids[0][..68], ids[1][..68]);
    let longer = csv("cost,time,model\n0.1,2026-11-20,m\n0.3,2026-11-20,m\n0.1,2026-11-20,m\n").unwrap();
    let again = origins(&longer);
    assert_eq!((&again[0], &again[2]), (&ids[0], &ids[1]), "neither other columns' order nor more rows matter");
}

#[test]
fn one_request_id_says_one_thing() {
    let twice = format!("{BILL}r-1,2026-11-20T10:00:00Z,harborlight,prod,gpt-4.1,1200,300,0.0048,200\n");
    let preview = preview(twice.as_bytes(), Format::Csv, &guess(&twice, Format::Csv));
    assert_eq!((preview.total_rows, preview.repeated, preview.totals.records), (4, 1, 3), "word for word: counts once");
    let other = format!("{BILL}r-1,2026-11-20T10:00:00Z,harborlight,prod,gpt-4.1,1200,300,0.0049,200\n");
    let problems = csv(&other).unwrap_err();
    assert_eq!(problems[0].line, 5);
    assert!(problems[0].reason.contains("line 2"), "{}", problems[0]);
}

#[test]
fn a_preview_tells_what_an_import_would_do() {
    let bad = format!("{BILL}r-4,yesterday,minato,dev,gpt-4.1,1,1,0.1,200\n");
    let found = preview(bad.as_bytes(), Format::Csv, &guess(&bad, Format::Csv));
    assert_eq!(found.columns.len(), 9);
    assert_eq!(found.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!((found.total_rows, found.problem_count, found.problems[0].line), (4, 1, 5));
    let totals = found.totals;
    assert_eq!((totals.records, totals.cost, totals.accounts, totals.models), (3, Nanos(4_810_000), 2, 2));
    assert_eq!(totals.last, Some("2026-11-20T10:00:01Z".parse().unwrap()));
    let unmapped = preview("a,b\n1,2\n".as_bytes(), Format::Csv, &ColumnMapping::default());
    assert_eq!((unmapped.columns.len(), unmapped.problem_count), (2, 2), "time and model must be chosen");
    let mut gone = ColumnMapping::guess(&["time".to_owned(), "model".to_owned()]);
    gone.set(Column::Cost, Some("spend".to_owned()));
    let found = preview("time,model\n2026-11-20,m\n".as_bytes(), Format::Csv, &gone);
    assert_eq!(found.problems[0].column.as_deref(), Some("spend"), "a remembered column that is gone is said");
}

#[test]
fn s0_26_a_secret_in_an_export_is_reduced_to_its_digest() {
    let secret = "sk-canary-0123456789abcdef";
    let records = csv(&format!("time,model,api_key\n2026-11-20,m,{secret}\n")).unwrap();
    assert!(!format!("{records:?}").contains("canary"), "{records:?}");
    assert_eq!(records[0].key.as_ref().unwrap().as_str().len(), 64);
}

#[test]
fn many_bad_rows_are_counted_and_the_first_ones_kept() {
    let text = format!("time,model\n{}", "never,m\n".repeat(5000));
    let found = preview(text.as_bytes(), Format::Csv, &guess(&text, Format::Csv));
    assert_eq!((found.problem_count, found.problems.len()), (5000, 200));
}

#[test]
fn s2_02_only_a_duration_makes_a_row_flexible() {
    let row = |model: &str, within: &str| format!("time,model,start_within\n2026-11-20,{model},{within}\n");
    let rows = [
        ("gpt-4o", "00h-00m-30s", "flex/gpt-4o"),
        ("flex/gpt-4o", "00h-05m-00s", "flex/gpt-4o"),
        ("gpt-4o", "default", "gpt-4o"),
        ("gpt-4o", "", "gpt-4o"),
    ];
    for (model, within, told) in rows {
        assert_eq!(csv(&row(model, within)).unwrap()[0].model.as_str(), told, "{model} {within}");
    }
    let wrong = csv(&row("gpt-4o", "soon")).unwrap_err();
    assert_eq!(wrong[0].column.as_deref(), Some("start_within"));
    assert!(wrong[0].reason.contains("`soon`") && wrong[0].reason.contains("00h-00m-30s"), "{}", wrong[0]);
    let taken = csv(&row("flex/gpt-4o", "priority")).unwrap_err();
    assert!(taken[0].reason.contains("take `flex/` off"), "it would be charged as flexible: {}", taken[0]);
    assert_eq!(csv("time,model\n2026-11-20,flex/gpt-4o\n").unwrap()[0].model.as_str(), "flex/gpt-4o", "told so before");
}

fn write(name: &str, text: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("purser-file-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn connected(path: &std::path::Path) -> Arc<dyn Gateway> {
    let base_url = path.to_str().unwrap().to_owned();
    crate::connect(&Connection { product: Product::new("file"), base_url }, None, Arc::new(NoAccountSecrets)).unwrap()
}

fn many_rows() -> String {
    let start: Timestamp = "2026-11-10T00:00:00Z".parse().unwrap();
    let row = |at: i64| format!("{},m,a{},0.000001\n", start.plus_millis(at * 17_000), at % 3);
    let rows: String = (0..12_000).map(row).collect();
    format!("time,model,account,cost\n{rows}")
}

#[tokio::test]
async fn as_a_gateway_it_keeps_the_contract() {
    let path = write("contract.csv", &many_rows());
    let world = World {
        now: "2026-11-21T10:00:00Z".parse().unwrap(),
        seed: 1,
        models: Vec::new(),
        usage: Zone::utc().days("2026-11-10".parse().unwrap(), "2026-11-12".parse().unwrap()),
        usage_expected: true,
        credential: None,
    };
    let report = contract::run(&*connected(&path), &world).await;
    assert!(report.is_kept(), "{report}");
    let pause = Action::KeyPause { key: domain::ExternalId::new("k"), paused: true };
    assert!(matches!(connected(&path).apply(&pause, world.now).await, Ok(Outcome::Refused(_))));
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_an_error_with_a_sentence() {
    let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    let bad = write("bad.csv", "time,model,cost\n2026-11-20,m,1\n2026-11-20,m,x\n2026-11-20,m,y\n");
    let refused = connected(&bad).probe(now).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Rejected);
    assert!(refused.message.contains("line 3, column `cost`") && refused.message.contains("1 more"), "{refused}");
    let gone = connected(&bad.with_file_name("gone.csv")).probe(now).await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::Unreachable);
    assert_ne!(gone.retry, crate::Retry::Temporary, "a missing file does not come by waiting");
    assert!(gateway(&bad.with_extension("xlsx"), None).is_err(), "a spreadsheet is not a CSV file");
}

#[tokio::test]
async fn a_file_that_grew_is_read_again() {
    let path = write("grows.csv", "time,model\n2026-11-20,m\n");
    let file = connected(&path);
    let window = Period::new(
        Timestamp::from_millis(0),
        "2027-01-01".parse::<domain::Date>().map(|d| Zone::utc().start_of(d)).unwrap(),
    );
    let ask = UsageAsk { window: window.unwrap(), grain: Grain::Request, account: None };
    assert_eq!(file.usage(&ask, &Cursor::start()).await.unwrap().items.len(), 1);
    std::fs::write(&path, "time,model\n2026-11-20,m\n2026-11-21,m\n").unwrap();
    assert_eq!(file.usage(&ask, &Cursor::start()).await.unwrap().items.len(), 2);
}

#[test]
fn a_bill_tells_what_is_billed_twice_and_what_ended_early() {
    let text = "id,time,model,cost,status\n\
                r-1,2026-11-20T10:00:00Z,gpt-4.1,0.5,200\n\
                r-1,2026-11-20T10:00:00Z,gpt-4.1,0.5,200\n\
                r-1,2026-11-20T10:00:09Z,gpt-4.1,0.25,Aborted\n\
                ,2026-11-20T11:00:00Z,gpt-4.1,1,499\n";
    let found = bill(text.as_bytes(), Format::Csv, &guess(text, Format::Csv));
    assert_eq!(found.preview.problems, []);
    let told: Vec<_> = found.lines.iter().map(|line| (line.line, line.named, line.repeated, line.aborted)).collect();
    let wanted = [(2, true, false, false), (3, true, true, false), (4, true, true, true), (5, false, false, true)];
    assert_eq!(told, wanted);
    assert_eq!(
        (found.preview.totals.cost, found.preview.repeated),
        (Nanos(2_250_000_000), 2),
        "all of it is asked for"
    );
    assert_eq!(csv(text).unwrap_err().len(), 1, "as usage the second statement would contradict the first");
}
