//! Invoices as PDF and CSV: structure, sameness, hostile text, and that nothing of the agency's own figures gets in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a sample that cannot be made fails the test"
)]

mod issued;
mod look;
mod sample;

use std::io::Write as _;
use std::process::{Command, Stdio};

use domain::{Currency, Money};
use render::document::LineSubject;
use render::pdf::{Paper, pdf_batch, printable};
use render::{InvoiceDocument, PdfOptions, RenderError, csv, pdf};

/// What a reader can copy out of the PDF; `None` where `pdftotext` is not installed.
fn text_of(bytes: &[u8]) -> Option<String> {
    let mut tool = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = tool.stdin.take()?;
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = tool.wait_with_output().ok()?;
    writer.join().unwrap().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

fn printed(document: &InvoiceDocument) -> Vec<u8> {
    pdf(document, &PdfOptions::default()).unwrap()
}

fn count(bytes: &[u8], needle: &str) -> usize {
    bytes.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count()
}

/// Writes the gallery for people to look at: `RENDER_GALLERY=dir cargo test -p render --test invoices`.
#[test]
fn every_sample_prints_the_same_bytes_twice() {
    let folder = std::env::var_os("RENDER_GALLERY");
    for (name, document) in sample::gallery() {
        let bytes = printed(&document);
        assert_eq!(bytes, printed(&document), "{name}: a document printed again is the same document");
        if let Some(folder) = &folder {
            std::fs::write(std::path::Path::new(folder).join(format!("{name}.pdf")), bytes).unwrap();
        }
    }
}

#[test]
fn a_document_is_pdf_a_3b_with_its_fonts_inside() {
    let bytes = printed(&sample::normal());
    assert!(bytes.starts_with(b"%PDF-1.7"), "PDF/A-3 is PDF 1.7");
    assert_eq!(count(&bytes, "<pdfaid:part>3</pdfaid:part>"), 1, "archival part");
    assert_eq!(count(&bytes, "<pdfaid:conformance>B</pdfaid:conformance>"), 1, "archival level");
    assert!(count(&bytes, "/OutputIntent") >= 1, "colours are defined");
    assert_eq!(count(&bytes, "/FontFile2"), 2, "regular and semibold are embedded");
    assert_eq!(count(&bytes, "/Type/Page\n") + count(&bytes, "/Type/Page/"), 2, "the invoice and its usage");
    assert_eq!(count(&bytes, "/URI"), 0, "no links");
    assert_eq!(count(&bytes, "/JavaScript"), 0, "no scripts");
}

#[test]
fn the_text_reads_as_it_should() {
    let Some(text) = text_of(&printed(&sample::normal())) else { return };
    for expected in
        ["Harborlight Dental Group", "2026-0042", "15 Dec 2026", "183,402,117", "183,402.1", "473.03", "2,962.66"]
    {
        assert!(text.contains(expected), "`{expected}` is missing in:\n{text}");
    }
    assert!(!text.contains("DRAFT"), "a final invoice is no draft");
    let draft = text_of(&printed(&sample::draft())).unwrap();
    assert!(draft.contains("DRAFT") && !draft.contains("2026-0042"), "a draft says so and has no number");
}

/// Columns are as wide as their figures are measured to be, and a row as high as one line.
#[test]
fn no_figure_breaks_and_no_row_is_cut() {
    let huge = [("184,467,440,737,095,516", "912,345,678,901.35"), ("123,456,789,012", "1,234,567.50")];
    let normal = [("183,402,117", "183,402.1")];
    for (document, rows) in [(sample::huge(), huge.as_slice()), (sample::normal(), normal.as_slice())] {
        let Some(text) = text_of(&printed(&document)) else { return };
        for (count, amount) in rows {
            assert!(text.contains(count), "`{count}` is broken in:\n{text}");
            assert!(text.contains(amount), "`{amount}` is broken in:\n{text}");
        }
    }
    let mut named = sample::normal();
    named.keys = Some(sample::by_key(&named, 3, true));
    let long = "a-key-whose-name-is-far-longer-than-its-column-".repeat(3);
    named.keys.as_mut().unwrap().rows[2].name = billing::KeyName::Named(long);
    let Some(text) = text_of(&printed(&named)) else { return };
    assert_eq!(text.matches("a-key-whose").count(), 3, "a long name is printed whole, on more lines:\n{text}");
}

#[test]
fn a_long_invoice_repeats_its_header_and_counts_its_pages() {
    let bytes = printed(&sample::long());
    let pages = count(&bytes, "/Type/Page/");
    assert!(pages > 3, "60 models take several pages");
    let Some(text) = text_of(&bytes) else { return };
    assert!(text.contains(&format!("page {pages} of {pages}")), "page x of y");
    assert!(text.matches("Exact count").count() > 2, "the header stands on every page of the table");
    assert!(text.contains("provider/model-60"), "the last line is there");
}

/// The number of sheets is foreseen from what is to be printed; a text that breaks into more lines than it has is not.
#[test]
fn pages_are_counted_where_they_were_not_foreseen() {
    for (words, pages) in [(1, 2), (2500, 3)] {
        let mut document = sample::normal();
        document.note = "Thank you. ".repeat(words);
        let bytes = printed(&document);
        assert_eq!(count(&bytes, "/Type/Page/"), pages, "a note of {words} times two words");
        let Some(text) = text_of(&bytes) else { return };
        for page in 1..=pages {
            assert_eq!(
                text.matches(&format!("page {page} of {pages}")).count(),
                1,
                "each page says which it is:\n{text}"
            );
        }
    }
}

#[test]
fn other_scripts_are_drawn_and_what_no_font_has_is_named() {
    if let Some(text) = text_of(&printed(&sample::scripts())) {
        for expected in ["株式会社", "Москва", "Ελλάδα", "한국어"] {
            assert!(text.contains(expected), "`{expected}` is missing in:\n{text}");
        }
    }
    let mut document = sample::normal();
    document.buyer.name = "Rocket 🚀 Labs".to_owned();
    let expected = RenderError::MissingGlyph { character: '🚀', text: "Rocket 🚀 Labs".to_owned() };
    assert_eq!(printable(&document), Err(expected.clone()), "asked before a number is taken");
    assert_eq!(pdf(&document, &PdfOptions::default()), Err(expected));
}

/// product.md R34.
#[test]
fn r34_hostile_text_is_text() {
    let hostile = [
        "<img src=x onerror=alert(1)>",
        "#import \"@preview/x:1.0.0\": *",
        "#panic(1) $x^2$ \\ *bold* _it_ `raw` @label <label> // no",
        "=HYPERLINK(\"http://x\")",
    ];
    for text in hostile {
        let mut document = sample::document(vec![sample::usage(text, "1.25", 1000), sample::words(text, 100)], None);
        document.buyer.name = text.to_owned();
        document.seller.name = text.to_owned();
        document.note = text.to_owned();
        let Some(read) = text_of(&printed(&document)) else { return };
        let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect::<String>();
        let found = squeezed(&read).matches(&squeezed(text)).count();
        assert!(found >= 4, "R34: `{text}` stands {found} times, letter by letter, in:\n{read}");
        assert!(csv::invoice(&document).unwrap().lines().skip(1).all(|line| !line.contains(",=")), "R34: no formula");
    }
    let mut document = sample::normal();
    document.buyer.name = "Evil\u{202e}gpj.exe \u{2066}x\u{0}".to_owned();
    let Some(read) = text_of(&printed(&document)) else { return };
    assert!(read.contains("Evilgpj.exe x"), "R34: nothing reorders the text around it");
}

#[test]
fn a_name_of_ten_thousand_letters_prints() {
    let mut document = sample::normal();
    document.buyer.name = "Wiener Melange ".repeat(700);
    assert!(count(&printed(&document), "/Type/Page/") > 2, "it takes the room it needs");
}

#[test]
fn what_does_not_add_up_is_not_printed() {
    type Spoil = fn(&mut InvoiceDocument);
    let spoil: [(&str, Spoil); 4] = [
        ("the net amount", |document| document.lines[0].net = Money::from_minor(1, Currency::USD)),
        ("the total", |document| document.total = Money::from_minor(1, Currency::USD)),
        ("the usage table", |document| document.usage.as_mut().unwrap().1.rows.truncate(1)),
        ("the daily usage", |document| {
            document.usage.as_mut().unwrap().0.series[0].values[3] += rust_decimal::Decimal::ONE
        }),
    ];
    for (expected, spoil) in spoil {
        let mut document = sample::normal();
        spoil(&mut document);
        let refused = pdf(&document, &PdfOptions::default()).unwrap_err();
        assert!(
            matches!(&refused, RenderError::DoesNotAddUp { what, .. } if *what == expected),
            "{expected}: {refused}"
        );
        assert!(csv::invoice(&document).is_err(), "{expected}: nor written as CSV");
    }
    let mut document = sample::normal();
    document.total = Money::from_minor(1, Currency::EUR);
    assert!(pdf(&document, &PdfOptions::default()).is_err(), "currencies do not mix");
}

#[test]
fn a_batch_is_the_same_as_one_by_one() {
    let documents = [sample::normal(), sample::empty(), sample::draft()];
    let mut done = Vec::new();
    let options = PdfOptions { paper: Paper::Letter, ..PdfOptions::default() };
    pdf_batch(&documents, &options, |place, bytes| {
        done.push((place, bytes.unwrap()));
        if place == 1 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    })
    .unwrap();
    let one_by_one: Vec<_> =
        documents[..2].iter().map(|document| pdf(document, &options).unwrap()).enumerate().collect();
    assert!(done == one_by_one, "stopped after the second, with the same bytes");
}

#[test]
fn two_gateways_for_one_model_read_apart_and_one_needs_no_name() {
    let mut document =
        sample::document(vec![sample::usage("gpt-4o", "12.5", 1000), sample::usage("gpt-4o", "3.25", 500)], None);
    if let Some(text) = text_of(&printed(&document)) {
        assert!(!text.contains("via"), "one gateway goes without saying:\n{text}");
    }
    document.lines[1].via = Some("South gateway".to_owned());
    let Some(text) = text_of(&printed(&document)) else { return };
    for expected in ["gpt-4o via North gateway", "gpt-4o via South gateway"] {
        assert!(text.contains(expected), "`{expected}` is missing in:\n{text}");
    }
    let written = csv::invoice(&document).unwrap();
    assert!(written.contains(",gpt-4o,North gateway,") && written.contains(",gpt-4o,South gateway,"), "{written}");
}

#[test]
fn the_csv_of_an_invoice_is_exact() {
    let mut document = sample::document(
        vec![sample::usage("gpt-4o", "1284.372041", 183_402_117), sample::words("-5 % off", -100)],
        None,
    );
    document.buyer.name = "Harborlight, \"Dental\"".to_owned();
    let written = csv::invoice(&document).unwrap();
    assert_eq!(written.matches("\r\n").count(), written.lines().count(), "RFC 4180 line ends");
    expect_test::expect_file!["../golden/invoice.csv"].assert_eq(&written.replace("\r\n", "\n"));
    assert!(matches!(document.lines[0].subject, LineSubject::Model(_)));
}

#[test]
fn file_names_are_plain() {
    let mut document = sample::normal();
    document.number = Some("R/26-0001".to_owned());
    assert_eq!(document.file_stem(), "invoice-R-26-0001");
    document.number = None;
    assert_eq!(document.file_stem(), "invoice-draft-2026-11");
}
