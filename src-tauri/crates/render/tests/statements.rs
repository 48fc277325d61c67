//! Statements with names that mean harm, and with nothing to tell.

#![allow(clippy::unwrap_used, reason = "a sample that cannot be made fails the test")]

use billing::{Party, Seller, ServicePeriod, Statement, StatementKey, StatementUse};
use domain::{Currency, ExactAmount, Meter, ModelName, Quantities, Zone};
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
