//! The audit log.

use domain::{AuditId, ClientId, Mark};

use crate::table::{AuditFilter, AuditOutcome, AuditRecord};
use crate::testing::{Temporary, at, temporary};
use crate::{Origin, StoreError};

fn record(action: &str) -> AuditRecord {
    AuditRecord {
        at: at("2026-03-01T12:00:00Z"),
        actor: "window".to_owned(),
        action: action.to_owned(),
        mark: Some(Mark::new([1; 16])),
        gateway: None,
        client: Some(ClientId(3)),
        account: None,
        key: None,
        subject: "Harborlight".to_owned(),
        detail: "{}".to_owned(),
    }
}

/// Two intents: the first done after the second was left unknown.
async fn log() -> Temporary {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let first = writer.audit().intent(&record("key_pause")).await.unwrap();
    let second = writer.audit().intent(&record("key_create")).await.unwrap();
    writer.audit().outcome(second, AuditOutcome::Unknown, &record("key_create")).await.unwrap();
    let bare = AuditRecord { client: None, mark: None, subject: String::new(), ..record("key_pause") };
    writer.audit().outcome(first, AuditOutcome::Done, &bare).await.unwrap();
    writer.audit().done(&record("price_add")).await.unwrap();
    let _ = writer.commit().await.unwrap();
    file
}

#[tokio::test]
async fn acts_are_listed_when_they_are_completed() {
    let file = log().await;
    let mut reader = file.store.reader().await.unwrap();
    let listed =
        reader.audit().list(&AuditFilter { client: Some(ClientId(3)), ..AuditFilter::default() }).await.unwrap();
    let rows: Vec<_> = listed.iter().map(|entry| (entry.record.action.as_str(), entry.outcome.unwrap())).collect();
    let want =
        [("price_add", AuditOutcome::Done), ("key_pause", AuditOutcome::Done), ("key_create", AuditOutcome::Unknown)];
    assert_eq!(rows, want, "intents alone are not listed");
    assert_eq!(listed[1].record.subject, "Harborlight", "an outcome takes what it is about from its intent");
    let older = AuditFilter { before: Some(listed[0].id), limit: 1, ..AuditFilter::default() };
    assert_eq!(reader.audit().list(&older).await.unwrap()[0].id, listed[1].id);
}

#[tokio::test]
async fn unknown_outcomes_stay_unsettled_until_they_are_known() {
    let file = log().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let open = writer.audit().read().unsettled().await.unwrap();
    assert_eq!(open.iter().map(|entry| entry.record.action.as_str()).collect::<Vec<_>>(), ["key_create"]);
    writer.audit().outcome(open[0].id, AuditOutcome::Abandoned, &record("key_create")).await.unwrap();
    assert!(writer.audit().read().unsettled().await.unwrap().is_empty());
    let twice = writer.audit().outcome(open[0].id, AuditOutcome::Done, &record("key_create")).await.unwrap_err();
    assert!(twice.to_string().contains("ended before"), "an outcome is final: {twice}");
}

#[tokio::test]
async fn r35_the_log_only_grows_and_an_edit_shows() {
    let file = log().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    assert_eq!(writer.audit().read().first_broken().await.unwrap(), None);
    for change in ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"] {
        let error = sqlx::query(change).execute(&mut *writer.tx).await.unwrap_err();
        assert!(StoreError::from(error).to_string().contains("append-only"), "{change}");
    }
    sqlx::query("DROP TRIGGER audit_is_final").execute(&mut *writer.tx).await.unwrap();
    sqlx::query("UPDATE audit SET subject = 'Someone else' WHERE id = 2").execute(&mut *writer.tx).await.unwrap();
    assert_eq!(writer.audit().read().first_broken().await.unwrap(), Some(AuditId(2)), "an edited row is found");
}
