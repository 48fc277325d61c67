//! Canaries: an admin credential and a client's key, looked for everywhere they must not be.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{Secret, VaultRef};

use super::rig::{Rig, WINDOW, key};
use crate::command::gateway::{gateway_connect, gateway_remove};
use crate::command::key::{key_create, key_update, secret_reveal, secret_stored};
use crate::command::setting::vault_session;
use crate::command::sync::sync_run;
use crate::query::audit::audit_list;
use crate::query::gateway::gateway_list;
use crate::query::setting::settings;
use crate::vault::{KeychainVault, Vault};
use crate::wire::{AuditFilterInput, Code, ErrorView, VaultState};
use crate::{AppError, logging};

/// Every file below a folder, whole.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn s0_04_no_secret_reaches_a_file_a_view_or_an_error() {
    let rig = Rig::new().await;
    let writer = logging::writer(&rig.app.profile().log_dir()).unwrap();
    let log = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE).with_writer(writer);
    let _logging = tracing::subscriber::set_default(log.finish());
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    let client_key = secret_reveal(&rig.app, made.ticket.as_deref().unwrap()).await.unwrap();
    secret_stored(&rig.app, made.ticket.as_deref().unwrap()).await.unwrap();
    let admin = rig.server.admin_token.expose().to_owned();
    tracing::warn!("a careless line with {client_key} and {admin}");
    // Secrets typed into the wrong fields come back in errors and names.
    let mut typed = rig.typed("Second");
    typed.base_url = format!("{}/{admin}", typed.base_url);
    let errors: Vec<AppError> = vec![
        gateway_connect(&rig.app, WINDOW, rig.typed("Wrong"), "sk-wrong-canary-000000".to_owned()).await.unwrap_err(),
        gateway_connect(&rig.app, WINDOW, typed, admin.clone()).await.unwrap_err(),
        key_update(&rig.app, WINDOW, &made.key.id, key("ac_99", "")).await.unwrap_err(),
    ];
    sync_run(&rig.app, WINDOW, None).await.unwrap();

    let everything = AuditFilterInput { client_id: None, gateway_id: None, after: None };
    let mut shown = vec![
        serde_json::to_string(&audit_list(&rig.app, &everything).await.unwrap()).unwrap(),
        serde_json::to_string(&gateway_list(&rig.app).await.unwrap()).unwrap(),
        serde_json::to_string(&settings(&rig.app).await.unwrap()).unwrap(),
        serde_json::to_string(&made).unwrap(),
        format!("{:?}", rig.app),
    ];
    shown.extend(errors.iter().map(|error| format!("{error:?}")));
    shown.extend(errors.into_iter().map(|error| serde_json::to_string(&ErrorView::from(error)).unwrap()));
    let files = files(rig.dir.path());
    assert!(files.iter().any(|(name, bytes)| name.ends_with(".log") && !bytes.is_empty()), "the log was written");
    assert!(files.iter().any(|(name, _)| name.ends_with("-wal")), "the database is looked at while it is open");
    for canary in [&admin, &client_key, "sk-wrong-canary-000000"] {
        for (name, bytes) in &files {
            assert!(!holds(bytes, canary), "{name} holds a secret");
        }
        for text in &shown {
            assert!(!text.contains(canary), "a view or error holds a secret: {text}");
        }
    }
}

#[tokio::test]
async fn a_removed_gateway_leaves_no_credential_and_comes_back_with_its_history() {
    let rig = Rig::new().await;
    let id = rig.connect("Main").await.unwrap();
    rig.client(id, "Harborlight").await;
    let stored = rig.app.store().reader().await.unwrap().gateway().get(id).await.unwrap();
    let entry = stored.connection.vault_ref.unwrap();
    assert_eq!(rig.vault.get(&entry).await.unwrap().unwrap().expose(), rig.server.admin_token.expose());
    let twice = rig.connect("Again").await.unwrap_err();
    assert_eq!((twice.code, twice.field.as_deref()), (Code::Conflict, Some("baseUrl")), "it would be counted twice");
    gateway_remove(&rig.app, WINDOW, &id.to_string()).await.unwrap();
    assert!(rig.vault.get(&entry).await.unwrap().is_none());
    assert!(gateway_list(&rig.app).await.unwrap().is_empty());
    assert_eq!(rig.connect("Main").await.unwrap(), id, "the same gateway, under its name again");
    assert_eq!(gateway_list(&rig.app).await.unwrap()[0].accounts, 1);
}

/// A system without a keychain.
struct Absent;

fn absent<T>() -> Result<T, AppError> {
    Err(crate::vault::unavailable("no such file: /run/user/0/bus"))
}

#[async_trait]
impl Vault for Absent {
    async fn get(&self, _: &VaultRef) -> Result<Option<Secret>, AppError> {
        absent()
    }

    async fn set(&self, _: &VaultRef, _: &Secret) -> Result<(), AppError> {
        absent()
    }

    async fn delete(&self, _: &VaultRef) -> Result<(), AppError> {
        absent()
    }

    async fn state(&self) -> (VaultState, Option<AppError>) {
        (VaultState::Unavailable, absent::<()>().err())
    }
}

#[tokio::test]
async fn without_a_keychain_nothing_is_kept_until_a_person_chooses_memory() {
    let rig = Rig::with(Arc::new(Absent)).await;
    let error = rig.connect("Main").await.unwrap_err();
    assert_eq!(error.code, Code::VaultUnavailable);
    if cfg!(target_os = "linux") {
        assert!(error.message.starts_with("There is no Secret Service"), "{error}");
    }
    assert!(error.hints.iter().any(|hint| hint.contains("in memory until Purser closes")), "{:?}", error.hints);
    assert!(gateway_list(&rig.app).await.unwrap().is_empty(), "no half-connected gateway");
    let before = settings(&rig.app).await.unwrap();
    assert_eq!(before.vault, VaultState::Unavailable);
    assert!(before.vault_problem.is_some());
    assert_eq!(vault_session(&rig.app, WINDOW).await.unwrap().vault, VaultState::Session);
    let id = rig.connect("Main").await.unwrap();

    let rig = rig.reopened().await;
    assert_eq!(settings(&rig.app).await.unwrap().vault, VaultState::Unavailable, "the choice is made anew each time");
    let report = sync_run(&rig.app, WINDOW, Some(&id.to_string())).await.unwrap();
    let line = &report.lines[0];
    assert!(
        line.problem.as_ref().is_some_and(|why| why.contains("Secret Service") || why.contains("keychain")),
        "{line:?}"
    );
}

#[tokio::test]
async fn the_systems_keychain_says_what_it_is() {
    // With a Secret Service (as the test harness starts one) it works; without one it says so. Both are right.
    let entry = VaultRef::new("gateway-test-of-purser");
    let vault = KeychainVault;
    match vault.state().await {
        (VaultState::Keychain, None) => match vault.set(&entry, &Secret::new("sk-first")).await {
            Ok(()) => {
                vault.set(&entry, &Secret::new("sk-second")).await.unwrap();
                assert_eq!(vault.get(&entry).await.unwrap().unwrap().expose(), "sk-second", "updated in place");
                vault.delete(&entry).await.unwrap();
                assert!(vault.get(&entry).await.unwrap().is_none());
                vault.delete(&entry).await.unwrap();
            }
            Err(locked) => assert_eq!(locked.code, Code::VaultUnavailable),
        },
        (VaultState::Unavailable, Some(why)) => assert_eq!(why.code, Code::VaultUnavailable),
        other => panic!("a keychain is there or says why not: {other:?}"),
    }
}
