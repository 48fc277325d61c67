//! No keychain: said with a remedy, and nothing is kept in plain text; memory only by explicit choice.

use std::sync::Arc;

use acceptance::Profile;
use app::command::gateway::gateway_connect;
use app::command::setting::vault_session;
use app::command::sync::sync_run;
use app::query::gateway::gateway_list;
use app::query::setting::settings;
use app::wire::{Code, VaultState};
use app::{App, AppOptions, KeychainVault, Origin};

use super::{Wanted, must, sentence};
use crate::stage::{self, HandClock, NOW};

const BY: Origin = Origin::Window;
const ALONE: &str = "PURSER_TEST_WITHOUT_KEYCHAIN";

/// Not a test of its own: the session bus of a process is asked for once.
#[tokio::test(flavor = "multi_thread")]
async fn child_without_a_keychain() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let server = stage::sandbox(Arc::clone(&clock), 10).await;
    let options = AppOptions { vault: Arc::new(KeychainVault), ..stage::options(clock) };
    let app = App::open(app::Profile::at(profile.path()), options).await.expect("without a keychain the app opens");
    let view = settings(&app).await.unwrap();
    assert_eq!(view.vault, VaultState::Unavailable);
    sentence("the settings", &view.vault_problem.expect("why"));
    let (typed, token) = (stage::sandbox_at("A", &server.base_url), server.admin_token.expose().to_owned());
    let error = gateway_connect(&app, BY, typed.clone(), token.clone()).await.unwrap_err();
    let wanted = Wanted { code: Code::VaultUnavailable, cause: &["no secret service"], remedy: &["gnome keyring"] };
    must("a connection", &error, &wanted);
    assert!(error.hints.iter().any(|hint| hint.contains("in memory")), "the other choice is told: {error:?}");
    assert_eq!(gateway_list(&app).await.unwrap(), [], "nothing was kept");
    assert_eq!(vault_session(&app, BY).await.unwrap().vault, VaultState::Session);
    gateway_connect(&app, BY, typed, token.clone()).await.expect("by explicit choice, in memory");
    assert!(profile.files_holding(&token).is_empty(), "and never in a file");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_keychain_the_choice_is_explicit() {
    let env = [(ALONE, "1"), ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")];
    let mut child = stage::again("faults::vault::child_without_a_keychain", &env);
    assert!(child.wait().expect("it ends").success(), "see what it printed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_gone_is_asked_for_again() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let server = stage::sandbox(Arc::clone(&clock), 11).await;
    let app = stage::open(profile.path(), Arc::clone(&clock) as Arc<dyn app::Clock>).await;
    let token = server.admin_token.expose().to_owned();
    let gateway = gateway_connect(&app, BY, stage::sandbox_at("A", &server.base_url), token.clone()).await.unwrap();
    app.close().await;
    let app = stage::open(profile.path(), clock as Arc<dyn app::Clock>).await;
    let report = sync_run(&app, BY, None).await.unwrap();
    let line = &report.lines[0];
    let problem = line.problem.as_deref().expect("a problem");
    assert!(problem.contains("no admin credential"), "{problem}");
    assert!(line.hint.as_deref().expect("a hint").contains("paste its admin key again"), "{line:?}");
    let error = app::command::client::client_create(&app, BY, stage::client("Acme", &[&gateway.id])).await.unwrap_err();
    let wanted =
        Wanted { code: Code::GatewayDenied, cause: &["no admin credential"], remedy: &["paste its admin key"] };
    must("a write", &error, &wanted);
    let typed = stage::sandbox_at("A", &server.base_url);
    app::command::gateway::gateway_update(&app, BY, &gateway.id, typed, Some(token)).await.unwrap();
    assert!(sync_run(&app, BY, None).await.unwrap().complete, "and then it goes on");
}
