//! Credit that is paid in advance, on the embedded sandbox: the source systems' rules by their ids, and journey J5.

use std::collections::BTreeSet;

use app::command::ledger::{
    ledger_adjust, ledger_charge, ledger_deposit, ledger_prepay, ledger_refund, ledger_rules_set,
};
use app::query::ledger::{ledger_get, ledger_rules};
use app::query::usage::usage_table;
use app::wire::{
    AdjustInput, AmountView, ClientRow, Code, CreditKind, DepositInput, LedgerEntryView, LedgerKind, LedgerView,
    RefundInput, UsageGroup,
};
use app::{App, Origin};

use crate::journey::Scene;
use crate::stage::{self, exact};

const BY: Origin = Origin::Window;
/// In seconds.
const DAY: i64 = 24 * 60 * 60;

fn deposit(amount: &str, reference: &str) -> DepositInput {
    DepositInput { amount: amount.to_owned(), reference: reference.to_owned(), note: String::new() }
}

fn refund(amount: &str, reason: &str, entry: Option<u32>) -> RefundInput {
    RefundInput { amount: amount.to_owned(), reason: reason.to_owned(), entry }
}

fn adjust(amount: &str, kind: CreditKind, reason: &str) -> AdjustInput {
    AdjustInput { amount: amount.to_owned(), kind, reason: reason.to_owned() }
}

/// The client of the sandbox that uses most.
async fn busiest(app: &App) -> ClientRow {
    let clients = app::query::client::client_list(app).await.unwrap();
    clients.into_iter().max_by_key(|row| exact(&row.month.cost.amount)).expect("clients")
}

/// What a client's usage of some days charges, per model.
async fn charged(app: &App, client: &str, first: &str, last: &str) -> Vec<(String, i128)> {
    let mut filter = stage::usage(first, last, UsageGroup::Model);
    filter.clients = vec![client.to_owned()];
    let rows = usage_table(app, &filter).await.unwrap().rows;
    rows.into_iter().map(|row| (row.name, row.charge.map_or(0, |charge| exact(&charge.amount)))).collect()
}

async fn whole(app: &App, client: &str) -> LedgerView {
    ledger_get(app, client, None).await.unwrap()
}

fn sum<'v>(amounts: impl Iterator<Item = &'v AmountView>) -> i128 {
    amounts.map(|amount| exact(&amount.amount)).sum()
}

fn of(ledger: &LedgerView, kind: LedgerKind) -> Vec<&LedgerEntryView> {
    ledger.entries.iter().filter(|entry| entry.kind == kind).collect()
}

