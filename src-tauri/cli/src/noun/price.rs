//! `purser price`.

use app::wire::{ChargeKind, PriceBookView, PriceChange, PricePreview, PriceVersionView, RuleInput, UnitPriceView};
use app::{App, command, query};

use super::{ORIGIN, find};
use crate::args::{NewRule, Price};
use crate::fault::Fault;
use crate::out::{Out, heading, table, table_with_total};

pub async fn run(app: &App, verb: Price, out: &Out) -> Result<(), Fault> {
    match verb {
        Price::Show { all: true } => out.answer(&query::price::price_book(app).await?, |book| editions(&book.versions)),
        Price::Show { all: false } => out.answer(&query::price::price_book(app).await?, current),
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
            out.answer(&command::price::price_set(app, ORIGIN, &change).await?, newest)
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
    out.answer(&command::price::price_set(app, ORIGIN, &change).await?, newest)
}

fn unit_price(text: &str) -> Result<UnitPriceView, Fault> {
    let wrong = || Fault::usage(format!("`{text}` is not a price: write meter=price, for example input_tokens=1.50"));
    let (meter, price) = text.split_once('=').ok_or_else(wrong)?;
    Ok(UnitPriceView { meter: meter.trim().to_owned(), price: price.trim().to_owned() })
}

/// The editions that count: the one in force and those to come, each first day once.
fn current(book: &PriceBookView) -> String {
    let mut counting: Vec<PriceVersionView> = Vec::new();
    for version in &book.versions {
        // Editions come latest first: a second one of the same day was replaced by the first.
        if counting.last().is_none_or(|last| last.effective_from != version.effective_from) {
            counting.push(version.clone());
        }
        if version.in_force {
            break;
        }
    }
    match book.versions.len() - counting.len() {
        0 => editions(&counting),
        older => format!("{}\n\nEditions that ended or were replaced: {older}, see `--all`.", editions(&counting)),
    }
}

/// What a change made.
fn newest(book: &PriceBookView) -> String {
    editions(book.versions.get(..1).unwrap_or_default())
}

fn editions(versions: &[PriceVersionView]) -> String {
    if versions.is_empty() {
        return "The price book is empty: run `purser price set '*' --markup 25 --from 2026-01-01`.".to_owned();
    }
    versions.iter().map(edition).collect::<Vec<_>>().join("\n\n")
}

fn edition(version: &PriceVersionView) -> String {
    let now = if version.in_force { ", in force" } else { "" };
    let note = if version.note.is_empty() { String::new() } else { format!(": {}", version.note) };
    let title = heading(&format!("From {} ({}{now}){note}", version.effective_from, version.id));
    let rows = version.rules.iter().map(|rule| {
        vec![rule.selector.clone(), rule.text.clone(), rule.client.clone().unwrap_or_else(|| "everyone".to_owned())]
    });
    format!("{title}\n{}", table(&["rule", "~charges", "<for"], rows))
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
        "Had it applied to all of {}:\n\n{}\n\nNothing was changed.",
        preview.month,
        table_with_total(&headers, rows, total)
    )
}
