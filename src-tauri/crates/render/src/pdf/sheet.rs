//! What the template is given: a JSON value of ready texts and the drawing of the chart. The template computes nothing, and
//! no text is ever read as markup.

mod columns;
mod sheets;
mod usage;

use domain::{DocumentLanguage, Quantities};
use serde_json::{Value, json};

use super::desk::can_draw;
use super::tongue::{self, Tongue};
use super::{Paper, PdfOptions};
use crate::brand::{self, Logo};
use crate::document::{DocumentLine, LineSubject, Party};
use crate::figures::{self, visible as clean};
use crate::{InvoiceDocument, RenderError, epc, fonts};

/// Longest run without a place to break before one is made, in units of a small letter.
const UNBROKEN_MAX: usize = 36;

/// The files of a document.
pub(super) struct Files {
    /// What the template prints.
    pub data: String,
    /// How many sheets it will have, where that can be foreseen.
    pub sheets: Option<usize>,
    /// The chart of the usage pages.
    pub chart: String,
    /// The payment code.
    pub code: String,
    /// The logo.
    pub logo: Option<Logo>,
}

/// What a document is set by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    Invoice,
    Statement,
}

/// A document in words.
pub(super) struct Sheet {
    template: Template,
    data: Value,
    sheets: Option<usize>,
    chart: String,
    code: String,
    logo: Option<Logo>,
    ident: String,
}

impl Sheet {
    /// Puts an invoice into words.
    pub fn new(document: &InvoiceDocument, options: &PdfOptions) -> Result<Self, RenderError> {
        document.check()?;
        let (words, code) = (tongue::of(document.look.language), payment_code(document).unwrap_or_default());
        let mut data = data(document, options, words);
        data["accent"] = Some(brand::accent(&document.look.accent)?).filter(|color| !color.is_empty()).into();
        data["code"] = Value::from(!code.is_empty());
        data["columns"] = columns::of_lines(&data);
        data["fact_columns"] = columns::of_facts(&data);
        data["sum_columns"] = columns::of_sums(&data);
        data["buyer"]["level"] = columns::is_level(&data["buyer"]).into();
        data["page_width"] = columns::of_page(&data).into();
        for table in ["usage", "keys"] {
            if data[table].is_object() {
                data[table]["columns"] = columns::of_usage(&data[table], &data);
            }
        }
        let ident = format!("{}/{}", document.seller.name, document.file_stem());
        let chart = usage::chart(document, words)?;
        let sheets = sheets::foreseen(&data);
        Ok(Self { template: Template::Invoice, data, sheets, chart, code, logo: options.logo.clone(), ident })
    }

    /// A statement that is put into words already.
    pub fn statement(data: Value, chart: String, ident: String) -> Self {
        Self { template: Template::Statement, data, sheets: None, chart, code: String::new(), logo: None, ident }
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

    /// Everything the template reads.
    pub fn into_files(self) -> Files {
        Files { data: self.data.to_string(), sheets: self.sheets, chart: self.chart, code: self.code, logo: self.logo }
    }
}

/// The payment code; a draft has none, because nobody should pay it.
fn payment_code(document: &InvoiceDocument) -> Option<String> {
    let number = document.number.as_deref()?;
    epc::svg(&epc::payload(&document.seller.name, &document.iban, document.total, number)?)
}

fn data(document: &InvoiceDocument, options: &PdfOptions, words: &Tongue) -> Value {
    let (year, month, day) = document.issued.parts();
    let (lang, region) = locale(words);
    json!({
        "t": words.texts(),
        "lang": lang,
        "region": region,
        "fonts": fonts::families(words.language),
        "paper": match options.paper { Paper::A4 => "a4", Paper::Letter => "us-letter" },
        "title": title(document, words),
        "heading": words.text(heading(document)),
        "total_label": words.text(if document.corrects.is_some() { "total_credited" } else { "total_due" }),
        "date": [year, month, day],
        "draft": document.number.is_none(),
        "factur_x": options.factur_x.is_some(),
        "logo": options.logo.as_ref().map(|logo| logo.format().code()),
        "greeting": lines(&document.look.greeting),
        "closing": lines(&document.look.closing),
        "tax_note": tax_note(document, words),
        "seller": party(&document.seller, words),
        "buyer": party(&document.buyer, words),
        "facts": facts(document, words),
        "currency": document.currency.code(),
        "prices": document.lines.iter().any(|line| !line.prices.is_empty()),
        "groups": groups(document, words),
        "figures": figure_size(&document.lines),
        "sums": sums(document, words),
        "total": words.total(document.total),
        "iban": iban(&document.iban),
        "payment": lines(&document.payment),
        "note": lines(&note(document)),
        "footer": lines(&document.footer),
        "usage": document.usage.as_ref().map(|(_, table)| usage::models(document, table, words)),
        "keys": document.keys.as_ref().filter(|_| document.usage.is_some()).map(|keys| usage::keys(document, keys, words)),
        "series": document.usage.as_ref().map(|(daily, _)| daily.series.iter().map(|s| clean(&s.name)).collect::<Vec<_>>()),
    })
}

/// Language and region as the typesetter wants them.
pub(super) fn locale(words: &Tongue) -> (&'static str, Option<&'static str>) {
    match words.language {
        DocumentLanguage::English => ("en", None),
        DocumentLanguage::German => ("de", None),
        DocumentLanguage::Chinese => ("zh", Some("CN")),
    }
}

fn heading(document: &InvoiceDocument) -> &'static str {
    if document.corrects.is_some() { "credit_note" } else { "invoice" }
}

