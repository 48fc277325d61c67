//! What people type: hostile, absurd, or simply wrong.

use super::rig::{Rig, WINDOW, budget, client, key};
use crate::command::client::{client_create, client_update};
use crate::command::key::{key_budget, key_create};
use crate::command::setting::{settings_agency, settings_sync};
use crate::query::palette::palette;
use crate::query::setting::{settings, zone_list};
use crate::wire::{BudgetInput, Code};

#[tokio::test]
async fn hostile_names_are_text_or_refused_with_their_field() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    for name in
        ["<img src=x onerror=alert(1)>", "=HYPERLINK(\"http://x\")", "株式会社みなと翻訳", "'; DROP TABLE client; --"]
    {
        let row = client_create(&rig.app, WINDOW, client(name, &[gateway])).await.unwrap();
        assert_eq!(row.name, name, "kept as it was typed");
        assert_eq!(palette(&rig.app, name).await.unwrap()[0].id, row.id);
    }
    let long = "x".repeat(10_240);
    for name in ["", "   ", "evil\u{202e}txt", "a\u{0}b", long.as_str()] {
        let error = client_create(&rig.app, WINDOW, client(name, &[gateway])).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("name")), "{error}");
    }
    let mut odd = client("Harborlight", &[]);
    odd.city = "Port\u{202e}land".to_owned();
    let error = client_create(&rig.app, WINDOW, odd.clone()).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("city"));
    odd.city = "Portland".to_owned();
    odd.zone = "Mars/Olympus".to_owned();
    let error = client_create(&rig.app, WINDOW, odd).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("zone"));
}

#[tokio::test]
async fn negative_and_absurd_budgets_are_refused_before_anything_is_kept() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let made = key_create(&rig.app, WINDOW, key(&account, "harborlight-prod")).await.unwrap();
    let odd = |period: &str, warn_at: &[u8]| BudgetInput {
        amount: "10".to_owned(),
        period: period.to_owned(),
        warn_at: warn_at.to_vec(),
    };
    let rows = [
        (budget("-1"), "budget.amount"),
        (budget("1e30"), "budget.amount"),
        (budget("99999999999999999999"), "budget.amount"),
        (budget("1000000001"), "budget.amount"),
        (budget("ten"), "budget.amount"),
        (budget(""), "budget.amount"),
        (odd("yearly", &[]), "budget.period"),
        (odd("daily", &[0]), "budget.warnAt"),
        (odd("daily", &[101]), "budget.warnAt"),
    ];
    for (typed, field) in rows {
        let error = key_budget(&rig.app, WINDOW, &made.key.id, Some(typed.clone())).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some(field)), "{typed:?}: {error}");
        let mut with_budget = client("Fjord", &[gateway]);
        with_budget.budget = Some(typed);
        let error = client_create(&rig.app, WINDOW, with_budget).await.unwrap_err();
        assert_eq!(error.code, Code::Invalid, "and no client is left behind");
    }
    assert!(palette(&rig.app, "fjord").await.unwrap().is_empty());
    key_budget(&rig.app, WINDOW, &made.key.id, Some(budget("0"))).await.unwrap();
}

#[tokio::test]
async fn a_key_is_refused_with_the_field_that_is_wrong() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let base = key(&account, "harborlight-prod");
    let mut rows = vec![];
    rows.push(("environment", {
        let mut k = base.clone();
        k.environment = "live".to_owned();
        k
    }));
    rows.push(("scope", {
        let mut k = base.clone();
        k.scope = "root".to_owned();
        k
    }));
    rows.push(("requestsPerMinute", {
        let mut k = base.clone();
        k.requests_per_minute = Some(0);
        k
    }));
    rows.push(("tokensPerMinute", {
        let mut k = base.clone();
        k.tokens_per_minute = Some("many".to_owned());
        k
    }));
    rows.push(("expiresInDays", {
        let mut k = base.clone();
        k.expires_in_days = Some(0);
        k
    }));
    rows.push(("accountId", {
        let mut k = base.clone();
        k.account_id = "key_1".to_owned();
        k
    }));
    for (field, typed) in rows {
        let error = key_create(&rig.app, WINDOW, typed).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{error}");
    }
}

#[tokio::test]
async fn a_client_is_changed_with_the_change_in_the_log() {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (id, _) = rig.client(gateway, "Harborlight").await;
    let mut typed = client("Harborlight Dental", &[gateway]);
    typed.zone = "Asia/Kolkata".to_owned();
    let row = client_update(&rig.app, WINDOW, &id, typed).await.unwrap();
    assert_eq!((row.name.as_str(), row.zone.as_str()), ("Harborlight Dental", "Asia/Kolkata"));
    let page = crate::query::client::client_get(&rig.app, &id).await.unwrap();
    assert_eq!(page.accounts.len(), 1, "existing accounts are kept");
    let change = page.activity[0].change.clone().unwrap();
    assert_eq!(change, "name Harborlight → Harborlight Dental, zone Europe/Berlin → Asia/Kolkata");
}

#[tokio::test]
async fn settings_have_defaults_and_are_checked() {
    let rig = Rig::new().await;
    let first = settings(&rig.app).await.unwrap();
    assert_eq!((first.agency.currency.as_str(), first.agency.zone.as_str()), ("USD", "UTC"));
    assert_eq!((first.agency.invoice_series.as_str(), first.agency.grace_days), ("2026", 3));
    let mut typed = first.agency.clone();
    typed.tax_percent = "119".to_owned();
    let error = settings_agency(&rig.app, WINDOW, typed.clone()).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("taxPercent"));
    typed.tax_percent = " 19 % ".to_owned();
    typed.name = "Lanternworks".to_owned();
    let kept = settings_agency(&rig.app, WINDOW, typed).await.unwrap();
    assert_eq!((kept.agency.tax_percent.as_str(), kept.agency.name.as_str()), ("19", "Lanternworks"));
    assert_eq!(settings_sync(&rig.app, WINDOW, 15).await.unwrap().sync_minutes, 15);
    assert!(settings_sync(&rig.app, WINDOW, 1441).await.is_err());
    assert!(zone_list(&rig.app).await.unwrap().contains(&"Asia/Kolkata".to_owned()));
}
