//! Gateways that cannot be reached, do not let us in, or go away.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use acceptance::Profile;
use app::command::client::client_create;
use app::command::gateway::gateway_connect;
use app::command::key::key_create;
use app::command::sync::sync_run;
use app::query::gateway::gateway_list;
use app::query::overview::overview;
use app::wire::{Changed, Code, FreshnessState, GatewayInput, Progress};
use app::{App, AppOptions, EventSink, Origin};
use sandbox::Server;

use super::{Wanted, must, sentence};
use crate::stage::parrot::{Manner, Parrot};
use crate::stage::{self, HandClock, NOW};

const BY: Origin = Origin::Window;

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_fails_says_why_and_keeps_nothing() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let server = stage::sandbox(Arc::clone(&clock), 1).await;
    let app = stage::open(profile.path(), clock).await;
    let port = server.base_url.trim_start_matches("http://").to_owned();
    let (url, key) = (server.base_url.clone(), server.admin_token.expose().to_owned());
    let unreachable = |cause, remedy| Wanted { code: Code::GatewayUnreachable, cause, remedy };
    let wanted = |code, cause, remedy| Wanted { code, cause, remedy };
    let rows: Vec<(&str, GatewayInput, &str, Wanted)> = vec![
        (
            "nobody listens",
            stage::sandbox_at("A", "http://127.0.0.1:1"),
            &key,
            unreachable(&["answer", "reach"], &["check the address"]),
        ),
        (
            "https to a plain server",
            stage::sandbox_at("A", &format!("https://{port}")),
            &key,
            unreachable(&["tls", "secure", "certificate", "https"], &["certificate", "http"]),
        ),
        (
            "plain http across the network",
            stage::sandbox_at("A", "http://gateway.example"),
            &key,
            wanted(Code::Invalid, &["http"], &["https"]),
        ),
        ("no address", stage::sandbox_at("A", "  "), &key, wanted(Code::Invalid, &["address"], &["looks like"])),
        (
            "no URL",
            stage::sandbox_at("A", "my gateway"),
            &key,
            wanted(Code::Invalid, &["address", "url"], &["https://"]),
        ),
        (
            "another product",
            stage::gateway("litellm", "A", &url),
            &key,
            wanted(Code::Unsupported, &["litellm"], &["check the address"]),
        ),
        (
            "an unknown product",
            stage::gateway("lite-llm", "A", &url),
            &key,
            wanted(Code::Invalid, &["lite-llm"], &["choose one of"]),
        ),
        (
            "a wrong key",
            stage::sandbox_at("A", &url),
            "sbx-admin-wrong",
            wanted(Code::GatewayDenied, &["token", "key", "credential"], &["copy the admin key again"]),
        ),
        ("no key", stage::sandbox_at("A", &url), " ", wanted(Code::GatewayDenied, &["credential"], &["paste", "copy"])),
        ("no name", stage::sandbox_at(" ", &url), &key, wanted(Code::Invalid, &["name"], &["name is needed"])),
    ];
    for (what, typed, credential, wanted) in rows {
        let error = gateway_connect(&app, BY, typed, credential.to_owned()).await.unwrap_err();
        must(what, &error, &wanted);
    }
    assert_eq!(gateway_list(&app).await.unwrap(), [], "nothing was kept");
    gateway_connect(&app, BY, stage::sandbox_at("A", &url), key.clone()).await.unwrap();
    let twice = gateway_connect(&app, BY, stage::sandbox_at("B", &url), key).await.unwrap_err();
    must("twice", &twice, &wanted(Code::Conflict, &["connected already"], &["edit that one"]));
}

/// A server with a certificate that only itself vouches for, ended when dropped.
struct SelfSigned(Child);

