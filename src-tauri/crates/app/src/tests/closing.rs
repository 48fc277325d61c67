//! The end of a month and what comes after it: grace, batches, carried months, payments, credit notes, drift, and numbers
//! that a restored backup must not give twice.

use super::rig::{Rig, WINDOW, client};
use crate::command::client::client_create;
use crate::command::gateway::gateway_connect;
use crate::command::import::{import_apply, import_preview};
use crate::command::invoice::{
    invoice_continue, invoice_credit, invoice_discard_month, invoice_draft, invoice_draft_month, invoice_edit,
    invoice_finalise, invoice_finalise_month, invoice_month_cancel, invoice_pay, invoice_settle_drift,
};
use crate::command::price::{flat_markup, price_set};
use crate::command::setting::settings_agency;
use crate::query::invoice::{invoice_drifts, invoice_get, invoice_list};
use crate::wire::{
    AdjustmentInput, BatchOutcome, ChargeKind, Code, CommissionInput, ConditionsInput, GatewayInput, InvoiceStatus,
    InvoiceView, ListInput, PayerName, PaymentInput, PriceChange, RuleInput, ThemeChoice, UnitPriceView,
};

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

async fn fee(rig: &Rig, client: &str, month: &str, amount: &str) -> InvoiceView {
    let made = invoice_draft(&rig.app, WINDOW, client, month).await.unwrap();
    let fee = AdjustmentInput { reason: "Onboarding".to_owned(), amount: amount.to_owned() };
    invoice_edit(&rig.app, WINDOW, &made.row.id, vec![fee], String::new()).await.unwrap()
}

async fn issued(rig: &Rig, client: &str, month: &str, amount: &str) -> InvoiceView {
    let draft = fee(rig, client, month, amount).await;
    invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap()
}

pub(super) async fn buyer(rig: &Rig, name: &str) -> String {
    client_create(&rig.app, WINDOW, client(name, &[])).await.unwrap().id
}

async fn pay(rig: &Rig, id: &str, amount: &str) -> Result<String, (Code, String)> {
    let typed = PaymentInput { date: "2026-11-21".to_owned(), amount: amount.to_owned(), note: "wire 7".to_owned() };
    let done = invoice_pay(&rig.app, WINDOW, id, &typed).await;
    done.map(|done| done.message).map_err(|error| (error.code, error.message))
}

pub(super) async fn page(rig: &Rig, id: &str) -> InvoiceView {
    invoice_get(&rig.app, id, ThemeChoice::Light).await.unwrap()
}

#[tokio::test]
async fn an_invoice_is_paid_in_parts_overdue_and_given_back() {
    let rig = Rig::new().await;
    let id = issued(&rig, &buyer(&rig, "Acme").await, "2026-10", "100").await.row.id;
    assert_eq!(pay(&rig, &id, "40").await.unwrap(), "$40.00 was noted on invoice 2026-0001; $60.00 is open.");
    let part = page(&rig, &id).await;
    assert_eq!((part.row.status, part.row.open.amount.as_str()), (InvoiceStatus::PartPaid, "60"));
    assert_eq!((part.payments[0].note.as_str(), part.payments[0].amount.amount.as_str()), ("wire 7", "40"));
    for (amount, told) in [("60.01", "only 60.00 USD is open"), ("-41", "only 40.00 USD was paid"), ("x", "no")] {
        let (code, message) = pay(&rig, &id, amount).await.unwrap_err();
        assert!(code == Code::Invalid && (message.contains(told) || told == "no"), "{amount}: {message}");
    }
    rig.clock.forward(20 * DAY);
    assert_eq!(page(&rig, &id).await.row.status, InvoiceStatus::Overdue, "what is left is late");
    assert_eq!(pay(&rig, &id, "").await.unwrap(), "Invoice 2026-0001 is paid.");
    assert_eq!(page(&rig, &id).await.row.status, InvoiceStatus::Paid);
    assert_eq!(pay(&rig, &id, "").await.unwrap_err().0, Code::Conflict);
    assert_eq!(pay(&rig, &id, "-60").await.unwrap(), "$60.00 was given back on invoice 2026-0001.");
    assert_eq!(page(&rig, &id).await.row.status, InvoiceStatus::Overdue, "a debit that bounced is open again");
}