fn title(document: &InvoiceDocument, words: &Tongue) -> String {
    let titled = |number: &String| format!("{} {number}", words.text(heading(document)));
    clean(&document.number.as_ref().map_or_else(|| words.text("draft_invoice").to_owned(), titled))
}

fn tax_note(document: &InvoiceDocument, words: &Tongue) -> String {
    let notes: Vec<String> = document.taxes.iter().filter_map(|tax| words.tax_note(tax)).collect();
    clean(&notes.join(" "))
}

pub(super) fn party(party: &Party, words: &Tongue) -> Value {
    let mut lines: Vec<String> = party.address.iter().map(|line| breakable(line)).collect();
    if !party.tax_id.trim().is_empty() {
        lines.push(format!("{} {}", words.text("tax_id"), breakable(&party.tax_id)));
    }
    if !party.vat_id.trim().is_empty() {
        lines.push(format!("{} {}", words.text("vat_id"), breakable(&party.vat_id)));
    }
    if !party.email.trim().is_empty() {
        lines.push(breakable(&party.email));
    }
    json!({ "name": breakable(&party.name), "plain": clean(&party.name), "lines": lines })
}

/// The block of number, dates and period.
fn facts(document: &InvoiceDocument, words: &Tongue) -> Vec<[String; 2]> {
    let fact = |key: &str, value: String| [words.text(key).to_owned(), value];
    let number = document.number.as_deref().unwrap_or_else(|| words.text("given_when_final"));
    let issued = if document.number.is_some() { "issue_date" } else { "drawn_up_on" };
    let of = if document.corrects.is_some() { "credit_note_number" } else { "invoice_number" };
    let mut facts = vec![fact(of, clean(number))];
    if let Some(corrects) = &document.corrects {
        facts.push(fact("corrects_invoice", clean(&corrects.number)));
        facts.push(fact("corrects_issued", words.date(corrects.issued)));
    }
    facts.push(fact(issued, words.date(document.issued)));
    facts.extend(document.due.map(|due| fact("due_date", words.date(due))));
    facts.push(fact("service_period", words.span(document.period)));
    facts.push(fact("time_zone", clean(&document.zone)));
    if !document.reference.trim().is_empty() {
        facts.push(fact("your_reference", clean(&document.reference)));
    }
    facts
}

/// Why it is credited, then the word to the client.
fn note(document: &InvoiceDocument) -> String {
    let why = document.corrects.iter().map(|corrects| corrects.reason.as_str());
    why.chain([document.note.as_str()]).filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n")
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
fn groups(document: &InvoiceDocument, words: &Tongue) -> Vec<Value> {
    let named = document.names_gateways();
    let mut groups: Vec<(String, Vec<&DocumentLine>)> = Vec::new();
    for line in &document.lines {
        let model = matches!(line.subject, LineSubject::Model(_));
        let name = words.title(line, named);
        match groups
            .iter_mut()
            .find(|(known, members)| model && *known == name && members.iter().all(|m| m.subject == line.subject))
        {
            Some((_, members)) => members.push(line),
            None => groups.push((name, vec![line])),
        }
    }
    groups.into_iter().map(|(name, members)| group(&name, &members, words)).collect()
}

fn group(name: &str, members: &[&DocumentLine], words: &Tongue) -> Value {
    let single = members.len() == 1;
    let amount = if single { members.first().map(|line| words.amount(line.net)) } else { None };
    let rows: Vec<Value> = members.iter().flat_map(|line| rows(line, single, words)).collect();
    json!({ "name": breakable(name), "amount": amount, "rows": rows })
}

/// The rows below a heading: the line's days and amount where the model has more than one, then its meters.
fn rows(line: &DocumentLine, single: bool, words: &Tongue) -> Vec<Value> {
    let own = json!({
        "label": line.days.map_or_else(String::new, |days| words.span(days)),
        "amount": words.amount(line.net),
    });
    let meters = line.quantities.iter().map(|(meter, count)| {
        let price = line.prices.iter().find(|price| price.meter == meter);
        let shown = |price: rust_decimal::Decimal| words.number(figures::price(price, line.net.currency()));
        json!({
            "label": words.meter(meter),
            "exact": words.number(figures::exact(meter, count)),
            "quantity": words.readable(meter, count),
            "price": price.map(|p| format!("{}\u{a0}/\u{a0}{}", shown(p.price), words.per(meter))),
        })
    });
    (!single).then_some(own).into_iter().chain(meters).collect()
}

fn sums(document: &InvoiceDocument, words: &Tongue) -> Vec<[String; 2]> {
    let net = [words.text("subtotal").to_owned(), words.amount(document.net)];
    let taxes = document.taxes.iter().map(|tax| [clean(&words.tax(tax)), words.amount(tax.amount)]);
    std::iter::once(net).chain(taxes).collect()
}

/// In groups of four, as it is read out.
fn iban(iban: &str) -> String {
    let plain: Vec<char> = clean(iban).chars().filter(|c| !c.is_whitespace()).collect();
    plain.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
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
