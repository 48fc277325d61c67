//! What the template is given: a JSON value of ready texts and the drawing of the chart. The template computes nothing, and
//! no text is ever read as markup.

use domain::{Date, Meter, Quantities};
use serde_json::{Value, json};

use super::desk::can_draw;
use super::{Paper, PdfOptions};
use crate::chart::{ChartKind, ChartSpec, Heading, Unit};
use crate::document::{DocumentLine, LineSubject, Party, UsageTable};
use crate::figures::{self, visible as clean};
use crate::{InvoiceDocument, RenderError, Theme, fonts};

/// Longest run without a place to break before one is made, in units of a small letter.
const UNBROKEN_MAX: usize = 36;

/// What a document is set by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    Invoice,
    Statement,
}

/// The two files of a document.
pub(super) struct Sheet {
    template: Template,
    data: Value,
    chart: String,
    ident: String,
}

impl Sheet {
    /// Puts an invoice into words.
    pub fn new(document: &InvoiceDocument, options: &PdfOptions) -> Result<Self, RenderError> {
        document.check()?;
        let ident = format!("{}/{}", document.seller.name, document.file_stem());
        Ok(Self { template: Template::Invoice, data: data(document, options), chart: chart(document)?, ident })
    }

    /// A statement that is put into words already.
    pub fn statement(data: Value, chart: String, ident: String) -> Self {
        Self { template: Template::Statement, data, chart, ident }
    }

    /// What sets it.
    pub fn template(&self) -> Template {
        self.template
    }

    /// Names the first character that cannot be drawn.
    pub fn check(&self) -> Result<(), RenderError> {
        drawable(&self.data)
    }

    /// What makes the file's identifier; stable for the same invoice.
    pub fn ident(&self) -> String {
        self.ident.clone()
    }

    /// The data file and the drawing.
    pub fn into_files(self) -> (String, String) {
        (self.data.to_string(), self.chart)
    }
}

fn data(document: &InvoiceDocument, options: &PdfOptions) -> Value {
    let (year, month, day) = document.issued.parts();
    let heading = if document.corrects.is_some() { "Credit note" } else { "Invoice" };
    let title =
        document.number.as_ref().map_or_else(|| "Draft invoice".to_owned(), |number| format!("{heading} {number}"));
    json!({
        "fonts": fonts::FAMILIES,
        "paper": match options.paper { Paper::A4 => "a4", Paper::Letter => "us-letter" },
        "title": clean(&title),
        "heading": heading,
        "total_label": if document.corrects.is_some() { "Total credited" } else { "Total due" },
        "date": [year, month, day],
        "draft": document.number.is_none(),
        "factur_x": options.factur_x.is_some(),
        "tax_note": clean(&document.tax_note()),
        "seller": party(&document.seller),
        "buyer": party(&document.buyer),
        "facts": facts(document),
        "currency": document.currency.code(),
        "prices": document.lines.iter().any(|line| !line.prices.is_empty()),
        "groups": groups(document),
        "figures": figure_size(&document.lines),
        "sums": sums(document),
        "total": figures::with_currency(document.total),
        "iban": iban(&document.iban),
        "payment": lines(&document.payment),
        "note": lines(&note(document)),
        "footer": lines(&document.footer),
        "usage": document.usage.as_ref().map(|(_, table)| usage(document, table)),
        "series": document.usage.as_ref().map(|(daily, _)| daily.series.iter().map(|s| clean(&s.name)).collect::<Vec<_>>()),
    })
}

pub(super) fn party(party: &Party) -> Value {
    let mut lines: Vec<String> = party.address.iter().map(|line| breakable(line)).collect();
    if !party.tax_id.trim().is_empty() {
        lines.push(format!("Tax ID {}", breakable(&party.tax_id)));
    }
    if !party.vat_id.trim().is_empty() {
        lines.push(format!("VAT ID {}", breakable(&party.vat_id)));
    }
    if !party.email.trim().is_empty() {
        lines.push(breakable(&party.email));
    }
    json!({ "name": breakable(&party.name), "plain": clean(&party.name), "lines": lines })
}

