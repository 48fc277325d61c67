//! Price versions, invoices, settings, import mappings.

use domain::{ClientId, Currency, Date, InvoiceId, Meter, Money};
use rust_decimal::Decimal;

use crate::table::{
    ImportMapping, InvoiceDocument, InvoiceDraft, InvoiceFilter, InvoiceFinal, InvoiceKind, InvoicePayment,
    PriceExchange, PriceRule, PriceStep,
};
use crate::testing::{at, client, temporary};
use crate::{Origin, Store, StoreError, Writer};

pub(super) const NOON: &str = "2026-03-01T12:00:00Z";

pub(super) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn draft(client: ClientId) -> InvoiceDraft {
    InvoiceDraft {
        client,
        kind: InvoiceKind::Invoice,
        corrects: None,
        first_day: date("2026-02-01"),
        last_day: date("2026-02-28"),
        currency: Currency::EUR,
        net: 1_000,
        tax: 190,
        gross: 1_190,
        snapshot: "{\"lines\":[]}".to_owned(),
    }
}

pub(super) async fn finalise(writer: &mut Writer, id: InvoiceId) -> Result<i64, StoreError> {
    let number = writer.invoice().number_take("2026").await?;
    let taken = number.number();
    let issue = InvoiceFinal {
        number,
        label: format!("2026-{taken:04}"),
        issued_on: date("2026-03-01"),
        due_on: date("2026-03-31"),
        snapshot: "{\"final\":true}".to_owned(),
        at: at(NOON),
    };
    writer.invoice().finalise(id, issue).await.map(|()| taken)
}

/// A final invoice in a store with one client.
async fn issued(store: &Store) -> InvoiceId {
    let mut writer = store.begin(Origin::Window).await.unwrap();
    let client = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    let id = writer.invoice().draft_add(&draft(client), at(NOON)).await.unwrap();
    finalise(&mut writer, id).await.unwrap();
    let _ = writer.commit().await.unwrap();
    id
}

#[tokio::test]
async fn price_versions_take_effect_by_date_and_never_change() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let rule = PriceRule {
        pattern: "gpt-*".to_owned(),
        charge: "fixed".to_owned(),
        per_cent: Some(Decimal::new(1250, 2)),
        currency: Some(Currency::USD),
        rates: vec![(Meter::InputTokens, Decimal::new(25, 1)), (Meter::OutputTokens, Decimal::new(100, 1))],
        ..PriceRule::default()
    };
    let listed = PriceRule {
        pattern: "*".to_owned(),
        exchange: Some(PriceExchange {
            rate: Decimal::new(9200, 4),
            date: date("2025-12-30"),
            source: "ECB".to_owned(),
        }),
        payer: Some("client".to_owned()),
        free: vec!["claude-*".to_owned(), "anthropic/*".to_owned()],
        tier_mode: Some("volume".to_owned()),
        steps: vec![PriceStep { meter: Meter::Images, above: 1_000_000_000_000_000, rate: Decimal::new(20, 3) }],
        included: vec![(Meter::InputTokens, 1), (Meter::Images, 500)],
        minimum: Some(Decimal::new(10_000, 2)),
        flat_fee: Some(Decimal::new(990, 2)),
        ..rule.clone()
    };
    let rules = [rule, listed];
    let old = writer.price().add(date("2026-01-01"), "first", &rules, at(NOON)).await.unwrap();
    let new = writer.price().add(date("2026-03-01"), "dearer", &rules[..1], at(NOON)).await.unwrap();
    let rows = [("2025-12-31", None), ("2026-02-28", Some(old)), ("2026-03-01", Some(new))];
    for (on, want) in rows {
        let found = writer.price().read().in_force(date(on)).await.unwrap();
        assert_eq!(found.map(|version| version.id), want, "{on}");
    }
    assert_eq!(writer.price().read().get(old).await.unwrap().rules, rules, "as given, in order, to the digit");
    assert_eq!(writer.price().read().list().await.unwrap().len(), 2);
    for table in [
        "price_version SET note = 'x'",
        "price_rule SET charge = 'x'",
        "price_rate SET rate = '1'",
        "price_step SET rate = '1'",
        "price_included SET quantity = 1",
    ] {
        let sql = sqlx::AssertSqlSafe(format!("UPDATE {table}"));
        let error = StoreError::from(sqlx::query(sql).execute(&mut *writer.tx).await.unwrap_err());
        assert!(error.to_string().contains("never changes"), "{table}: {error}");
    }
}

#[tokio::test]
async fn drafts_change_and_finals_do_not() {
    let file = temporary().await;
    let id = issued(&file.store).await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let stored = writer.invoice().read().get(id).await.unwrap();
    assert_eq!(stored.issued.as_ref().unwrap().label, "2026-0001");
    let changed = writer.invoice().draft_set(id, &stored.draft, at(NOON)).await.unwrap_err().to_string();
    assert!(changed.contains("credit note"), "the sentence says what to do: {changed}");
    assert!(writer.invoice().draft_remove(id).await.is_err());
    for change in [
        "UPDATE invoice SET gross = gross + 1, net = net + 1",
        "DELETE FROM invoice",
        "UPDATE invoice SET live = 0, label = 'x'",
    ] {
        let error = sqlx::query(change).execute(&mut *writer.tx).await.unwrap_err();
        assert!(StoreError::from(error).to_string().contains("never changes"), "{change}");
    }
}

