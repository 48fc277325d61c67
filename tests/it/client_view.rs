//! What a client may see: charges and never costs (J4), in no file a trace of what the agency alone knows (R29), and its own
//! metadata handed out and erased (S0-06).

mod canary;
mod metadata;

use std::collections::BTreeMap;

use app::command::price::price_set;
use app::export::statement_save;
use app::query::client::client_list;
use app::query::price::price_preview;
use app::query::statement::statement_get;
use app::query::usage::usage_table;
use app::wire::{
    ChargeKind, PriceChange, RuleInput, StatementFormat, StatementPeriod, ThemeChoice, UnitPriceView, UsageGroup,
    UsageRow,
};
use app::{App, Origin};
use serde_json::Value;

use crate::journey::Scene;
use crate::stage::{self, exact};

const BY: Origin = Origin::Window;
const FORMATS: [StatementFormat; 6] = [
    StatementFormat::Pdf,
    StatementFormat::Csv,
    StatementFormat::Json,
    StatementFormat::Html,
    StatementFormat::UsageCsv,
    StatementFormat::UsageLines,
];

fn days(first: &str, last: &str) -> StatementPeriod {
    StatementPeriod { first: first.to_owned(), last: last.to_owned() }
}

/// The rules of J4, and a price of its own for the cheapest of the models that its prefix names.
fn rules() -> PriceChange {
    let markup = |selector: &str, percent: &str| RuleInput {
        percent: Some(percent.to_owned()),
        ..RuleInput::plain(None, selector, ChargeKind::Markup)
    };
    let price = |meter: &str, price: &str| UnitPriceView { meter: meter.to_owned(), price: price.to_owned() };
    let prices =
        vec![price("input_tokens", "1.50"), price("output_tokens", "7.50"), price("cache_read_tokens", "0.15")];
    let haiku = RuleInput { prices, ..RuleInput::plain(None, "claude-haiku-4-5", ChargeKind::Fixed) };
    PriceChange {
        effective_from: "2026-11-10".to_owned(),
        note: "J4".to_owned(),
        set: vec![markup("gpt-*", "30"), markup("gpt-4.1-nano", "50"), haiku, markup("*", "10")],
        remove: Vec::new(),
    }
}

/// Rows by model of these clients.
async fn by_model(app: &App, clients: &[String], (first, last): (&str, &str)) -> BTreeMap<String, UsageRow> {
    let mut filter = stage::usage(first, last, UsageGroup::Model);
    filter.clients = clients.to_vec();
    let rows = usage_table(app, &filter).await.unwrap().rows;
    rows.into_iter().map(|row| (row.name.clone(), row)).collect()
}

fn charge(row: &UsageRow) -> i128 {
    row.charge.as_ref().map_or(0, |charge| exact(&charge.amount))
}

/// What a client's usage file says of one model: quantities by meter, and its charge.
async fn filed(app: &App, client: &str, model: &str) -> (BTreeMap<String, i128>, i128) {
    let period = days("2026-11-10", "2026-11-17");
    let saved = statement_save(app, client, &period, StatementFormat::UsageLines, None).await.unwrap();
    let text = std::fs::read_to_string(&saved.path).unwrap();
    let (mut quantities, mut charge) = (BTreeMap::new(), 0);
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        if row["model"] == model {
            for (meter, count) in row["quantities"].as_object().unwrap() {
                *quantities.entry(meter.clone()).or_insert(0) += i128::from(count.as_u64().unwrap());
            }
            charge += exact(row["charge"].as_str().unwrap());
        }
    }
    (quantities, charge)
}

