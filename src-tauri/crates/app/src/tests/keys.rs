//! Keys and clients from the first to the last step.

use store::table::{AuditFilter, AuditOutcome};

use super::rig::{Rig, WINDOW, budget, client, key};
use crate::command::account::{account_attribute, account_budget, client_from_account};
use crate::command::client::{client_close, client_create, client_pause, client_resume};
use crate::command::key::{
    key_budget, key_create, key_pause, key_revoke, key_rotate, key_update, secret_reveal, secret_stored,
};
use crate::command::sync::sync_run;
use crate::command::undo::undo;
use crate::query::audit::audit_list;
use crate::query::client::{account_list, client_get};
use crate::query::key::key_get;
use crate::wire::{AuditFilterInput, AuditOutcomeView, ClientStatusView, Code, KeyStatusView};

fn everything() -> AuditFilterInput {
    AuditFilterInput { client_id: None, gateway_id: None, after: None }
}

#[tokio::test]
async fn u15_a_key_is_made_shown_once_paused_and_resumed_by_undo() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    assert_eq!(made.base_url, format!("{}/v1", rig.server.base_url));
    let secret = secret_reveal(&rig.app, made.ticket.as_deref().unwrap()).await.unwrap();
    assert!(made.key.label.ends_with(&secret[secret.len() - 4..]), "the label is the secret's: {}", made.key.label);
    assert_eq!(secret_reveal(&rig.app, made.ticket.as_deref().unwrap()).await.unwrap(), secret, "until it was stored");
    secret_stored(&rig.app, made.ticket.as_deref().unwrap()).await.unwrap();
    let gone = secret_reveal(&rig.app, made.ticket.as_deref().unwrap()).await.unwrap_err();
    assert_eq!(gone.code, Code::NotFound);

    let status = async || key_get(&rig.app, made.key.id.parse().unwrap()).await.unwrap().status;
    let paused = key_pause(&rig.app, WINDOW, &made.key.id).await.unwrap();
    assert_eq!(status().await, KeyStatusView::Paused);
    let ticket = paused.undo.unwrap();
    undo(&rig.app, WINDOW, &ticket).await.unwrap();
    assert_eq!(status().await, KeyStatusView::Active, "undo passes the gateway");
    assert_eq!(undo(&rig.app, WINDOW, &ticket).await.unwrap_err().code, Code::NotFound, "a ticket is good once");

    let page = audit_list(&rig.app, &everything()).await.unwrap();
    let told: Vec<_> = page.rows.iter().map(|row| (row.action.as_str(), row.outcome)).collect();
    let done = AuditOutcomeView::Done;
    let wanted = ["key_resume", "key_pause", "key_create", "account_create", "client_create", "gateway_connect"];
    assert_eq!(told, wanted.map(|action| (action, done)), "latest first, every one ended");
    assert!(page.intact);
}

#[tokio::test]
async fn an_outcome_names_the_rows_and_ends_its_intent() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    let mut reader = rig.app.store().reader().await.unwrap();
    assert_eq!(reader.audit().unsettled().await.unwrap(), []);
    let filter = AuditFilter { key: Some(made.key.id.parse().unwrap()), ..AuditFilter::default() };
    let entries = reader.audit().list(&filter).await.unwrap();
    let [outcome] = entries.as_slice() else { panic!("one outcome names the key: {entries:?}") };
    assert_eq!(outcome.outcome, Some(AuditOutcome::Done));
    let intent = reader.audit().get(outcome.intent.unwrap()).await.unwrap();
    assert_eq!(intent.record.mark, outcome.record.mark, "the mark is on the intent, before anything is sent");
    assert!(intent.record.mark.is_some() && intent.id < outcome.id);
}

#[tokio::test]
async fn u16_a_budget_goes_back_to_what_the_gateway_held() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    let limit = async || key_get(&rig.app, made.key.id.parse().unwrap()).await.unwrap().budget.map(|b| b.limit.amount);
    key_budget(&rig.app, WINDOW, &made.key.id, Some(budget("10"))).await.unwrap();
    let raised = key_budget(&rig.app, WINDOW, &made.key.id, Some(budget("12.50"))).await.unwrap();
    assert!(raised.message.contains("$10.00 daily → $12.50 daily"), "{}", raised.message);
    assert_eq!(limit().await.as_deref(), Some("12.5"));
    undo(&rig.app, WINDOW, &raised.undo.unwrap()).await.unwrap();
    assert_eq!(limit().await.as_deref(), Some("10"));

    let of_account = async || account_list(&rig.app).await.unwrap().remove(0).budget.map(|budget| budget.limit.amount);
    let set = account_budget(&rig.app, WINDOW, &account, Some(budget("100"))).await.unwrap();
    assert_eq!(of_account().await.as_deref(), Some("100"));
    undo(&rig.app, WINDOW, &set.undo.unwrap()).await.unwrap();
    assert_eq!(of_account().await, None);
}

#[tokio::test]
async fn an_undo_is_good_for_ten_minutes() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (client, _) = rig.client(gateway, "Harborlight").await;
    let ticket = client_pause(&rig.app, WINDOW, &client).await.unwrap().undo.unwrap();
    rig.clock.forward(10 * 60 * 1000 + 1);
    assert_eq!(undo(&rig.app, WINDOW, &ticket).await.unwrap_err().code, Code::NotFound);
    assert_eq!(client_get(&rig.app, &client).await.unwrap().row.status, ClientStatusView::Paused);
}

