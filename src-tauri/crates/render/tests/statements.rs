//! Statements with names that mean harm, and with nothing to tell.

#![allow(clippy::unwrap_used, reason = "a sample that cannot be made fails the test")]

use std::collections::BTreeSet;

use billing::ledger::{Balances, EntryKind, Movements};
use billing::{Party, Seller, ServicePeriod, Standing, Statement, StatementInvoice, StatementKey, StatementUse};
use domain::{Currency, DocumentLanguage, ExactAmount, Meter, ModelName, Money, Quantities, Zone};
use render::statement::{csv, html, json, pdf, usage_csv, usage_lines};

const HOSTILE: &str = "=cmd|' /C calc'!A0 <script>alert(1)</script> \"&\u{202e}";

fn statement(name: &str, usage: bool) -> Statement {
    let quantities = Quantities::NONE.with(Meter::Requests, 3).with(Meter::InputTokens, 4_000_000_000_000);
    let one = StatementUse {
        day: "2026-10-31".parse().unwrap(),
        model: ModelName::new(name),
        quantities,
        failed_requests: 1,
        charge: Some(ExactAmount::new("1234567.891".parse().unwrap(), Currency::USD)),
        private: false,
    };
    let key = StatementKey { name: name.to_owned(), label: "sk-…ZOMw".to_owned(), quantities, failed_requests: 0 };
    Statement {
        seller: Seller { footer: name.to_owned(), ..Seller::default() },
        buyer: Party { name: name.to_owned(), ..Party::default() },
        period: ServicePeriod::new("2026-10-01".parse().unwrap(), "2026-10-31".parse().unwrap()).unwrap(),
        zone: Zone::utc(),
        drawn_up: "2026-11-01T08:00:00Z".parse().unwrap(),
        as_of: None,
        erased_through: None,
        currency: Currency::USD,
        language: DocumentLanguage::English,
        usage: if usage { vec![one] } else { Vec::new() },
        keys: if usage { vec![key] } else { Vec::new() },
        credit: None,
        invoices: Vec::new(),
    }
}

#[test]
fn r34_a_hostile_name_is_text_in_every_format() {
    let statement = statement(HOSTILE, true);
    let page = html(&statement).unwrap();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;"), "the name is there, as text");
    for mark in ["<script", "src=", "href=", "url(", "@import", "\u{202e}", "onload", "javascript:"] {
        assert!(!page.to_lowercase().contains(mark), "the page holds {mark}");
    }
    for table in [csv(&statement).unwrap(), usage_csv(&statement).unwrap()] {
        assert!(table.contains("'=cmd|"), "made harmless: {table}");
        assert!(!table.contains(",=cmd") && !table.contains("\"=cmd"), "no cell is a formula: {table}");
    }
    for text in [json(&statement).unwrap(), usage_lines(&statement)] {
        let lines = if text.starts_with("{\n") { vec![text.as_str()] } else { text.lines().collect() };
        for line in lines {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
        }
    }
    assert!(pdf(&statement).unwrap().starts_with(b"%PDF"));
}

#[test]
fn the_same_statement_gives_the_same_bytes_with_usage_or_without() {
    for statement in [statement("北京云联科技有限公司", true), statement("Quillfeather Legal", false)] {
        assert_eq!(pdf(&statement).unwrap(), pdf(&statement).unwrap());
        assert_eq!(html(&statement).unwrap(), html(&statement).unwrap());
        let shown = html(&statement).unwrap().contains("USD\u{a0}1,234,567.89");
        assert_eq!(shown, !statement.usage.is_empty(), "to the cent, or nothing");
    }
}

/// One with everything that a statement can tell.
fn full(language: DocumentLanguage) -> Statement {
    let usd = |text: &str| ExactAmount::new(text.parse().unwrap(), Currency::USD);
    let balances = |paid: &str, owed: &str| Balances {
        paid: usd(paid),
        bonus: usd("0"),
        free: usd("1.005"),
        owed: usd(owed),
        carried: usd("0"),
    };
    let lines = EntryKind::ALL.map(|kind| (kind, balances("12345.678", "3"))).to_vec();
    let credit = Movements { opening: balances("2000", "0"), lines, closing: balances("113111.102", "27") };
    let states = [Standing::PartPaid, Standing::Paid, Standing::Overdue, Standing::Credited, Standing::CreditNote];
    let invoices = states.map(|state| StatementInvoice {
        number: "2026-0001".to_owned(),
        issued: "2026-10-31".parse().unwrap(),
        due: "2026-11-14".parse().unwrap(),
        period: ("2026-10-01".parse().unwrap(), "2026-10-31".parse().unwrap()),
        total: Money::from_minor(1_234_567, Currency::USD),
        paid: Money::from_minor(100_050, Currency::USD),
        state,
    });
    let mut statement = statement("gpt-4o", true);
    let free = StatementUse { charge: None, model: ModelName::new("new"), ..statement.usage[0].clone() };
    let own = StatementUse { private: true, model: ModelName::new("own"), ..statement.usage[0].clone() };
    statement.usage.extend([free, own]);
    Statement {
        language,
        credit: Some(credit),
        invoices: invoices.to_vec(),
        erased_through: Some("2026-10-03".parse().unwrap()),
        ..statement
    }
}

/// Every figure of a page with two decimals or thousands set apart, as English writes it.
fn figures(page: &str, language: DocumentLanguage) -> Vec<String> {
    let page = page.rsplit("</style>").next().unwrap();
    let plain: String = page
        .chars()
        .map(|c| match (language, c) {
            (DocumentLanguage::German, ',') => '.',
            (DocumentLanguage::German, '.') => ',',
            (_, other) => other,
        })
        .collect();
    let parts = plain.split(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'));
    let amount = |part: &&str| {
        part.split('.').nth(1).is_some_and(|cents| cents.len() == 2) && part.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut found: Vec<String> =
        parts.filter(amount).filter(|part| part.matches('.').count() == 1).map(str::to_owned).collect();
    found.sort();
    found
}

#[test]
fn a_statement_in_each_language_has_the_same_amounts_and_none_of_the_others_words() {
    let pages = DocumentLanguage::ALL.map(|language| (language, html(&full(language)).unwrap()));
    let english = figures(&pages[0].1, DocumentLanguage::English);
    for wanted in ["1,234,567.89", "12,345.67", "1,000.50", "12,345.68"] {
        assert!(english.iter().any(|figure| figure == wanted), "{wanted} is not on the page: {english:?}");
    }
    for (language, page) in &pages {
        let tables = |page: &str| page.split("<section>").skip(1).collect::<String>();
        assert_eq!(
            figures(&tables(page), *language),
            figures(&tables(&pages[0].1), DocumentLanguage::English),
            "{language}"
        );
        assert!(page.contains(&format!("lang=\"{}\"", language.code())), "{language}");
        let words: BTreeSet<&str> = tables(page).leak().split(['<', '>']).collect();
        for english in ["Requests", "Paid in", "Overdue", "overdue", "Total", "By day", "Issued", "Owed", "Invoiced"] {
            let there = words.iter().any(|word| *word == english || word.starts_with(&format!("{english},")));
            assert!(!there || *language == DocumentLanguage::English, "`{english}` in {language}");
        }
    }
    for language in DocumentLanguage::ALL {
        let (here, there) = (full(language), full(DocumentLanguage::English));
        assert!(pdf(&here).unwrap().starts_with(b"%PDF"), "{language}: every glyph is there");
        assert_eq!(csv(&here).unwrap(), csv(&there).unwrap(), "files for machines are in no language");
        assert_eq!(json(&here).unwrap(), json(&there).unwrap());
    }
}