/// The block of number, dates and period.
fn facts(document: &InvoiceDocument) -> Vec<[String; 2]> {
    let number = if document.corrects.is_some() { "Credit note number" } else { "Invoice number" };
    let mut facts = vec![[number, document.number.as_deref().unwrap_or("given when final")].map(clean)];
    if let Some(corrects) = &document.corrects {
        facts.push(["Corrects invoice".to_owned(), clean(&corrects.number)]);
        facts.push(["Issued on".to_owned(), figures::date(corrects.issued)]);
    }
    let issued = if document.number.is_some() { "Issue date" } else { "Drawn up on" };
    facts.push([issued.to_owned(), figures::date(document.issued)]);
    facts.extend(document.due.map(|due| ["Due date".to_owned(), figures::date(due)]));
    facts.push(["Service period".to_owned(), span(document.period)]);
    facts.push(["Time zone".to_owned(), clean(&document.zone)]);
    if !document.reference.trim().is_empty() {
        facts.push(["Your reference".to_owned(), clean(&document.reference)]);
    }
    facts
}

/// Why it is credited, then the word to the client.
fn note(document: &InvoiceDocument) -> String {
    let why = document.corrects.iter().map(|corrects| corrects.reason.as_str());
    why.chain([document.note.as_str()]).filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

fn span((first, last): (Date, Date)) -> String {
    if first == last { figures::date(first) } else { format!("{} – {}", figures::date(first), figures::date(last)) }
}

/// Size of the figures in the tables, in points: smaller where a count has more digits than its column has room.
fn figure_size(lines: &[DocumentLine]) -> u8 {
    let all = lines.iter().fold(Quantities::NONE, |sum, line| sum.plus(&line.quantities));
    match all.iter().map(|(_, count)| count).max().unwrap_or(0) {
        0..1_000_000_000_000 => 9,
        1_000_000_000_000..1_000_000_000_000_000 => 8,
        _ => 6,
    }
}

/// Lines of one model stand together, in the order of their first; where there are several gateways, by gateway.
fn groups(document: &InvoiceDocument) -> Vec<Value> {
    let named = document.names_gateways();
    let mut groups: Vec<(String, Vec<&DocumentLine>)> = Vec::new();
    for line in &document.lines {
        let model = matches!(line.subject, LineSubject::Model(_));
        let name = line.title(named);
        match groups
            .iter_mut()
            .find(|(known, members)| model && *known == name && members.iter().all(|m| m.subject == line.subject))
        {
            Some((_, members)) => members.push(line),
            None => groups.push((name, vec![line])),
        }
    }
    groups.into_iter().map(|(name, members)| group(&name, &members)).collect()
}

fn group(name: &str, members: &[&DocumentLine]) -> Value {
    let single = members.len() == 1;
    let amount = if single { members.first().map(|line| figures::amount(line.net)) } else { None };
    let rows: Vec<Value> = members.iter().flat_map(|line| rows(line, single)).collect();
    json!({ "name": breakable(name), "amount": amount, "rows": rows })
}

/// The rows below a heading: the line's days and amount where the model has more than one, then its meters.
fn rows(line: &DocumentLine, single: bool) -> Vec<Value> {
    let own = json!({
        "label": line.days.map_or_else(String::new, span),
        "amount": figures::amount(line.net),
    });
    let meters = line.quantities.iter().map(|(meter, count)| {
        let price = line.prices.iter().find(|price| price.meter == meter);
        json!({
            "label": figures::meter(meter),
            "exact": figures::exact(meter, count),
            "quantity": figures::readable(meter, count),
            "price": price.map(|p| format!("{}\u{a0}/\u{a0}{}", figures::price(p.price, line.net.currency()), per(meter))),
        })
    });
    (!single).then_some(own).into_iter().chain(meters).collect()
}

/// What a price is for.
fn per(meter: Meter) -> &'static str {
    match meter {
        Meter::InputTokens | Meter::OutputTokens | Meter::CacheReadTokens | Meter::CacheWriteTokens => "1M",
        Meter::Requests => "request",
        Meter::Images => "image",
        Meter::VideoMillis => "s",
        Meter::SpeechChars => "character",
        Meter::AudioMillis => "min",
    }
}

fn sums(document: &InvoiceDocument) -> Vec<[String; 2]> {
    let mut sums = vec![["Subtotal".to_owned(), figures::amount(document.net)]];
    for tax in &document.taxes {
        let label = match (tax.per_cent, &tax.note) {
            (Some(rate), None) => format!("{} {}\u{a0}%", clean(&tax.label), rate.normalize()),
            _ => clean(&tax.label),
        };
        sums.push([label, figures::amount(tax.amount)]);
    }
    sums
}

