//! What goes wrong, and the sentence it becomes.

use domain::{ExternalId, Mark};
use gateway::{Action, Cursor, ErrorKind, GatewayError, Item, KeySecret, Outcome, Resource, Retry};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::fake::{ADMIN, Fake, Fault, INFERENCE, connect, now};
use super::write::{account, create, done, key_of};

fn secretless(error: &GatewayError) {
    let text = format!("{error} {error:?}");
    assert!(!text.contains(ADMIN) && !text.contains(INFERENCE), "the credential must not be shown: {text}");
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
    let data = "HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\n{\"data\":{\"label\":\"mine\"}}";
    let none = "HTTP/1.1 404 Not Found\r\ncontent-length: 22\r\n\r\n{\"detail\":\"Not Found\"}";
    let moved =
        "HTTP/1.1 301 Moved\r\nlocation: https://elsewhere.example/?key=sk-123456789\r\ncontent-length: 0\r\n\r\n";
    let down = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<h1>proxy</h1> ";
    let rows = [
        (raw(page).await, ErrorKind::NotThisProduct, "web page"),
        (raw(other).await, ErrorKind::NotThisProduct, "not OpenRouter"),
        (raw(data).await, ErrorKind::NotThisProduct, "not OpenRouter"),
        (raw(none).await, ErrorKind::NotThisProduct, "not OpenRouter"),
        (raw(moved).await, ErrorKind::NotThisProduct, "https://elsewhere.example/:"),
        (raw(down).await, ErrorKind::Unavailable, "in front of OpenRouter"),
        ("http://127.0.0.1:9".to_owned(), ErrorKind::Unreachable, "connection refused"),
        (raw(other).await.replace("http:", "https:"), ErrorKind::Tls, "not trustworthy"),
    ];
    for (address, kind, words) in rows {
        let error = connect(&address, ADMIN).probe(now()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{address}: {error}");
        assert!(error.message.contains(words), "{words}: {error}");
        secretless(&error);
    }
}

#[tokio::test]
async fn credentials_are_refused_for_what_they_are() {
    let fake = Fake::start().await;
    let rows = [
        (INFERENCE, ErrorKind::Forbidden, "make a management key"),
        ("sk-or-v1-wrong", ErrorKind::Unauthorized, "paste a management key"),
    ];
    for (credential, kind, words) in rows {
        let error = fake.connect(credential).probe(now()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{error}");
        secretless(&error);
    }
    let older = json!({ "data": { "is_provisioning_key": true, "label": "older" } }).to_string();
    fake.fault("GET /key", Fault::Answer(200, vec![], older));
    fake.connect(ADMIN).probe(now()).await.unwrap();
    let error = fake.connect(INFERENCE).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap_err();
    assert_eq!((error.kind, error.status), (ErrorKind::Forbidden, Some(403)), "{error}");
}

#[tokio::test]
async fn a_status_becomes_a_kind_and_a_sentence() {
    let rows = [
        (400, ErrorKind::Rejected, "refused: told"),
        (401, ErrorKind::Unauthorized, "management key"),
        (402, ErrorKind::Rejected, "buy credits"),
        (403, ErrorKind::Forbidden, "or a plan that has it"),
        (404, ErrorKind::NotFound, "does not know it"),
        (409, ErrorKind::Conflict, "already has one"),
        (422, ErrorKind::Rejected, "refused: told"),
    ];
    let fake = Fake::start().await;
    for (status, kind, words) in rows {
        let body = json!({ "error": { "code": status, "message": "told sk-or-v1-0123456789abcdef", "metadata": {} } });
        fake.fault("GET /models", Fault::Answer(status, vec![], body.to_string()));
        let error = fake.connect(ADMIN).inventory(&Resource::Models, &Cursor::start()).await.unwrap_err();
        assert_eq!((error.kind, error.status), (kind, Some(status)), "{error}");
        assert!(error.message.contains(words) && !error.message.contains("0123456789abcdef"), "{error}");
    }
}

#[tokio::test]
async fn a_429_is_waited_for_when_it_says_how_long() {
    let fake = Fake::start().await;
    let busy = |after: Option<&str>| {
        let headers = after.map(|after| vec![("retry-after", after.to_owned())]).unwrap_or_default();
        let body = json!({ "error": { "code": 429, "message": "Rate limit exceeded" } });
        Fault::Answer(429, headers, body.to_string())
    };
    fake.fault("GET /models", busy(Some("0")));
    fake.connect(ADMIN).inventory(&Resource::Models, &Cursor::start()).await.unwrap();
    assert_eq!(fake.calls("GET /models"), 2, "asked again after the wait");
    fake.fault("GET /models", busy(Some("3600")));
    let error = fake.connect(ADMIN).inventory(&Resource::Models, &Cursor::start()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited, "{error}");
    assert_eq!(fake.calls("GET /models"), 3, "an hour is not waited for");
    fake.fault("GET /models", busy(None));
    fake.connect(ADMIN).inventory(&Resource::Models, &Cursor::start()).await.unwrap();
    assert_eq!(fake.calls("GET /models"), 5, "without a word, a little later");
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    fake.fault("POST /keys", busy(Some("7")));
    let Outcome::Refused(reason) = gateway.apply(&create(&id, 7), now()).await.unwrap() else { panic!("refused") };
    assert_eq!(reason.after.map(|after| after.as_secs()), Some(7), "a write is never sent again by itself");
}

#[tokio::test]
async fn a_fault_that_passes_is_read_again_and_one_that_stays_is_told() {
    let fake = Fake::start().await;
    fake.fault("GET /workspaces", Fault::LoseReply);
    fake.connect(ADMIN).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap();
    assert_eq!(fake.calls("GET /workspaces"), 2, "once more after a reset");
    for _ in 0..5 {
        let body = json!({ "error": { "code": 500, "message": "Internal Server Error" } });
        fake.fault("GET /workspaces", Fault::Answer(500, vec![], body.to_string()));
    }
    let error = fake.connect(ADMIN).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::Unavailable, Retry::Exhausted), "{error}");
    assert_eq!(fake.calls("GET /workspaces"), 5, "three attempts, not more");
}

