//! The whole way on a real LiteLLM proxy: connect, clients and keys, 300 paid calls, sync, pause, prices, invoices.
//!
//! Runs when `PURSER_LIVE_LITELLM_URL` and `PURSER_LIVE_LITELLM_KEY` name a proxy that may be written to and that offers
//! the models `atlas-chat` and `atlas-large` (the latter dear: by its own accounting a call costs some dollars). What
//! it makes there has names of its own for each run and is removed in the end.

mod books;
mod figures;
mod proxy;
mod traffic;

use std::sync::Arc;
use std::time::Instant;

use acceptance::Profile;
use app::command;
use app::wire::{AuditFilterInput, AuditOutcomeView, ClientRow};
use app::{App, Clock, Origin, SystemClock};
use store::table::AuditFilter;

use crate::stage;
use proxy::Proxy;
use traffic::{Caller, Calls};

const BY: Origin = Origin::Cli;
/// A model that costs next to nothing, and one that costs some dollars a call.
const CHEAP: &str = "atlas-chat";
const DEAR: &str = "atlas-large";
/// The budget that one key is driven past, in dollars a day.
const SMALL: &str = "10.00";
/// Calls through all keys together.
const CALLS: usize = 300;

#[tokio::test(flavor = "multi_thread")]
async fn a_month_on_a_real_litellm() {
    let Some(proxy) = Proxy::of_environment() else {
        eprintln!("PURSER_LIVE_LITELLM_URL and PURSER_LIVE_LITELLM_KEY are not set: the live story is not told");
        return;
    };
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), Arc::new(SystemClock)).await;
    let (told, to) = (tokio::spawn(story(app.clone(), proxy.clone())), proxy);
    let ended = told.await;
    to.forget(&app).await;
    app.close().await;
    if let Err(failed) = ended {
        std::panic::resume_unwind(failed.into_panic());
    }
}

async fn story(app: App, proxy: Proxy) {
    let gateway = proxy.connect(&app).await;
    let cast = cast(&app, &gateway).await;
    let mut calls = Calls::default();
    calls.make(&proxy, &cast.keys, CALLS).await;
    calls.eprint();
    agree(&app, &proxy, &cast, &calls, &gateway).await;
    pause(&app, &proxy, &cast, &mut calls).await;
    agree(&app, &proxy, &cast, &calls, &gateway).await;
    books::close_the_month(&app, &proxy, &cast).await;
    nothing_is_open(&app).await;
}

/// The clients of the story with their keys.
pub(crate) struct Cast {
    pub(crate) clients: Vec<Member>,
    pub(crate) keys: Vec<Caller>,
}

/// A client and its team.
pub(crate) struct Member {
    pub(crate) row: ClientRow,
    /// LiteLLM's `team_id`.
    pub(crate) team: String,
    /// Zone of its days.
    pub(crate) zone: domain::Zone,
}

/// Three clients, one of them in a zone of its own, with prod, staging and dev keys.
async fn cast(app: &App, gateway: &str) -> Cast {
    let run = format!("{:x}", SystemClock.now().as_millis());
    let (mut clients, mut keys) = (Vec::new(), Vec::new());
    for (place, (name, zone)) in [("Ash", "UTC"), ("Birch", "UTC"), ("Cedar", "Asia/Kolkata")].into_iter().enumerate() {
        let typed = app::wire::ClientInput {
            zone: zone.to_owned(),
            models: vec![CHEAP.to_owned(), DEAR.to_owned()],
            budget: Some(stage::budget("5000", "monthly")),
            ..stage::client(&format!("{name} {run}"), &[gateway])
        };
        let row = command::client::client_create(app, BY, typed).await.unwrap();
        let account = stage::account_of(app, &row.id).await;
        for environment in ["prod", "staging", "dev"] {
            let small = place == 0 && environment == "dev";
            let typed = app::wire::KeyInput {
                models: vec![CHEAP.to_owned(), DEAR.to_owned()],
                requests_per_minute: Some(6000),
                budget: Some(if small { stage::budget(SMALL, "daily") } else { stage::budget("1000", "monthly") }),
                ..stage::key(&account.id, &format!("{}-{run}-{environment}", name.to_lowercase()), environment)
            };
            let made = command::key::key_create(app, BY, typed).await.unwrap();
            let secret = command::key::secret_reveal(app, made.ticket.as_deref().unwrap()).await.unwrap();
            command::key::secret_stored(app, made.ticket.as_deref().unwrap()).await.unwrap();
            let id = made.key.id;
            keys.push(Caller { id, client: place, name: made.key.name, secret, base_url: made.base_url, small });
        }
        clients.push(Member { row, team: account.external_id, zone: zone.parse().unwrap() });
    }
    Cast { clients, keys }
}

