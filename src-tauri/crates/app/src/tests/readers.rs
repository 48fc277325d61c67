//! The window asks many things at once, and the database serves few readers at a time.

use store::{READERS, Reader};

use super::rig::{Rig, WINDOW};
use crate::command::gateway::sandbox_open;
use crate::command::invoice::{invoice_draft, invoice_finalise};
use crate::query::{audit, client, gateway, invoice, key, overview, palette, price, route, setting, usage};
use crate::wire::{AmountRole, AuditFilterInput, KeyFilterInput, ThemeChoice, UsageFilterInput, UsageGroup};

/// Who holds a reader and waits for a second one waits for ever once enough others do the same: the window stood still
/// for 30 s while the sandbox was first synced. With one reader left, whatever needs two fails.
#[tokio::test]
async fn no_question_holds_one_reader_and_waits_for_a_second() {
    let rig = Rig::new().await;
    sandbox_open(&rig.app, WINDOW).await.unwrap();
    let app = &rig.app;
    let mut held: Vec<Reader> = Vec::new();
    for _ in 1..READERS {
        held.push(app.store().reader().await.unwrap());
    }
    let theme = ThemeChoice::Light;
    overview::overview(app).await.unwrap();
    let clients = client::client_list(app).await.unwrap();
    let of = clients.last().unwrap().id.clone();
    client::client_get(app, &of).await.unwrap();
    client::budget_chart(app, &of, theme).await.unwrap();
    client::account_list(app).await.unwrap();
    let filter =
        KeyFilterInput { client_id: None, gateway_id: None, search: String::new(), with_revoked: false, after: None };
    key::key_list(app, &filter).await.unwrap();
    let filter = UsageFilterInput {
        first: "2026-11-01".to_owned(),
        last: "2026-11-20".to_owned(),
        group: UsageGroup::Client,
        clients: Vec::new(),
        gateways: Vec::new(),
        models: Vec::new(),
        keys: Vec::new(),
    };
    usage::usage_table(app, &filter).await.unwrap();
    usage::usage_chart(app, &filter, AmountRole::Charge, theme).await.unwrap();
    usage::request_page(app, &filter, None).await.unwrap();
    price::price_book(app).await.unwrap();
    gateway::gateway_list(app).await.unwrap();
    gateway::model_list(app, None).await.unwrap();
    route::route_list(app, None).await.unwrap();
    palette::palette(app, "a").await.unwrap();
    setting::settings(app).await.unwrap();
    let everything = AuditFilterInput { client_id: None, gateway_id: None, after: None };
    audit::audit_list(app, &everything).await.unwrap();
    let invoices = invoice::invoice_list(app, Some("2026-10".to_owned()), None).await.unwrap();
    let draft = invoices.iter().find(|invoice| invoice.number.is_none()).unwrap();
    invoice::invoice_get(app, &draft.id, theme).await.unwrap();
    invoice_finalise(app, WINDOW, &draft.id).await.unwrap();
    invoice_draft(app, WINDOW, &of, "2026-11").await.unwrap();
    drop(held);
}
