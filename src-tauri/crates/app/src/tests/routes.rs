//! Routes in the cache, on the page of a key, and what a private node does to a bill (S0-14, S0-15, S4-05).

use domain::Meter;
use store::report::Filter;

use super::rig::{Rig, WINDOW, key};
use crate::command::gateway::sandbox_open;
use crate::command::invoice::invoice_draft;
use crate::command::key::key_create;
use crate::command::price::{flat_markup, price_set};
use crate::query::client::{account_list, client_list};
use crate::query::route::{key_routes, route_list};
use crate::rating::{price_book, priced, rows_summed, tallies, tally};
use crate::wire::{ChargeKind, HealthView, KeyInput, PriceChange, RoutePriceView, RuleInput, UnitPriceView};

/// A fixed price per request for every model.
fn fixed_for_all() -> PriceChange {
    let price = UnitPriceView { meter: Meter::Requests.code().to_owned(), price: "0.01".to_owned() };
    let rule = RuleInput {
        client_id: None,
        selector: "*".to_owned(),
        kind: ChargeKind::Fixed,
        percent: None,
        prices: vec![price],
        list: None,
        commission: None,
        conditions: None,
    };
    PriceChange { set: vec![rule], ..flat_markup("0", "2026-11-01".parse().unwrap(), "Fixed") }
}

#[tokio::test]
async fn s0_15_s4_05_routes_are_cached_and_shown_for_the_models_of_a_key() {
    let rig = Rig::new().await;
    sandbox_open(&rig.app, WINDOW).await.unwrap();
    let routes = route_list(&rig.app, None).await.unwrap();
    assert!(routes.silent.is_empty());
    let named = |model: &str| routes.rows.iter().find(|route| route.model == model).unwrap();
    let switched = named("claude-sonnet-4-5");
    assert_eq!(switched.primary[0].health, HealthView::Unhealthy);
    assert_eq!(switched.backups.as_ref().unwrap()[0].health, HealthView::Healthy);
    assert!(switched.last_switch.is_some());
    assert_eq!(named("gpt-4.1-nano").backups, Some(vec![]), "none, and not untold");
    assert_eq!(named("private-llama").price, RoutePriceView::Private);
    let accounts = account_list(&rig.app).await.unwrap();
    let account = accounts.into_iter().find(|account| account.name == "Quillfeather Legal").expect("its account").id;
    let limited = KeyInput { models: vec!["claude-sonnet-4-5".to_owned()], ..key(&account, "limited") };
    let made = key_create(&rig.app, WINDOW, limited).await.unwrap();
    let routes = key_routes(&rig.app, &made.key.id).await.unwrap().rows;
    assert_eq!(routes.iter().map(|route| route.model.as_str()).collect::<Vec<_>>(), ["claude-sonnet-4-5"]);
}

#[tokio::test]
async fn s0_14_private_usage_is_counted_charges_nothing_and_is_in_no_invoices_way() {
    let rig = Rig::new().await;
    sandbox_open(&rig.app, WINDOW).await.unwrap();
    price_set(&rig.app, WINDOW, &fixed_for_all()).await.unwrap();
    let clients = client_list(&rig.app).await.unwrap();
    let private = clients.iter().find(|client| client.name == "Northfold Hospital Trust").unwrap();

    let mut reader = rig.app.store().reader().await.unwrap();
    let book = price_book(&rig.app, &mut reader).await.unwrap();
    let month = Filter::days("2026-11-01".parse().unwrap(), "2026-11-20".parse().unwrap());
    let own = month.clone().client(private.id.parse().unwrap());
    let rows = rows_summed(&mut reader, &book, &own).await.unwrap();
    let requests: u64 = rows.iter().map(|priced| priced.row.consumption.quantities.get(Meter::Requests)).sum();
    assert!(requests > 100, "{requests} requests are counted");
    let sum = tally(&rows, &book).unwrap();
    assert!(sum.charge.amount().is_zero() && sum.unpriced.is_empty(), "{sum:?}");
    let summed = tally(&rows_summed(&mut reader, &book, &month).await.unwrap(), &book).unwrap();
    let daily = reader.report().usage_by_client_model(&month).await.unwrap();
    let daily = priced(&mut reader, &book, daily).await.unwrap();
    assert_eq!(summed.charge, tally(&daily, &book).unwrap().charge, "a month at once is its days");
    assert!(tallies(&daily, &book, |row| row.client).unwrap().values().any(|one| !one.charge.amount().is_zero()));
    drop(reader);

    let view = invoice_draft(&rig.app, WINDOW, &private.id, "2026-11").await.unwrap();
    let text = serde_json::to_string(&view).unwrap();
    assert!(text.contains("private-llama") && text.contains("private node: no charge"), "{text}");
    assert!(!text.contains("no price rule"), "{text}");
}
