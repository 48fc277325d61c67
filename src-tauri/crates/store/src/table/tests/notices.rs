//! Notices of low balances as they are kept: told once, seen once, never changed.

use billing::ledger::Watch;
use domain::{ClientId, Currency, ExactAmount, NoticeId};
use rust_decimal::Decimal;

use crate::testing::{at, client, temporary};
use crate::{Origin, StoreError, Tag, Writer};

const NOON: &str = "2026-03-01T12:00:00Z";

fn usd(text: &str) -> ExactAmount {
    ExactAmount::new(text.parse().unwrap(), Currency::USD)
}

async fn note(writer: &mut Writer, id: ClientId, threshold: &str, state: Watch, left: &str) -> Result<(), StoreError> {
    writer.notice().note(id, (threshold.parse().unwrap(), state), usd(left), at(NOON)).await
}

#[tokio::test]
async fn a_notice_is_told_once_and_again_when_it_was_armed() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let one = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    let two = writer.client().add(&client("Two", "UTC"), at(NOON)).await.unwrap();
    note(&mut writer, one, "5", Watch::Armed, "10").await.unwrap();
    note(&mut writer, one, "5.00", Watch::Told, "4.123456789012345678").await.unwrap();
    let again = note(&mut writer, one, "5.0", Watch::Told, "4").await.unwrap_err();
    assert!(again.to_string().contains("told already"), "{again}");
    note(&mut writer, two, "5", Watch::Told, "1").await.unwrap();
    note(&mut writer, one, "5", Watch::Armed, "50").await.unwrap();
    note(&mut writer, one, "5", Watch::Told, "3").await.unwrap();
    let states = writer.notice().read().watches(one).await.unwrap();
    assert_eq!(states.into_iter().collect::<Vec<_>>(), [(Decimal::from(5), Watch::Told)], "the last row counts");
    let all = writer.notice().read().list(None).await.unwrap();
    let told: Vec<_> = all.iter().map(|n| (n.client, n.spendable, n.over)).collect();
    let first = usd("4.123456789012345678");
    assert_eq!(told, [(one, usd("3"), false), (two, usd("1"), false), (one, first, true)], "newest first");
    assert_eq!(writer.notice().read().list(Some(two)).await.unwrap().len(), 1);
    assert_eq!(all[2].threshold, usd("5"));
}

#[tokio::test]
async fn what_was_seen_is_seen_with_what_came_before_it() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let id = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    note(&mut writer, id, "5", Watch::Told, "4").await.unwrap();
    note(&mut writer, id, "0", Watch::Told, "0").await.unwrap();
    note(&mut writer, id, "9", Watch::Armed, "0").await.unwrap();
    let told = writer.notice().read().list(None).await.unwrap();
    let later = at(NOON).plus_days(1);
    writer.notice().see(told[1].id, later).await.unwrap();
    let seen = |told: Vec<super::super::notice::StoredNotice>| told.into_iter().map(|n| n.seen_at).collect::<Vec<_>>();
    assert_eq!(seen(writer.notice().read().list(None).await.unwrap()), [None, Some(later)]);
    writer.notice().see(told[0].id, later.plus_days(1)).await.unwrap();
    assert_eq!(seen(writer.notice().read().list(None).await.unwrap()), [Some(later.plus_days(1)), Some(later)]);
    for unknown in [NoticeId(99), NoticeId(3)] {
        let refused = writer.notice().see(unknown, later).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotFound { .. }), "{refused}");
    }
    assert!(writer.commit().await.unwrap().tags.contains(&Tag::Notices));
}

#[tokio::test]
async fn notices_never_change() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let id = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    note(&mut writer, id, "5", Watch::Told, "4").await.unwrap();
    let notice = writer.notice().read().list(None).await.unwrap()[0].id;
    writer.notice().see(notice, at(NOON)).await.unwrap();
    for change in [
        "UPDATE balance_notice SET spendable = '9'",
        "DELETE FROM balance_notice",
        "UPDATE balance_notice_seen SET seen_at = 1",
        "DELETE FROM balance_notice_seen",
    ] {
        let error = StoreError::from(sqlx::query(change).execute(&mut *writer.tx).await.unwrap_err());
        assert!(matches!(error, StoreError::Rule { .. }), "{change}: {error}");
    }
}
