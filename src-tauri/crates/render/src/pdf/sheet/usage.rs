//! The usage pages: the chart, the table of models, the table of keys.

use billing::{KeyName, KeyTable, KeyUsage};
use domain::{Meter, Money, Quantities};
use serde_json::{Value, json};

use super::breakable;
use crate::chart::{ChartKind, ChartSpec, Heading, Unit};
use crate::document::UsageTable;
use crate::figures::{self, visible as clean};
use crate::pdf::tongue::Tongue;
use crate::{InvoiceDocument, RenderError, Theme};

/// The table of models, with the sums of its columns.
pub(super) fn models(document: &InvoiceDocument, table: &UsageTable, words: &Tongue) -> Value {
    let rows: Vec<Value> =
        table.rows.iter().map(|row| one(words.model(&row.name), &row.quantities, Some(row.charge), words)).collect();
    let quantities = table.rows.iter().fold(Quantities::NONE, |sum, row| sum.plus(&row.quantities));
    let minor = table.rows.iter().map(|row| row.charge.minor()).sum();
    let (span, zone) = (words.span(document.period), clean(&document.zone));
    json!({
        "of": words.text("model"),
        "span": words.filled("usage_span", &[("span", &span), ("zone", &zone)]),
        "rows": rows,
        "cells": cells(&quantities, words),
        "charge": words.amount(Money::from_minor(minor, document.currency)),
        "note": words.text("usage_note"),
    })
}

/// The table of keys. It has a column of charges where each key's is known.
pub(super) fn keys(document: &InvoiceDocument, table: &KeyTable, words: &Tongue) -> Value {
    let charged = table.is_charged();
    let rows: Vec<Value> =
        table.rows.iter().map(|row| one(&key(row, words), &row.quantities, row.charge, words)).collect();
    let quantities = table.rows.iter().fold(Quantities::NONE, |sum, row| sum.plus(&row.quantities));
    let minor: i64 = table.rows.iter().filter_map(|row| row.charge).map(|charge| charge.minor()).sum();
    json!({
        "of": words.text("key"),
        "rows": rows,
        "cells": cells(&quantities, words),
        "charge": charged.then(|| words.amount(Money::from_minor(minor, document.currency))),
        "note": words.text(if charged { "keys_exact" } else { "keys_counted" }),
    })
}

fn key(row: &KeyUsage, words: &Tongue) -> String {
    match &row.name {
        KeyName::Named(name) => name.clone(),
        KeyName::Keyless => words.text("no_key").to_owned(),
        KeyName::Others(count) => words.filled("other_keys", &[("count", &count.to_string())]),
    }
}

fn one(name: &str, quantities: &Quantities, charge: Option<Money>, words: &Tongue) -> Value {
    json!({
        "name": breakable(name),
        "beside": beside(quantities, words),
        "cells": cells(quantities, words),
        "charge": charge.map(|charge| words.amount(charge)),
    })
}

/// Requests, input and output tokens, exactly; cached tokens are input.
fn cells(quantities: &Quantities, words: &Tongue) -> [String; 3] {
    let cached = [Meter::InputTokens, Meter::CacheReadTokens, Meter::CacheWriteTokens];
    let input = cached.into_iter().fold(0_u64, |sum, meter| sum.saturating_add(quantities.get(meter)));
    [quantities.get(Meter::Requests), input, quantities.get(Meter::OutputTokens)]
        .map(|n| if n == 0 { "–".to_owned() } else { words.number(figures::grouped(n.into())) })
}

/// The meters that have no column.
fn beside(quantities: &Quantities, words: &Tongue) -> String {
    let rare = [Meter::Images, Meter::VideoMillis, Meter::SpeechChars, Meter::AudioMillis];
    let parts = quantities.iter().filter(|(meter, _)| rare.contains(meter));
    parts.map(|(meter, n)| words.in_words(meter, n)).collect::<Vec<_>>().join(", ")
}

/// The client's charge per day and model.
pub(super) fn chart(document: &InvoiceDocument, words: &Tongue) -> Result<String, RenderError> {
    let Some((daily, _)) = &document.usage else { return Ok(String::new()) };
    let what = words.text("charge_per_day").to_owned();
    let mut spec =
        ChartSpec::new(ChartKind::StackedBars, what.clone(), Unit::Money { what, currency: document.currency });
    spec.points.clone_from(&daily.days);
    spec.series.clone_from(&daily.series);
    spec.series.iter_mut().for_each(|series| series.name = words.model(&series.name).to_owned());
    spec.words = words.of_chart();
    (spec.heading, spec.language) = (Heading::Legend, words.language);
    (spec.width, spec.height) = (720, 260);
    Ok(crate::chart(&spec, &Theme::light())?.svg)
}
