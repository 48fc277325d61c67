//! What goes wrong on the way, and what New API says no to.

use domain::{Mark, Name};
use gateway::{Action, Cursor, ErrorKind, FindingLevel, Item, Outcome, Resource, Retry};
use serde_json::json;

use super::fake::{ADMIN, Fake, Fault, NEWEST, OLD_AUTH, now, recorded, recorded_of};
use super::{account, account_create, done, key, key_create, list, refused};

fn answer(status: u16, text: &str) -> Fault {
    Fault::Answer(status, vec![], text.to_owned())
}

async fn accounts(gateway: &dyn gateway::Gateway) -> Result<usize, gateway::GatewayError> {
    gateway.inventory(&Resource::Accounts, &Cursor::start()).await.map(|page| page.items.len())
}

#[tokio::test]
async fn passing_failures_of_reads_are_outlived() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    gateway.probe(now()).await.unwrap();
    let wait = vec![("retry-after", "3".to_owned())];
    let faults = [
        Fault::Answer(429, wait, String::new()),
        Fault::Answer(429, vec![], String::new()),
        answer(502, "<html><body>Bad Gateway</body></html>"),
        answer(500, r#"{"success": false, "message": "database is locked"}"#),
        answer(200, r#"{"success": true, "data": {"page": 1, "items": [{"id": 1, "usern"#),
        Fault::LoseReply,
    ];
    for fault in faults {
        fake.fault("GET /api/user/", fault.clone());
        assert_eq!(accounts(&*gateway).await.unwrap(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_retry_after_is_kept_and_one_of_twenty_minutes_is_told() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    gateway.probe(now()).await.unwrap();
    fake.fault("GET /api/user/", Fault::Answer(429, vec![("retry-after", "30".to_owned())], String::new()));
    let began = tokio::time::Instant::now();
    accounts(&*gateway).await.unwrap();
    assert!(began.elapsed().as_secs() >= 30, "{:?}", began.elapsed());
    fake.fault("GET /api/user/", Fault::Answer(429, vec![("retry-after", "180".to_owned())], String::new()));
    let error = accounts(&*gateway).await.unwrap_err();
    assert_eq!((error.kind, error.after.map(|after| after.as_secs())), (ErrorKind::RateLimited, Some(180)), "{error}");
}

#[tokio::test]
async fn a_proxys_page_is_not_new_api() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let page = "<!doctype html><title>Sign in</title>";
    for (status, text, kind) in [
        (200, page, ErrorKind::NotThisProduct),
        (403, page, ErrorKind::NotThisProduct),
        (200, r#"{"healthy": true}"#, ErrorKind::NotThisProduct),
        (200, r#"{"success": true, "data": {"version": "1"}}"#, ErrorKind::NotThisProduct),
        (200, r#"{"success": true, "data": {"quota_per_unit": 500000, "system_name": "One API"}}"#, ErrorKind::TooOld),
        (404, "404 page not found", ErrorKind::Unsupported),
    ] {
        fake.fault("GET /api/status", answer(status, text));
        let error = fake.connect("newapi", ADMIN).probe(now()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{status} {text}: {error}");
    }
    let redirect = vec![("location", "https://sso.example/login?state=secret".to_owned())];
    fake.fault("GET /api/status", Fault::Answer(302, redirect, String::new()));
    let error = fake.connect("newapi", ADMIN).probe(now()).await.unwrap_err();
    assert!(error.message.contains("https://sso.example/login") && !error.message.contains("state"), "{error}");
}

#[tokio::test]
async fn a_list_without_pages_is_too_old() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let list = json!({ "success": true, "message": "", "data": [fake.change(|memory| memory.users[0].clone())] });
    fake.fault("GET /api/user/", answer(200, &list.to_string()));
    let error = fake.connect("newapi", ADMIN).probe(now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooOld, "{error}");
    assert!(error.message.contains("0.12.7"), "{error}");
}

#[tokio::test]
async fn credentials_and_rights_are_told_apart_in_every_generation() {
    tokio::time::pause();
    for release in [NEWEST, OLD_AUTH] {
        let fake = Fake::release(release).await;
        fake.change(|memory| {
            let mut client = memory.users[0].clone();
            (client["id"], client["role"], client["username"]) = (json!(5), json!(1), json!("client"));
            memory.users.push(client);
            memory.pats.insert("throwaway-client-pat".to_owned(), 5);
        });
        let wrong = fake.connect("newapi", "1:throwaway-nobody").probe(now()).await.unwrap_err();
        assert_eq!(wrong.kind, ErrorKind::Unauthorized, "{release}: {wrong}");
        assert!(wrong.message.contains("1:token") && !wrong.message.contains("nobody"), "{wrong}");
        let client = fake.connect("newapi", "5:throwaway-client-pat");
        let weak = client.probe(now()).await.unwrap_err();
        assert_eq!(weak.kind, ErrorKind::Forbidden, "{release}: {weak}");
        assert_eq!(accounts(&*client).await.unwrap_err().kind, ErrorKind::Forbidden, "{release}: for a list too");
        let bare = fake.connect("newapi", "throwaway-root-pat").probe(now()).await;
        match (release, bare) {
            (NEWEST, bare) => assert!(bare.is_ok(), "the number is not needed"),
            (_, bare) => {
                let error = bare.unwrap_err();
                assert_eq!(error.kind, ErrorKind::Unauthorized);
                assert!(error.message.contains("need the number"), "{error}");
            }
        }
        // Right once, ended since: the words of a refused read depend on the language, so who we are is asked.
        let gateway = fake.connect("newapi", ADMIN);
        gateway.probe(now()).await.unwrap();
        fake.change(|memory| memory.pats.clear());
        assert_eq!(accounts(&*gateway).await.unwrap_err().kind, ErrorKind::Unauthorized, "{release}");
    }
}

#[tokio::test]
async fn a_token_that_is_no_administrators_still_owns_keys() {
    tokio::time::pause();
    let fake = Fake::start().await;
    fake.change(|memory| memory.users[0]["role"] = json!(1));
    let gateway = fake.connect("newapi-own", ADMIN);
    let probe = gateway.probe(now()).await.unwrap();
    assert!(!probe.capability.usage_requests && probe.capability.key_write);
    assert!(probe.findings.iter().any(|finding| finding.code == "usage_hidden"), "{:?}", probe.findings);
    let account = account(&*gateway, 1).await;
    key(&*gateway, &account, 2).await;
}

#[tokio::test]
async fn a_lost_reply_to_a_create_is_found_again_by_its_mark() {
    tokio::time::pause();
    for product in ["newapi", "newapi-own"] {
        let fake = Fake::start().await;
        let gateway = fake.connect(product, ADMIN);
        let account = account(&*gateway, 1).await;
        let there = fake.change(|memory| memory.tokens.len());
        fake.fault("POST /api/token/", Fault::LoseReply);
        let action = key_create(&account, 7);
        let error = gateway.apply(&action, now()).await.unwrap_err();
        assert_eq!((error.kind, error.retry), (ErrorKind::Unavailable, Retry::Temporary), "{error}");
        assert_eq!(action.settled_by(), Resource::Keys(Some(account.clone())));
        let keys = list(&*gateway, &Resource::Keys(Some(account))).await;
        assert!(matches!(&keys[..], [Item::Key(key)] if key.mark == Some(Mark::new([7; 16]))), "{keys:?}");
        let again = done(gateway.apply(&action, now()).await.unwrap());
        assert!(matches!(again.secret, gateway::KeySecret::Told(_)), "asked again, it is the same key, and shown");
        assert_eq!(fake.change(|memory| memory.tokens.len()), there + 1, "and there is one");
    }
}

#[tokio::test]
async fn a_write_whose_reply_is_lost_is_unknown_and_not_sent_again() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let (made, _) = key(&*gateway, &account, 7).await;
    let rows: [(&str, Action); 3] = [
        ("PUT /api/token/", Action::KeyPause { key: made.external_id.clone(), paused: true }),
        ("POST /api/user/manage", Action::AccountPause { account: account.clone(), paused: true }),
        ("DELETE /api/token/:id", Action::KeyRevoke { key: made.external_id.clone() }),
    ];
    for (call, action) in rows {
        for fault in [answer(502, "<html>"), answer(200, "{\"succ"), Fault::LoseReply] {
            let before = fake.calls(call);
            fake.fault(call, fault);
            assert!(gateway.apply(&action, now()).await.is_err(), "{call}: nobody knows");
            assert_eq!(fake.calls(call), before + 1, "{call} is sent once");
            // What was lost may have happened: put it back.
            fake.change(|memory| {
                memory.users[1]["status"] = json!(1);
                memory.tokens.iter_mut().for_each(|token| token["status"] = json!(1));
            });
        }
    }
    assert!(fake.change(|memory| memory.tokens.is_empty()), "the last one was done, and its reply lost");
}

#[tokio::test]
async fn accepted_but_not_saved_is_refused_and_named() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let (made, _) = key(&*gateway, &account, 7).await;
    let mut spec = made.spec.clone();
    spec.name = Name::lossy("renamed", "?");
    let rows: [(&str, Action, &str); 5] = [
        ("PUT /api/token/", Action::KeyUpdate { key: made.external_id.clone(), spec }, "name"),
        ("PUT /api/token/", Action::KeyPause { key: made.external_id.clone(), paused: true }, "pause"),
        ("POST /api/user/manage", Action::AccountPause { account: account.clone(), paused: true }, "pause"),
        ("DELETE /api/token/:id", Action::KeyRevoke { key: made.external_id.clone() }, "deletion"),
        ("POST /api/token/", key_create(&account, 8), "existence"),
    ];
    for (call, action, field) in rows {
        fake.fault(call, Fault::Forget);
        let reason = refused(gateway.apply(&action, now()).await.unwrap());
        assert!(reason.accepted_but_not_saved && reason.message.contains(field), "{call}: {}", reason.message);
    }
    fake.fault("POST /api/user/", Fault::Forget);
    let reason = refused(gateway.apply(&account_create(9, "x"), now()).await.unwrap());
    assert!(reason.accepted_but_not_saved && reason.message.contains("existence"), "{}", reason.message);
    fake.fault("PUT /api/user/", answer(200, &recorded("user_create_duplicate").1.to_string()));
    let reason = refused(gateway.apply(&account_create(10, "x"), now()).await.unwrap());
    assert!(reason.message.contains("not finished"), "what was made is said: {}", reason.message);
}

#[tokio::test]
async fn a_paused_clients_keys_wait_and_come_back() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let (made, _) = key(&*gateway, &account, 7).await;
    let pause = |paused| Action::AccountPause { account: account.clone(), paused };
    done(gateway.apply(&pause(true), now()).await.unwrap());
    let reason =
        refused(gateway.apply(&Action::KeyPause { key: made.external_id.clone(), paused: true }, now()).await.unwrap());
    assert!(reason.message.contains("resume it first"), "{}", reason.message);
    assert!(list(&*gateway, &Resource::Keys(None)).await.is_empty(), "nobody can see them");
    done(gateway.apply(&pause(false), now()).await.unwrap());
    assert_eq!(list(&*gateway, &Resource::Keys(None)).await.len(), 1);
}

#[tokio::test]
async fn pausing_an_account_of_our_own_keys_remembers_which_were_off() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi-own", ADMIN);
    let (one, two) = (account(&*gateway, 1).await, account(&*gateway, 2).await);
    let (off, _) = key(&*gateway, &one, 7).await;
    let (on, _) = key(&*gateway, &one, 8).await;
    let (other, _) = key(&*gateway, &two, 9).await;
    done(gateway.apply(&Action::KeyPause { key: off.external_id.clone(), paused: true }, now()).await.unwrap());
    let pause = |paused| Action::AccountPause { account: one.clone(), paused };
    let statuses = |fake: &Fake| {
        let of = |key: &domain::Key| {
            let id: u64 = key.external_id.as_str().split('/').nth(1).unwrap().parse().unwrap();
            fake.change(|memory| memory.tokens.iter().find(|token| token["id"] == id).unwrap()["status"].clone())
        };
        [of(&off), of(&on), of(&other)]
    };
    // The pause breaks off between two keys, and is asked for again.
    fake.fault("PUT /api/token/", Fault::Insert(vec![]));
    fake.fault("PUT /api/token/", Fault::LoseReply);
    assert!(gateway.apply(&pause(true), now()).await.is_err());
    done(gateway.apply(&pause(true), now()).await.unwrap());
    assert_eq!(statuses(&fake), [json!(2), json!(2), json!(1)], "every key of the account, and no other");
    for action in [Action::KeyPause { key: on.external_id.clone(), paused: false }, key_create(&one, 20)] {
        let reason = refused(gateway.apply(&action, now()).await.unwrap());
        assert!(reason.message.contains("account is paused"), "{}", reason.message);
    }
    done(gateway.apply(&pause(false), now()).await.unwrap());
    assert_eq!(statuses(&fake), [json!(2), json!(1), json!(1)], "the one that was off stays off");
    let marker = fake.change(|memory| memory.tokens[0].clone());
    assert_eq!((&marker["status"], &marker["remain_quota"]), (&json!(2), &json!(0)), "the token that stands for it");
    assert!(marker["name"].as_str().unwrap().starts_with("Harborlight Dental~A"), "{marker}");
}

#[tokio::test]
async fn what_the_operator_should_know_is_found() {
    tokio::time::pause();
    let fake = Fake::start().await;
    fake.change(|memory| {
        memory.status["quota_display_type"] = json!("CNY");
        memory.status["enable_batch_update"] = json!(true);
        memory.options = json!([
            { "key": "LogConsumeEnabled", "value": "false" },
            { "key": "PasswordLoginEnabled", "value": "false" },
        ]);
    });
    let probe = fake.connect("newapi", ADMIN).probe(now()).await.unwrap();
    let level = |code| probe.findings.iter().find(|finding| finding.code == code).map(|finding| finding.level);
    assert_eq!(level("usage_off"), Some(FindingLevel::Danger));
    for code in ["group_ratio", "batch_update", "password_login_off"] {
        assert_eq!(level(code), Some(FindingLevel::Warning), "{code}");
    }
    assert_eq!(level("quota_display"), Some(FindingLevel::Note));
    assert_eq!(probe.version.as_deref(), recorded("status_public").1["data"]["version"].as_str());
    fake.change(|memory| memory.users[0]["role"] = json!(10));
    let probe = fake.connect("newapi", ADMIN).probe(now()).await.unwrap();
    assert!(probe.findings.iter().any(|finding| finding.code == "settings_hidden"), "{:?}", probe.findings);
}

#[tokio::test]
async fn it_is_recognised_among_the_others() {
    let fake = Fake::release(OLD_AUTH).await;
    let detected = gateway::detect(&format!("http://{}/console", fake.address)).await.unwrap();
    let version = recorded_of(OLD_AUTH, "status_public").1["data"]["version"].as_str().map(str::to_owned);
    let names: Vec<_> = detected.products.iter().map(|(name, found)| (*name, found.version.clone())).collect();
    assert_eq!(names, [("newapi", version.clone()), ("newapi-own", version)]);
    let refused = fake.connect("newapi-own", ADMIN);
    let entrust = Action::AccountCredential {
        account: domain::ExternalId::new("abcdef"),
        credential: domain::Secret::new("throwaway"),
    };
    assert!(matches!(refused.apply(&entrust, now()).await, Ok(Outcome::Refused(_))));
}
