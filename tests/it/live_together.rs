//! One client with an account on every gateway that is at hand: one page, one chart, one invoice with lines by gateway.
//!
//! A sandbox is always there; a real LiteLLM and a real New API are, where their addresses and credentials are in the
//! environment (see the stories of their own). What it makes on them stays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acceptance::Profile;
use app::command::client::client_create;
use app::command::gateway::gateway_connect;
use app::command::invoice::invoice_draft;
use app::command::key::{key_create, secret_reveal};
use app::command::price::price_set;
use app::command::sync::sync_run;
use app::query::client::client_get;
use app::query::usage::{usage_chart, usage_table};
use app::wire::{AmountRole, ChargeKind, KeyInput, PriceChange, RuleInput, ThemeChoice, UsageGroup};
use app::{App, Clock, SystemClock};
use domain::Zone;

use crate::live::BY;
use crate::stage;

/// Calls through each gateway.
const CALLS: usize = 3;

/// A gateway that is at hand: product, address, credential, a model it offers.
struct Peer {
    product: &'static str,
    url: String,
    credential: String,
    model: &'static str,
}

fn peers(sandbox: &sandbox::Server) -> Vec<Peer> {
    let credential = sandbox.admin_token.expose().to_owned();
    let mut peers = vec![Peer { product: "sandbox", url: sandbox.base_url.clone(), credential, model: "gpt-4.1-mini" }];
    for (product, name, model) in [("litellm", "LITELLM", "atlas-large"), ("newapi", "NEWAPI", "gpt-4o")] {
        let told = |what: &str| std::env::var(format!("PURSER_LIVE_{name}_{what}")).ok();
        if let (Some(url), Some(credential)) = (told("URL"), told("KEY")) {
            peers.push(Peer { product, url, credential, model });
        }
    }
    peers
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_on_every_gateway_at_hand() {
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), Arc::new(SystemClock)).await;
    let now: sandbox::Clock = Arc::new(|| SystemClock.now());
    let server = sandbox::Sandbox::open(None, 5, now).unwrap().serve([5; 32]).await.unwrap();
    let peers = peers(&server);
    let mut gateways = BTreeMap::new();
    for peer in &peers {
        let typed = stage::gateway(peer.product, peer.product, &peer.url);
        let view = gateway_connect(&app, BY, typed, peer.credential.clone()).await.unwrap();
        gateways.insert(peer.product, view.id);
    }
    let run = format!("{:x}", SystemClock.now().as_millis() / 1000);
    let everywhere: Vec<&str> = gateways.values().map(String::as_str).collect();
    let client = client_create(&app, BY, stage::client(&format!("Everywhere {run}"), &everywhere)).await.unwrap();
    call(&app, &client.id, &peers, &run).await;
    one_page(&app, &client.id, &peers).await;
    one_invoice(&app, &client.id, &peers).await;
    app.close().await;
    server.shutdown().await;
}

/// A key on each account, and a few calls with each.
async fn call(app: &App, client: &str, peers: &[Peer], run: &str) {
    let (page, http) = (client_get(app, client).await.unwrap(), stage::http());
    assert_eq!(page.accounts.len(), peers.len(), "an account on each gateway");
    for account in &page.accounts {
        let peer = peers.iter().find(|peer| peer.product == account.gateway).expect("a gateway of ours");
        let typed = KeyInput {
            models: vec![peer.model.to_owned()],
            ..stage::key(&account.id, &format!("every-{run}"), "prod")
        };
        let made = key_create(app, BY, typed).await.unwrap();
        let secret = secret_reveal(app, made.ticket.as_deref().expect("told at once")).await.unwrap();
        for _ in 0..CALLS {
            let said = (peer.model, format!("{} out=200000", stage::WORDS.repeat(20)));
            assert_eq!(stage::say(&http, &made.base_url, &secret, said).await, 200, "{}", peer.product);
        }
    }
}

/// Syncs until every gateway has told every call, and looks at the client's figures in one place.
async fn one_page(app: &App, client: &str, peers: &[Peer]) {
    let today = Zone::utc().date_of(SystemClock.now());
    let (first, last) = (today.plus_days(-1).to_string(), today.plus_days(1).to_string());
    let by =
        |group| app::wire::UsageFilterInput { clients: vec![client.to_owned()], ..stage::usage(&first, &last, group) };
    let wanted: BTreeMap<&str, u64> = peers.iter().map(|peer| (peer.product, CALLS as u64)).collect();
    let mut told = BTreeMap::new();
    for _ in 0..20 {
        assert!(sync_run(app, BY, None).await.unwrap().complete);
        let table = usage_table(app, &by(UsageGroup::Gateway)).await.unwrap();
        told = table.rows.into_iter().map(|row| (row.name, row.requests.value.parse::<u64>().unwrap())).collect();
        if told.len() == wanted.len() && told.values().all(|count| *count == CALLS as u64) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    }
    let told: BTreeMap<&str, u64> = told.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(told, wanted, "requests by gateway, on one page");
    let chart = usage_chart(app, &by(UsageGroup::Gateway), AmountRole::Cost, ThemeChoice::Light).await.unwrap();
    let series: BTreeSet<&str> = chart.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(series, wanted.keys().copied().collect(), "one chart with a series for each gateway");
}

async fn one_invoice(app: &App, client: &str, peers: &[Peer]) {
    let month = Zone::utc().date_of(app.now()).month();
    let all = RuleInput { percent: Some("25".to_owned()), ..RuleInput::plain(None, "*", ChargeKind::Markup) };
    let from = month.previous().first().to_string();
    let change = PriceChange { effective_from: from, note: String::new(), set: vec![all], remove: Vec::new() };
    price_set(app, BY, &change).await.unwrap();
    let draft = invoice_draft(app, BY, client, &month.to_string()).await.unwrap();
    let lines: BTreeSet<String> = draft.lines.iter().map(|line| line.description.clone()).collect();
    let wanted = peers.iter().map(|peer| format!("{} via {}", peer.model, peer.product)).collect();
    assert_eq!(lines, wanted, "one invoice with a line for each gateway");
    eprintln!("{} on one invoice: {}", lines.len(), draft.row.total.text);
}
