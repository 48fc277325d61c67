//! The main job on the embedded sandbox, start to end, through the app's own commands and queries.

mod file;
mod money;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use acceptance::Profile;
use app::command::{self, client, key};
use app::query::overview::overview;
use app::query::usage::{request_page, usage_table};
use app::wire::{Code, GatewayView, KeyStatusView, TableFormat, UsageGroup};
use app::{App, Clock, Origin};
use tokio::sync::OnceCell;

use crate::stage::{self, HandClock, NOW, exact, nanos};

const BY: Origin = Origin::Window;
/// A dear model of the sandbox.
const DEAR: &str = "claude-sonnet-4-5";
const CHEAP: &str = "gpt-4.1-nano";
const FORMULA: &str = "=HYPERLINK(\"http://evil.example\",\"Total\")";

/// The files of a profile in which the sandbox was opened, made once: 18 months and two months of invoices take a while.
static OPENED: OnceCell<Vec<(PathBuf, Vec<u8>)>> = OnceCell::const_new();

async fn opened() -> Vec<(PathBuf, Vec<u8>)> {
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), HandClock::at(NOW)).await;
    command::gateway::sandbox_open(&app, BY).await.unwrap();
    app.close().await;
    let place = |file: &PathBuf| file.strip_prefix(profile.path()).unwrap().to_owned();
    profile.files().iter().map(|file| (place(file), fs::read(file).unwrap())).collect()
}

/// A sandbox opened on a profile of its own, synced, at a time that stands still.
pub(crate) struct Scene {
    pub(crate) app: App,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) gateway: GatewayView,
    _profile: Profile,
}