#[tokio::test]
async fn a_credit_note_takes_an_invoice_back_and_its_month_can_be_invoiced_anew() {
    let rig = Rig::new().await;
    let client = buyer(&rig, "Acme").await;
    let first = issued(&rig, &client, "2026-10", "100").await;
    pay(&rig, &first.row.id, "30").await.unwrap();
    let refused = invoice_credit(&rig.app, WINDOW, &first.row.id, " ").await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("reason")));
    let note = invoice_credit(&rig.app, WINDOW, &first.row.id, "Wrong month").await.unwrap();
    assert_eq!((note.row.number.as_deref(), note.row.status), (Some("CN-2026-0001"), InvoiceStatus::CreditNote));
    assert_eq!((note.row.total.amount.as_str(), note.row.open.amount.as_str()), ("-100", "0"));
    assert_eq!((note.net.amount.as_str(), note.lines[0].charge.amount.as_str()), ("-100", "-100"), "all of it adds up");
    let corrects = note.corrects.unwrap();
    assert_eq!((corrects.number.as_str(), corrects.reason.as_str()), ("2026-0001", "Wrong month"));
    let taken_back = page(&rig, &first.row.id).await;
    assert_eq!((taken_back.row.status, taken_back.row.open.amount.as_str()), (InvoiceStatus::Credited, "0"));
    assert_eq!(taken_back.credited_by.unwrap().number, "CN-2026-0001");
    assert_eq!(taken_back.to_refund.unwrap().amount, "30");
    for id in [&first.row.id, &note.row.id] {
        let again = invoice_credit(&rig.app, WINDOW, id, "Again").await.unwrap_err();
        assert_eq!(again.code, Code::Conflict, "{again}");
    }
    assert!(pay(&rig, &note.row.id, "1").await.is_err(), "nobody pays a credit note");
    pay(&rig, &first.row.id, "-30").await.unwrap();
    let anew = issued(&rig, &client, "2026-10", "90").await;
    assert_eq!(anew.row.number.as_deref(), Some("2026-0002"), "no gap in either series");
    let sum: i64 = invoice_list(&rig.app, None, None)
        .await
        .unwrap()
        .iter()
        .map(|row| row.total.amount.parse::<i64>().unwrap())
        .sum();
    assert_eq!(sum, 90, "what was invoiced and taken back adds up");
}

#[tokio::test]
async fn credit_notes_have_a_series_of_their_own() {
    let rig = Rig::new().await;
    let mut agency = rig.app.agency().await.unwrap();
    assert_eq!(agency.credit_series, "CN-2026");
    agency.credit_series.clone_from(&agency.invoice_series);
    let refused = settings_agency(&rig.app, WINDOW, agency).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("creditSeries"), "{refused}");
}

/// The database as a backup would have it.
async fn backup(rig: Rig) -> (Rig, Vec<u8>) {
    rig.app.close().await;
    let bytes = std::fs::read(rig.dir.path().join("purser.db")).unwrap();
    (rig.reopened().await, bytes)
}

async fn restored(rig: Rig, bytes: &[u8]) -> Rig {
    rig.app.close().await;
    for gone in ["purser.db-wal", "purser.db-shm"] {
        let _ = std::fs::remove_file(rig.dir.path().join(gone));
    }
    std::fs::write(rig.dir.path().join("purser.db"), bytes).unwrap();
    rig.reopened().await
}

#[tokio::test]
async fn a_restored_backup_gives_no_number_twice() {
    let rig = Rig::new().await;
    let acme = buyer(&rig, "Acme").await;
    issued(&rig, &acme, "2026-07", "10").await;
    let (rig, before) = backup(rig).await;
    issued(&rig, &acme, "2026-08", "10").await;
    issued(&rig, &acme, "2026-09", "10").await;
    let rig = restored(rig, &before).await;
    let draft = fee(&rig, &acme, "2026-08", "10").await;
    let refused = invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap_err();
    assert_eq!(refused.code, Code::Conflict);
    assert!(refused.message.contains("2026-0003 was given already, but these books end at 2026-0001"), "{refused}");
    assert_eq!(page(&rig, &draft.row.id).await.row.status, InvoiceStatus::Draft, "nothing is half-written");
    let nothing = invoice_continue(&rig.app, WINDOW, "1999").await.unwrap_err();
    assert_eq!(nothing.code, Code::Conflict, "{nothing}");
    let done = invoice_continue(&rig.app, WINDOW, "2026").await.unwrap().message;
    assert_eq!(done, "2026-0002 to 2026-0003 are not in these books. The next number is 2026-0004.");
    let last = invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap();
    assert_eq!(last.row.number.as_deref(), Some("2026-0004"));
}