/// Waits until the gateway has written everything, syncs, and compares every figure.
async fn agree(app: &App, proxy: &Proxy, cast: &Cast, calls: &Calls, gateway: &str) {
    let waited = Instant::now();
    let rows = proxy.settled_rows(cast, calls).await;
    eprintln!("the proxy had written {} rows after {:.1} s", rows.len(), waited.elapsed().as_secs_f32());
    let took = Instant::now();
    let report = command::sync::sync_run(app, BY, Some(gateway)).await.unwrap();
    assert!(report.complete, "{report:?}");
    eprintln!("sync: {} new rows in {:.1} s", report.lines[0].rows, took.elapsed().as_secs_f32());
    figures::agree_with_rows(app, cast, &rows).await;
    figures::agree_with_totals(proxy, cast, &rows).await;
    figures::requests_agree(app, cast, &rows).await;
}

/// Pauses a client, then a single key, measures how long the proxy goes on serving, and lets them go on.
async fn pause(app: &App, proxy: &Proxy, cast: &Cast, calls: &mut Calls) {
    let client = &cast.clients[1];
    let keys: Vec<Caller> = cast.keys.iter().filter(|caller| caller.client == 1).cloned().collect();
    let done = command::client::client_pause(app, BY, &client.row.id).await.unwrap();
    let took = calls.until(proxy, &keys, (401, done.effective_within_seconds)).await;
    eprintln!("client paused: refused after {took:.2} s; the bound told is {} s", done.effective_within_seconds);
    let back = command::client::client_resume(app, BY, &client.row.id).await.unwrap();
    let took = calls.until(proxy, &keys, (200, back.effective_within_seconds)).await;
    eprintln!("client resumed: served after {took:.2} s");
    let (key, id) = (&keys[..1], &keys[0].id);
    let done = command::key::key_pause(app, BY, id).await.unwrap();
    let took = calls.until(proxy, key, (401, done.effective_within_seconds)).await;
    eprintln!("key paused: refused after {took:.2} s; the bound told is {} s", done.effective_within_seconds);
    let back = command::undo::undo(app, BY, &done.undo.expect("a pause can be undone")).await.unwrap();
    let took = calls.until(proxy, key, (200, back.effective_within_seconds)).await;
    eprintln!("key resumed by undo: served after {took:.2} s");
}

/// The audit log holds an outcome for every intent, and everything that was done.
async fn nothing_is_open(app: &App) {
    let mut reader = app.store().reader().await.unwrap();
    assert_eq!(reader.audit().unsettled().await.unwrap(), [], "an intent without an outcome");
    let entries = reader.audit().list(&AuditFilter { limit: 1000, ..AuditFilter::default() }).await.unwrap();
    drop(reader);
    let count = |action: &str, mark: bool| {
        let of = |entry: &&store::table::AuditEntry| entry.record.action == action && entry.outcome.is_some();
        entries.iter().filter(of).filter(|entry| !mark || entry.intent.is_some()).count()
    };
    let expected = [
        ("gateway_connect", false, 1),
        ("client_create", false, 3),
        ("account_create", true, 3),
        ("key_create", true, 9),
        ("account_pause", true, 2),
        ("key_pause", true, 2),
        ("price_set", false, 1),
        ("invoice_finalise", false, 3),
    ];
    let all: std::collections::BTreeSet<&str> = entries.iter().map(|entry| entry.record.action.as_str()).collect();
    for (action, written, times) in expected {
        // Resuming is the same deed as pausing or one of its own.
        let resumed = action.strip_suffix("_pause").map_or(0, |noun| count(&format!("{noun}_resume"), written));
        assert_eq!(count(action, written) + resumed, times, "{action}, among {all:?}");
    }
    let none = AuditFilterInput { client_id: None, gateway_id: None, after: None };
    let page = app::query::audit::audit_list(app, &none).await.unwrap();
    assert!(page.intact, "the chain of hashes holds");
    assert!(page.rows.iter().all(|row| row.outcome == AuditOutcomeView::Done), "{:#?}", page.rows);
}
