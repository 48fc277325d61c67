//! The app opened in the test's own process, and what its tests need around it: a clock set by hand, a sandbox gateway
//! of its own, a caller who is a client's software. Owns no expectation.

pub mod parrot;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::wire::{
    BudgetInput, ClientInput, EInvoiceChoice, GatewayInput, KeyInput, LanguageChoice, TaxChoice, UsageFilterInput,
    UsageGroup,
};
use app::{App, AppError, AppOptions, Clock, Profile, SessionVault, SystemRandom};
use domain::Timestamp;
use sandbox::{Sandbox, Server};
use serde_json::{Value, json};

/// Now, in every test that does not meet a real gateway.
pub const NOW: &str = "2026-11-18T10:00:00Z";

/// A clock that stands where it was put.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn at(text: &str) -> Arc<Self> {
        let at: Timestamp = text.parse().expect("an instant");
        Arc::new(Self(AtomicI64::new(at.as_millis())))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// What an app is opened with: credentials in memory, real randomness, nobody listening.
pub fn options(clock: Arc<dyn Clock>) -> AppOptions {
    AppOptions { clock, vault: Arc::new(SessionVault::default()), random: Arc::new(SystemRandom), events: Arc::new(()) }
}

/// An app on a folder.
pub async fn open(home: &Path, clock: Arc<dyn Clock>) -> App {
    App::open(Profile::at(home), options(clock)).await.expect("the app opens")
}

/// A sandbox gateway of the test's own; its admin token is made from `seed`.
pub async fn sandbox(clock: Arc<HandClock>, seed: u8) -> Server {
    let told: sandbox::Clock = Arc::new(move || clock.now());
    let sandbox = Sandbox::open(None, u64::from(seed), told).expect("the sandbox opens");
    sandbox.serve([seed; 32]).await.expect("the sandbox is served")
}

/// A sandbox as it is typed into the connect form.
pub fn sandbox_at(name: &str, base_url: &str) -> GatewayInput {
    gateway("sandbox", name, base_url)
}

pub fn gateway(product: &str, name: &str, base_url: &str) -> GatewayInput {
    GatewayInput { product: product.to_owned(), name: name.to_owned(), base_url: base_url.to_owned() }
}

/// A client as typed, with an account on each of these gateways.
pub fn client(name: &str, gateways: &[&str]) -> ClientInput {
    let (empty, text) = (String::new, str::to_owned);
    ClientInput {
        name: text(name),
        currency: text("USD"),
        zone: text("UTC"),
        legal_name: empty(),
        street: text("1 Test Street"),
        postal_code: text("10115"),
        city: text("Berlin"),
        country: text("DE"),
        tax_id: empty(),
        vat_id: empty(),
        registration: empty(),
        endpoint: empty(),
        reference: empty(),
        tax: TaxChoice::Agency,
        tax_reason: empty(),
        e_invoice: EInvoiceChoice::Automatic,
        language: LanguageChoice::Agency,
        email: text("books@client.example"),
        terms_days: 14,
        gateways: gateways.iter().map(|id| text(id)).collect(),
        budget: None,
        models: Vec::new(),
    }
}

/// A key as typed.
pub fn key(account: &str, name: &str, environment: &str) -> KeyInput {
    KeyInput {
        account_id: account.to_owned(),
        name: name.to_owned(),
        environment: environment.to_owned(),
        scope: "inference".to_owned(),
        models: Vec::new(),
        requests_per_minute: None,
        tokens_per_minute: None,
        parallel: None,
        budget: None,
        expires_in_days: None,
    }
}

pub fn budget(amount: &str, period: &str) -> BudgetInput {
    BudgetInput { amount: amount.to_owned(), period: period.to_owned(), warn_at: Vec::new() }
}

/// All usage of some days.
pub fn usage(first: &str, last: &str, group: UsageGroup) -> UsageFilterInput {
    let none = Vec::new;
    let (first, last) = (first.to_owned(), last.to_owned());
    UsageFilterInput { first, last, clients: none(), gateways: none(), keys: none(), models: none(), group }
}