#[tokio::test]
async fn a_glyph_that_no_font_has_is_a_sentence_and_takes_no_number() {
    let rig = Rig::new().await;
    let rocket = buyer(&rig, "Rocket 🚀 Labs").await;
    let draft = fee(&rig, &rocket, "2026-10", "10").await;
    let refused = invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap_err();
    assert!(refused.message.contains('🚀') && refused.message.contains("Rocket"), "{refused}");
    assert_eq!(page(&rig, &draft.row.id).await.row.status, InvoiceStatus::Draft);
    let acme = buyer(&rig, "Acme").await;
    let first = issued(&rig, &acme, "2026-10", "10").await;
    assert_eq!(first.row.number.as_deref(), Some("2026-0001"), "no number was lost");
}

/// Clients that pay a flat fee of 10 a month each.
async fn flat(rig: &Rig, names: &[&str]) {
    let mut set = Vec::new();
    for name in names {
        let fee = ConditionsInput {
            tiers: None,
            steps: Vec::new(),
            included: Vec::new(),
            minimum: None,
            flat_fee: Some("10".to_owned()),
        };
        let rule = RuleInput::plain(Some(buyer(rig, name).await), "*", ChargeKind::Markup);
        set.push(RuleInput { percent: Some("25".to_owned()), conditions: Some(fee), ..rule });
    }
    let effective_from = "2026-01-01".to_owned();
    let change = PriceChange { effective_from, note: String::new(), set, remove: Vec::new() };
    price_set(&rig.app, WINDOW, &change).await.unwrap();
}

#[tokio::test]
async fn a_batch_waits_for_grace_and_can_be_taken_back_until_it_is_final() {
    let rig = Rig::new().await;
    flat(&rig, &["Cedar", "Acme", "Birch"]).await;
    rig.clock.forward(11 * DAY);
    let drafted = invoice_draft_month(&rig.app, WINDOW, "2026-11").await.unwrap();
    assert!(drafted.len() == 3 && drafted.iter().all(|one| one.outcome == BatchOutcome::Drafted), "{drafted:?}");
    let note = "Thank you".to_owned();
    invoice_edit(&rig.app, WINDOW, drafted[0].invoice_id.as_ref().unwrap(), vec![], note).await.unwrap();
    let undone = invoice_discard_month(&rig.app, WINDOW, "2026-11").await.unwrap().message;
    assert!(undone.starts_with("2 drafts"), "what was typed on is kept: {undone}");
    invoice_draft_month(&rig.app, WINDOW, "2026-11").await.unwrap();
    let held = invoice_finalise_month(&rig.app, WINDOW, "2026-11", false).await.unwrap();
    assert!(held.iter().all(|one| one.outcome == BatchOutcome::InGrace), "2 December is within 3 days: {held:?}");
    rig.clock.forward(2 * DAY);
    let finals = invoice_finalise_month(&rig.app, WINDOW, "2026-11", false).await.unwrap();
    let numbers: Vec<_> = finals.iter().map(|one| (one.client.as_str(), one.number.as_deref())).collect();
    let expected = [("Acme", Some("2026-0001")), ("Birch", Some("2026-0002")), ("Cedar", Some("2026-0003"))];
    assert_eq!(numbers, expected, "by name, without a gap");
    assert_eq!(invoice_draft_month(&rig.app, WINDOW, "2026-11").await.unwrap(), [], "a closed month makes nothing");
    assert_eq!(invoice_finalise_month(&rig.app, WINDOW, "2026-11", false).await.unwrap(), []);
}

