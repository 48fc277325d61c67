//! What goes wrong, and the sentence it becomes.

use std::time::Duration;

use domain::{
    AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Key, KeySpec, Limit, Mark, ModelName,
    ModelScope, Name, Nanos, Product, RateLimit, Scope, Secret,
};
use gateway::{
    Action, Connection, Cursor, ErrorKind, Gateway, GatewayError, Item, KeySecret, Outcome, Receipt, RefusalReason,
    Resource, Retry,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::fake::{ADMIN, Fake, Fault, RELEASES, now, recorded};

fn connect(base_url: &str) -> std::sync::Arc<dyn Gateway> {
    let connection = Connection { product: Product::new("bifrost"), base_url: base_url.to_owned() };
    gateway::connect(&connection, Some(Secret::new(ADMIN)), std::sync::Arc::new(gateway::NoAccountSecrets)).unwrap()
}

fn secretless(error: &GatewayError) {
    let text = format!("{error} {error:?}");
    assert!(!text.contains("lab-canary"), "the credential must not be shown: {text}");
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
    let rows = [
        (raw(page).await, ErrorKind::NotThisProduct, "web page"),
        (raw(other).await, ErrorKind::NotThisProduct, "not Bifrost"),
        (raw(moved).await, ErrorKind::NotThisProduct, "https://elsewhere.example/:"),
        (raw(down).await, ErrorKind::Unavailable, "in front of Bifrost"),
        ("http://127.0.0.1:9".to_owned(), ErrorKind::Unreachable, "connection refused"),
        (raw(other).await.replace("http:", "https:"), ErrorKind::Tls, "not trustworthy"),
    ];
    for (address, kind, words) in rows {
        let error = connect(&address).probe(now()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{address}: {error}");
        assert!(error.message.contains(words), "{words}: {error}");
        secretless(&error);
    }
    let fake = Fake::start("1.5.11").await;
    fake.change(|memory| memory.config = serde_json::json!({ "is_db_connected": false }));
    let error = fake.connect(Some(ADMIN)).probe(now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
    assert!(error.message.contains("config_store"), "{error}");
}

#[tokio::test]
async fn credentials_are_refused_for_what_they_are() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        for (credential, words) in [(Some("admin:wrong-0000"), "does not accept"), (None, "sign-in is on")] {
            let error = fake.connect(credential).probe(now()).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Unauthorized, "{release}: {error}");
            assert!(error.message.contains(words), "{error}");
            assert!(!format!("{error:?}").contains("wrong-0000"), "{error}");
        }
    }
    let connection = Connection { product: Product::new("bifrost"), base_url: "http://127.0.0.1:9".to_owned() };
    let accounts = std::sync::Arc::new(gateway::NoAccountSecrets);
    let error = gateway::connect(&connection, Some(Secret::new("password-only")), accounts).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.message.contains("user:password") && !error.message.contains("password-only"), "{error}");

    let fake = Fake::start("1.5.11").await;
    let denied = r#"{"error": {"message": "role viewer"}}"#;
    fake.fault("GET /api/governance/customers", Fault::Answer(403, vec![], denied.to_owned()));
    let error = fake.connect(Some(ADMIN)).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden, "a proxy or an edition with roles: {error}");
    secretless(&error);
}

