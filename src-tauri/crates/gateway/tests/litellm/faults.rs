//! What goes wrong, and the sentence it becomes.

use domain::{
    AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Key, KeySpec, Limit, Mark, ModelScope, Name,
    Nanos, Product, RateLimit, Scope, Secret,
};
use gateway::{
    Action, Connection, Cursor, ErrorKind, Gateway, GatewayError, Item, KeySecret, Outcome, Resource, Retry,
};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::fake::{ADMIN, Fake, Fault, now, recorded};

fn connect(base_url: &str) -> std::sync::Arc<dyn Gateway> {
    let connection = Connection { product: Product::new("litellm"), base_url: base_url.to_owned() };
    gateway::connect(&connection, Some(Secret::new(ADMIN)), std::sync::Arc::new(gateway::NoAccountSecrets)).unwrap()
}

fn secretless(error: &GatewayError) {
    let text = format!("{error} {error:?}");
    assert!(!text.contains(ADMIN), "the credential must not be shown: {text}");
    assert!(error.message.contains(": ") || error.message.contains('('), "a cause and a next step: {}", error.message);
}

/// Answers every connection with the same bytes and closes it.
async fn raw(reply: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _read = stream.read(&mut request).await;
            let _written = stream.write_all(reply.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn wrong_addresses_are_told_apart() {
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 21\r\n\r\n<html>Sign in</html> ";
    let other = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let moved =
        "HTTP/1.1 301 Moved\r\nlocation: https://elsewhere.example/?key=sk-123456789\r\ncontent-length: 0\r\n\r\n";
    let down = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<h1>nginx</h1> ";
    let no_database = "HTTP/1.1 200 OK\r\ncontent-length: 41\r\n\r\n{\"status\":\"healthy\",\"db\":\"Not connected\"}";
    let rows = [
        (raw(page).await, ErrorKind::NotThisProduct, "web page"),
        (raw(other).await, ErrorKind::NotThisProduct, "not LiteLLM"),
        (raw(moved).await, ErrorKind::NotThisProduct, "https://elsewhere.example/:"),
        (raw(down).await, ErrorKind::Unavailable, "in front of LiteLLM"),
        (raw(no_database).await, ErrorKind::Unsupported, "without a database"),
        ("http://127.0.0.1:9".to_owned(), ErrorKind::Unreachable, "connection refused"),
        (raw(other).await.replace("http:", "https:"), ErrorKind::Tls, "not trustworthy"),
    ];
    for (address, kind, words) in rows {
        let error = connect(&address).probe(now()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{address}: {error}");
        assert!(error.message.contains(words), "{words}: {error}");
        secretless(&error);
    }
}

#[tokio::test]
async fn credentials_are_refused_for_what_they_are() {
    let fake = Fake::start().await;
    let wrong = fake.connect("sk-wrong-0000000").probe(now()).await.unwrap_err();
    assert_eq!(wrong.kind, ErrorKind::Unauthorized, "{wrong}");
    assert!(wrong.message.contains("master key"), "{wrong}");
    for name in ["vkey_on_admin_route", "vkey_on_admin_route2", "readonly_key_lists"] {
        let (status, body) = recorded(name);
        fake.fault("GET /key/list", Fault::Answer(status, vec![], body.to_string()));
        let error = fake.connect(ADMIN).probe(now()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Forbidden, "{name} has status {status} and means `may not`: {error}");
        secretless(&error);
    }
}

#[tokio::test]
async fn a_release_without_rows_or_days_is_too_old() {
    for missing in ["GET /spend/logs/v2", "GET /team/daily/activity"] {
        let fake = Fake::start().await;
        fake.change(|memory| memory.missing.push(missing));
        let error = fake.connect(ADMIN).probe(now()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TooOld, "{error}");
        assert!(error.message.contains("1.81"), "it says what to do: {error}");
    }
}

#[tokio::test]
async fn five_error_shapes_become_sentences() {
    let rows = [
        ("key_generate_dup_alias", ErrorKind::Conflict, "already exists"),
        ("key_delete_again", ErrorKind::NotFound, "it: No keys found"),
        ("organization_list_enterprise", ErrorKind::Unsupported, "licence only"),
        ("route_unknown_404", ErrorKind::Unsupported, "too old"),
        ("method_not_allowed", ErrorKind::Unsupported, "too old"),
        ("team_new_bad_type_422", ErrorKind::Rejected, "max_budget: Input should be a valid number"),
        ("key_regenerate_enterprise", ErrorKind::Unsupported, "licence only"),
        ("spend_logs_v2_bad_date", ErrorKind::Rejected, "Invalid date format"),
        ("chat_over_budget_key", ErrorKind::Rejected, "Budget has been exceeded"),
        ("team_info_404", ErrorKind::NotFound, "client-nobody"),
    ];
    for (name, kind, words) in rows {
        let fake = Fake::start().await;
        let (status, body) = recorded(name);
        fake.fault("GET /model/info", Fault::Answer(status, vec![], body.to_string()));
        let error = fake.connect(ADMIN).inventory(&Resource::Models, &Cursor::start()).await.unwrap_err();
        assert_eq!((error.kind, error.status), (kind, Some(status)), "{name}: {error}");
        assert!(error.message.contains(words), "{name}: {error}");
        assert!(!error.message.contains("{'"), "no Python in a sentence: {error}");
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_read_again_and_one_that_stays_is_told() {
    let fake = Fake::start().await;
    fake.fault("GET /v2/team/list", Fault::LoseReply);
    fake.connect(ADMIN).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap();
    assert_eq!(fake.calls("GET /v2/team/list"), 2, "once more after a reset");
    let broken = recorded("customer_block");
    for _ in 0..5 {
        fake.fault("GET /v2/team/list", Fault::Answer(broken.0, vec![], broken.1.to_string()));
    }
    let error = fake.connect(ADMIN).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::Unavailable, Retry::Exhausted), "{error}");
    assert_eq!(fake.calls("GET /v2/team/list"), 5, "three attempts, not more");
}

#[tokio::test]
async fn truncated_json_is_malformed_and_quoted_without_secrets() {
    let fake = Fake::start().await;
    for _ in 0..3 {
        let cut = r#"{"teams": [{"team_id": "a", "note": "sk-leak-000000000001", "#;
        fake.fault("GET /v2/team/list", Fault::Answer(200, vec![], cut.to_owned()));
    }
    let error = fake.connect(ADMIN).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed, "{error}");
    assert!(error.message.contains("team_id") && !error.message.contains("leak"), "{error}");
}

fn team(name: &str) -> AccountSpec {
    let (name, budget) = (Name::lossy(name, "?"), Limit::Unlimited);
    AccountSpec { name, models: ModelScope::All, budget, rate_limit: RateLimit::default() }
}

fn wish(name: &str) -> KeySpec {
    KeySpec {
        name: Name::lossy(name, "?"),
        environment: Environment::Production,
        scope: Scope::Inference,
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
        expires_at: None,
    }
}

async fn account(gateway: &dyn Gateway) -> ExternalId {
    let action =
        Action::AccountCreate { mark: Mark::new([1; 16]), spec: team("Harborlight Dental"), secret: Secret::new("") };
    match gateway.apply(&action, now()).await.unwrap() {
        Outcome::Done(receipt) => receipt.account.unwrap().external_id,
        Outcome::Refused(reason) => panic!("{}", reason.message),
    }
}

fn create(account: &ExternalId, number: u8) -> Action {
    let secret = Secret::new(&format!("sk-lab-canary-{number:010}"));
    Action::KeyCreate { mark: Mark::new([number; 16]), account: account.clone(), spec: wish("prod"), secret }
}

async fn marked(gateway: &dyn Gateway, account: &ExternalId, number: u8) -> Option<Key> {
    let listed = gateway.inventory(&Resource::Keys(Some(account.clone())), &Cursor::start()).await.unwrap();
    let mark = Some(Mark::new([number; 16]));
    listed.items.into_iter().find_map(|item| match item {
        Item::Key(key) if key.mark == mark => Some(key),
        _ => None,
    })
}

#[tokio::test]
async fn a_lost_reply_on_key_creation_is_unknown_and_settled_by_reading() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let account = account(&*gateway).await;
    fake.fault("POST /key/generate", Fault::LoseReply);
    let action = create(&account, 7);
    let error = gateway.apply(&action, now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert_eq!(fake.calls("POST /key/generate"), 1, "a write is sent once");
    assert_eq!(action.settled_by(), Resource::Keys(Some(account.clone())));
    let key = marked(&*gateway, &account, 7).await.expect("the mark finds it");
    assert_eq!(key.fingerprint.unwrap().as_str(), key.external_id.as_str(), "and its secret is the one we made");
    assert!(
        matches!(gateway.apply(&action, now()).await.unwrap(), Outcome::Done(_)),
        "asked again, it is the same key"
    );
    assert_eq!(fake.change(|memory| memory.keys.len()), 1, "and there is one");
}

#[tokio::test]
async fn accepted_but_not_saved_is_refused_and_named() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let account = account(&*gateway).await;
    fake.fault("POST /team/update", Fault::Forget);
    let pause = Action::AccountPause { account: account.clone(), paused: true };
    let Outcome::Refused(reason) = gateway.apply(&pause, now()).await.unwrap() else { panic!("it was not saved") };
    assert!(reason.accepted_but_not_saved && reason.message.contains("pause"), "{}", reason.message);
    let action = create(&account, 7);
    assert!(matches!(gateway.apply(&action, now()).await.unwrap(), Outcome::Done(_)));
    let Action::KeyCreate { secret, .. } = action else { unreachable!() };
    let again = Action::KeyCreate { mark: Mark::new([8; 16]), account, spec: wish("other"), secret };
    let Outcome::Refused(reason) = gateway.apply(&again, now()).await.unwrap() else { panic!("that secret is taken") };
    assert!(reason.accepted_but_not_saved && reason.message.contains("name, mark"), "{}", reason.message);
}

#[tokio::test]
async fn a_gateway_that_insists_on_its_own_secret_hands_it_over_once() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.insists_on_its_own = true);
    let gateway = fake.connect(ADMIN);
    let account = account(&*gateway).await;
    let Outcome::Done(receipt) = gateway.apply(&create(&account, 7), now()).await.unwrap() else { panic!("refused") };
    let KeySecret::Told(theirs) = &receipt.secret else { panic!("LiteLLM made the secret") };
    assert_eq!(theirs.expose(), "sk-made-by-litellm-000001");
    assert!(!format!("{receipt:?}").contains("made-by-litellm"), "shown once, printed never");
}