#[tokio::test]
async fn one_clients_trouble_leaves_the_others_alone_and_a_stop_leaves_the_rest_as_it_was() {
    let rig = Rig::new().await;
    flat(&rig, &["Acme", "Birch", "Cedar", "Dune", "Elm", "Fern", "Gorse", "Hazel", "Iris"]).await;
    rig.clock.forward(20 * DAY);
    let drafts = invoice_draft_month(&rig.app, WINDOW, "2026-11").await.unwrap();
    let credit = AdjustmentInput { reason: "Outage".to_owned(), amount: "-99".to_owned() };
    invoice_edit(&rig.app, WINDOW, drafts[1].invoice_id.as_ref().unwrap(), vec![credit], String::new()).await.unwrap();
    rig.heard.0.lock().unwrap().clear();
    let (app, heard) = (rig.app.clone(), std::sync::Arc::clone(&rig.heard));
    let stopped = tokio::spawn(async move {
        // The second handful begins when eight have their result.
        while !heard.0.lock().unwrap().iter().any(|told| told.count == 8 && !told.finished) {
            tokio::task::yield_now().await;
        }
        invoice_month_cancel(&app).await.unwrap();
    });
    let results = invoice_finalise_month(&rig.app, WINDOW, "2026-11", false).await.unwrap();
    stopped.await.unwrap();
    let refused = &results[1];
    assert_eq!((refused.client.as_str(), refused.outcome), ("Birch", BatchOutcome::Refused));
    assert!(refused.problem.as_deref().unwrap().contains("less than nothing"), "{refused:?}");
    let finals = results.iter().filter(|one| one.outcome == BatchOutcome::Final).count();
    assert!(finals >= 7, "those of the first handful stay: {results:?}");
    let again = invoice_finalise_month(&rig.app, WINDOW, "2026-11", false).await.unwrap();
    assert_eq!(again.len(), 9 - finals, "what was stopped is still a draft");
}

/// A client whose usage comes from a file; gives the client, the gateway and the path.
pub(super) async fn billed(rig: &Rig, rows: &str) -> (String, String, String) {
    let path = rig.dir.path().join("usage.csv").display().to_string();
    std::fs::write(&path, "time,account,model,input_tokens,cost\n").unwrap();
    let typed = GatewayInput { product: "file".to_owned(), name: "Bills".to_owned(), base_url: path.clone() };
    let gateway = gateway_connect(&rig.app, WINDOW, typed, String::new()).await.unwrap().id;
    let client = buyer(rig, "Acme").await;
    told(rig, &gateway, &path, rows).await;
    let mut reader = rig.app.store().reader().await.unwrap();
    let account = reader.account().list().await.unwrap()[0].id.to_string();
    drop(reader);
    crate::command::account::account_attribute(&rig.app, WINDOW, &account, Some(&client)).await.unwrap();
    (client, gateway, path)
}

/// The gateway tells more.
pub(super) async fn told(rig: &Rig, gateway: &str, path: &str, rows: &str) {
    std::fs::write(path, format!("time,account,model,input_tokens,cost\n{rows}")).unwrap();
    let preview = import_preview(&rig.app, gateway, path, None).await.unwrap();
    assert_eq!(preview.problems, []);
    import_apply(&rig.app, gateway, path, preview.columns).await.unwrap();
}

