//! What a client that pays in advance owes: on one invoice, off its ledger with it, and back with its credit note; and what an
//! entry by hand would do, before it does.

use super::closing::{billed, page, told};
use super::rig::{Rig, WINDOW};
use crate::command::invoice::{
    invoice_credit, invoice_draft, invoice_draft_month, invoice_finalise, invoice_finalise_month,
};
use crate::command::ledger::{
    ledger_adjust, ledger_charge, ledger_deposit, ledger_prepay, ledger_refund, ledger_rules_set,
};
use crate::command::price::{flat_markup, price_set};
use crate::query::ledger::{ledger_get, ledger_preview, ledger_rules};
use crate::wire::{
    AdjustInput, BatchOutcome, Code, CreditKind, DepositInput, InvoiceView, LedgerAct, LedgerKind, LedgerView,
    RefundInput,
};

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

fn deposit(amount: &str) -> DepositInput {
    DepositInput { amount: amount.to_owned(), reference: String::new(), note: String::new() }
}

async fn ledger(rig: &Rig, client: &str) -> LedgerView {
    ledger_get(&rig.app, client, None).await.unwrap()
}

fn lines(invoice: &InvoiceView) -> Vec<String> {
    invoice.lines.iter().map(|line| format!("{} {}", line.description, line.charge.amount)).collect()
}

/// A client that began to pay in advance in November, paid in $5, and used what `cost` times 1.25 charges on the 22nd.
async fn prepaid(rig: &Rig, cost: &str) -> (String, String, String) {
    price_set(&rig.app, WINDOW, &flat_markup("25", "2026-01-01".parse().unwrap(), "")).await.unwrap();
    let (client, gateway, path) = billed(rig, "2026-10-05T10:00:00Z,A,gpt-4o,1000,0\n").await;
    ledger_prepay(&rig.app, WINDOW, &client, true).await.unwrap();
    ledger_deposit(&rig.app, WINDOW, &client, &deposit("5")).await.unwrap();
    rig.clock.forward(15 * DAY);
    told(rig, &gateway, &path, &format!("2026-11-22T10:00:00Z,A,gpt-4o,1000,{cost}\n")).await;
    ledger_charge(&rig.app, WINDOW, Some(&client)).await.unwrap();
    (client, gateway, path)
}

#[tokio::test]
async fn what_credit_did_not_cover_is_invoiced_once_and_comes_back_with_the_credit_note() {
    let rig = Rig::new().await;
    let (client, ..) = prepaid(&rig, "24.0032").await;
    let owing = ledger(&rig, &client).await;
    assert_eq!((owing.owed.amount.as_str(), owing.paid.amount.as_str()), ("25.004", "0"));
    assert_eq!(owing.notices, ["$25.00 of closed months is owed: it goes on the next invoice."]);
    let draft = invoice_draft(&rig.app, WINDOW, &client, "2026-11").await.unwrap();
    assert_eq!(lines(&draft), ["Usage through 2026-11 that credit did not cover 25"], "rounded as every line is");
    assert_eq!(ledger(&rig, &client).await.owed.amount, "25.004", "a draft takes nothing");
    let first = invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap();
    let taken = ledger(&rig, &client).await;
    assert_eq!((taken.owed.amount.as_str(), taken.notices.len()), ("0", 0));
    let entry = &taken.entries[0];
    assert_eq!(
        (entry.kind, entry.reason.as_str(), entry.amount.amount.as_str()),
        (LedgerKind::Invoice, "2026-0001", "25.004")
    );
    assert_eq!(entry.invoice_id.as_deref(), Some(first.row.id.as_str()));
    let next = invoice_draft(&rig.app, WINDOW, &client, "2026-12").await.unwrap();
    assert_eq!(lines(&next), Vec::<String>::new(), "once");
    ledger_charge(&rig.app, WINDOW, Some(&client)).await.unwrap();
    assert_eq!(ledger(&rig, &client).await.entry_count, taken.entry_count, "charging again charges nothing");

    invoice_credit(&rig.app, WINDOW, &first.row.id, "Wrong address").await.unwrap();
    let back = ledger(&rig, &client).await;
    assert_eq!((back.owed.amount.as_str(), back.entries[0].reason.as_str()), ("25.004", "CN-2026-0001"));
    let next = page(&rig, &next.row.id).await;
    assert_eq!(lines(&next), ["Usage through 2026-12 that credit did not cover 25"], "a draft is as of now");
    invoice_finalise(&rig.app, WINDOW, &next.row.id).await.unwrap();
    assert_eq!(ledger(&rig, &client).await.owed.amount, "0");
}