impl Scene {
    pub(crate) async fn open() -> Self {
        let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
        for (file, bytes) in OPENED.get_or_init(opened).await {
            let file = profile.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        let app = stage::open(profile.path(), Arc::clone(&clock) as Arc<dyn Clock>).await;
        let gateway = command::gateway::sandbox_open(&app, BY).await.unwrap();
        Self { app, clock, gateway, _profile: profile }
    }

    pub(crate) async fn sync(&self) {
        let report = command::sync::sync_run(&self.app, BY, None).await.unwrap();
        assert!(report.complete, "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_02_the_overview_the_table_and_the_clients_tell_one_figure() {
    let scene = Scene::open().await;
    let view = overview(&scene.app).await.unwrap();
    assert!(!view.first_run, "a gateway is connected");
    assert_eq!(view.month_name, "2026-11");
    let month = exact(&view.month.cost.amount);
    assert!(month > 0, "the sandbox has usage this month");
    for group in [UsageGroup::Client, UsageGroup::Model, UsageGroup::Key, UsageGroup::Gateway] {
        let table = usage_table(&scene.app, &stage::usage("2026-11-01", "2026-11-18", group)).await.unwrap();
        assert_eq!(exact(&table.total.cost.amount), month, "the table's total by {group:?}");
        let rows: i128 = table.rows.iter().map(|row| exact(&row.cost.amount)).sum();
        assert_eq!(rows, month, "the table's rows by {group:?}");
        if let Some(charge) = &table.total.charge {
            assert_eq!(exact(&charge.amount), exact(&view.month.charge.amount), "the charge by {group:?}");
        }
    }
    let clients = app::query::client::client_list(&scene.app).await.unwrap();
    assert_eq!(clients.len(), 12);
    let sum = |pick: fn(&app::wire::ClientRow) -> &str| clients.iter().map(|row| exact(pick(row))).sum::<i128>();
    let unattributed = view.unattributed.as_ref().map_or(0, |amount| exact(&amount.amount));
    assert_eq!(sum(|row| &row.month.cost.amount) + unattributed, month, "the clients' cost");
    assert_eq!(sum(|row| &row.month.charge.amount), exact(&view.month.charge.amount), "the clients' charge");
    let margin = exact(&view.month.charge.amount) - month;
    assert_eq!(exact(&view.month.margin.amount), margin, "margin is charge less cost");
    assert!(view.budgets.iter().any(|alert| alert.budget.percent >= 100), "one client is past its cap");
    assert!(view.budgets.iter().any(|alert| (75..100).contains(&alert.budget.percent)), "one is near it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_used_seen_paused_and_given_back() {
    let scene = Scene::open().await;
    let (app, http) = (&scene.app, stage::http());
    let row = client::client_create(app, BY, stage::client("Quillfeather Press", &[&scene.gateway.id])).await.unwrap();
    let account = stage::account_of(app, &row.id).await;
    let made = key::key_create(app, BY, stage::key(&account.id, "quillfeather-prod", "prod")).await.unwrap();
    let secret = key::secret_reveal(app, made.ticket.as_deref().unwrap()).await.unwrap();
    assert_eq!(key::secret_reveal(app, made.ticket.as_deref().unwrap()).await.unwrap(), secret, "until it is stored");
    key::secret_stored(app, made.ticket.as_deref().unwrap()).await.unwrap();
    assert_eq!(
        key::secret_reveal(app, made.ticket.as_deref().unwrap()).await.unwrap_err().code,
        Code::NotFound,
        "then never again"
    );

    assert_eq!(stage::chat(&http, &made.base_url, &secret, CHEAP).await, 200);
    scene.clock.advance(60);
    scene.sync().await;
    let mut filter = stage::usage("2026-11-18", "2026-11-18", UsageGroup::Client);
    filter.clients = vec![row.id.clone()];
    let seen = request_page(app, &filter, None).await.unwrap().rows;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!((seen[0].key.as_deref(), seen[0].model.as_str()), (Some("quillfeather-prod"), CHEAP));
    assert!(nanos(&seen[0].cost.amount) > 0 && seen[0].succeeded);
    let table = usage_table(app, &filter).await.unwrap();
    assert_eq!(table.total.cost.amount, seen[0].cost.amount, "one request is the whole usage");

    let paused = key::key_pause(app, BY, &made.key.id).await.unwrap();
    assert_eq!(stage::chat(&http, &made.base_url, &secret, CHEAP).await, 401, "paused");
    let undone = command::undo::undo(app, BY, &paused.undo.expect("a pause can be undone")).await.unwrap();
    assert!(undone.message.contains("quillfeather-prod"), "{undone:?}");
    assert_eq!(stage::chat(&http, &made.base_url, &secret, CHEAP).await, 200, "the same secret works again");
    let paused = client::client_pause(app, BY, &row.id).await.unwrap();
    assert_eq!(stage::chat(&http, &made.base_url, &secret, CHEAP).await, 401, "the client is paused");
    let ticket = paused.undo.expect("a pause can be undone");
    command::undo::undo(app, BY, &ticket).await.unwrap();
    assert_eq!(stage::chat(&http, &made.base_url, &secret, CHEAP).await, 200);
    assert_eq!(command::undo::undo(app, BY, &ticket).await.unwrap_err().code, Code::NotFound, "once");

    key::key_revoke(app, BY, &made.key.id).await.unwrap();
    assert_eq!(stage::chat(&http, &made.base_url, &secret, CHEAP).await, 401, "revoked");
    let id = made.key.id.parse().unwrap();
    assert_eq!(app::query::key::key_get(app, id).await.unwrap().status, KeyStatusView::Revoked);
}

#[tokio::test(flavor = "multi_thread")]
async fn s0_08_a_budget_stops_a_key_and_more_budget_lets_it_go_on() {
    let scene = Scene::open().await;
    let (app, http) = (&scene.app, stage::http());
    let row = client::client_create(app, BY, stage::client("Capstone Quarry", &[&scene.gateway.id])).await.unwrap();
    let account = stage::account_of(app, &row.id).await;
    let mut typed = stage::key(&account.id, "capstone-prod", "prod");
    typed.budget = Some(stage::budget("0.01", "daily"));
    let made = key::key_create(app, BY, typed).await.unwrap();
    let secret = key::secret_reveal(app, made.ticket.as_deref().unwrap()).await.unwrap();
    let mut served = 0;
    let stopped = loop {
        match stage::chat(&http, &made.base_url, &secret, DEAR).await {
            200 if served < 200 => served += 1,
            status => break status,
        }
    };
    assert_eq!(stopped, 402, "after {served} calls");
    scene.clock.advance(60);
    scene.sync().await;
    let shown = app::query::key::key_get(app, made.key.id.parse().unwrap()).await.unwrap();
    let budget = shown.budget.expect("a budget");
    assert!(budget.percent >= 100, "{budget:?}");
    assert_eq!((budget.enforcement.as_str(), budget.stop_status), ("gateway", Some(402)));
    let alerts = overview(app).await.unwrap().budgets;
    assert!(alerts.iter().any(|alert| alert.key.as_deref() == Some("capstone-prod")), "it is on the overview");
    let done = key::key_budget(app, BY, &made.key.id, Some(stage::budget("5", "daily"))).await.unwrap();
    assert_eq!(stage::chat(&http, &made.base_url, &secret, DEAR).await, 200, "there is budget again");
    command::undo::undo(app, BY, &done.undo.expect("a budget can be undone")).await.unwrap();
    assert_eq!(stage::chat(&http, &made.base_url, &secret, DEAR).await, 402, "and then it is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn r34_a_name_that_is_a_formula_is_text_in_an_export() {
    let scene = Scene::open().await;
    let (app, http) = (&scene.app, stage::http());
    let row = client::client_create(app, BY, stage::client(FORMULA, &[&scene.gateway.id])).await.unwrap();
    let account = stage::account_of(app, &row.id).await;
    let made = key::key_create(app, BY, stage::key(&account.id, "@SUM(1+1)*cmd", "prod")).await.unwrap();
    let secret = key::secret_reveal(app, made.ticket.as_deref().unwrap()).await.unwrap();
    assert_eq!(stage::chat(&http, &made.base_url, &secret, CHEAP).await, 200);
    scene.clock.advance(60);
    scene.sync().await;
    for (group, name) in [(UsageGroup::Client, FORMULA), (UsageGroup::Key, "@SUM(1+1)*cmd")] {
        let filter = stage::usage("2026-11-18", "2026-11-18", group);
        let saved = app::export::usage_export(app, &filter, TableFormat::Csv).await.unwrap();
        let text = std::fs::read_to_string(&saved.path).unwrap();
        let neutral = format!("'{}", name.replace('"', "\"\""));
        assert!(text.contains(&neutral), "the name is there, as text: {text}");
        let starts = |line: &str| line.trim_start_matches('"').starts_with(['=', '+', '@']);
        assert!(!text.lines().any(starts), "no cell is a formula: {text}");
    }
}