/// Doubles first deposits for one model.
async fn double(app: &App, model: &str) {
    let mut rules = ledger_rules(app).await.unwrap();
    assert_eq!((rules.first_deposit_percent.as_str(), rules.sign_up_credit.as_str()), ("", ""), "off until it is said");
    assert_eq!((rules.minimum_deposit.as_str(), rules.carry_below.as_str()), ("5", "20"), "S1-15, S2-08");
    rules.first_deposit_percent = "100".to_owned();
    rules.first_deposit_models = model.to_owned();
    ledger_rules_set(app, BY, rules).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn j5_a_deposit_with_its_bonus_is_spent_by_its_rules_and_ends_after_90_days() {
    let scene = Scene::open().await;
    let (app, client) = (&scene.app, busiest(&scene.app).await);
    let models = charged(app, &client.id, "2026-11-10", "2026-11-17").await;
    // The model that costs least, so that some of its bonus is left to end.
    let model = models.iter().rev().find(|(_, charge)| *charge > 0).expect("usage").0.clone();
    double(app, &model).await;
    let before = app::query::client::client_get(app, &client.id).await.unwrap().keys;
    ledger_prepay(app, BY, &client.id, true).await.unwrap();
    let refused = ledger_deposit(app, BY, &client.id, &deposit("4.99", "")).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("amount")), "S1-15: {refused}");
    assert!(refused.message.contains("at least 5 USD"), "{refused}");
    let ledger = ledger_deposit(app, BY, &client.id, &deposit("10", "pi_1")).await.unwrap();
    assert_eq!((ledger.paid.text.as_str(), ledger.bonus.text.as_str()), ("$10.00", "$10.00"), "S0-16");
    assert_eq!(ledger.lots[0].models, std::slice::from_ref(&model), "S0-17: what ends soonest is told first");
    assert_eq!(ledger.lots[0].expires_at.as_deref(), Some("2027-02-16T10:00:00Z"), "S0-18: 90 days");
    assert_eq!(ledger.lots[1].expires_at, None, "S0-20: paid credit has no end");
    let again = ledger_deposit(app, BY, &client.id, &deposit("10", "pi_1")).await.unwrap_err();
    assert_eq!((again.code, again.field.as_deref()), (Code::Conflict, Some("reference")), "{again}");

    scene.clock.advance(2 * DAY);
    scene.sync().await;
    let ledger = whole(app, &client.id).await;
    let charges = of(&ledger, LedgerKind::Charge);
    let rated: i128 = charged(app, &client.id, "2026-11-18", "2026-11-19").await.iter().map(|(_, charge)| charge).sum();
    assert_eq!(-sum(charges.iter().map(|entry| &entry.amount)), rated, "each closed day is charged, to the last digit");
    for entry in &charges {
        let receipt = entry.receipt.as_ref().expect("a charge has a receipt");
        assert!(receipt.entries.contains(&entry.number), "S4-09: the receipt names its entry: {entry:?}");
        assert!(!receipt.quantities.is_empty() && receipt.version.starts_with("pv_"), "{receipt:?}");
        let bonus = entry.parts.iter().any(|part| part.lot == Some(2));
        assert!(!bonus || receipt.model == model, "S0-17: the bonus pays for {model} only: {entry:?}");
    }
    assert!(charges.iter().any(|entry| entry.parts.iter().any(|part| part.lot == Some(2))), "the bonus was used");
    let left = |amount: &AmountView| exact(&amount.amount);
    let spent = 2 * exact("10") - left(&ledger.paid) - left(&ledger.bonus) + left(&ledger.owed);
    assert_eq!(spent, rated, "what was spent is what is gone, and what is owed");
    scene.sync().await;
    assert_eq!(whole(app, &client.id).await, ledger, "charging again charges nothing");
    let after = app::query::client::client_get(app, &client.id).await.unwrap().keys;
    let ids =
        |keys: &[app::wire::KeyRow]| keys.iter().map(|key| (key.id.clone(), key.label.clone())).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before), "S1-14: credit changes no key");

    ledger_adjust(app, BY, &client.id, &adjust("3", CreditKind::Paid, "goodwill")).await.unwrap();
    let paid = whole(app, &client.id).await;
    scene.clock.advance(91 * DAY);
    ledger_prepay(app, BY, &client.id, false).await.unwrap();
    let ended = whole(app, &client.id).await;
    let new: Vec<_> = ended.entries.iter().filter(|entry| entry.number > paid.entry_count).collect();
    let moved = |word: &str| {
        let parts = new.iter().flat_map(|entry| &entry.parts).filter(|part| part.text.starts_with(word));
        parts.map(|part| exact(&part.amount.amount)).sum::<i128>()
    };
    assert_eq!((exact(&ended.bonus.amount), -moved("bonus")), (0, exact(&paid.bonus.amount)), "S0-18: nothing is left");
    let expiry = of(&ended, LedgerKind::Expiry);
    assert_eq!(expiry.len(), 1, "the end of credit is an entry: {new:?}");
    assert_eq!(expiry[0].parts.len(), 1, "of the bonus alone");
    assert!(expiry[0].parts[0].text.starts_with("bonus") && exact(&expiry[0].amount.amount) < 0, "{expiry:?}");
    assert_eq!(exact(&ended.paid.amount) - exact(&paid.paid.amount), moved("paid"), "S0-20: paid credit is only spent");
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_that_comes_late_makes_an_entry_and_changes_none() {
    let scene = Scene::open().await;
    let (app, client) = (&scene.app, busiest(&scene.app).await);
    ledger_prepay(app, BY, &client.id, true).await.unwrap();
    ledger_deposit(app, BY, &client.id, &deposit("500", "")).await.unwrap();
    scene.clock.advance(DAY);
    // The 18th is over, and the gateway was last asked at ten in the morning.
    let early = ledger_charge(app, BY, Some(&client.id)).await.unwrap().remove(0);
    assert!(early.entry_count > 1, "what is known of the 18th is charged");
    scene.sync().await;
    let late = whole(app, &client.id).await;
    assert!(late.entry_count > early.entry_count, "the rest of the 18th is charged on top");
    let kept = late.entries.iter().rev().take(early.entry_count as usize).map(|entry| (entry.number, &entry.amount));
    let was = whole(app, &client.id).await;
    let was = was.entries.iter().rev().take(early.entry_count as usize).map(|entry| (entry.number, &entry.amount));
    assert!(kept.eq(was), "entries stay as they were posted");
    let twice = of(&late, LedgerKind::Charge).iter().any(|e| e.receipt.as_ref().is_some_and(|r| r.entries.len() > 1));
    assert!(twice, "a receipt names both of its entries");
    let rated: i128 = charged(app, &client.id, "2026-11-18", "2026-11-18").await.iter().map(|(_, charge)| charge).sum();
    let invoice = app::command::invoice::invoice_draft(app, BY, &client.id, "2026-11").await.unwrap();
    let invoiced: i128 = charged(app, &client.id, "2026-11-01", "2026-11-17").await.iter().map(|(_, c)| c).sum();
    let (off, cent) = (exact(&invoice.trio.charge.amount) - invoiced, exact("0.01"));
    let lines = i128::try_from(invoice.lines.len()).unwrap();
    assert!(off.abs() * 2 <= lines * cent, "a day that was paid in advance is on no invoice; lines are rounded: {off}");
    let posted = of(&late, LedgerKind::Charge).into_iter().chain(of(&late, LedgerKind::Reversal));
    assert_eq!(-posted.map(|entry| exact(&entry.amount.amount)).sum::<i128>(), rated);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_05_s1_01_credit_is_given_and_given_back_with_a_reason_or_not_at_all() {
    let scene = Scene::open().await;
    let (app, client) = (&scene.app, busiest(&scene.app).await);
    let mut rules = ledger_rules(app).await.unwrap();
    rules.sign_up_credit = "10".to_owned();
    ledger_rules_set(app, BY, rules).await.unwrap();
    let ledger = ledger_prepay(app, BY, &client.id, true).await.unwrap();
    assert_eq!((ledger.free.text.as_str(), ledger.paid.text.as_str()), ("$10.00", "$0.00"), "S1-01");
    assert!(ledger.lots[0].models.is_empty(), "for every model");
    ledger_deposit(app, BY, &client.id, &deposit("100", "")).await.unwrap();
    scene.clock.advance(DAY);
    scene.sync().await;
    let charge = of(&whole(app, &client.id).await, LedgerKind::Charge)[0].clone();

    let count = whole(app, &client.id).await.entry_count;
    for (field, refused) in [
        ("reason", ledger_refund(app, BY, &client.id, &refund("0.000001", " ", Some(charge.number))).await),
        ("reason", ledger_adjust(app, BY, &client.id, &adjust("1", CreditKind::Free, "")).await),
        ("amount", ledger_refund(app, BY, &client.id, &refund("1000000", "outage", Some(charge.number))).await),
        ("amount", ledger_refund(app, BY, &client.id, &refund("1000000", "closed", None)).await),
        ("amount", ledger_refund(app, BY, &client.id, &refund("0.001", "closed", None)).await),
        ("amount", ledger_adjust(app, BY, &client.id, &adjust("-11", CreditKind::Free, "wrong")).await),
        ("amount", ledger_adjust(app, BY, &client.id, &adjust("ten", CreditKind::Free, "wrong")).await),
        ("entry", ledger_refund(app, BY, &client.id, &refund("1", "outage", Some(1))).await),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some(field)), "{refused}");
    }
    assert_eq!(whole(app, &client.id).await.entry_count, count, "nothing was written");

    let back = charge.amount.amount.trim_start_matches('-');
    let refunded =
        ledger_refund(app, BY, &client.id, &refund("0.000001", "an outage", Some(charge.number))).await.unwrap();
    assert_eq!(refunded.entries[0].reason, "an outage");
    let about = refunded.entries[0].receipt.as_ref().expect("a receipt");
    assert_eq!((about.day.as_str(), about.entries.len()), ("2026-11-18", 2), "S4-09: {about:?}");
    assert_eq!(exact(&about.charge.amount), exact(back), "the usage still comes to what it came to");
    ledger_charge(app, BY, Some(&client.id)).await.unwrap();
    assert_eq!(whole(app, &client.id).await.entry_count, count + 1, "what was refunded is not charged again");
    let log = app::query::client::client_get(app, &client.id).await.unwrap().activity;
    let done: BTreeSet<&str> = log.iter().map(|row| row.action.as_str()).collect();
    for action in ["ledger_prepay", "ledger_promotion", "ledger_deposit", "ledger_charge", "ledger_refund"] {
        assert!(done.contains(action), "{action} is in the log: {done:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_08_what_is_too_little_to_invoice_is_carried_until_it_is_enough_for_one() {
    let scene = Scene::open().await;
    let (app, client) = (&scene.app, busiest(&scene.app).await);
    let mut rules = ledger_rules(app).await.unwrap();
    rules.carry_below = "1000000".to_owned();
    ledger_rules_set(app, BY, rules.clone()).await.unwrap();
    ledger_prepay(app, BY, &client.id, true).await.unwrap();
    scene.clock.advance(15 * DAY);
    scene.sync().await;
    let ledger = whole(app, &client.id).await;
    let november: i128 =
        charged(app, &client.id, "2026-11-18", "2026-11-30").await.iter().map(|(_, charge)| charge).sum();
    let december: i128 =
        charged(app, &client.id, "2026-12-01", "2026-12-02").await.iter().map(|(_, charge)| charge).sum();
    assert_eq!((exact(&ledger.carried.amount), exact(&ledger.owed.amount)), (november, december));
    assert_eq!(of(&ledger, LedgerKind::CarryForward).len(), 1);
    ledger_charge(app, BY, Some(&client.id)).await.unwrap();
    assert_eq!(whole(app, &client.id).await, ledger, "once");
    rules.carry_below = "0.01".to_owned();
    ledger_rules_set(app, BY, rules).await.unwrap();
    let told = whole(app, &client.id).await.notices;
    assert!(told.iter().any(|notice| notice.contains("goes on the next invoice")), "{told:?}");

    let draft = app::command::invoice::invoice_draft(app, BY, &client.id, "2026-11").await.unwrap();
    let wanted = "Usage through 2026-11 that credit did not cover";
    let line = draft.lines.iter().find(|line| line.description == wanted).expect("what was carried is on the draft");
    let (off, cent) = (exact(&line.charge.amount) - november, exact("0.01"));
    assert!(off.abs() * 2 <= cent, "rounded once: {off}");
    app::command::invoice::invoice_finalise(app, BY, &draft.row.id).await.unwrap();
    let after = whole(app, &client.id).await;
    assert_eq!((exact(&after.carried.amount), exact(&after.owed.amount)), (0, december), "December is not November's");
    assert_eq!(exact(&of(&after, LedgerKind::Invoice)[0].amount.amount), november, "to the last digit");
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_11_no_figure_adds_credit_of_different_kinds_up() {
    let scene = Scene::open().await;
    let client = busiest(&scene.app).await;
    let ledger = ledger_get(&scene.app, &client.id, None).await.unwrap();
    let fields: BTreeSet<String> =
        serde_json::to_value(&ledger).unwrap().as_object().unwrap().keys().map(|key| key.to_lowercase()).collect();
    for word in ["total", "balance", "sum"] {
        assert!(!fields.iter().any(|field| field.contains(word)), "{fields:?}");
    }
    assert!(["paid", "bonus", "free", "owed", "carried"].iter().all(|kind| fields.contains(*kind)), "{fields:?}");
    assert_eq!(
        (ledger.prepaid_from, ledger.entry_count),
        (None, 0),
        "a client is invoiced until something else is said"
    );
    let refused = ledger_charge(&scene.app, BY, Some(&client.id)).await.unwrap_err();
    assert!(refused.message.contains("is invoiced"), "{refused}");
}
