//! Invoices to print: an ordinary one and the awkward ones.

use billing::{KeyName, KeyTable, KeyUsage};
use domain::{Currency, Date, DocumentLanguage, ExactAmount, Meter, ModelName, Money, Quantities};
use render::InvoiceDocument;
use render::chart::Series;
use render::document::{DailyUsage, DocumentLine, LineSubject, Look, MeterPrice, Party, TaxLine, UsageRow, UsageTable};
use rust_decimal::Decimal;

const USD: Currency = Currency::USD;

fn day(day: i8) -> Date {
    Date::new(2026, 11, day).unwrap()
}

fn party(name: &str, lines: &[&str], tax_id: &str, email: &str) -> Party {
    Party {
        name: name.to_owned(),
        address: lines.iter().map(|line| (*line).to_owned()).collect(),
        tax_id: tax_id.to_owned(),
        vat_id: String::new(),
        email: email.to_owned(),
    }
}

/// Use of a model for an exact charge, spread over the days of November.
pub fn usage(model: &str, exact: &str, tokens: u64) -> DocumentLine {
    let exact = ExactAmount::new(exact.parse().unwrap(), USD);
    DocumentLine {
        subject: LineSubject::Model(ModelName::new(model)),
        via: Some("North gateway".to_owned()),
        days: Some((day(1), day(30))),
        quantities: Quantities::NONE
            .with(Meter::Requests, tokens / 1873)
            .with(Meter::InputTokens, tokens)
            .with(Meter::CacheReadTokens, tokens / 3)
            .with(Meter::OutputTokens, tokens / 7),
        prices: Vec::new(),
        exact,
        net: exact.round().unwrap(),
    }
}

fn priced(model: &str, meter: Meter, count: u64, price: &str) -> DocumentLine {
    let price: Decimal = price.parse().unwrap();
    let exact = Decimal::from(count) * price / Decimal::from(meter.per_sold_unit());
    let mut line = usage(model, &exact.to_string(), 0);
    line.quantities = Quantities::NONE.with(meter, count);
    line.prices = vec![MeterPrice { meter, price }];
    line
}

pub fn words(reason: &str, minor: i64) -> DocumentLine {
    let net = Money::from_minor(minor, USD);
    DocumentLine {
        subject: LineSubject::Words(reason.to_owned()),
        via: None,
        days: None,
        quantities: Quantities::NONE,
        prices: Vec::new(),
        exact: ExactAmount::new(net.to_decimal(), USD),
        net,
    }
}

/// The exact amount in thirty uneven parts.
fn spread(exact: Decimal, seed: usize) -> Vec<Decimal> {
    let weights: Vec<Decimal> = (0..30)
        .map(|day| if (day + seed) % 7 < 2 { 4 } else { 9 + (day * 5 + seed * 3) % 7 })
        .map(Decimal::from)
        .collect();
    let all: Decimal = weights.iter().sum();
    let mut parts: Vec<Decimal> = weights.iter().map(|weight| (exact * weight / all).trunc_with_scale(6)).collect();
    let rest = exact - parts.iter().sum::<Decimal>();
    parts[29] += rest;
    parts
}