#[tokio::test]
async fn truncated_json_is_malformed_and_quoted_without_secrets() {
    let fake = Fake::start().await;
    for _ in 0..3 {
        let cut = r#"{"data": [{"id": "a", "note": "sk-or-v1-leak-000000000001", "#;
        fake.fault("GET /workspaces", Fault::Answer(200, vec![], cut.to_owned()));
    }
    let error = fake.connect(ADMIN).inventory(&Resource::Accounts, &Cursor::start()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed, "{error}");
    assert!(error.message.contains("data") && !error.message.contains("leak"), "{error}");
}

#[tokio::test]
async fn a_lost_reply_on_key_creation_is_unknown_and_settled_by_reading() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    fake.fault("POST /keys", Fault::LoseReply);
    let action = create(&id, 7);
    let error = gateway.apply(&action, now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert_eq!(fake.calls("POST /keys"), 1, "a write is sent once");
    assert_eq!(action.settled_by(), Resource::Keys(Some(id.clone())));
    let listed = gateway.inventory(&Resource::Keys(Some(id)), &Cursor::start()).await.unwrap().items;
    let marked = |item: &Item| matches!(item, Item::Key(key) if key.mark == Some(Mark::new([7; 16])));
    assert_eq!(listed.iter().filter(|item| marked(item)).count(), 1, "the mark finds it");
    let Outcome::Refused(reason) = gateway.apply(&action, now()).await.unwrap() else {
        panic!("its secret is gone, so it is of no use")
    };
    assert!(reason.message.contains("revoke it"), "{}", reason.message);
    assert_eq!(fake.calls("POST /keys"), 1, "and there is no second one");
}

#[tokio::test]
async fn a_lost_reply_on_account_creation_makes_no_second_account() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    fake.fault("POST /workspaces", Fault::LoseReply);
    let action = super::write::account_create();
    assert_eq!(gateway.apply(&action, now()).await.unwrap_err().kind, ErrorKind::Unavailable);
    let made = done(&*gateway, &action).await.account.unwrap();
    assert_eq!(made.mark, Some(Mark::new([1; 16])));
    assert_eq!(fake.calls("POST /workspaces"), 1, "it is found by its slug");
}

