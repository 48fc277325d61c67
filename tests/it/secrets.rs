//! Canaries: an admin key and clients' keys, sent through everything the app does, found nowhere but in the vault.

use std::sync::Arc;

use acceptance::Profile;
use app::command::{self, client, gateway, key};
use app::wire::{DocumentKind, TableFormat, UsageGroup};
use app::{App, AppError, Origin};
use serde::Serialize;

use crate::stage::parrot::{Manner, Parrot};
use crate::stage::{self, HandClock, NOW};

const BY: Origin = Origin::Window;
/// An admin key that looks like no key: only who knows it can keep it out.
const CANARY: &str = "Serinus.canaria.forma.domestica!42";

/// Everything that was said to a person or a program.
#[derive(Default)]
struct Said(Vec<(String, String)>);

impl Said {
    fn view(&mut self, what: &str, view: &impl Serialize) {
        self.0.push((what.to_owned(), serde_json::to_string(view).expect("a view is JSON")));
    }

    fn result<T: Serialize>(&mut self, what: &str, result: Result<T, AppError>) {
        match result {
            Ok(view) => self.view(what, &view),
            Err(error) => {
                self.0.push((format!("the error of {what}"), stage::words(&error)));
                self.view(&format!("the error of {what}, as a view"), &app::wire::ErrorView::from(error));
            }
        }
    }

    fn text(&mut self, what: &str, text: String) {
        self.0.push((what.to_owned(), text));
    }
}