/// A document of lines with everything that follows from them.
pub fn document(lines: Vec<DocumentLine>, tax: Option<&str>) -> InvoiceDocument {
    let sum = |minor: i64| Money::from_minor(minor, USD);
    let net = sum(lines.iter().map(|line| line.net.minor()).sum());
    let taxes: Vec<TaxLine> = tax
        .map(|rate| {
            let per_cent: Decimal = rate.parse().unwrap();
            let amount = ExactAmount::new(net.to_decimal() * per_cent / Decimal::ONE_HUNDRED, USD).round().unwrap();
            TaxLine { label: "VAT".to_owned(), category: "S".to_owned(), per_cent: Some(per_cent), note: None, amount }
        })
        .into_iter()
        .collect();
    let total = sum(net.minor() + taxes.iter().map(|tax| tax.amount.minor()).sum::<i64>());
    InvoiceDocument {
        corrects: None,
        number: Some("2026-0042".to_owned()),
        issued: Date::new(2026, 12, 1).unwrap(),
        due: Some(Date::new(2026, 12, 15).unwrap()),
        period: (day(1), day(30)),
        zone: "Europe/Berlin".to_owned(),
        seller: party(
            "Northwind AI Services GmbH",
            &["Torstraße 140", "10119 Berlin", "Germany"],
            "DE 312 456 789",
            "billing@northwind.example",
        ),
        buyer: party(
            "Harborlight Dental Group",
            &["12 Pier Road", "Portland, ME 04101", "US"],
            "",
            "ap@harborlight.example",
        ),
        currency: USD,
        usage: Some(pages(&lines)),
        lines,
        net,
        taxes,
        total,
        reference: String::new(),
        iban: "DE89370400440532013000".to_owned(),
        payment: "Please pay by bank transfer within 14 days and quote the invoice number.".to_owned(),
        note: String::new(),
        footer: "Northwind AI Services GmbH · Amtsgericht Charlottenburg HRB 123456 · Managing director: A. Lindqvist"
            .to_owned(),
        keys: None,
        look: Look::default(),
    }
}

fn pages(lines: &[DocumentLine]) -> (DailyUsage, UsageTable) {
    let mut series: Vec<Series> = Vec::new();
    let mut rows: Vec<UsageRow> = Vec::new();
    for (seed, line) in lines.iter().enumerate() {
        let LineSubject::Model(model) = &line.subject else { continue };
        let values = spread(line.exact.amount(), seed);
        match series.iter().position(|series| series.name == model.as_str()) {
            Some(at) => {
                series[at].values.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                rows[at].quantities = rows[at].quantities.plus(&line.quantities);
                rows[at].charge = rows[at].charge.checked_add(line.net).unwrap();
            }
            None => {
                let name = model.as_str().to_owned();
                rows.push(UsageRow { name: name.clone(), quantities: line.quantities, charge: line.net });
                series.push(Series { name, values });
            }
        }
    }
    (DailyUsage { days: (1..=30).map(day).collect(), series }, UsageTable { rows })
}

/// An ordinary month.
pub fn normal() -> InvoiceDocument {
    let lines = vec![
        usage("gpt-4o", "1284.372041", 183_402_117),
        usage("claude-sonnet-4", "903.118250", 92_004_551),
        usage("gemini-2.5-flash", "88.004999", 241_777_020),
        priced("whisper-1", Meter::AudioMillis, 9_845_120, "0.009"),
        priced("dall-e-3", Meter::Images, 412, "0.055"),
        words("Onboarding workshop, two hours on 12 November", 24_000),
        words("Goodwill credit for the outage of 19 November", -5_000),
    ];
    let mut document = document(lines, Some("19"));
    document.note = "Thank you for your business.\nQuestions about this invoice: billing@northwind.example".to_owned();
    document
}

/// Sixty models.
pub fn long() -> InvoiceDocument {
    let lines = (1..=60)
        .map(|n| usage(&format!("provider/model-{n:02}"), &format!("{}.{:06}", n * 7, n * 12_345), n * 1_000_003));
    document(lines.collect(), None)
}

/// A client whose names need other scripts.
pub fn scripts() -> InvoiceDocument {
    let mut document =
        document(vec![usage("通义千问-max", "12.345", 1_234_567), usage("модель-яндекс", "3.2", 55_000)], None);
    document.buyer = party(
        "株式会社ハーバーライト歯科",
        &[
            "東京都千代田区丸の内1丁目",
            "שלום בע״מ, תל אביב",
            "شركة الميناء، دبي",
            "한국어 주소",
            "Ελλάδα · Москва · กรุงเทพ · मुंबई",
        ],
        "T1234567890123",
        "",
    );
    document
}

