//! Flexible requests from a file: they alone give a commission (S2-02).

use acceptance::Profile;
use app::Origin;
use app::command::account::client_from_account;
use app::command::gateway::gateway_connect;
use app::command::import::{import_apply, import_preview};
use app::command::invoice::invoice_draft;
use app::command::price::price_set;
use app::query::client::account_list;
use app::query::usage::usage_table;
use app::wire::{ChargeKind, CommissionInput, ListInput, PayerName, PriceChange, RuleInput, UnitPriceView, UsageGroup};

use crate::stage::{self, HandClock, NOW, exact};

const BY: Origin = Origin::Window;
/// 15.3 million tokens cost 0.1530 by default and 0.0810 flexible, as in the source's example (S2-05).
const ROWS: &str = "id,time,account,model,input_tokens,cost,start_within\n\
    r-1,2026-11-17T10:00:00Z,acme,gpt-5,15300000,0.081,00h-00m-30s\n\
    r-2,2026-11-17T10:00:01Z,acme,gpt-5,15300000,0.081,default\n\
    r-3,2026-11-17T10:00:02Z,acme,gpt-5,15300000,0.081,priority\n\
    r-4,2026-11-17T10:00:03Z,acme,gpt-5,15300000,0.081,auto\n\
    r-5,2026-11-17T10:00:04Z,acme,gpt-5,15300000,0.081,\n\
    r-6,2026-11-17T10:00:05Z,acme,claude-haiku-4-5,15300000,0.081,01h-30m-00s\n";

/// 20 % of what flexible requests save, Claude's free; everything else costs the client nothing: it pays the provider.
fn rules() -> PriceChange {
    let unit = |price: &str| vec![UnitPriceView { meter: "input_tokens".to_owned(), price: price.to_owned() }];
    let commission = RuleInput {
        percent: Some("20".to_owned()),
        prices: unit("0.01"),
        list: Some(ListInput { currency: "USD".to_owned(), exchange: None }),
        commission: Some(CommissionInput { payer: PayerName::Client, free: vec!["claude-*".to_owned()] }),
        ..RuleInput::plain(None, "flex/*", ChargeKind::Commission)
    };
    let rest = RuleInput { prices: unit("0"), ..RuleInput::plain(None, "*", ChargeKind::Fixed) };
    let (effective_from, note) = ("2026-11-01".to_owned(), String::new());
    PriceChange { effective_from, note, set: vec![commission, rest], remove: vec![] }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_02_only_flexible_requests_of_an_imported_file_give_a_commission() {
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), HandClock::at(NOW)).await;
    let path = profile.path().join("usage.csv");
    std::fs::write(&path, ROWS).unwrap();
    let path = path.to_str().unwrap();
    let gateway = gateway_connect(&app, BY, stage::gateway("file", "Bills", path), String::new()).await.unwrap();
    let preview = import_preview(&app, &gateway.id, path, None).await.unwrap();
    assert_eq!((preview.rows, preview.problems.len()), (6, 0), "{:?}", preview.problems);
    let within = preview.columns.iter().position(|column| column.field == "start_within").expect("it is guessed");
    let shown: Vec<&str> = preview.sample.iter().map(|row| row[within].as_str()).collect();
    assert_eq!(shown, ["flexible", "", "", "", "", "flexible"], "the preview says what will be flexible");
    import_apply(&app, &gateway.id, path, preview.columns).await.unwrap();
    price_set(&app, BY, &rules()).await.unwrap();
    let account = account_list(&app).await.unwrap().remove(0);
    let client = client_from_account(&app, BY, &account.id).await.unwrap();

    let table = usage_table(&app, &stage::usage("2026-11-01", "2026-11-30", UsageGroup::Model)).await.unwrap();
    let charge = |model: &str| {
        let row =
            table.rows.iter().find(|row| row.name == model).unwrap_or_else(|| panic!("{model}: {:?}", table.rows));
        exact(&row.charge.as_ref().expect("a price").amount)
    };
    assert_eq!(charge("flex/gpt-5"), exact("0.0144"), "S2-05: a fifth of what was saved");
    assert_eq!(charge("gpt-5"), 0, "default, priority, auto and nothing are not durations");
    assert_eq!(charge("flex/claude-haiku-4-5"), 0, "S2-03: what is free stays free where it was flexible");
    assert_eq!(table.rows.len(), 3, "{:?}", table.rows);
    let invoice = invoice_draft(&app, BY, &client.id, "2026-11").await.unwrap();
    assert_eq!(exact(&invoice.trio.charge.amount), exact("0.01"), "rounded once, on the invoice");

    let bad = ROWS.replace("default", "00h-90m-00s");
    std::fs::write(path, bad).unwrap();
    let preview = import_preview(&app, &gateway.id, path, None).await.unwrap();
    assert_eq!((preview.problems.len(), preview.problems[0].line), (1, 3));
    assert!(preview.problems[0].reason.contains("more than 59 minutes"), "{:?}", preview.problems);
}