#[tokio::test]
async fn a_key_is_changed_rotated_and_revoked() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    let mut typed = key(&account, "harborlight-live");
    typed.requests_per_minute = Some(5);
    let changed = key_update(&rig.app, WINDOW, &made.key.id, typed).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.requests_per_minute), ("harborlight-live", Some(5)));
    let names = ["harborlight-live-r2", "harborlight-live-r3"];
    for name in names {
        let next = key_rotate(&rig.app, WINDOW, &made.key.id).await.unwrap();
        assert_eq!((next.key.name.as_str(), next.key.requests_per_minute), (name, Some(5)), "same, but for the name");
    }
    key_revoke(&rig.app, WINDOW, &made.key.id).await.unwrap();
    let status = key_get(&rig.app, made.key.id.parse().unwrap()).await.unwrap().status;
    assert_eq!(status, KeyStatusView::Revoked, "its row stays");
    assert_eq!(key_rotate(&rig.app, WINDOW, &made.key.id).await.unwrap_err().code, Code::Conflict);
}

#[tokio::test]
async fn pausing_a_client_is_undone_for_exactly_what_it_paused() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (id, first) = rig.client(gateway, "Harborlight").await;
    let (_, second) = rig.client(gateway, "Fjord").await;
    account_attribute(&rig.app, WINDOW, &second, Some(&id)).await.unwrap();
    let paused = async || {
        let mut accounts = client_get(&rig.app, &id).await.unwrap().accounts;
        accounts.sort_by_key(|account| account.id == second);
        accounts.iter().map(|account| account.paused).collect::<Vec<_>>()
    };
    let fjord = account_list(&rig.app).await.unwrap().into_iter().find(|account| account.id == first).unwrap();
    assert_eq!(fjord.client_id.as_deref(), Some(id.as_str()));
    let all = client_pause(&rig.app, WINDOW, &id).await.unwrap();
    assert_eq!(paused().await, [true, true]);
    undo(&rig.app, WINDOW, &all.undo.unwrap()).await.unwrap();
    assert_eq!(paused().await, [false, false]);
    client_resume(&rig.app, WINDOW, &id).await.unwrap();
    client_close(&rig.app, WINDOW, &id).await.unwrap();
    assert_eq!(client_get(&rig.app, &id).await.unwrap().row.status, ClientStatusView::Closed);
    assert_eq!(paused().await, [true, true], "a closed client is not served");
}

#[tokio::test]
async fn an_account_nobody_owns_becomes_a_client_of_its_name() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (id, account) = rig.client(gateway, "Harborlight").await;
    let moved = account_attribute(&rig.app, WINDOW, &account, None).await.unwrap();
    let taken = client_from_account(&rig.app, WINDOW, &account).await.unwrap_err();
    assert_eq!(taken.code, Code::Conflict, "there is a client of this name");
    undo(&rig.app, WINDOW, &moved.undo.unwrap()).await.unwrap();
    assert_eq!(client_get(&rig.app, &id).await.unwrap().accounts.len(), 1);
    let again = client_from_account(&rig.app, WINDOW, &account).await.unwrap_err();
    assert_eq!(again.code, Code::Conflict, "it stands for a client");
}

#[tokio::test]
async fn a_client_whose_second_gateway_fails_stays_and_the_error_says_what_was_made() {
    let rig = Rig::new().await;
    let first = rig.connect("First").await.unwrap();
    let other = Rig::new().await;
    let second = {
        let credential = other.server.admin_token.expose().to_owned();
        let view = crate::command::gateway::gateway_connect(&rig.app, WINDOW, other.typed("Second"), credential);
        view.await.unwrap().id.parse().unwrap()
    };
    rig.between(second, super::rig::Fault::NotSaved).await;
    let error = client_create(&rig.app, WINDOW, client("Harborlight", &[first, second])).await.unwrap_err();
    assert_eq!(error.code, Code::GatewayRefused);
    assert!(error.message.contains("on First was made") && error.message.contains("not the one on Second"), "{error}");
    let accounts = account_list(&rig.app).await.unwrap();
    assert_eq!(accounts.iter().filter(|account| account.client_id.is_some()).count(), 1);
    let taken = client_create(&rig.app, WINDOW, client("harborlight", &[])).await.unwrap_err();
    assert_eq!((taken.code, taken.field.as_deref()), (Code::Conflict, Some("name")), "whatever its case");
}

#[tokio::test]
async fn one_sync_at_a_time_and_its_end_is_told() {
    let rig = Rig::new().await;
    rig.connect("Main").await.unwrap();
    let (one, two) = tokio::join!(sync_run(&rig.app, WINDOW, None), sync_run(&rig.app, WINDOW, None));
    let report = one.unwrap();
    assert!(report.complete, "{report:?}");
    assert!(report.lines[0].rows > 0);
    assert_eq!(two.unwrap_err().code, Code::Conflict);
    let heard = rig.heard.0.lock().unwrap();
    assert!(heard.last().unwrap().finished && heard.iter().filter(|one| one.finished).count() == 1);
    let done: Vec<u16> = heard.iter().filter_map(|one| one.done).collect();
    assert!(done.is_sorted(), "progress never goes back: {done:?}");
}