#[tokio::test]
async fn statuses_become_sentences() {
    let rows = [
        ("logs_limit_1001", ErrorKind::Rejected, "limit cannot exceed 1000"),
        ("err_method_not_allowed", ErrorKind::Unsupported, "too old"),
        ("err_unknown_api_route", ErrorKind::NotThisProduct, "web page"),
        ("vk_create_duplicate_name", ErrorKind::Conflict, "already exists"),
        ("vk_create_unknown_customer", ErrorKind::Rejected, "FOREIGN KEY"),
        ("customer_get_missing", ErrorKind::NotFound, "Customer not found"),
    ];
    for release in RELEASES {
        for (name, kind, words) in rows {
            let fake = Fake::start(release).await;
            let (status, body) = recorded(release, name);
            let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            fake.fault("GET /api/models", Fault::Answer(status, vec![], body));
            let error = fake.connect(Some(ADMIN)).inventory(&Resource::Models, &Cursor::start()).await.unwrap_err();
            assert_eq!((error.kind, error.status), (kind, Some(status)), "{release} {name}: {error}");
            assert!(error.message.contains(words), "{name}: {error}");
            secretless(&error);
        }
    }
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let fake = Fake::start("1.5.11").await;
    let slow = || r#"{"error": {"message": "slow down"}}"#.to_owned();
    fake.fault("POST /api/governance/customers", Fault::Answer(429, vec![("retry-after", "7".to_owned())], slow()));
    let create = Action::AccountCreate { mark: Mark::new([1; 16]), spec: customer("Acme"), secret: Secret::new("") };
    let gateway = fake.connect(Some(ADMIN));
    let reason = refused(gateway.apply(&create, now()).await.unwrap());
    assert_eq!((reason.status, reason.after), (Some(429), Some(Duration::from_secs(7))), "{}", reason.message);
    assert_eq!(fake.calls("POST /api/governance/customers"), 1, "a write is sent once");

    fake.fault("GET /api/models", Fault::Answer(429, vec![("retry-after", "0".to_owned())], slow()));
    gateway.inventory(&Resource::Models, &Cursor::start()).await.unwrap();
    assert_eq!(fake.calls("GET /api/models"), 2, "a read comes back");
    for _ in 0..3 {
        fake.fault("GET /api/models", Fault::Answer(429, vec![], slow()));
    }
    let error = gateway.inventory(&Resource::Models, &Cursor::start()).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::RateLimited, Retry::Exhausted), "{error}");
}

#[tokio::test]
async fn a_fault_that_passes_is_read_again_and_one_that_stays_is_told() {
    let fake = Fake::start("1.5.11").await;
    fake.fault("GET /api/governance/customers", Fault::LoseReply);
    fake.connect(Some(ADMIN)).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap();
    assert_eq!(fake.calls("GET /api/governance/customers"), 2, "once more after a reset");
    for _ in 0..5 {
        let broken = r#"{"error": {"message": "failed to retrieve customers"}}"#.to_owned();
        fake.fault("GET /api/governance/customers", Fault::Answer(500, vec![], broken));
    }
    let error = fake.connect(Some(ADMIN)).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::Unavailable, Retry::Exhausted), "{error}");
    assert_eq!(fake.calls("GET /api/governance/customers"), 5, "three attempts, not more");
}