#[tokio::test]
async fn s2_08_too_little_waits_for_the_next_deposit_or_for_the_end_of_paying_in_advance() {
    let rig = Rig::new().await;
    let (client, ..) = prepaid(&rig, "8").await;
    assert_eq!(ledger(&rig, &client).await.carried.amount, "5", "below 20, so November carries it");
    let draft = invoice_draft(&rig.app, WINDOW, &client, "2026-12").await.unwrap();
    assert_eq!(lines(&draft), Vec::<String>::new());
    ledger_prepay(&rig.app, WINDOW, &client, false).await.unwrap();
    let draft = page(&rig, &draft.row.id).await;
    assert_eq!(lines(&draft), ["Usage through 2026-12 that credit did not cover 5"], "no deposit will come any more");
    invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap();
    let after = ledger(&rig, &client).await;
    assert_eq!((after.carried.amount.as_str(), after.owed.amount.as_str()), ("0", "0"));
}

#[tokio::test]
async fn the_end_of_a_month_drafts_for_clients_that_only_owe() {
    let rig = Rig::new().await;
    let (client, ..) = prepaid(&rig, "24").await;
    let drafted = invoice_draft_month(&rig.app, WINDOW, "2026-12").await.unwrap();
    assert_eq!(drafted.len(), 1, "nothing was used in December, and 25 is owed: {drafted:?}");
    let closed = invoice_finalise_month(&rig.app, WINDOW, "2026-12", true).await.unwrap();
    assert_eq!(closed[0].outcome, BatchOutcome::Final, "{closed:?}");
    assert_eq!(ledger(&rig, &client).await.owed.amount, "0");
    assert_eq!(invoice_draft_month(&rig.app, WINDOW, "2027-01").await.unwrap(), [], "nothing is owed any more");
}

#[tokio::test]
async fn a_preview_says_what_is_posted_and_posts_nothing() {
    let rig = Rig::new().await;
    let (client, ..) = prepaid(&rig, "2").await;
    let mut rules = ledger_rules(&rig.app).await.unwrap();
    rules.first_deposit_percent = "100".to_owned();
    ledger_rules_set(&rig.app, WINDOW, rules).await.unwrap();
    let before = ledger(&rig, &client).await;
    let charge = before.entries.iter().find(|entry| entry.kind == LedgerKind::Charge).unwrap().number;
    let refund = |entry, amount: &str| RefundInput { amount: amount.to_owned(), reason: "outage".to_owned(), entry };
    let adjust = AdjustInput { amount: "-1".to_owned(), kind: CreditKind::Paid, reason: "typo".to_owned() };
    for act in [
        LedgerAct::Deposit(deposit("10")),
        LedgerAct::Refund(refund(Some(charge), "1.5")),
        LedgerAct::Refund(refund(None, "2")),
        LedgerAct::Adjust(adjust),
    ] {
        let before = ledger(&rig, &client).await;
        let told = ledger_preview(&rig.app, &client, &act).await.unwrap();
        assert_eq!(ledger(&rig, &client).await, before, "a preview posts nothing: {act:?}");
        match &act {
            LedgerAct::Deposit(typed) => ledger_deposit(&rig.app, WINDOW, &client, typed).await.unwrap(),
            LedgerAct::Refund(typed) => ledger_refund(&rig.app, WINDOW, &client, typed).await.unwrap(),
            LedgerAct::Adjust(typed) => ledger_adjust(&rig.app, WINDOW, &client, typed).await.unwrap(),
        };
        let after = ledger(&rig, &client).await;
        let left =
            |ledger: &LedgerView, lot| ledger.lots.iter().find(|held| Some(held.number) == lot).map(|l| l.left.clone());
        assert!(!told.changes.is_empty(), "{act:?}");
        for change in &told.changes {
            let zero = change.after.amount == "0";
            assert_eq!(left(&after, change.lot), (!zero).then(|| change.after.clone()), "{act:?}: {change:?}");
        }
        assert_eq!(told.kinds.len(), (after.entry_count - before.entry_count) as usize);
    }
    let refused = ledger_preview(&rig.app, &client, &LedgerAct::Deposit(deposit("4.99"))).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("amount")), "S1-15: {refused}");
}