#[tokio::test]
async fn usage_told_after_an_invoice_is_final_stands_on_the_next_one_when_somebody_says_so() {
    let rig = Rig::new().await;
    price_set(&rig.app, WINDOW, &flat_markup("25", "2026-01-01".parse().unwrap(), "")).await.unwrap();
    let (client, gateway, path) = billed(&rig, "2026-10-05T10:00:00Z,A,gpt-4o,1000,8\n").await;
    let first = invoice_draft(&rig.app, WINDOW, &client, "2026-10").await.unwrap();
    let first = invoice_finalise(&rig.app, WINDOW, &first.row.id).await.unwrap();
    assert_eq!((first.net.amount.as_str(), first.drift), ("10", None));
    told(&rig, &gateway, &path, "2026-10-06T10:00:00Z,A,gpt-4o,500,4\n").await;
    let drifts = invoice_drifts(&rig.app).await.unwrap();
    assert_eq!((drifts[0].number.as_str(), drifts[0].drift.open.amount.as_str()), ("2026-0001", "5"));
    assert_eq!(page(&rig, &first.row.id).await.net.amount, "10", "the invoice itself does not change");
    let next = invoice_settle_drift(&rig.app, WINDOW, &first.row.id).await.unwrap();
    assert_eq!((next.row.month.as_str(), next.net.amount.as_str()), ("2026-11", "5"));
    assert_eq!(next.lines[0].description, "Usage of 2026-10 told after invoice 2026-0001");
    assert_eq!(invoice_drifts(&rig.app).await.unwrap(), []);
    let again = invoice_settle_drift(&rig.app, WINDOW, &first.row.id).await.unwrap_err();
    assert_eq!(again.code, Code::Conflict, "once is enough: {again}");
    told(&rig, &gateway, &path, "2026-10-07T10:00:00Z,A,gpt-4o,500,4\n").await;
    let next = invoice_settle_drift(&rig.app, WINDOW, &first.row.id).await.unwrap();
    assert_eq!((next.lines.len(), next.net.amount.as_str()), (1, "10"), "what comes yet later is added to it");
    let next = invoice_finalise(&rig.app, WINDOW, &next.row.id).await.unwrap();
    assert_eq!(page(&rig, &first.row.id).await.drift.unwrap().open.amount, "0");
    invoice_credit(&rig.app, WINDOW, &next.row.id, "Not agreed").await.unwrap();
    assert_eq!(invoice_drifts(&rig.app).await.unwrap().len(), 1, "what was taken back makes up for nothing");
}

/// 20 % of what was saved against a list at $40 per million tokens.
fn commission() -> PriceChange {
    let listed = UnitPriceView { meter: "input_tokens".to_owned(), price: "40".to_owned() };
    let rule = RuleInput {
        percent: Some("20".to_owned()),
        prices: vec![listed],
        list: Some(ListInput { currency: "USD".to_owned(), exchange: None }),
        commission: Some(CommissionInput { payer: PayerName::Client, free: vec![] }),
        ..RuleInput::plain(None, "*", ChargeKind::Commission)
    };
    PriceChange { effective_from: "2026-01-01".to_owned(), note: String::new(), set: vec![rule], remove: vec![] }
}

#[tokio::test]
async fn s2_08_a_month_below_the_threshold_is_carried_and_charged_with_the_next() {
    let rig = Rig::new().await;
    price_set(&rig.app, WINDOW, &commission()).await.unwrap();
    // Saved: 40 - 0 = 40 of September, 20 of which are 8; 100 of October, of which 20.
    let rows = "2026-08-05T10:00:00Z,A,gpt-4o,1000000,0\n2026-09-06T10:00:00Z,A,gpt-4o,2500000,0\n";
    let (client, gateway, path) = billed(&rig, rows).await;
    invoice_draft_month(&rig.app, WINDOW, "2026-08").await.unwrap();
    let carried = invoice_finalise_month(&rig.app, WINDOW, "2026-08", false).await.unwrap();
    assert_eq!((carried[0].outcome, carried[0].number.clone()), (BatchOutcome::Carried, None), "8 is below 20");
    assert_eq!(invoice_draft_month(&rig.app, WINDOW, "2026-08").await.unwrap(), [], "a second close makes nothing");
    told(&rig, &gateway, &path, "2026-08-07T10:00:00Z,A,gpt-4o,125000,0\n").await;
    invoice_draft_month(&rig.app, WINDOW, "2026-09").await.unwrap();
    let finals = invoice_finalise_month(&rig.app, WINDOW, "2026-09", false).await.unwrap();
    let next = page(&rig, finals[0].invoice_id.as_ref().unwrap()).await;
    let lines: Vec<_> = next.lines.iter().map(|l| format!("{} {}", l.description, l.charge.amount)).collect();
    assert_eq!(lines, ["gpt-4o 20", "Carried forward from 2026-08 9"], "with what came late");
    let refused = invoice_draft(&rig.app, WINDOW, &client, "2026-08").await.unwrap_err();
    assert!(refused.message.contains("charged on invoice 2026-0001"), "{refused}");
    invoice_credit(&rig.app, WINDOW, &next.row.id, "Wrong").await.unwrap();
    let own = invoice_draft(&rig.app, WINDOW, &client, "2026-08").await.unwrap();
    assert_eq!(own.net.amount, "9", "asked for by itself, it has an invoice of its own");
}