/// No usage at all.
pub fn empty() -> InvoiceDocument {
    let mut document = document(Vec::new(), None);
    document.note = "Nothing was used in November.".to_owned();
    document
}

/// Figures at the edge of what fits.
pub fn huge() -> InvoiceDocument {
    let mut lines = vec![
        usage("gpt-4o", "912345678901.345678", 184_467_440_737_095_516),
        usage("gpt-4o", "1234567.5", 123_456_789_012),
        usage(&"an-extremely-long-model-name-that-somebody-once-configured/".repeat(2), "0.0000049", 3),
    ];
    lines[1].days = Some((day(15), day(30)));
    lines[2].prices = vec![MeterPrice { meter: Meter::InputTokens, price: "0.0000375".parse().unwrap() }];
    let mut document = document(lines, Some("8.1"));
    document.buyer.name = "W".repeat(120);
    document
}

/// A draft of the ordinary month.
pub fn draft() -> InvoiceDocument {
    let mut document = normal();
    (document.number, document.due) = (None, None);
    document
}

/// The usage of the models by key, charged or only counted: the first key has the most, and one has no name.
pub fn by_key(document: &InvoiceDocument, keys: u64, charged: bool) -> KeyTable {
    let models = || document.lines.iter().filter(|line| matches!(line.subject, LineSubject::Model(_)));
    let used = models().fold(Quantities::NONE, |sum, line| sum.plus(&line.quantities));
    let net: i64 = models().map(|line| line.net.minor()).sum();
    let part = |all: u64, n: u64| if n == 0 { all - (all / (keys + 1)) * (keys - 1) } else { all / (keys + 1) };
    let row = |n: u64| KeyUsage {
        name: if n == 1 { KeyName::Keyless } else { KeyName::Named(format!("production-{n:02}")) },
        quantities: used.iter().fold(Quantities::NONE, |sum, (meter, all)| sum.with(meter, part(all, n))),
        charge: charged.then(|| Money::from_minor(i64::try_from(part(net.unsigned_abs(), n)).unwrap(), USD)),
    };
    KeyTable { rows: (0..keys).map(row).collect() }
}

/// The ordinary month in a language, in the agency's own look, with its keys.
pub fn branded(language: DocumentLanguage) -> InvoiceDocument {
    let mut document = normal();
    let (greeting, closing) = match language {
        DocumentLanguage::English => ("Dear Harborlight team,\nhere is what you used in November.", "Kind regards"),
        DocumentLanguage::German => ("Guten Tag,\nwir berechnen Ihnen den November.", "Mit freundlichen Grüßen"),
        DocumentLanguage::Chinese => ("尊敬的客户：\n以下为贵方十一月的用量。", "此致 敬礼"),
    };
    document.look =
        Look { language, accent: "#7c2d12".to_owned(), greeting: greeting.to_owned(), closing: closing.to_owned() };
    document.keys = Some(by_key(&document, 5, true));
    document
}

/// Forty models and as many keys, of which only the counts are known.
pub fn many_keys() -> InvoiceDocument {
    let line =
        |n: u64| usage(&format!("provider/model-{n:02}"), &format!("{}.{:06}", n * 7, n * 12_345), n * 1_000_003);
    let mut document = document((1..=40).map(line).collect(), Some("19"));
    document.keys = Some(by_key(&document, 40, false));
    document.look.language = DocumentLanguage::German;
    document
}

/// All of them with their names.
pub fn gallery() -> Vec<(&'static str, InvoiceDocument)> {
    vec![
        ("normal", normal()),
        ("draft", draft()),
        ("long", long()),
        ("scripts", scripts()),
        ("empty", empty()),
        ("huge", huge()),
        ("english", branded(DocumentLanguage::English)),
        ("german", branded(DocumentLanguage::German)),
        ("chinese", branded(DocumentLanguage::Chinese)),
        ("many-keys", many_keys()),
    ]
}
