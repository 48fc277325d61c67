//! S0-06: a client's metadata, handed out and erased.

use app::App;
use app::command::invoice::invoice_draft;
use app::command::metadata::metadata_erase;
use app::export::metadata_export;
use app::query::client::{client_get, client_list};
use app::query::metadata::metadata_get;
use app::query::statement::statement_get;
use app::query::usage::{request_page, usage_table};
use app::wire::{Code, StatementView, TableFormat, ThemeChoice, UsageGroup, UsageTable};
use serde_json::Value;

use super::{BY, days};
use crate::journey::Scene;
use crate::stage::{self, exact};

/// What the agency and the client see of the settled days, without the time they are from.
async fn figures(app: &App, client: &str) -> (Vec<UsageTable>, StatementView) {
    let mut tables = Vec::new();
    for group in [UsageGroup::Model, UsageGroup::Key] {
        let mut filter = stage::usage("2026-09-01", "2026-11-14", group);
        filter.clients = vec![client.to_owned()];
        let mut table = usage_table(app, &filter).await.unwrap();
        table.freshness.as_of = None;
        tables.push(table);
    }
    let mut view = statement_get(app, client, &days("2026-09-01", "2026-11-14"), ThemeChoice::Light).await.unwrap();
    (view.as_of, view.chart.freshness.as_of, view.erased_through) = (None, None, None);
    (tables, view)
}

async fn requests(app: &App, client: &str, first: &str, last: &str) -> usize {
    let mut filter = stage::usage(first, last, UsageGroup::Client);
    filter.clients = vec![client.to_owned()];
    request_page(app, &filter, None).await.unwrap().rows.len()
}

/// Forgets how far the gateway was read, so that the next sync asks for everything again.
async fn forget_cursors(app: &App) {
    let mut writer = app.store().begin(BY).await.unwrap();
    for mut cursor in writer.cursor().read().list().await.unwrap() {
        (cursor.point, cursor.complete_through) = (None, None);
        writer.cursor().set(&cursor).await.unwrap();
    }
    let _ = writer.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn s0_06_metadata_is_handed_out_and_erased_and_no_sync_brings_it_back() {
    let scene = Scene::open().await;
    let app = &scene.app;
    let clients = client_list(app).await.unwrap();
    let row = clients.into_iter().max_by_key(|row| exact(&row.month.cost.amount)).expect("clients");
    let draft = invoice_draft(app, BY, &row.id, "2026-11").await.unwrap();
    let before = figures(app, &row.id).await;

    let kept = metadata_get(app, &row.id).await.unwrap();
    assert!(kept.requests > 100 && kept.through.as_deref() == Some("2026-11-16"), "{kept:?}");
    let file = metadata_export(app, &row.id, TableFormat::JsonLines).await.unwrap();
    let text = std::fs::read_to_string(&file.path).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), (kept.requests + kept.day_totals + kept.kept) as usize, "every row that is kept");
    let counted: u64 = rows
        .iter()
        .filter(|row| row["counted"] == true)
        .map(|row| row["quantities"]["input_tokens"].as_u64().unwrap_or(0))
        .sum();
    assert!(counted > 0 && !text.contains("cost"), "what was counted, and not what it cost");
    let csv = std::fs::read_to_string(metadata_export(app, &row.id, TableFormat::Csv).await.unwrap().path).unwrap();
    assert_eq!(csv.lines().count(), rows.len() + 1, "the same rows below one header");

    let wrong = metadata_erase(app, BY, &row.id, "Somebody else").await.unwrap_err();
    assert_eq!((wrong.code, wrong.field.as_deref()), (Code::Invalid, Some("name")), "{wrong}");
    let done = metadata_erase(app, BY, &row.id, &row.name).await.unwrap();
    assert!(done.undo.is_none() && done.message.contains("final invoices stay"), "{done:?}");
    assert_eq!(figures(app, &row.id).await, before, "every sum stays");
    assert_eq!(requests(app, &row.id, "2026-09-01", "2026-11-14").await, 0, "no request is left");
    assert!(requests(app, &row.id, "2026-11-17", "2026-11-18").await > 0, "what is not settled stays");
    let log = &client_get(app, &row.id).await.unwrap().activity[0];
    let noted = log.change.clone().unwrap_or_default();
    assert!(log.action == "metadata_erase" && noted.contains(&format!("{} requests", kept.requests)), "{log:?}");
    assert_eq!(metadata_erase(app, BY, &row.id, &row.name).await.unwrap_err().code, Code::Conflict, "there is no more");

    forget_cursors(app).await;
    scene.clock.advance(3600);
    scene.sync().await;
    assert_eq!(figures(app, &row.id).await, before, "everything was told again, and no sum moved");
    assert_eq!(requests(app, &row.id, "2026-09-01", "2026-11-14").await, 0, "and no request came back");
    assert_eq!(app.store().reader().await.unwrap().usage().rollup_differences().await.unwrap(), 0);
    let again = invoice_draft(app, BY, &row.id, "2026-11").await.unwrap();
    assert!(exact(&again.net.amount) >= exact(&draft.net.amount), "a draft still rates, with what came since");
}
