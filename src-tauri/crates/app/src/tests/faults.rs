//! Replies that are lost, writes that are not kept, clocks that jump.

use store::table::AuditOutcome;
use store::table::audit::AuditFilter;

use super::rig::{Fault, Rig, WINDOW, key};
use crate::act::settle_gateway;
use crate::command::key::{key_create, key_pause, secret_reveal};
use crate::command::sync::sync_run;
use crate::query::key::{key_get, key_list};
use crate::wire::{Code, KeyFilterInput, KeyStatusView};

fn all_keys() -> KeyFilterInput {
    KeyFilterInput { client_id: None, gateway_id: None, search: String::new(), with_revoked: true, after: None }
}

async fn outcomes(rig: &Rig, action: &str) -> Vec<AuditOutcome> {
    let mut reader = rig.app.store().reader().await.unwrap();
    let mut entries = reader.audit().list(&AuditFilter::default()).await.unwrap();
    entries.retain(|entry| entry.record.action == action);
    entries.iter().rev().filter_map(|entry| entry.outcome).collect()
}

#[tokio::test]
async fn d21_a_lost_reply_is_found_again_at_once_with_its_secret() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    rig.between(gateway, Fault::ReplyLost).await;
    let made = key_create(&rig.app, WINDOW, key(&account, "lost-and-found")).await;
    // Some gateways insist on a secret of their own: then it is gone with the reply, and no other is shown for it.
    match made {
        Ok(made) => {
            let secret = secret_reveal(&rig.app, made.ticket.as_deref().unwrap()).await.unwrap();
            assert!(made.key.label.ends_with(&secret[secret.len() - 4..]), "the secret is the key's");
        }
        Err(error) => assert!(error.message.contains("its secret was lost"), "{error}"),
    }
    let keys = key_list(&rig.app, &all_keys()).await.unwrap().rows;
    assert_eq!(keys.iter().filter(|key| key.name == "lost-and-found").count(), 1, "made once: {keys:?}");
    assert_eq!(outcomes(&rig, "key_create").await, [AuditOutcome::Unknown, AuditOutcome::Done]);
}

#[tokio::test]
async fn d21_an_unknown_outcome_is_settled_at_the_next_start_without_a_duplicate() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    rig.between(gateway, Fault::DeadAfterwards).await;
    let error = key_create(&rig.app, WINDOW, key(&account, "lost-and-found")).await.unwrap_err();
    assert_eq!(error.code, Code::OutcomeUnknown);
    assert!(error.message.contains("Purser will check again"), "{error}");
    assert_eq!(outcomes(&rig, "key_create").await, [AuditOutcome::Unknown]);
    assert!(key_list(&rig.app, &all_keys()).await.unwrap().rows.is_empty(), "nothing is claimed that nobody saw");

    let rig = rig.reopened().await;
    // A write to the same gateway waits until the open question is settled.
    let other = key_create(&rig.app, WINDOW, key(&account, "after-it")).await.unwrap();
    assert_eq!(outcomes(&rig, "key_create").await, [AuditOutcome::Unknown, AuditOutcome::Done, AuditOutcome::Done]);
    let names: Vec<String> =
        key_list(&rig.app, &all_keys()).await.unwrap().rows.into_iter().map(|key| key.name).collect();
    assert_eq!(names.len(), 2, "the lost one once, and {}: {names:?}", other.key.name);
    sync_run(&rig.app, WINDOW, Some(&gateway.to_string())).await.unwrap();
    let mut mine = key_list(&rig.app, &all_keys()).await.unwrap().rows;
    mine.retain(|key| names.contains(&key.name));
    assert_eq!(mine.len(), 2, "the gateway holds no second one either");
}

#[tokio::test]
async fn a_change_that_never_arrived_is_abandoned_and_may_be_repeated() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    rig.between(gateway, Fault::NeverReached).await;
    let error = key_pause(&rig.app, WINDOW, &made.key.id).await.unwrap_err();
    assert_eq!(error.code, Code::GatewayUnreachable);
    assert!(error.message.ends_with("Nothing was changed") && error.retryable, "{error}");
    assert_eq!(outcomes(&rig, "key_pause").await, [AuditOutcome::Unknown, AuditOutcome::Abandoned]);
    rig.app.gateways().forget(gateway).await;
    key_pause(&rig.app, WINDOW, &made.key.id).await.unwrap();
}

#[tokio::test]
async fn d37_accepted_but_not_saved_is_a_refusal_and_changes_no_row() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    rig.between(gateway, Fault::NotSaved).await;
    let error = key_pause(&rig.app, WINDOW, &made.key.id).await.unwrap_err();
    assert_eq!(error.code, Code::GatewayRefused);
    assert!(error.message.contains("shows the old value") && error.hints[0].contains("did not keep it"), "{error:?}");
    assert_eq!(outcomes(&rig, "key_pause").await, [AuditOutcome::Refused]);
    let status = key_get(&rig.app, made.key.id.parse().unwrap()).await.unwrap().status;
    assert_eq!(status, KeyStatusView::Active);
}

#[tokio::test]
async fn a_write_the_credential_may_not_do_is_denied_and_any_other_no_is_refused() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    let rows = [
        (401, Code::GatewayDenied, "Use an admin key"),
        (403, Code::GatewayDenied, "Use an admin key"),
        (400, Code::GatewayRefused, "Change what the gateway names"),
        (429, Code::GatewayRefused, "Wait a minute"),
    ];
    for (status, code, remedy) in rows {
        rig.between(gateway, Fault::Refused(status)).await;
        let error = key_pause(&rig.app, WINDOW, &made.key.id).await.unwrap_err();
        assert_eq!(error.code, code, "HTTP {status}: {error}");
        assert!(error.hints[0].starts_with(remedy), "HTTP {status}: {error:?}");
    }
    assert_eq!(outcomes(&rig, "key_pause").await, [AuditOutcome::Refused; 4], "each is in the log as refused");
}

#[tokio::test]
async fn a_clock_that_is_set_back_by_a_year_loses_nothing() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    rig.clock.forward(-365 * 86_400_000);
    assert!(
        secret_reveal(&rig.app, made.ticket.as_deref().unwrap()).await.is_err(),
        "a secret does not wait for a year"
    );
    key_pause(&rig.app, WINDOW, &made.key.id).await.unwrap();
    settle_gateway(&rig.app, gateway).await.unwrap();
    let mut reader = rig.app.store().reader().await.unwrap();
    assert_eq!(reader.audit().first_broken().await.unwrap(), None, "the log's order is its own");
    assert_eq!(reader.audit().unsettled().await.unwrap(), []);
}