#[tokio::test]
async fn a_log_that_answers_too_late_keeps_nothing_else_from_being_told() {
    let fake = Fake::start("1.5.11").await;
    fake.fault(
        "GET /api/logs",
        Fault::Answer(500, vec![], r#"{"error": {"message": "database is locked"}}"#.to_owned()),
    );
    let probe = fake.connect(Some(ADMIN)).probe(now()).await.unwrap();
    assert!(probe.capability.usage_requests && probe.findings.is_empty(), "{:?}", probe.findings);
}

#[tokio::test]
async fn truncated_json_is_malformed_and_never_quoted() {
    let fake = Fake::start("1.5.11").await;
    for _ in 0..3 {
        let cut = r#"{"virtual_keys": [{"id": "a", "value": "sk-bf-leak-000000000001", "#.to_owned();
        fake.fault("GET /api/governance/virtual-keys", Fault::Answer(200, vec![], cut));
    }
    let error = fake.connect(Some(ADMIN)).inventory(&Resource::Keys(None), &Cursor::start()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed, "{error}");
    assert!(!format!("{error:?}").contains("leak"), "lists of keys hold secrets: {error}");
}

pub fn customer(name: &str) -> AccountSpec {
    let (name, budget) = (Name::lossy(name, "?"), Limit::Unlimited);
    AccountSpec { name, models: ModelScope::All, budget, rate_limit: RateLimit::default() }
}

pub fn wish(name: &str) -> KeySpec {
    KeySpec {
        name: Name::lossy(name, "?"),
        environment: Environment::Production,
        scope: Scope::Full,
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
        expires_at: None,
    }
}

pub fn done(outcome: Outcome) -> Receipt {
    match outcome {
        Outcome::Done(receipt) => receipt,
        Outcome::Refused(reason) => panic!("{}", reason.message),
    }
}

pub fn refused(outcome: Outcome) -> RefusalReason {
    match outcome {
        Outcome::Done(receipt) => panic!("{receipt:?}"),
        Outcome::Refused(reason) => reason,
    }
}

pub async fn account(gateway: &dyn Gateway) -> ExternalId {
    let (mark, spec) = (Mark::new([1; 16]), customer("Harborlight Dental"));
    let create = Action::AccountCreate { mark, spec, secret: Secret::new("") };
    done(gateway.apply(&create, now()).await.unwrap()).account.unwrap().external_id
}

pub fn create(account: &ExternalId, number: u8, spec: KeySpec) -> Action {
    let secret = Secret::new("sk-not-asked-for-000000000");
    Action::KeyCreate { mark: Mark::new([number; 16]), account: account.clone(), spec, secret }
}

pub async fn keys(gateway: &dyn Gateway, account: &ExternalId) -> Vec<Key> {
    let listed = gateway.inventory(&Resource::Keys(Some(account.clone())), &Cursor::start()).await.unwrap();
    let keys = listed.items.into_iter().map(|item| if let Item::Key(key) = item { key } else { panic!("{item:?}") });
    keys.collect()
}

#[tokio::test]
async fn a_lost_reply_is_unknown_and_settled_by_the_mark() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        let gateway = fake.connect(Some(ADMIN));
        fake.fault("POST /api/governance/customers", Fault::LoseReply);
        let (mark, spec) = (Mark::new([1; 16]), customer("Harborlight Dental"));
        let new = Action::AccountCreate { mark, spec, secret: Secret::new("") };
        let error = gateway.apply(&new, now()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
        let account = done(gateway.apply(&new, now()).await.unwrap()).account.unwrap();
        assert_eq!((account.mark, fake.change(|memory| memory.customers.len())), (Some(mark), 1), "found, not doubled");

        fake.fault("POST /api/governance/virtual-keys", Fault::LoseReply);
        let new = create(&account.external_id, 7, wish("prod"));
        let error = gateway.apply(&new, now()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
        assert_eq!(fake.calls("POST /api/governance/virtual-keys"), 1, "a write is sent once");
        assert_eq!(new.settled_by(), Resource::Keys(Some(account.external_id.clone())));
        let found = keys(&*gateway, &account.external_id).await;
        assert!(found.len() == 1 && found[0].mark == Some(Mark::new([7; 16])), "{found:?}");
        let receipt = done(gateway.apply(&new, now()).await.unwrap());
        let KeySecret::Told(secret) = &receipt.secret else { panic!("Bifrost made the secret") };
        assert_eq!(receipt.key.as_ref().unwrap().label, secret.label());
        assert!(!format!("{receipt:?}").contains(secret.expose()), "shown once, printed never");
        assert_eq!(fake.change(|memory| memory.keys.len()), 1, "asked again, it is the same key");
    }
}

#[tokio::test]
async fn an_unreadable_reply_to_a_creation_is_unknown_and_tells_no_secret() {
    let fake = Fake::start("1.5.11").await;
    let gateway = fake.connect(Some(ADMIN));
    let account = account(&*gateway).await;
    let cut = r#"{"virtual_key": {"value": "sk-bf-leak-000000000001", "#.to_owned();
    fake.fault("POST /api/governance/virtual-keys", Fault::Answer(200, vec![], cut));
    let error = gateway.apply(&create(&account, 7, wish("prod")), now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed, "{error}");
    assert!(!format!("{error:?}").contains("leak"), "{error}");
    let page = Fault::Answer(200, vec![("content-type", "text/html".to_owned())], "<html>".to_owned());
    fake.fault("POST /api/governance/virtual-keys", page);
    let reason = refused(gateway.apply(&create(&account, 8, wish("prod")), now()).await.unwrap());
    assert!(reason.message.contains("web page"), "a login page answered, not Bifrost: {}", reason.message);
}

#[tokio::test]
async fn a_key_made_before_whose_secret_is_gone_is_refused() {
    let fake = Fake::start("1.5.11").await;
    fake.change(|memory| memory.newer = true);
    let gateway = fake.connect(Some(ADMIN));
    let account = account(&*gateway).await;
    let key = done(gateway.apply(&create(&account, 7, wish("prod")), now()).await.unwrap()).key.unwrap();
    assert!(key.fingerprint.is_none(), "a masked value is no secret");
    let reason = refused(gateway.apply(&create(&account, 7, wish("prod")), now()).await.unwrap());
    assert!(reason.message.contains("only then"), "{}", reason.message);
    let reason = refused(gateway.apply(&Action::KeyReveal { key: key.external_id }, now()).await.unwrap());
    assert!(reason.message.contains("only once"), "{}", reason.message);
}

#[tokio::test]
async fn accepted_but_not_saved_is_refused_and_named() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        let gateway = fake.connect(Some(ADMIN));
        let account = account(&*gateway).await;
        let key = done(gateway.apply(&create(&account, 7, wish("prod")), now()).await.unwrap()).key.unwrap();
        let five = Budget::new(Nanos::units(5), Currency::USD, BudgetPeriod::Weekly).unwrap();
        let renamed = Action::KeyUpdate { key: key.external_id.clone(), spec: wish("other") };
        let budget = Action::KeyBudget { key: key.external_id.clone(), budget: Limit::Limited(five) };
        let pause = Action::KeyPause { key: key.external_id.clone(), paused: true };
        for (action, words) in [(renamed, "name"), (budget, "budget"), (pause, "pause")] {
            fake.fault("PUT /api/governance/virtual-keys/{id}", Fault::Forget);
            let reason = refused(gateway.apply(&action, now()).await.unwrap());
            assert!(reason.accepted_but_not_saved && reason.message.contains(words), "{release}: {}", reason.message);
        }
        fake.fault("PUT /api/governance/customers/{id}", Fault::Forget);
        let pause = Action::AccountPause { account: account.clone(), paused: true };
        let reason = refused(gateway.apply(&pause, now()).await.unwrap());
        assert!(reason.accepted_but_not_saved && reason.message.contains("pause"), "{}", reason.message);
        fake.fault("DELETE /api/governance/virtual-keys/{id}", Fault::Forget);
        let reason = refused(gateway.apply(&Action::KeyRevoke { key: key.external_id }, now()).await.unwrap());
        assert!(reason.accepted_but_not_saved && reason.message.contains("deletion"), "{}", reason.message);
    }
}

