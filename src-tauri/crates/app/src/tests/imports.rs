//! Usage from files.

use super::rig::{Rig, WINDOW};
use crate::command::gateway::gateway_connect;
use crate::command::import::{import_apply, import_preview};
use crate::command::sync::sync_run;
use crate::wire::{Code, GatewayInput};

const GOOD: &str = "When,Who,Which model,Tokens in,Tokens out,USD\n\
    2026-11-01T10:00:00Z,Harborlight,gpt-4o,100,20,0.0125\n\
    2026-11-01T10:00:01Z,Fjord,gpt-4o,200,40,0.025\n";

async fn file_gateway(rig: &Rig, text: &str) -> (String, String) {
    let path = rig.dir.path().join("usage.csv");
    std::fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    let typed = GatewayInput { product: "file".to_owned(), name: "Bills".to_owned(), base_url: path.clone() };
    (gateway_connect(&rig.app, WINDOW, typed, String::new()).await.unwrap().id, path)
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_its_columns_are_remembered() {
    let rig = Rig::new().await;
    let (gateway, path) = file_gateway(&rig, GOOD).await;
    let guessed = import_preview(&rig.app, &gateway, &path, None).await.unwrap();
    assert!(!guessed.problems.is_empty(), "nobody can guess `When`");
    let mut columns = guessed.columns;
    for (header, field) in [("When", "time"), ("Who", "account"), ("Which model", "model")] {
        columns.iter_mut().find(|column| column.header == header).unwrap().field = field.to_owned();
    }
    let preview = import_preview(&rig.app, &gateway, &path, Some(columns.clone())).await.unwrap();
    assert_eq!(preview.problems, []);
    assert_eq!((preview.rows, preview.cost.amount.as_str()), (2, "0.0375"));
    let first = import_apply(&rig.app, &gateway, &path, columns.clone()).await.unwrap();
    let second = import_apply(&rig.app, &gateway, &path, columns.clone()).await.unwrap();
    assert_eq!((first.inserted, second.inserted, second.restated, second.unchanged), (2, 0, 0, 2));
    let skipped = sync_run(&rig.app, WINDOW, None).await.unwrap();
    assert!(skipped.lines.is_empty(), "what comes with files is not pulled");
    let remembered = import_preview(&rig.app, &gateway, &path, None).await.unwrap();
    assert_eq!(remembered.columns, columns, "the next file of this make needs no choice");
}

#[tokio::test]
async fn a_bad_row_is_named_and_nothing_is_half_imported() {
    let rig = Rig::new().await;
    let bad = "time,model,cost\n2026-11-01T10:00:00Z,gpt-4o,1\n2026-11-01T10:00:00Z,gpt-4o,lots\n";
    let (gateway, path) = file_gateway(&rig, "time,model,cost\n").await;
    std::fs::write(&path, bad).unwrap();
    let preview = import_preview(&rig.app, &gateway, &path, None).await.unwrap();
    assert_eq!(preview.problems[0].line, 3);
    let error = import_apply(&rig.app, &gateway, &path, preview.columns).await.unwrap_err();
    assert!(error.message.contains("line 3") && error.code == Code::Invalid, "{error}");
    let mut reader = rig.app.store().reader().await.unwrap();
    assert!(reader.import_mapping().list().await.unwrap().is_empty(), "nothing is remembered of a failure");
}

#[tokio::test]
async fn a_gateway_that_tells_its_usage_itself_takes_no_file() {
    let rig = Rig::new().await;
    let id = rig.connect("Main").await.unwrap();
    let error = import_preview(&rig.app, &id.to_string(), "/nowhere/usage.csv", None).await.unwrap_err();
    assert_eq!(error.code, Code::Unsupported, "it would be counted twice: {error}");
    let (gateway, _) = file_gateway(&rig, GOOD).await;
    for path in ["/nowhere/usage.csv", "/etc/passwd"] {
        let error = import_preview(&rig.app, &gateway, path, None).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("path")), "{error}");
    }
}