/// In groups of four, as it is read out.
fn iban(iban: &str) -> String {
    let plain: Vec<char> = clean(iban).chars().filter(|c| !c.is_whitespace()).collect();
    plain.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn usage(document: &InvoiceDocument, table: &UsageTable) -> Value {
    let rows: Vec<Value> = table
        .rows
        .iter()
        .map(|row| {
            json!({
                "name": breakable(&row.name),
                "beside": beside(&row.quantities),
                "cells": cells(&row.quantities),
                "charge": figures::amount(row.charge),
            })
        })
        .collect();
    let quantities = table.rows.iter().fold(Quantities::NONE, |sum, row| sum.plus(&row.quantities));
    let minor = table.rows.iter().map(|row| row.charge.minor()).sum();
    json!({
        "of": clean(&table.of),
        "span": span(document.period),
        "zone": clean(&document.zone),
        "rows": rows,
        "cells": cells(&quantities),
        "charge": figures::amount(domain::Money::from_minor(minor, document.currency)),
    })
}

/// Requests, input and output tokens, exactly; cached tokens are input.
fn cells(quantities: &Quantities) -> [String; 3] {
    let cached = [Meter::InputTokens, Meter::CacheReadTokens, Meter::CacheWriteTokens];
    let input = cached.into_iter().fold(0_u64, |sum, meter| sum.saturating_add(quantities.get(meter)));
    [quantities.get(Meter::Requests), input, quantities.get(Meter::OutputTokens)]
        .map(|n| if n == 0 { "–".to_owned() } else { figures::grouped(n.into()) })
}

/// The meters that have no column.
fn beside(quantities: &Quantities) -> String {
    let rare = [Meter::Images, Meter::VideoMillis, Meter::SpeechChars, Meter::AudioMillis];
    let parts = quantities.iter().filter(|(meter, _)| rare.contains(meter));
    parts.map(|(meter, n)| in_words(meter, n)).collect::<Vec<_>>().join(", ")
}

/// A quantity with its name: `Audio transcribed 164.1 min`.
fn in_words(meter: Meter, count: u64) -> String {
    let (number, unit) = figures::readable(meter, count).unwrap_or_else(|| (figures::exact(meter, count), ""));
    format!("{} {number} {unit}", figures::meter(meter)).trim_end().to_owned()
}

/// The client's charge per day and model.
fn chart(document: &InvoiceDocument) -> Result<String, RenderError> {
    let Some((daily, _)) = &document.usage else { return Ok(String::new()) };
    let unit = Unit::Money { what: "charge per day".to_owned(), currency: document.currency };
    let mut spec = ChartSpec::new(ChartKind::StackedBars, "Charge per day", unit);
    spec.points.clone_from(&daily.days);
    spec.series.clone_from(&daily.series);
    spec.heading = Heading::Legend;
    (spec.width, spec.height) = (720, 260);
    Ok(crate::chart(&spec, &Theme::light())?.svg)
}

pub(super) fn lines(text: &str) -> Vec<String> {
    text.trim().lines().map(|line| breakable(line.trim())).collect()
}

/// Clean text in which a very long word may break: a name without blanks must not run off the page. Ordinary words, e-mail
/// addresses among them, get no such place, because it would come along when they are copied.
pub(super) fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = 0;
    for c in clean(text).chars() {
        run = if c.is_whitespace() || c == '-' { 0 } else { run + breadth(c) };
        if run > UNBROKEN_MAX {
            out.push('\u{200b}');
            run = breadth(c);
        }
        out.push(c);
    }
    out
}

/// About how many small letters a letter is wide.
fn breadth(c: char) -> usize {
    if c.is_uppercase() || matches!(c, 'w' | 'm' | '@') || c > '\u{2fff}' { 2 } else { 1 }
}

fn drawable(value: &Value) -> Result<(), RenderError> {
    match value {
        Value::String(text) => text_drawable(text),
        Value::Array(items) => items.iter().try_for_each(drawable),
        Value::Object(fields) => fields.values().try_for_each(drawable),
        _ => Ok(()),
    }
}

fn text_drawable(text: &str) -> Result<(), RenderError> {
    let placeless = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}');
    match text.chars().find(|c| !placeless(*c) && !can_draw(*c)) {
        None => Ok(()),
        Some(character) => Err(RenderError::MissingGlyph { character, text: text.chars().take(60).collect() }),
    }
}