#[tokio::test(flavor = "multi_thread")]
async fn j4_the_markup_is_hidden_from_the_client() {
    let scene = Scene::open().await;
    let app = &scene.app;
    // One client of the sandbox has prices of its own; J4 is about those of everyone.
    let clients: Vec<String> = client_list(app)
        .await
        .unwrap()
        .into_iter()
        .filter(|row| !row.name.starts_with("Harborlight"))
        .map(|c| c.id)
        .collect();
    let (early, late) = (("2026-11-01", "2026-11-09"), ("2026-11-10", "2026-11-17"));
    let old = (by_model(app, &clients, early).await, by_model(app, &clients, late).await);
    let preview = price_preview(app, &rules()).await.unwrap();
    assert!(preview.month == "2026-10" && !preview.effects.is_empty(), "step 2: the effect on last month: {preview:?}");
    price_set(app, BY, &rules()).await.unwrap();
    let new = (by_model(app, &clients, early).await, by_model(app, &clients, late).await);
    assert_eq!(new.0, old.0, "old events keep their old price");

    let factor = |model: &str| match model {
        "gpt-4.1-nano" => Some((15, 10)),
        name if name.starts_with("gpt-") => Some((13, 10)),
        "gemini-2.5-flash" => Some((11, 10)),
        "claude-sonnet-4-5" => Some((13, 10)),
        "private-llama" => Some((0, 1)),
        _ => None,
    };
    for (model, row) in &new.1 {
        let cost = exact(&row.cost.amount);
        match factor(model) {
            Some((up, down)) => assert_eq!(charge(row) * down, cost * up, "{model}: exact > prefix > `*`"),
            None if model == "claude-haiku-4-5" => {
                let (mut quantities, mut filed_charge) = (BTreeMap::<String, i128>::new(), 0);
                for client in &clients {
                    let (used, charged) = filed(app, client, model).await;
                    used.into_iter().for_each(|(meter, n)| *quantities.entry(meter).or_default() += n);
                    filed_charge += charged;
                }
                let of = |meter: &str| quantities.get(meter).copied().unwrap_or(0);
                let micro = 1_500_000 * of("input_tokens")
                    + 7_500_000 * of("output_tokens")
                    + 150_000 * of("cache_read_tokens");
                assert!(micro > 0, "somebody used {model}");
                assert_eq!(charge(row), micro * 1_000_000, "S1-06: {model} by its fixed prices");
                assert_eq!(filed_charge, charge(row), "and the clients' own files say the same");
            }
            None => assert_eq!(charge(row), charge(&old.1[model]), "{model} has a price of its own, as before"),
        }
        let margin = row.margin.as_ref().map(|margin| exact(&margin.amount));
        assert_eq!(margin, Some(charge(row) - cost), "the agency sees cost, charge and margin");
    }
    client_views(app, &clients).await;
}

/// Steps 5 and 6: what a client is shown says what it is charged, and no word of what that cost.
async fn client_views(app: &App, clients: &[String]) {
    for client in &clients[..3] {
        let period = days("2026-11-01", "2026-11-17");
        let view = statement_get(app, client, &period, ThemeChoice::Light).await.unwrap();
        let rows = by_model(app, std::slice::from_ref(client), ("2026-11-01", "2026-11-17")).await;
        let shown: i128 = view.models.iter().filter_map(|row| row.charge.as_ref()).map(|c| exact(&c.amount)).sum();
        let total = exact(&view.total.charge.as_ref().unwrap().amount);
        assert_eq!(shown, total, "S3-02: what is shown adds up");
        let off = total - rows.values().map(charge).sum::<i128>();
        assert!(off.abs() * 2 <= exact("0.01"), "rounded once: {off}");
        let mut said = vec![serde_json::to_string(&view).unwrap()];
        for format in FORMATS {
            let saved = statement_save(app, client, &period, format, None).await.unwrap();
            said.push(canary::words_of(saved.path.as_ref()));
        }
        for text in said {
            let text = text.to_lowercase();
            for word in ["markup", "margin", "upstream", "\"cost", " cost ", "cost,", "pv_", "gw_"] {
                assert!(!text.contains(word), "R29: a client reads `{word}`");
            }
        }
    }
}
