//! `purser price`.

use app::wire::{ChargeKind, PriceBookView, PriceChange, PricePreview, RuleInput, UnitPriceView};
use app::{App, command, query};

use super::{ORIGIN, find};
use crate::args::{NewRule, Price};
use crate::fault::Fault;
use crate::out::{Out, heading, table, table_with_total};

pub async fn run(app: &App, verb: Price, out: &Out) -> Result<(), Fault> {
    match verb {
        Price::Show => out.answer(&query::price::price_book(app).await?, book),
        Price::Set(new) => set(app, &new, out).await,
        Price::Remove { selector, client, from } => {
            let rule = RuleInput {
                client_id: find::client_if(app, client.as_deref()).await?,
                selector,
                kind: ChargeKind::Markup,
                percent: None,
                prices: Vec::new(),
            };
            let change = PriceChange { effective_from: from, note: String::new(), set: Vec::new(), remove: vec![rule] };
            out.answer(&command::price::price_set(app, ORIGIN, &change).await?, book)
        }
    }
}

async fn set(app: &App, new: &NewRule, out: &Out) -> Result<(), Fault> {
    let rule = RuleInput {
        client_id: find::client_if(app, new.client.as_deref()).await?,
        selector: new.selector.clone(),
        kind: if new.price.is_empty() { ChargeKind::Markup } else { ChargeKind::Fixed },
        percent: new.markup.clone(),
        prices: new.price.iter().map(|text| unit_price(text)).collect::<Result<_, _>>()?,
    };
    let change =
        PriceChange { effective_from: new.from.clone(), note: new.note.clone(), set: vec![rule], remove: Vec::new() };
    if new.preview {
        return out.answer(&query::price::price_preview(app, &change).await?, preview);
    }
    out.answer(&command::price::price_set(app, ORIGIN, &change).await?, book)
}

fn unit_price(text: &str) -> Result<UnitPriceView, Fault> {
    let wrong = || Fault::usage(format!("`{text}` is not a price: write meter=price, for example input_tokens=1.50"));
    let (meter, price) = text.split_once('=').ok_or_else(wrong)?;
    Ok(UnitPriceView { meter: meter.trim().to_owned(), price: price.trim().to_owned() })
}

fn book(book: &PriceBookView) -> String {
    if book.versions.is_empty() {
        return "The price book is empty: run `purser price set '*' --markup 25 --from 2026-01-01`.".to_owned();
    }
    let mut text = String::new();
    for version in &book.versions {
        let now = if version.in_force { ", in force" } else { "" };
        let note = if version.note.is_empty() { String::new() } else { format!(": {}", version.note) };
        text.push_str(&heading(&format!("From {} ({}{now}){note}", version.effective_from, version.id)));
        text.push('\n');
        let rows = version.rules.iter().map(|rule| {
            vec![rule.selector.clone(), rule.text.clone(), rule.client.clone().unwrap_or_else(|| "everyone".to_owned())]
        });
        text.push_str(&table(&["rule", "~charges", "<for"], rows));
        text.push_str("\n\n");
    }
    text
}

fn preview(preview: &PricePreview) -> String {
    if preview.effects.is_empty() {
        return format!("Nothing would have changed in {}: no charge depends on it.", preview.month);
    }
    let rows = preview.effects.iter().map(|effect| {
        vec![
            effect.client.clone(),
            effect.before.text.clone(),
            effect.after.text.clone(),
            effect.difference.text.clone(),
        ]
    });
    let total = vec!["Total".to_owned(), String::new(), String::new(), preview.difference.text.clone()];
    let headers = ["<client", ">charge", ">would be", ">difference"];
    format!(
        "Had it applied in {}, whole:\n\n{}\n\nNothing was changed.",
        preview.month,
        table_with_total(&headers, rows, total)
    )
}
