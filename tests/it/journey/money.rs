//! Prices and invoices on the sandbox.

use std::path::Path;

use app::command::invoice::{
    invoice_discard, invoice_draft, invoice_edit, invoice_finalise, invoice_pay, invoice_save,
};
use app::command::price::price_set;
use app::query::invoice::{invoice_get, invoice_list};
use app::query::overview::overview;
use app::query::price::{price_book, price_preview};
use app::wire::{
    AdjustmentInput, ChargeKind, Code, DocumentKind, InvoiceStatus, PaymentInput, PriceChange, RuleInput, ThemeChoice,
};

use super::{BY, Scene};
use crate::stage::exact;

fn change(from: &str, percent: &str) -> PriceChange {
    let rule = RuleInput { percent: Some(percent.to_owned()), ..RuleInput::plain(None, "gpt-*", ChargeKind::Markup) };
    PriceChange { effective_from: from.to_owned(), note: "Autumn".to_owned(), set: vec![rule], remove: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn d40_a_price_change_is_previewed_and_never_reprices_history() {
    let scene = Scene::open().await;
    let app = &scene.app;
    let (before, book) = (overview(app).await.unwrap(), price_book(app).await.unwrap());
    assert_eq!(book.earliest.as_deref(), Some("2026-11-01"), "October is invoiced");
    let preview = price_preview(app, &change("2026-11-10", "60")).await.unwrap();
    assert_eq!(preview.month, "2026-10");
    assert!(!preview.effects.is_empty(), "clients call gpt models");
    let mut sum = 0;
    for effect in &preview.effects {
        let difference = exact(&effect.after.amount) - exact(&effect.before.amount);
        assert_eq!(exact(&effect.difference.amount), difference, "{}", effect.client);
        sum += difference;
    }
    assert_eq!(exact(&preview.difference.amount), sum);
    assert!(sum > 0, "60 % is more than 25 %");
    assert_eq!(price_book(app).await.unwrap(), book, "a preview changes nothing");

    let refused = price_set(app, BY, &change("2026-10-15", "60")).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("effectiveFrom")), "{refused}");
    price_set(app, BY, &change("2026-11-10", "60")).await.unwrap();
    let after = overview(app).await.unwrap();
    assert_eq!(after.previous_month, before.previous_month, "history is not repriced");
    assert_eq!(after.month.cost, before.month.cost, "the cost is the gateway's");
    assert!(exact(&after.month.charge.amount) > exact(&before.month.charge.amount), "the charge is more from now on");
    assert_eq!(price_book(app).await.unwrap().versions.len(), book.versions.len() + 1, "an edition more");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_drafted_changed_finalised_once_and_kept() {
    let scene = Scene::open().await;
    let app = &scene.app;
    let clients = app::query::client::client_list(app).await.unwrap();
    let client = clients.iter().max_by_key(|row| exact(&row.month.cost.amount)).expect("clients");
    let draft = invoice_draft(app, BY, &client.id, "2026-11").await.unwrap();
    assert_eq!(exact(&draft.trio.cost.amount), exact(&client.month.cost.amount), "the month's cost is in it");
    let again = invoice_draft(app, BY, &client.id, "2026-11").await.unwrap();
    assert_eq!(again.row.id, draft.row.id, "one draft for a month");
    let goodwill = AdjustmentInput { reason: "Goodwill".to_owned(), amount: "-1.50".to_owned() };
    let edited = invoice_edit(app, BY, &draft.row.id, vec![goodwill], "Thank you".to_owned()).await.unwrap();
    assert_eq!(exact(&edited.net.amount), exact(&draft.net.amount) - 1_500_000_000_000_000_000);

    let last = invoice_finalise(app, BY, &draft.row.id).await.unwrap();
    assert_eq!(last.net, edited.net, "what was shown is what was finalised");
    assert_eq!(last.row.status, InvoiceStatus::Open);
    let number = last.row.number.clone().expect("a number");
    for (kind, start) in [(DocumentKind::Pdf, &b"%PDF"[..]), (DocumentKind::Csv, &b""[..])] {
        let saved = invoice_save(app, &draft.row.id, kind, None).await.unwrap();
        let bytes = std::fs::read(&saved.path).unwrap();
        assert!(bytes.starts_with(start) && bytes.len() as u32 == saved.bytes, "{}", saved.path);
        assert!(Path::new(&saved.path).starts_with(&app.profile().documents_dir), "{}", saved.path);
        assert_eq!(invoice_save(app, &draft.row.id, kind, None).await.unwrap(), saved, "the same document again");
    }
    for refused in [
        invoice_finalise(app, BY, &draft.row.id).await.unwrap_err(),
        invoice_edit(app, BY, &draft.row.id, Vec::new(), String::new()).await.unwrap_err(),
        invoice_discard(app, BY, &draft.row.id).await.unwrap_err(),
        invoice_draft(app, BY, &client.id, "2026-11").await.unwrap_err(),
    ] {
        assert_eq!(refused.code, Code::Conflict, "{refused}");
        assert!(refused.message.contains(&number), "{refused}");
    }
    scene.clock.advance(3600);
    scene.sync().await;
    let later = invoice_get(app, &draft.row.id, ThemeChoice::Light).await.unwrap();
    assert_eq!((later.net, later.lines), (last.net, last.lines), "usage that came later does not change it");
    let whole = PaymentInput { date: "2026-11-18".to_owned(), amount: String::new(), note: String::new() };
    invoice_pay(app, BY, &draft.row.id, &whole).await.unwrap();
    let listed = invoice_list(app, Some("2026-11".to_owned()), None).await.unwrap();
    assert_eq!((listed.len(), listed[0].status), (1, InvoiceStatus::Paid));
}