#[tokio::test]
async fn what_bifrost_would_misunderstand_is_not_sent() {
    let fake = Fake::start("1.5.11").await;
    let gateway = fake.connect(Some(ADMIN));
    let account = account(&*gateway).await;
    let change = |change: &dyn Fn(&mut KeySpec)| {
        let mut spec = wish("prod");
        change(&mut spec);
        spec
    };
    let budget = |amount, currency| Limit::Limited(Budget::new(amount, currency, BudgetPeriod::Daily).unwrap());
    let only = |name: &str| ModelScope::Only(vec![ModelName::new(name)]);
    let rows = [
        (change(&|spec| spec.models = ModelScope::Only(vec![])), "every model"),
        (change(&|spec| spec.models = only("gpt-4o")), "no provider"),
        (change(&|spec| spec.models = only("mistral/large")), "does not have"),
        (change(&|spec| spec.scope = Scope::ReadOnly), "only read"),
        (change(&|spec| spec.budget = budget(Nanos::units(5), Currency::EUR)), "USD"),
        (change(&|spec| spec.budget = budget(Nanos::ZERO, Currency::USD)), "zero"),
        (change(&|spec| spec.rate_limit.parallel = Some(3)), "same time"),
        (change(&|spec| spec.rate_limit.requests_per_minute = Some(0)), "zero"),
        (change(&|spec| spec.expires_at = Some(now().plus_days(1))), "expire"),
    ];
    for (spec, words) in rows {
        let reason = refused(gateway.apply(&create(&account, 9, spec), now()).await.unwrap());
        assert!(reason.message.contains(words), "{words}: {}", reason.message);
    }
    assert_eq!(fake.calls("POST /api/governance/virtual-keys"), 0, "nothing was sent");
    let mut spec = customer("Acme");
    spec.models = only("openai/gpt-4o");
    let update = Action::AccountUpdate { account, spec };
    assert!(refused(gateway.apply(&update, now()).await.unwrap()).message.contains("keys instead"));
    assert_eq!(fake.calls("PUT /api/governance/customers/{id}"), 0, "nothing was sent");
}