/// The account a client has.
pub async fn account_of(app: &App, client: &str) -> app::wire::AccountView {
    let all = app::query::client::account_list(app).await.expect("accounts");
    all.into_iter().find(|account| account.client_id.as_deref() == Some(client)).expect("the client has an account")
}

/// An HTTP client that goes straight to this machine.
pub fn http() -> reqwest::Client {
    // The app's own adapters may have chosen the same one before.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("an HTTP client")
}

/// What a client's software says.
pub const WORDS: &str = "Draft a polite reminder about an invoice that is overdue. ";

/// One call of a client's software; the HTTP status.
pub async fn chat(http: &reqwest::Client, base_url: &str, secret: &str, model: &str) -> u16 {
    say(http, base_url, secret, (model, WORDS.repeat(20))).await
}

/// As [`chat`], with words of its own.
pub async fn say(http: &reqwest::Client, base_url: &str, secret: &str, (model, words): (&str, String)) -> u16 {
    let body = json!({ "model": model, "messages": [{ "role": "user", "content": words }] }).to_string();
    let request = http.post(format!("{base_url}/chat/completions")).bearer_auth(secret).body(body);
    request.header("content-type", "application/json").send().await.expect("an answer").status().as_u16()
}

/// A JSON document that a gateway's own API tells an administrator.
pub async fn told(http: &reqwest::Client, url: &str, token: &str) -> String {
    let answer = http.get(url).bearer_auth(token).send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{url}: {status}: {text}");
    text
}

/// As [`told`], every page of the sandbox's listings.
pub async fn sandbox_told(http: &reqwest::Client, server: &Server, path: &str) -> Vec<Value> {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let url = format!("{}{path}{after}", server.base_url);
        let text = told(http, &url, server.admin_token.expose()).await;
        let page: Value = serde_json::from_str(&text).expect("JSON");
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        let Some(next) = page["next"].as_str() else { return items };
        after = format!("&after={next}");
    }
}

/// A decimal number as integer nano-units, rounded half away from zero.
pub fn nanos(text: &str) -> i128 {
    scaled(text, 9)
}

/// A charge as integer units of 10⁻¹⁸: a markup on nano-units has more digits than nine, and never as many as eighteen.
pub fn exact(text: &str) -> i128 {
    scaled(text, 18)
}

/// By the text, so that no float is in between.
fn scaled(text: &str, scale: i32) -> i128 {
    let text = text.trim().trim_matches('"');
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{part}").parse().unwrap_or_else(|_| panic!("`{text}` is not a number"));
    let places = scale + exponent.parse::<i32>().expect("an exponent") - i32::try_from(part.len()).expect("short");
    let size = match u32::try_from(places) {
        Ok(places) => digits * 10_i128.pow(places),
        Err(_) => rounded(digits, 10_i128.checked_pow(places.unsigned_abs()).unwrap_or(i128::MAX)),
    };
    if negative { -size } else { size }
}

/// The nearest integer to a fraction, half away from zero; `denominator` is positive.
pub fn rounded(numerator: i128, denominator: i128) -> i128 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    if rest.abs() >= denominator - rest.abs() { whole + numerator.signum() } else { whole }
}

/// Starts this test program again with one test of it and an environment of its own.
pub fn again(test: &str, env: &[(&str, &str)]) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("this test's path"));
    child.args(["--exact", test, "--nocapture"]).envs(env.iter().copied());
    child.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("a second process")
}

/// The words of an error, for messages and for searches.
pub fn words(error: &AppError) -> String {
    let field = error.field.as_deref().unwrap_or_default();
    format!("{} {} {field} {} {error:?}", error.message, error.hints.join(" "), error.context)
}

#[test]
fn numbers_become_nano_units_by_their_text() {
    let rows = [
        ("0.000194", 194_000),
        ("2.3421599999999994", 2_342_160_000),
        ("1.6e-05", 16_000),
        ("4.336808689942018e-19", 0),
        ("\"-12.50\"", -12_500_000_000),
        ("0.0000000005", 1),
        ("7", 7_000_000_000),
    ];
    for (text, expected) in rows {
        assert_eq!(nanos(text), expected, "{text}");
    }
    assert_eq!((rounded(5, 2), rounded(-5, 2), rounded(4, 3), rounded(6, 4)), (3, -3, 1, 2));
}