#[tokio::test]
async fn what_litellm_would_misunderstand_is_not_sent() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let account = account(&*gateway).await;
    let mut no_models = wish("prod");
    no_models.models = ModelScope::Only(vec![]);
    let mut euro = wish("prod");
    euro.budget = Limit::Limited(Budget::new(Nanos::units(5), Currency::EUR, BudgetPeriod::Daily).unwrap());
    let mut past = wish("prod");
    past.expires_at = Some(now().plus_days(-1));
    for (spec, words) in [(no_models, "every model"), (euro, "USD"), (past, "past")] {
        let secret = Secret::new("sk-lab-canary-0000000009");
        let action = Action::KeyCreate { mark: Mark::new([9; 16]), account: account.clone(), spec, secret };
        let Outcome::Refused(reason) = gateway.apply(&action, now()).await.unwrap() else { panic!("{words}") };
        assert!(reason.message.contains(words), "{}", reason.message);
    }
    assert_eq!(fake.calls("POST /key/generate"), 0, "nothing was sent");
}

#[tokio::test]
async fn metadata_and_settings_of_others_survive_an_update() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let account = account(&*gateway).await;
    let Outcome::Done(made) = gateway.apply(&create(&account, 7), now()).await.unwrap() else { panic!("refused") };
    fake.change(|memory| {
        memory.keys[0]["metadata"]["cost_center"] = json!({ "id": 12.50 });
        memory.keys[0]["budget_duration"] = json!("30d");
        memory.keys[0]["max_budget"] = json!(5.0);
    });
    let id = made.key.unwrap().external_id;
    let Item::Key(mut key) =
        gateway.inventory(&Resource::Key(id.clone()), &Cursor::start()).await.unwrap().items.remove(0)
    else {
        panic!("no key")
    };
    key.spec.environment = Environment::Staging;
    let update = Action::KeyUpdate { key: id, spec: key.spec };
    assert!(matches!(gateway.apply(&update, now()).await.unwrap(), Outcome::Done(_)));
    let saved = fake.change(|memory| memory.keys[0].clone());
    assert_eq!(saved["metadata"]["cost_center"]["id"], json!(12.5));
    assert_eq!(saved["metadata"]["purser_environment"], json!("staging"));
    assert_eq!(saved["budget_duration"], json!("30d"), "a budget that did not change is not rewritten");
}

#[tokio::test]
async fn hostile_aliases_from_the_gateway_are_tamed() {
    let fake = Fake::start().await;
    let mut hostile = recorded("team_new").1;
    hostile["team_alias"] = json!("evil\u{202e}txt\u{0}<img src=x onerror=alert(1)>");
    hostile["metadata"] = json!({ "purser_mark": ["not", "text"] });
    hostile["models"] = json!({ "not": "a list" });
    let mut long = recorded("team_new").1;
    long["team_id"] = json!("long");
    long["team_alias"] = json!("=HYPERLINK(".repeat(1000));
    fake.change(|memory| memory.teams = vec![hostile, long]);
    let page = fake.connect(ADMIN).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap();
    let names: Vec<String> = page
        .items
        .iter()
        .map(|item| if let Item::Account(account) = item { account.spec.name.to_string() } else { String::new() })
        .collect();
    assert_eq!(names[0], "eviltxt<img src=x onerror=alert(1)>");
    assert_eq!(names[1].chars().count(), 120);
}
