//! The whole way on a real gateway: connect, clients and keys, 300 paid calls, sync, pause, prices, invoices. What a
//! gateway must bring is its [`Terms`] and its own rows, read by the test itself.
//!
//! A story runs when its gateway's address and admin credential are in the environment. The gateway may be written to;
//! its dear model costs some dollars a call by its own accounting. What a story makes has names of its own for each run.

mod books;
mod figures;
mod traffic;

use std::time::Instant;

use app::command;
use app::wire::{AuditFilterInput, AuditOutcomeView, ClientRow};
use app::{App, Clock, Origin, SystemClock};
use domain::Timestamp;
use store::table::AuditFilter;

use crate::stage;
pub(crate) use books::close_the_month;
pub(crate) use figures::{agree_with_rows, requests_agree, sums};
pub(crate) use traffic::{Caller, Calls};

pub(crate) const BY: Origin = Origin::Cli;
/// Calls through all keys together.
const CALLS: usize = 300;

/// A request as the gateway's own log tells it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The gateway's identifier of the account.
    pub(crate) account: String,
    /// The gateway's identifier of the key, as the adapter spells it.
    pub(crate) key: String,
    pub(crate) model: String,
    pub(crate) at: Timestamp,
    pub(crate) nanos: i128,
    pub(crate) served: bool,
    /// Cached ones included.
    pub(crate) prompt_tokens: u64,
    pub(crate) completion_tokens: u64,
}

/// What a story may expect of a gateway.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) http: reqwest::Client,
    /// A model that costs next to nothing.
    pub(crate) cheap: &'static str,
    /// A model that costs some dollars a call.
    pub(crate) dear: &'static str,
    /// What the clients' software says to the dear model.
    pub(crate) dear_words: String,
    /// The budget that one key is driven past: dollars and period.
    pub(crate) small: (&'static str, &'static str),
    /// The budget of every other key.
    pub(crate) large: (&'static str, &'static str),
    /// The budget of a client, where accounts can have one.
    pub(crate) client: Option<(&'static str, &'static str)>,
    /// Whether an account can be given models.
    pub(crate) account_models: bool,
    /// Requests a minute of every key, where keys can be limited.
    pub(crate) speed: Option<u32>,
    /// What a paused key's caller is answered.
    pub(crate) paused: &'static [u16],
}

/// The clients of the story with their keys.
pub(crate) struct Cast {
    pub(crate) clients: Vec<Member>,
    pub(crate) keys: Vec<Caller>,
    pub(crate) terms: Terms,
}

/// A client and its account.
pub(crate) struct Member {
    pub(crate) row: ClientRow,
    /// The gateway's identifier of its account.
    pub(crate) account: String,
    /// Zone of its days.
    pub(crate) zone: domain::Zone,
}

/// Three clients, one of them in a zone of its own, with prod, staging and dev keys; then the clients' software calls.
pub(crate) async fn begin(app: &App, gateway: &str, terms: Terms) -> (Cast, Calls) {
    let cast = cast(app, gateway, terms).await;
    let mut calls = Calls::default();
    calls.make(&cast.terms, &cast.keys, CALLS).await;
    calls.eprint();
    (cast, calls)
}

async fn cast(app: &App, gateway: &str, terms: Terms) -> Cast {
    let run = format!("{:x}", SystemClock.now().as_millis() / 1000);
    let (mut clients, mut keys) = (Vec::new(), Vec::new());
    let both = vec![terms.cheap.to_owned(), terms.dear.to_owned()];
    for (place, (name, zone)) in [("Ash", "UTC"), ("Birch", "UTC"), ("Cedar", "Asia/Kolkata")].into_iter().enumerate() {
        let typed = app::wire::ClientInput {
            zone: zone.to_owned(),
            models: if terms.account_models { both.clone() } else { Vec::new() },
            budget: terms.client.map(|(amount, period)| stage::budget(amount, period)),
            ..stage::client(&format!("{name} {run}"), &[gateway])
        };
        let row = command::client::client_create(app, BY, typed).await.unwrap();
        let account = stage::account_of(app, &row.id).await;
        for environment in ["prod", "staging", "dev"] {
            let small = place == 0 && environment == "dev";
            let (amount, period) = if small { terms.small } else { terms.large };
            let typed = app::wire::KeyInput {
                models: both.clone(),
                requests_per_minute: terms.speed,
                budget: Some(stage::budget(amount, period)),
                ..stage::key(&account.id, &format!("{}-{run}-{environment}", name.to_lowercase()), environment)
            };
            let made = command::key::key_create(app, BY, typed).await.unwrap();
            let ticket = made.ticket.as_deref().expect("the gateway tells the secret at once");
            let secret = command::key::secret_reveal(app, ticket).await.unwrap();
            command::key::secret_stored(app, ticket).await.unwrap();
            let id = made.key.id;
            keys.push(Caller { id, client: place, name: made.key.name, secret, base_url: made.base_url, small });
        }
        clients.push(Member { row, account: account.external_id, zone: zone.parse().unwrap() });
    }
    Cast { clients, keys, terms }
}

/// Syncs, and compares every figure with the gateway's own rows.
pub(crate) async fn agree(app: &App, cast: &Cast, rows: &[Row], gateway: &str) {
    let took = Instant::now();
    let report = command::sync::sync_run(app, BY, Some(gateway)).await.unwrap();
    assert!(report.complete, "{report:?}");
    eprintln!("sync: {} new rows in {:.1} s", report.lines[0].rows, took.elapsed().as_secs_f32());
    agree_with_rows(app, cast, rows).await;
    requests_agree(app, cast, rows).await;
    let past = cast.keys.iter().find(|key| key.small).expect("one key has a small budget");
    let spent: i128 = rows.iter().filter(|row| row.model == cast.terms.dear).map(|row| row.nanos).sum();
    assert!(spent >= stage::nanos(cast.terms.small.0), "the key {} was driven past its budget", past.name);
}

/// Pauses a client, then a single key, measures how long the gateway goes on serving, and lets them go on.
pub(crate) async fn pause(app: &App, cast: &Cast, calls: &mut Calls) {
    let (client, refused, terms) = (&cast.clients[1], cast.terms.paused, &cast.terms);
    let keys: Vec<Caller> = cast.keys.iter().filter(|caller| caller.client == 1).cloned().collect();
    let done = command::client::client_pause(app, BY, &client.row.id).await.unwrap();
    let took = calls.until(terms, &keys, (refused, done.effective_within_seconds)).await;
    eprintln!("client paused: refused after {took:.2} s; the bound told is {} s", done.effective_within_seconds);
    let back = command::client::client_resume(app, BY, &client.row.id).await.unwrap();
    let took = calls.until(terms, &keys, (&[200], back.effective_within_seconds)).await;
    eprintln!("client resumed: served after {took:.2} s");
    let (key, id) = (&keys[..1], &keys[0].id);
    let done = command::key::key_pause(app, BY, id).await.unwrap();
    let took = calls.until(terms, key, (refused, done.effective_within_seconds)).await;
    eprintln!("key paused: refused after {took:.2} s; the bound told is {} s", done.effective_within_seconds);
    let back = command::undo::undo(app, BY, &done.undo.expect("a pause can be undone")).await.unwrap();
    let took = calls.until(terms, key, (&[200], back.effective_within_seconds)).await;
    eprintln!("key resumed by undo: served after {took:.2} s");
}

/// The audit log holds an outcome for every intent, and everything that was done.
pub(crate) async fn nothing_is_open(app: &App) {
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