impl SelfSigned {
    fn start(folder: &Path, port: u16) -> Self {
        let script = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
                      -addext subjectAltName=DNS:localhost,IP:127.0.0.1 && exec openssl s_server -quiet -www \
                      -key key.pem -cert cert.pem -accept \"$PORT\"";
        let mut server = Command::new("sh");
        server.args(["-c", script]).env("PORT", port.to_string()).current_dir(folder);
        let quiet = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().expect("`sh` and `openssl` are part of every Debian with ca-certificates"))
    }
}

impl Drop for SelfSigned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_nobody_vouches_for_is_refused_and_the_key_is_not_sent() {
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), HandClock::at(NOW)).await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _server = SelfSigned::start(profile.path(), port);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let typed = stage::gateway("litellm", "A", &format!("https://127.0.0.1:{port}"));
    let error = gateway_connect(&app, BY, typed, "sk-canary-self-signed".to_owned()).await.unwrap_err();
    let wanted = Wanted { code: Code::GatewayUnreachable, cause: &["certificate", "trust"], remedy: &["certificate"] };
    must("self-signed", &error, &wanted);
    assert!(!format!("{error:?}").contains("sk-canary"), "{error:?}");
    assert_eq!(gateway_list(&app).await.unwrap(), [], "nothing was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_rights_reads_and_changes_nothing() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let server = stage::sandbox(Arc::clone(&clock), 2).await;
    let app = stage::open(profile.path(), clock).await;
    let token = server.read_only_token.expose().to_owned();
    let gateway = gateway_connect(&app, BY, stage::sandbox_at("A", &server.base_url), token).await.unwrap();
    assert!(gateway.probe.expect("a probe").read_only, "the operator is told");
    assert!(sync_run(&app, BY, None).await.unwrap().complete, "reading is allowed");
    let error = client_create(&app, BY, stage::client("Nobody", &[&gateway.id])).await.unwrap_err();
    let wanted = Wanted { code: Code::GatewayDenied, cause: &["can only read"], remedy: &["paste a credential"] };
    must("a client", &error, &wanted);
    let accounts = app::query::client::account_list(&app).await.unwrap();
    let error = key_create(&app, BY, stage::key(&accounts[0].id, "never", "dev")).await.unwrap_err();
    must("a key", &error, &wanted);
    let there = stage::sandbox_told(&stage::http(), &server, "/admin/v1/accounts?limit=500").await;
    assert_eq!(there.len(), 12, "nothing was made");
}

