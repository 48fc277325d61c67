//! What the template of a statement is given.

use billing::Statement;
use serde_json::{Value, json};

use super::sheet::{Sheet, breakable, lines, locale, party};
use super::tongue;
use crate::figures::visible as clean;
use crate::statement::{Page, Row, Table, chart};
use crate::{RenderError, Theme, fonts};

/// Size of the chart in CSS pixels.
const CHART: (u16, u16) = (720, 230);

/// Puts a statement into words.
pub(super) fn sheet(statement: &Statement) -> Result<Sheet, RenderError> {
    let page = Page::new(statement)?;
    let (date, ..) = statement.zone.clock(statement.drawn_up);
    let (year, month, day) = date.parts();
    let words = tongue::of(statement.language);
    let (lang, region) = locale(words);
    let data = json!({
        "t": words.texts(),
        "lang": lang,
        "region": region,
        "fonts": fonts::families(words.language),
        "title": clean(&page.title),
        "date": [year, month, day],
        "seller": party(&page.seller, words),
        "buyer": party(&page.buyer, words),
        "facts": page.facts.iter().map(|[label, value]| [clean(label), breakable(value)]).collect::<Vec<_>>(),
        "total": clean(&page.total),
        "tables": page.tables.iter().map(table).collect::<Vec<_>>(),
        "notes": page.notes.iter().map(|note| clean(note)).collect::<Vec<_>>(),
        "footer": lines(&page.footer),
    });
    let (first, last) = (statement.period.first(), statement.period.last());
    let ident = format!("{}/statement/{}/{first}/{last}", page.seller.name, page.buyer.name);
    Ok(Sheet::statement(data, chart(statement, &Theme::light(), CHART)?, ident))
}

fn table(table: &Table) -> Value {
    json!({
        "title": clean(&table.title),
        "note": clean(&table.note),
        "columns": table.columns.iter().map(|(title, right)| json!([clean(title), right])).collect::<Vec<_>>(),
        "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
        "total": table.total.as_ref().map(row),
        "figures": figure_size(table),
    })
}

fn row(row: &Row) -> Value {
    json!({
        "name": breakable(&row.name),
        "beside": breakable(&row.beside),
        "cells": row.cells.iter().map(|cell| clean(cell)).collect::<Vec<_>>(),
    })
}

/// Size of the figures in points: smaller where those of a row together would leave the name no room.
fn figure_size(table: &Table) -> u8 {
    let widest = |row: &Row| row.cells.iter().map(|cell| cell.chars().count()).sum::<usize>();
    match table.rows.iter().chain(&table.total).map(widest).max().unwrap_or(0) {
        0..=58 => 9,
        59..=72 => 8,
        _ => 7,
    }
}