/// As much of a secret as nobody may show: all but its prefix and its last four.
fn needle(secret: &str) -> String {
    let middle: Vec<char> = secret.chars().skip(7).collect();
    middle.iter().take(middle.len().saturating_sub(4).min(20)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn s0_04_secrets_are_nowhere_but_in_the_vault() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let writer = app::logging::writer(&profile.path().join("logs")).unwrap();
    let log = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    log.with_writer(writer).try_init().expect("no other test of this program logs");
    let server = stage::sandbox(Arc::clone(&clock), 99).await;
    let parrot = Parrot::before(&server.base_url, CANARY, server.admin_token.expose()).await;
    let app = stage::open(profile.path(), Arc::clone(&clock) as Arc<dyn app::Clock>).await;

    let mut said = Said::default();
    let scene = live(&app, &clock, &parrot, &mut said).await;
    for manner in [Manner::Echo(400), Manner::Echo(401), Manner::Echo(403), Manner::Echo(500), Manner::Drop] {
        parrot.behave(manner);
        provoke(&app, &scene, &parrot, &mut said).await;
    }
    parrot.behave(Manner::Forward);
    said.result("the sync after", command::sync::sync_run(&app, BY, None).await);
    ask_everything(&app, &scene, &mut said).await;
    said.text("the audit log", format!("{:?}", audit(&app).await));
    said.text("the app itself", format!("{app:?}"));

    let masked = said.0.iter().filter(|(_, text)| text.contains("[redacted]")).count();
    assert!(masked >= 10, "the parrot was heard, and what it repeated was masked: {masked} times");
    let mut secrets = parrot.secrets();
    assert!(secrets.len() >= 3, "the keys that were made and those that were refused: {}", secrets.len());
    assert!(secrets.contains(&scene.secret), "the parrot hears the secrets that are sent");
    secrets.extend([CANARY.to_owned(), server.admin_token.expose().to_owned()]);
    search(&profile, &secrets, &said);
    app.close().await;
    search(&profile, &secrets, &said);
    assert!(profile.files().iter().any(|file| file.starts_with(profile.path().join("logs"))), "there is a log");
    assert!(!profile.files_holding("quarrelsome-prod").is_empty(), "and the search finds what is there");
}

struct Scene {
    gateway: String,
    client: String,
    key: String,
    account: String,
    invoice: String,
    secret: String,
}

/// An ordinary month: connect, client, key, call, sync, price, invoice, documents, export.
async fn live(app: &App, clock: &HandClock, parrot: &Parrot, said: &mut Said) -> Scene {
    let typed = stage::sandbox_at("Parrot", &parrot.base_url);
    said.result("the connection test", app::query::gateway::gateway_test(app, typed.clone(), CANARY.to_owned()).await);
    let connected = gateway::gateway_connect(app, BY, typed, CANARY.to_owned()).await.unwrap();
    said.view("the gateway", &connected);
    let row = client::client_create(app, BY, stage::client("Quarrelsome Ltd", &[&connected.id])).await.unwrap();
    let account = stage::account_of(app, &row.id).await.id;
    let made = key::key_create(app, BY, stage::key(&account, "quarrelsome-prod", "prod")).await.unwrap();
    said.view("the new key", &made);
    let secret = key::secret_reveal(app, made.ticket.as_deref().unwrap()).await.unwrap();
    let rotated = key::key_rotate(app, BY, &made.key.id).await.unwrap();
    said.view("the rotated key", &rotated);
    key::secret_stored(app, rotated.ticket.as_deref().unwrap()).await.unwrap();
    said.result("the secret twice", key::secret_reveal(app, rotated.ticket.as_deref().unwrap()).await);
    assert_eq!(stage::chat(&stage::http(), &made.base_url, &secret, "gpt-4.1").await, 200);
    clock.advance(60);
    said.result("the sync", command::sync::sync_run(app, BY, None).await);
    let change = command::price::flat_markup("25", "2026-11-01".parse().unwrap(), "First");
    said.result("the price change", command::price::price_set(app, BY, &change).await);
    let draft = command::invoice::invoice_draft(app, BY, &row.id, "2026-11").await.unwrap();
    said.result("the invoice", command::invoice::invoice_finalise(app, BY, &draft.row.id).await);
    for kind in [DocumentKind::Pdf, DocumentKind::Csv, DocumentKind::Json] {
        said.result("the document", command::invoice::invoice_save(app, &draft.row.id, kind, None).await);
    }
    for format in [TableFormat::Csv, TableFormat::JsonLines] {
        let filter = stage::usage("2026-11-01", "2026-11-30", UsageGroup::Key);
        said.result("the export", app::export::usage_export(app, &filter, format).await);
    }
    let (gateway, key) = (connected.id, made.key.id);
    Scene { gateway, client: row.id, key, account, invoice: draft.row.id, secret }
}

/// Everything that is sent, while what answers repeats it all or hangs up.
async fn provoke(app: &App, scene: &Scene, parrot: &Parrot, said: &mut Said) {
    let typed = stage::sandbox_at("Another", &parrot.base_url);
    let litellm = stage::gateway("litellm", "Another", &parrot.base_url);
    let test = app::query::gateway::gateway_test;
    said.result("a test", test(app, typed.clone(), CANARY.to_owned()).await);
    said.result("a test as LiteLLM", test(app, litellm, CANARY.to_owned()).await);
    let nowhere = stage::sandbox_at("Another", "http://127.0.0.1:1");
    said.result("a test of nothing", test(app, nowhere, CANARY.to_owned()).await);
    let inside = stage::sandbox_at("Another", &format!("http://admin:{CANARY}@127.0.0.1:1"));
    said.result("a key in the address", gateway::gateway_connect(app, BY, inside, CANARY.to_owned()).await);
    let swapped = stage::sandbox_at(CANARY, CANARY);
    said.text(
        "a key as address",
        format!("{:?}", gateway::gateway_connect(app, BY, swapped, String::new()).await.err().map(|error| error.code)),
    );
    said.result("a connection", gateway::gateway_connect(app, BY, typed.clone(), CANARY.to_owned()).await);
    said.result("an update", gateway::gateway_update(app, BY, &scene.gateway, typed, Some(CANARY.to_owned())).await);
    said.result("a key", key::key_create(app, BY, stage::key(&scene.account, "never-made", "dev")).await);
    said.result("a rotation", key::key_rotate(app, BY, &scene.key).await);
    said.result("a budget", key::key_budget(app, BY, &scene.key, Some(stage::budget("1", "daily"))).await);
    said.result("a pause", key::key_pause(app, BY, &scene.key).await);
    said.result("a client", client::client_pause(app, BY, &scene.client).await);
    said.result("a sync", command::sync::sync_run(app, BY, None).await);
    said.result("the gateways", app::query::gateway::gateway_list(app).await);
}

async fn ask_everything(app: &App, scene: &Scene, said: &mut Said) {
    use app::query::{audit, client, gateway, invoice, key, overview, palette, price, route, setting, usage};
    said.result("overview", overview::overview(app).await);
    said.result("client_list", client::client_list(app).await);
    said.result("client_get", client::client_get(app, &scene.client).await);
    said.result("account_list", client::account_list(app).await);
    said.result("budget_chart", client::budget_chart(app, &scene.client, app::wire::ThemeChoice::Dark).await);
    let filter = app::wire::KeyFilterInput {
        client_id: None,
        gateway_id: None,
        search: String::new(),
        with_revoked: true,
        after: None,
    };
    said.result("key_list", key::key_list(app, &filter).await);
    said.result("secret_queue", key::secret_queue(app).await);
    for group in [UsageGroup::Client, UsageGroup::Key, UsageGroup::Model, UsageGroup::Gateway] {
        let filter = stage::usage("2026-11-01", "2026-11-30", group);
        let (role, theme) = (app::wire::AmountRole::Cost, app::wire::ThemeChoice::Light);
        said.result("usage_chart", usage::usage_chart(app, &filter, role, theme).await);
        said.result("usage_table", usage::usage_table(app, &filter).await);
        said.result("request_page", usage::request_page(app, &filter, None).await);
    }
    said.result("invoice_list", invoice::invoice_list(app, None, None).await);
    said.result("invoice_get", invoice::invoice_get(app, &scene.invoice, app::wire::ThemeChoice::Light).await);
    said.result("price_book", price::price_book(app).await);
    let change = command::price::flat_markup("30", "2026-12-01".parse().unwrap(), "Next");
    said.result("price_preview", price::price_preview(app, &change).await);
    said.result("gateway_list", gateway::gateway_list(app).await);
    said.result("gateway_products", gateway::gateway_products(app).await);
    said.result("model_list", gateway::model_list(app, None).await);
    said.result("route_list", route::route_list(app, None).await);
    said.result("settings", setting::settings(app).await);
    said.result("palette", palette::palette(app, "quarrel").await);
    let none = app::wire::AuditFilterInput { client_id: None, gateway_id: None, after: None };
    said.result("audit_list", audit::audit_list(app, &none).await);
    said.result("sync_plan", command::sync::sync_plan(app, None).await);
}

async fn audit(app: &App) -> Vec<store::table::AuditEntry> {
    let filter = store::table::AuditFilter { limit: 10_000, ..store::table::AuditFilter::default() };
    let mut reader = app.store().reader().await.unwrap();
    let mut entries = reader.audit().list(&filter).await.unwrap();
    entries.extend(reader.audit().unsettled().await.unwrap());
    assert!(entries.len() > 20, "every act is noted: {}", entries.len());
    entries
}

fn search(profile: &Profile, secrets: &[String], said: &Said) {
    let mut found = Vec::new();
    for secret in secrets {
        let needle = needle(secret);
        let files = profile.files_holding(&needle).into_iter().map(|file| file.display().to_string());
        found.extend(files.map(|file| format!("{needle} in {file}")));
        let said = said.0.iter().filter(|(_, text)| text.contains(&needle));
        found.extend(said.map(|(what, text)| format!("{needle} in {what}: {text}")));
    }
    assert_eq!(found, Vec::<String>::new(), "a secret left the vault");
}
