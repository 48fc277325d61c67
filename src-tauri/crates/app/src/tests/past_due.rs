//! Clients that are past due: what is billable is taken, what is free goes on, and payment gives back exactly that.

use super::rig::{Rig, WINDOW, key};
use crate::command::invoice::{invoice_draft, invoice_edit, invoice_finalise, invoice_pay};
use crate::command::key::{key_create, key_resume};
use crate::command::past_due::past_due_hold;
use crate::command::price::price_set;
use crate::query::key::key_get;
use crate::query::past_due::past_due_list;
use crate::wire::{
    AdjustmentInput, ChargeKind, Code, CommissionInput, KeyInput, KeyRow, KeyStatusView, ListInput, PayerName,
    PaymentInput, PriceChange, RuleInput, UnitPriceView,
};

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A commission on everything but Claude (S2-03).
fn commission() -> PriceChange {
    let list = UnitPriceView { meter: "input_tokens".to_owned(), price: "40".to_owned() };
    let rule = RuleInput {
        percent: Some("20".to_owned()),
        prices: vec![list],
        list: Some(ListInput { currency: "USD".to_owned(), exchange: None }),
        commission: Some(CommissionInput { payer: PayerName::Client, free: vec!["claude-*".to_owned()] }),
        ..RuleInput::plain(None, "*", ChargeKind::Commission)
    };
    PriceChange { effective_from: "2026-01-01".to_owned(), note: String::new(), set: vec![rule], remove: vec![] }
}

async fn shown(rig: &Rig, id: &str) -> KeyRow {
    key_get(&rig.app, id.parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn s2_10_s2_11_past_due_takes_what_is_billable_and_payment_gives_back_exactly_that() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (client, account) = rig.client(gateway, "Acme").await;
    price_set(&rig.app, WINDOW, &commission()).await.unwrap();
    let with = |name: &str, models: &[&str]| KeyInput {
        models: models.iter().map(|model| (*model).to_owned()).collect(),
        ..key(&account, name)
    };
    let mixed = ["gpt-4.1-mini", "claude-haiku-4-5"];
    let mut ids = Vec::new();
    for (name, models) in [("mixed", &mixed[..]), ("billable", &mixed[..1]), ("free", &mixed[1..]), ("every", &[])] {
        ids.push(key_create(&rig.app, WINDOW, with(name, models)).await.unwrap().key.id);
    }
    let draft = invoice_draft(&rig.app, WINDOW, &client, "2026-10").await.unwrap();
    let fee = AdjustmentInput { reason: "Onboarding".to_owned(), amount: "100".to_owned() };
    invoice_edit(&rig.app, WINDOW, &draft.row.id, vec![fee], String::new()).await.unwrap();
    let invoice = invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap();
    let early = past_due_hold(&rig.app, WINDOW, &client).await.unwrap_err();
    assert_eq!(early.code, Code::Conflict, "{early}");
    rig.clock.forward(15 * DAY);
    let due = past_due_list(&rig.app).await.unwrap();
    assert_eq!((due[0].client.as_str(), due[0].days, due[0].open.text.as_str()), ("Acme", 1, "$100.00"));

    let before: Vec<KeyRow> = [shown(&rig, &ids[0]).await, shown(&rig, &ids[3]).await].into();
    let held = past_due_hold(&rig.app, WINDOW, &client).await.unwrap();
    assert_eq!(held.keys.iter().filter(|one| one.held).count(), 3, "{held:?}");
    assert_eq!(shown(&rig, &ids[0]).await.models, ["claude-haiku-4-5"], "S2-10: what is free goes on");
    assert_eq!(shown(&rig, &ids[1]).await.status, KeyStatusView::Paused, "all of it is billable");
    assert_eq!(shown(&rig, &ids[2]).await.models, ["claude-haiku-4-5"], "nothing was taken");
    let every = shown(&rig, &ids[3]).await.models;
    assert!(!every.is_empty() && every.iter().all(|model| model.starts_with("claude-")), "{every:?}");
    let again = past_due_hold(&rig.app, WINDOW, &client).await.unwrap();
    assert_eq!(again, held, "asking twice takes nothing twice");

    let pay = |amount: &str| PaymentInput { date: "2026-12-05".into(), amount: amount.into(), note: String::new() };
    invoice_pay(&rig.app, WINDOW, &invoice.row.id, &pay("40")).await.unwrap();
    assert_eq!(shown(&rig, &ids[1]).await.status, KeyStatusView::Paused, "some of it is still overdue");
    invoice_pay(&rig.app, WINDOW, &invoice.row.id, &pay("")).await.unwrap();
    let after: Vec<KeyRow> = [shown(&rig, &ids[0]).await, shown(&rig, &ids[3]).await].into();
    assert_eq!(
        after.iter().map(|k| &k.models).collect::<Vec<_>>(),
        before.iter().map(|k| &k.models).collect::<Vec<_>>()
    );
    assert_eq!(shown(&rig, &ids[1]).await.status, KeyStatusView::Active, "S2-11");
    assert!(past_due_list(&rig.app).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_somebody_changed_meanwhile_is_left_as_it_is() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (client, account) = rig.client(gateway, "Acme").await;
    price_set(&rig.app, WINDOW, &commission()).await.unwrap();
    let id = key_create(&rig.app, WINDOW, key(&account, "prod")).await.unwrap().key.id;
    let draft = invoice_draft(&rig.app, WINDOW, &client, "2026-10").await.unwrap();
    let fee = AdjustmentInput { reason: "Onboarding".to_owned(), amount: "100".to_owned() };
    invoice_edit(&rig.app, WINDOW, &draft.row.id, vec![fee], String::new()).await.unwrap();
    let invoice = invoice_finalise(&rig.app, WINDOW, &draft.row.id).await.unwrap();
    rig.clock.forward(15 * DAY);
    past_due_hold(&rig.app, WINDOW, &client).await.unwrap();
    key_resume(&rig.app, WINDOW, &id).await.unwrap();
    crate::command::key::key_pause(&rig.app, WINDOW, &id).await.unwrap();
    key_resume(&rig.app, WINDOW, &id).await.unwrap();
    let whole = PaymentInput { date: "2026-12-05".to_owned(), amount: String::new(), note: String::new() };
    invoice_pay(&rig.app, WINDOW, &invoice.row.id, &whole).await.unwrap();
    assert_eq!(shown(&rig, &id).await.status, KeyStatusView::Active, "it was resumed by hand before");
    assert!(past_due_list(&rig.app).await.unwrap().is_empty(), "and nothing is held any more");
}
