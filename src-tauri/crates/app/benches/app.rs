//! The month end as a bookkeeper waits for it (J7): drafting a month for every client, and making every draft final with
//! its PDF, XML, CSV and JSON, in the app on a store of its own.
//!
//! `PURSER_BENCH_CLIENTS` sets the number of clients (default 200). Each used six models on thirty days with four keys.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may stop at the first surprise")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::command::account::account_attribute;
use app::command::client::client_create;
use app::command::gateway::gateway_connect;
use app::command::import::{import_apply, import_preview};
use app::command::invoice::{invoice_draft_month, invoice_finalise_month};
use app::command::price::price_set;
use app::command::setting::settings_agency;
use app::query::setting::settings;
use app::wire::{
    AgencyInput, BatchOutcome, BatchResult, ChargeKind, ClientInput, EInvoiceChoice, GatewayInput, LanguageChoice,
    PriceChange, RuleInput, TaxChoice,
};
use app::{App, AppOptions, Clock, Origin, Profile, SessionVault, SystemRandom};
use domain::Timestamp;

/// As in the programs.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BY: Origin = Origin::Window;
const MONTH: &str = "2026-10";
const MODELS: [&str; 6] =
    ["gpt-4o", "claude-sonnet-4", "gemini-2.5-flash", "deepseek-chat", "llama-3.3-70b", "mistral-large"];
const HEADINGS: &str = "time,account,key,model,input_tokens,output_tokens,cost\n";
/// Seconds a month of 200 clients may take (J7).
const GOAL_OF_200: usize = 60;

/// A clock that stands on a day on which the month's grace is over.
#[derive(Debug)]
struct After;

impl Clock for After {
    fn now(&self) -> Timestamp {
        "2026-11-21T10:00:00Z".parse().expect("an instant")
    }
}

fn main() {
    let clients = std::env::var("PURSER_BENCH_CLIENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    tokio::runtime::Runtime::new().unwrap().block_on(month_end(clients));
}

async fn month_end(clients: usize) {
    let home = tempfile::tempdir().unwrap();
    let app = opened(home.path()).await;
    bill(&app, home.path(), clients).await;
    let (drafting, drafts) = timed(invoice_draft_month(&app, BY, MONTH)).await;
    expect(&drafts.unwrap(), BatchOutcome::Drafted, clients);
    let (closing, finals) = timed(invoice_finalise_month(&app, BY, MONTH, false)).await;
    expect(&finals.unwrap(), BatchOutcome::Final, clients);
    let whole = (drafting + closing).as_secs_f64();
    println!("{:<44}  {:.2} s", format!("month of {clients} clients, drafting"), drafting.as_secs_f64());
    println!("{:<44}  {:.2} s", format!("month of {clients} clients, making final"), closing.as_secs_f64());
    println!("{:<44}  {whole:.2} s  goal <= {} s", format!("month of {clients} clients"), GOAL_OF_200 * clients / 200);
    println!("{:<44}  {:.0} MiB", format!("month of {clients} clients, peak memory"), peak_mib());
    app.close().await;
}

async fn timed<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let start = Instant::now();
    let made = work.await;
    (start.elapsed(), made)
}

fn expect(results: &[BatchResult], outcome: BatchOutcome, clients: usize) {
    let other = results.iter().find(|one| one.outcome != outcome);
    assert!(other.is_none() && results.len() == clients, "{} results, first of another kind: {other:?}", results.len());
}

/// An app whose agency and prices are there, in euro.
async fn opened(home: &Path) -> App {
    let options = AppOptions {
        clock: Arc::new(After),
        vault: Arc::new(SessionVault::default()),
        random: Arc::new(SystemRandom),
        events: Arc::new(()),
    };
    let app = App::open(Profile::at(home), options).await.unwrap();
    let agency = settings(&app).await.unwrap().agency;
    settings_agency(&app, BY, filled(agency)).await.unwrap();
    let rule = RuleInput { percent: Some("25".to_owned()), ..RuleInput::plain(None, "*", ChargeKind::Markup) };
    let prices =
        PriceChange { effective_from: "2026-10-01".to_owned(), note: String::new(), set: vec![rule], remove: vec![] };
    price_set(&app, BY, &prices).await.unwrap();
    app
}

fn filled(agency: AgencyInput) -> AgencyInput {
    let text = str::to_owned;
    AgencyInput {
        name: text("Northwind AI Services GmbH"),
        street: text("Torstraße 140"),
        postal_code: text("10119"),
        city: text("Berlin"),
        country: text("DE"),
        vat_id: text("DE136695976"),
        email: text("billing@northwind.example"),
        iban: text("DE89370400440532013000"),
        tax_label: text("VAT"),
        tax_percent: text("19"),
        currency: text("EUR"),
        zone: text("Europe/Berlin"),
        ..agency
    }
}

fn client(number: usize) -> ClientInput {
    let text = str::to_owned;
    let language = [LanguageChoice::English, LanguageChoice::German, LanguageChoice::Chinese][number % 3];
    ClientInput {
        name: name(number),
        currency: text("EUR"),
        zone: text("Europe/Berlin"),
        legal_name: String::new(),
        street: text("Ring 1"),
        postal_code: text("10117"),
        city: text("Berlin"),
        country: text("DE"),
        tax_id: String::new(),
        vat_id: text("DE123456788"),
        registration: String::new(),
        endpoint: String::new(),
        reference: String::new(),
        tax: TaxChoice::Agency,
        tax_reason: String::new(),
        e_invoice: EInvoiceChoice::Automatic,
        language,
        email: text("books@client.example"),
        terms_days: 14,
        gateways: Vec::new(),
        budget: None,
        models: Vec::new(),
    }
}

fn name(number: usize) -> String {
    format!("Client {number:04}")
}

/// Clients who used something, told by a file.
async fn bill(app: &App, home: &Path, clients: usize) {
    let file = home.join("usage.csv");
    std::fs::write(&file, HEADINGS).unwrap();
    let path = file.to_str().unwrap();
    let typed = GatewayInput { product: "file".to_owned(), name: "Usage".to_owned(), base_url: path.to_owned() };
    let gateway = gateway_connect(app, BY, typed, String::new()).await.unwrap().id;
    std::fs::write(&file, usage(clients)).unwrap();
    let preview = import_preview(app, &gateway, path, None).await.unwrap();
    assert_eq!(preview.problems, []);
    import_apply(app, &gateway, path, preview.columns).await.unwrap();
    let accounts = app.store().reader().await.unwrap().account().list().await.unwrap();
    for number in 0..clients {
        let id = client_create(app, BY, client(number)).await.unwrap().id;
        let own = accounts.iter().find(|one| one.account.external_id.as_str() == name(number)).expect("was told");
        account_attribute(app, BY, &own.id.to_string(), Some(&id)).await.unwrap();
    }
}

fn usage(clients: usize) -> String {
    let mut rows = HEADINGS.to_owned();
    for number in 0..clients {
        for (day, model) in (1..=30).flat_map(|day| (0..MODELS.len()).map(move |model| (day, model))) {
            let (name, key, model) = (name(number), model % 4, MODELS[model]);
            let tokens = number * 7919 + day * 31_337 + key * 104_729 + 1000;
            writeln!(
                rows,
                "2026-10-{day:02}T10:00:00Z,{name},key-{key},{model},{},{tokens},{}.{day:04}",
                tokens * 13,
                key + 1
            )
            .unwrap();
        }
    }
    rows
}

/// Peak resident memory of this process in MiB; 0 where the system does not tell.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
