//! A real Secret Service: working, locked, and not there at all. A process asks for its session bus once, so each case
//! runs this very test program again, on a bus of its own; nothing of the keyring of whoever runs the tests is touched.

use std::process::{Command, Stdio};
use std::sync::Arc;

use domain::{Secret, VaultRef};

use super::rig::Rig;
use crate::AppError;
use crate::query::gateway::gateway_list;
use crate::query::setting::settings;
use crate::vault::{KeychainVault, Vault};
use crate::wire::{Code, VaultState};

/// Says which case a run of this program is to play.
const CASE: &str = "PURSER_TEST_KEYCHAIN";
/// Starts a private bus with an unlocked, throw-away keyring, then its arguments.
const KEYRING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/with-keyring.sh");
/// Locks the keyring of the bus it runs on, then goes on as its arguments.
const LOCKED: &str = "for name in login session; do dbus-send --session --dest=org.freedesktop.secrets --print-reply \
    /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock \
    array:objpath:/org/freedesktop/secrets/collection/$name >/dev/null; done; exec \"$@\"";

fn on_path(tool: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(tool).is_file())
}

/// Whether a keyring can be started here: `cargo xtask test` sees to that on Debian and Ubuntu.
fn keyring_here() -> bool {
    let here = ["bash", "dbus-run-session", "dbus-send", "gnome-keyring-daemon"].iter().all(|tool| on_path(tool));
    if !here {
        eprintln!("skipped: dbus-run-session, dbus-send or gnome-keyring-daemon is not installed here");
    }
    here
}

/// Plays a case: `before` is what this program is started through.
fn play(case: &str, before: &[&str], env: &[(&str, &str)]) {
    let this = std::env::current_exe().unwrap().display().to_string();
    let child = ["--exact", "tests::keychains::child", "--nocapture"];
    let line: Vec<&str> = before.iter().copied().chain([this.as_str()]).chain(child).collect();
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).env(CASE, case).envs(env.iter().copied()).stdin(Stdio::null());
    // Without a display nobody can be asked to unlock anything, which is what a locked keyring is about here.
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let ended = command.output().unwrap();
    let told = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && told.contains("1 passed"), "{case}: {told}");
}

/// Not a test of its own: what the others run.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    match std::env::var(CASE).as_deref() {
        Ok("works") => works().await,
        Ok("locked") => refuses("locked", "Unlock the keychain", VaultState::Keychain).await,
        Ok("absent") => refuses("no Secret Service", "Start GNOME Keyring", VaultState::Unavailable).await,
        _ => {}
    }
}

async fn works() {
    let (vault, entry) = (KeychainVault, VaultRef::new("gateway-test-of-purser"));
    assert_eq!(vault.state().await.0, VaultState::Keychain);
    assert!(vault.get(&entry).await.unwrap().is_none(), "a throw-away keyring starts empty");
    vault.set(&entry, &Secret::new("sk-first")).await.unwrap();
    vault.set(&entry, &Secret::new("sk-second")).await.unwrap();
    assert_eq!(vault.get(&entry).await.unwrap().unwrap().expose(), "sk-second", "updated in place");
    vault.delete(&entry).await.unwrap();
    assert!(vault.get(&entry).await.unwrap().is_none());
    vault.delete(&entry).await.expect("forgetting what is not there is no error");
}

/// A credential cannot be kept: said with what to do, and nothing is kept of the gateway or of the credential.
async fn refuses(cause: &str, remedy: &str, state: VaultState) {
    let rig = Rig::with(Arc::new(KeychainVault)).await;
    let error = rig.connect("Main").await.expect_err("a credential was taken and cannot be kept");
    assert_eq!(error.code, Code::VaultUnavailable);
    one_sentence(&error, cause);
    assert!(error.hints.iter().any(|hint| hint.contains(remedy)), "{error:?}");
    assert_eq!(gateway_list(&rig.app).await.unwrap(), [], "no half-connected gateway");
    assert_eq!(settings(&rig.app).await.unwrap().vault, state, "memory is never chosen silently");
    let token = rig.server.admin_token.expose().as_bytes();
    for file in std::fs::read_dir(rig.dir.path()).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = if file.is_file() { std::fs::read(&file).unwrap() } else { Vec::new() };
        assert!(!bytes.windows(token.len()).any(|window| window == token), "{} holds the token", file.display());
    }
}

fn one_sentence(error: &AppError, cause: &str) {
    assert!(error.message.contains(cause) && error.message.ends_with('.'), "{error}");
    for raw in ["zbus", "Platform", "SS error", "os error", "unix:"] {
        assert!(!error.message.contains(raw), "the system's own words are for the log: {error}");
        assert!(!error.hints.iter().any(|hint| hint.contains(raw)), "{error:?}");
    }
    assert!(!error.context.is_empty(), "the log gets the cause");
}

#[test]
#[cfg(target_os = "linux")]
fn a_keychain_that_works_keeps_changes_and_forgets() {
    if keyring_here() {
        play("works", &[KEYRING], &[]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_locked_keychain_says_so_and_nothing_is_kept() {
    if keyring_here() {
        play("locked", &[KEYRING, "bash", "-c", LOCKED, "locked"], &[]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_keychain_that_is_said_and_nothing_is_kept() {
    let nowhere = ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    play("absent", &["env", "-u", "XDG_RUNTIME_DIR"], &[nowhere]);
}
