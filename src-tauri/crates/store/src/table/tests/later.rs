//! Periods that are carried, drift that a later invoice makes up for, and series that go on after a number of before.

use domain::{ClientId, InvoiceId};

use super::books::{NOON, date, draft, finalise};
use crate::table::{InvoiceDraft, InvoiceKind, SettledDrift};
use crate::testing::{at, client, temporary};
use crate::{Origin, Writer};

/// A client's draft for March.
async fn march(writer: &mut Writer, client: ClientId) -> InvoiceId {
    let march = InvoiceDraft { first_day: date("2026-03-01"), last_day: date("2026-03-31"), ..draft(client) };
    writer.invoice().draft_add(&march, at(NOON)).await.unwrap()
}

async fn reverse(writer: &mut Writer, id: InvoiceId) {
    let stored = writer.invoice().read().get(id).await.unwrap().draft;
    let note = InvoiceDraft { kind: InvoiceKind::CreditNote, corrects: Some(id), ..stored };
    let note = writer.invoice().draft_add(&note, at(NOON)).await.unwrap();
    finalise(writer, note).await.unwrap();
}

#[tokio::test]
async fn s2_08_a_carried_period_is_charged_once_by_a_live_invoice() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let client = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    let february = (date("2026-02-01"), date("2026-02-28"));
    writer.invoice().carry_add(client, february, at(NOON)).await.unwrap();
    let again = writer.invoice().carry_add(client, february, at(NOON)).await.unwrap_err().to_string();
    assert!(again.contains("carried already"), "{again}");
    let id = march(&mut writer, client).await;
    writer.invoice().carries_charge(id).await.unwrap();
    finalise(&mut writer, id).await.unwrap();
    let carries = writer.invoice().read().carries(client).await.unwrap();
    assert_eq!((carries[0].first_day, carries[0].invoice), (february.0, Some(id)));
    let kept = writer.invoice().carry_remove(client, february.0).await.unwrap_err().to_string();
    assert!(kept.contains("credit that one first"), "{kept}");
    reverse(&mut writer, id).await;
    let carries = writer.invoice().read().carries(client).await.unwrap();
    assert_eq!(carries[0].invoice, None, "what was charged by a credited invoice waits again");
    writer.invoice().carry_remove(client, february.0).await.unwrap();
    assert_eq!(writer.invoice().read().carries(client).await.unwrap(), []);
}

#[tokio::test]
async fn drift_is_settled_on_a_draft_and_goes_with_it() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let client = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    let drifted = writer.invoice().draft_add(&draft(client), at(NOON)).await.unwrap();
    let on = march(&mut writer, client).await;
    let drift = SettledDrift { invoice: drifted, settled_on: on, amount: 123 };
    let early = writer.invoice().drift_settle(&drift).await.unwrap_err().to_string();
    assert!(early.contains("a draft does not drift"), "{early}");
    finalise(&mut writer, drifted).await.unwrap();
    writer.invoice().drift_settle(&drift).await.unwrap();
    assert_eq!(writer.invoice().read().settled_drift(client).await.unwrap(), [drift]);
    writer.invoice().draft_remove(on).await.unwrap();
    assert_eq!(writer.invoice().read().settled_drift(client).await.unwrap(), [], "it goes with the draft");
    let on = march(&mut writer, client).await;
    let drift = SettledDrift { settled_on: on, ..drift };
    writer.invoice().drift_settle(&drift).await.unwrap();
    writer.invoice().drift_unsettle(drifted, on).await.unwrap();
    writer.invoice().drift_settle(&drift).await.unwrap();
    finalise(&mut writer, on).await.unwrap();
    let late = writer.invoice().drift_unsettle(drifted, on).await.unwrap_err().to_string();
    assert!(late.contains("never changes"), "{late}");
    reverse(&mut writer, on).await;
    assert_eq!(writer.invoice().read().settled_drift(client).await.unwrap(), [], "a credited invoice settles nothing");
}

#[tokio::test]
async fn a_series_goes_on_after_a_number_of_other_books_and_never_back() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    writer.invoice().series_skip("2026", 12).await.unwrap();
    writer.invoice().series_skip("2026", 7).await.unwrap();
    let client = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    let id = writer.invoice().draft_add(&draft(client), at(NOON)).await.unwrap();
    assert_eq!(finalise(&mut writer, id).await.unwrap(), 13);
    assert_eq!(writer.invoice().read().series().await.unwrap(), [("2026".to_owned(), 13)]);
}