/// How it answers a write; codes, cause and remedy that are told.
type BadAnswer = (Manner, &'static [Code], &'static [&'static str], &'static [&'static str]);

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_answers_badly_is_told_as_it_is() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let server = stage::sandbox(Arc::clone(&clock), 12).await;
    let parrot = Parrot::before(&server.base_url, "the-key-as-known", server.admin_token.expose()).await;
    let app = stage::open(profile.path(), Arc::clone(&clock) as Arc<dyn app::Clock>).await;
    let typed = stage::sandbox_at("A", &parrot.base_url);
    let gateway = gateway_connect(&app, BY, typed, "the-key-as-known".to_owned()).await.unwrap();
    assert!(sync_run(&app, BY, None).await.unwrap().complete);
    let accounts = app::query::client::account_list(&app).await.unwrap();
    let before = (accounts.len(), key_names(&server).await);
    const UNKNOWN: &[Code] = &[Code::OutcomeUnknown];
    const REFUSED: &[Code] = &[Code::GatewayDenied, Code::GatewayRefused];
    let rows: [BadAnswer; 7] = [
        (Manner::Refuse(400), REFUSED, &["ask again"], &["change what"]),
        (Manner::Refuse(401), REFUSED, &["refused", "accept"], &["admin key"]),
        (Manner::Refuse(429), REFUSED, &["ask again", "too many"], &["wait"]),
        (Manner::Refuse(500), UNKNOWN, &["not known"], &["check", "sync"]),
        (Manner::Drop, UNKNOWN, &["not known"], &["check", "sync"]),
        (Manner::Half, UNKNOWN, &["not known"], &["check", "sync"]),
        (Manner::Page, UNKNOWN, &["not known"], &["check", "sync"]),
    ];
    for (manner, codes, cause, remedy) in rows {
        parrot.behave(manner);
        let what = format!("a key while it answers {manner:?}");
        let error = key_create(&app, BY, stage::key(&accounts[0].id, "never", "dev")).await.unwrap_err();
        assert!(codes.contains(&error.code), "{what}: {error:?}");
        must(&what, &error, &Wanted { code: error.code, cause, remedy });
        let report = sync_run(&app, BY, None).await.unwrap();
        let line = &report.lines[0];
        let what = format!("a sync while it answers {manner:?}");
        sentence(&what, line.problem.as_deref().unwrap_or_else(|| panic!("{what}: {report:?}")));
        sentence(&what, line.hint.as_deref().unwrap_or_else(|| panic!("{what}: {report:?}")));
    }
    parrot.behave(Manner::Forward);
    // What is not there right after a lost answer may still come; a minute later it will not.
    clock.advance(120);
    assert!(sync_run(&app, BY, None).await.unwrap().complete, "and then it goes on");
    let accounts = app::query::client::account_list(&app).await.unwrap();
    assert_eq!((accounts.len(), key_names(&server).await), before, "nothing was made, nothing was lost");
    let open = app.store().reader().await.unwrap().audit().unsettled().await.unwrap();
    assert_eq!(open, [], "what was unknown is settled by looking, on {}", gateway.name);
}

async fn key_names(server: &Server) -> Vec<String> {
    let keys = stage::sandbox_told(&stage::http(), server, "/admin/v1/keys?limit=500").await;
    keys.iter().map(|key| key["name"].to_string()).collect()
}

/// Takes a gateway away as soon as a sync has got something from it.
struct Sabotage(Mutex<Option<Server>>);

impl EventSink for Sabotage {
    fn changed(&self, _: Changed) {}

    fn progress(&self, progress: Progress) {
        if progress.step.starts_with("First:") && progress.count > 0 {
            drop(self.0.lock().expect("the server").take());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_goes_away_during_a_sync_does_not_stop_another() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let (first, second) = (stage::sandbox(Arc::clone(&clock), 3).await, stage::sandbox(Arc::clone(&clock), 4).await);
    let rows = [
        ("First", first.base_url.clone(), first.admin_token.clone()),
        ("Second", second.base_url.clone(), second.admin_token.clone()),
    ];
    let sabotage = Arc::new(Sabotage(Mutex::new(Some(first))));
    let options = AppOptions { events: Arc::clone(&sabotage) as Arc<dyn EventSink>, ..stage::options(clock) };
    let app = App::open(app::Profile::at(profile.path()), options).await.unwrap();
    for (name, url, token) in rows {
        gateway_connect(&app, BY, stage::sandbox_at(name, &url), token.expose().to_owned()).await.unwrap();
    }
    let report = sync_run(&app, BY, None).await.unwrap();
    assert!(sabotage.0.lock().unwrap().is_none(), "the first gateway was taken away");
    let line = |name: &str| report.lines.iter().find(|line| line.gateway == name).expect("a line").clone();
    assert!(!report.complete, "{report:?}");
    let (first, second) = (line("First"), line("Second"));
    sentence("the problem", first.problem.as_deref().expect("a problem"));
    assert!(first.hint.expect("a hint").contains("running"), "the remedy");
    assert!(second.problem.is_none() && second.rows > 0, "{second:?}");
    let health = overview(&app).await.unwrap().gateways;
    let state = |name: &str| health.iter().find(|gateway| gateway.name == name).expect("a gateway").freshness.state;
    assert_eq!((state("First"), state("Second")), (FreshnessState::Failing, FreshnessState::Fresh));
    let open = app.store().reader().await.unwrap().usage().rollup_differences().await.unwrap();
    assert_eq!(open, 0, "what was pulled is whole");
}