#[tokio::test]
async fn r9_one_live_invoice_per_client_and_period() {
    let file = temporary().await;
    let id = issued(&file.store).await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let invoice = writer.invoice().read().get(id).await.unwrap().draft;
    let again = writer.invoice().draft_add(&invoice, at(NOON)).await.unwrap_err().to_string();
    assert!(again.contains("already has such a document"), "{again}");
    let reversal = InvoiceDraft {
        kind: InvoiceKind::CreditNote,
        corrects: Some(id),
        net: -1_000,
        tax: -190,
        gross: -1_190,
        ..invoice.clone()
    };
    let note = writer.invoice().draft_add(&reversal, at(NOON)).await.unwrap();
    assert_eq!(finalise(&mut writer, note).await.unwrap(), 2);
    let reversed = writer.invoice().read().get(id).await.unwrap();
    assert_eq!((reversed.live, reversed.credited_by), (false, Some(note)));
    let anew = writer.invoice().draft_add(&invoice, at(NOON)).await.unwrap();
    let filter = InvoiceFilter { limit: Some(2), ..InvoiceFilter::default() };
    let newest: Vec<_> = writer.invoice().read().list(&filter).await.unwrap().iter().map(|i| i.id).collect();
    assert_eq!(newest, [anew, note], "a credited period can be invoiced again, newest first");
}

#[tokio::test]
async fn documents_are_stored_once_and_checked() {
    let file = temporary().await;
    let id = issued(&file.store).await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let pdf = InvoiceDocument {
        kind: "pdf".to_owned(),
        file_name: "2026-0001.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        created_at: at(NOON),
        body: b"%PDF".to_vec(),
    };
    writer.invoice().document_add(id, &pdf).await.unwrap();
    assert_eq!(writer.invoice().read().document(id, "pdf").await.unwrap(), Some(pdf.clone()));
    assert!(writer.invoice().document_add(id, &pdf).await.unwrap_err().to_string().contains("never replaced"));
    let kinds = writer.invoice().read().documents(id).await.unwrap();
    assert_eq!((kinds[0].0.as_str(), kinds[0].1.len()), ("pdf", 64));
    sqlx::query("DROP TRIGGER invoice_document_is_final").execute(&mut *writer.tx).await.unwrap();
    sqlx::query("UPDATE invoice_document SET body = x'00'").execute(&mut *writer.tx).await.unwrap();
    let altered = writer.invoice().read().document(id, "pdf").await.unwrap_err();
    assert!(matches!(altered, StoreError::Unreadable { .. }), "an altered document is not handed out");
}

#[tokio::test]
async fn payments_are_noted_against_final_invoices() {
    let file = temporary().await;
    let id = issued(&file.store).await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let paid = |amount, currency| InvoicePayment {
        paid_on: date("2026-03-20"),
        amount: Money::from_minor(amount, currency),
        note: "wire".to_owned(),
        recorded_at: at(NOON),
    };
    writer.invoice().payment_add(id, &paid(1_000, Currency::EUR)).await.unwrap();
    writer.invoice().payment_add(id, &paid(190, Currency::EUR)).await.unwrap();
    assert!(writer.invoice().payment_add(id, &paid(1, Currency::USD)).await.is_err(), "currencies do not mix");
    assert_eq!(writer.invoice().read().get(id).await.unwrap().paid, 1_190);
    assert_eq!(writer.invoice().read().payments(id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_number_that_is_taken_must_be_used() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let _number = writer.invoice().number_take("2026").await.unwrap();
    assert!(writer.commit().await.is_err(), "a gap cannot be committed");
    let last = file.store.reader().await.unwrap().invoice().last_number("2026").await.unwrap();
    assert_eq!(last, 0, "the number is free again");
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    writer.invoice().series_start("2026", 41).await.unwrap();
    assert_eq!(writer.invoice().number_take("2026").await.unwrap().number(), 42, "a series can go on from before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r9_a_hundred_at_once_are_numbered_without_gaps() {
    let file = temporary().await;
    let mut drafts = Vec::new();
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    for n in 0..100 {
        let client = writer.client().add(&client(&format!("Client {n}"), "UTC"), at(NOON)).await.unwrap();
        drafts.push(writer.invoice().draft_add(&draft(client), at(NOON)).await.unwrap());
    }
    let _ = writer.commit().await.unwrap();
    let tasks: Vec<_> = drafts
        .into_iter()
        .enumerate()
        .map(|(n, id)| {
            let store = file.store.clone();
            tokio::spawn(async move {
                if n % 10 == 0 {
                    let mut fails = store.begin(Origin::Window).await.unwrap();
                    finalise(&mut fails, id).await.unwrap();
                }
                let mut writer = store.begin(Origin::Window).await.unwrap();
                let number = finalise(&mut writer, id).await.unwrap();
                let _ = writer.commit().await.unwrap();
                number
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for task in tasks {
        numbers.push(task.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=100).collect::<Vec<i64>>(), "also when some attempts were rolled back");
}

#[tokio::test]
async fn settings_and_mappings_are_remembered() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    writer.setting().set("zone", Some("UTC")).await.unwrap();
    writer.setting().set("zone", Some("Europe/Berlin")).await.unwrap();
    assert_eq!(writer.setting().read().get("zone").await.unwrap().as_deref(), Some("Europe/Berlin"));
    writer.setting().set("zone", None).await.unwrap();
    assert_eq!(writer.setting().read().list().await.unwrap().len(), 1, "only the release that opened the file");
    let mapping = ImportMapping {
        signature: "date,model".to_owned(),
        name: "Bill".to_owned(),
        mapping: "{}".to_owned(),
        used_at: at(NOON),
    };
    writer.import_mapping().set(&mapping).await.unwrap();
    assert_eq!(writer.import_mapping().read().find("date,model").await.unwrap(), Some(mapping.clone()));
    assert_eq!(writer.import_mapping().read().list().await.unwrap(), [mapping]);
    writer.import_mapping().remove("date,model").await.unwrap();
    assert_eq!(writer.import_mapping().read().find("date,model").await.unwrap(), None);
}
