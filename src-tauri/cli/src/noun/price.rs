//! `purser price`.

mod typed;

use app::wire::{ChargeKind, PriceBookView, PriceChange, PricePreview, PriceVersionView, RuleInput};
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
            let client = find::client_if(app, client.as_deref()).await?;
            let rule = RuleInput::plain(client, selector, ChargeKind::Markup);
            let change = PriceChange { effective_from: from, note: String::new(), set: Vec::new(), remove: vec![rule] };
            change_prices(app, &change, out).await
        }
    }
}

async fn set(app: &App, new: &NewRule, out: &Out) -> Result<(), Fault> {
    let rule = typed::rule(find::client_if(app, new.client.as_deref()).await?, new)?;
    let change =
        PriceChange { effective_from: new.from.clone(), note: new.note.clone(), set: vec![rule], remove: Vec::new() };
    if new.preview {
        return out.answer(&query::price::price_preview(app, &change).await?, preview);
    }
    change_prices(app, &change, out).await
}

/// Changes prices and shows the edition that was made. Later ones took the change over, and stand before it in the book.
async fn change_prices(app: &App, change: &PriceChange, out: &Out) -> Result<(), Fault> {
    let book = command::price::price_set(app, ORIGIN, change).await?;
    out.answer(&book, |book| {
        let made = book.versions.iter().find(|version| version.effective_from == change.effective_from);
        editions(made.map(std::slice::from_ref).unwrap_or_default())
    })
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
        let charges = std::iter::once(&rule.text).chain(&rule.conditions).map(String::as_str).collect::<Vec<_>>();
        let owner = rule.client.clone().unwrap_or_else(|| "everyone".to_owned());
        vec![rule.selector.clone(), charges.join("; "), owner]
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
            effect.unpriced.join(", "),
        ]
    });
    let total = vec![
        "All clients".to_owned(),
        preview.before.text.clone(),
        preview.after.text.clone(),
        preview.difference.text.clone(),
        String::new(),
    ];
    let headers = ["<client", ">charge", ">would be", ">difference", "~no price for"];
    format!(
        "Had it applied to all of {}:\n\n{}\n\nNothing was changed.",
        preview.month,
        table_with_total(&headers, rows, total)
    )
}