#[tokio::test]
async fn accepted_but_not_saved_is_refused_and_named() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let key = key_of(&done(&*gateway, &create(&id, 7)).await);
    let rows = [
        ("PATCH /keys/{hash}", Action::KeyPause { key: key.clone(), paused: true }, "pause"),
        ("DELETE /keys/{hash}", Action::KeyRevoke { key: key.clone() }, "deletion"),
        ("PATCH /workspaces/{id}", Action::AccountPause { account: id.clone(), paused: true }, "pause"),
    ];
    for (call, action, words) in rows {
        fake.fault(call, Fault::Forget);
        let Outcome::Refused(reason) = gateway.apply(&action, now()).await.unwrap() else { panic!("{call}") };
        assert!(reason.accepted_but_not_saved && reason.message.contains(words), "{}", reason.message);
    }
}

#[tokio::test]
async fn a_created_key_whose_answer_cannot_be_read_is_unknown_and_not_quoted() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let body = r#"{"data": {"hash": 5}, "key": "sk-or-v1-canary-0123456789"}"#;
    fake.fault("POST /keys", Fault::Answer(201, vec![], body.to_owned()));
    let error = gateway.apply(&create(&id, 7), now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}

#[tokio::test]
async fn a_key_that_cannot_be_limited_is_taken_back_before_anybody_has_it() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let refusal = json!({ "error": { "code": 400, "message": "no such guardrail" } }).to_string();
    fake.fault("POST /guardrails/{id}/assignments/keys", Fault::Answer(400, vec![], refusal));
    let Outcome::Refused(reason) = gateway.apply(&super::write::limited(&id, 7), now()).await.unwrap() else {
        panic!("a key without its list of models")
    };
    assert!(reason.message.contains("removed again"), "{}", reason.message);
    let left = fake.change(|memory| (memory.saved.keys.len(), memory.saved.guardrails.len()));
    assert_eq!(left, (0, 0), "neither the key nor its guardrail is left");
}

#[tokio::test]
async fn a_limited_key_whose_reply_was_lost_leaves_nothing_when_it_is_revoked() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    fake.fault("POST /keys", Fault::LoseReply);
    gateway.apply(&super::write::limited(&id, 7), now()).await.unwrap_err();
    let listed = gateway.inventory(&Resource::Keys(Some(id)), &Cursor::start()).await.unwrap().items;
    let [Item::Key(key)] = listed.as_slice() else { panic!("one key, which nobody has: {listed:?}") };
    done(&*gateway, &Action::KeyRevoke { key: key.external_id.clone() }).await;
    let left = fake.change(|memory| (memory.saved.keys.len(), memory.saved.guardrails.len()));
    assert_eq!(left, (0, 0), "its guardrail, which it was never put under, is gone too");
}

#[tokio::test]
async fn what_is_no_identifier_is_never_put_into_an_address() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    for id in ["../credits", "sk-or-v1-canary", "", "a/b", "?x", &"e".repeat(63)] {
        let error = gateway.inventory(&Resource::Key(ExternalId::new(id)), &Cursor::start()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{id}");
        let account = Resource::Account(ExternalId::new(format!("{id}/x")));
        assert_eq!(gateway.inventory(&account, &Cursor::start()).await.unwrap_err().kind, ErrorKind::NotFound, "{id}");
    }
    assert_eq!(fake.change(|memory| memory.calls.len()), 0, "nothing was sent");
}

#[tokio::test]
async fn a_secret_that_openrouter_makes_is_handed_over_once() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let receipt = done(&*gateway, &create(&id, 7)).await;
    let KeySecret::Told(secret) = &receipt.secret else { panic!("OpenRouter makes the secret") };
    assert!(secret.expose().starts_with("sk-or-v1-made"));
    assert!(!format!("{receipt:?}").contains("sk-or-v1-made-by"), "shown once, printed never");
    let key = receipt.key.unwrap();
    assert_eq!(key.fingerprint.as_ref().map(|print| print.as_str()), Some(key.external_id.as_str()));
}

#[tokio::test]
async fn a_hash_that_is_no_digest_is_no_fingerprint() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.hash_is_digest = false);
    let gateway = fake.connect(ADMIN);
    let id = account(&*gateway).await;
    let key = done(&*gateway, &create(&id, 7)).await.key.unwrap();
    assert_eq!(key.fingerprint, None);
    let listed = gateway.inventory(&Resource::Keys(None), &Cursor::start()).await.unwrap().items;
    let known = |item: &Item| matches!(item, Item::Key(key) if key.fingerprint.is_some());
    assert!(!listed.iter().any(known), "once seen, it is believed of no key");
}
