//! Languages, logos, colours and payment codes on paper.

use std::io::Write as _;
use std::process::{Command, Stdio};

use domain::{Currency, DocumentLanguage, Money};
use render::pdf::preview;
use render::{InvoiceDocument, Logo, PdfOptions, RenderError, pdf};

use super::{count, printed, sample, text_of};

const WIDE: &str =
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 60"><path fill="#7c2d12" d="M0 0h400v60H0z"/></svg>"##;
const TALL: &str =
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 90"><path fill="#7c2d12" d="M0 0h40v90H0z"/></svg>"##;

fn with_logo(svg: &str) -> PdfOptions {
    PdfOptions { logo: Some(Logo::new(svg.as_bytes()).unwrap()), ..PdfOptions::default() }
}

#[test]
fn each_language_has_its_words_and_its_forms() {
    let rows = [
        (
            DocumentLanguage::English,
            ["Invoice 2026-0042", "Billed to", "1 Dec 2026", "183,402,117", "USD 2,962.66", "By key"],
        ),
        (
            DocumentLanguage::German,
            ["Rechnung 2026-0042", "Rechnung an", "01.12.2026", "183.402.117", "2.962,66 USD", "Nach Schlüssel"],
        ),
        (
            DocumentLanguage::Chinese,
            ["账单 2026-0042", "客户", "2026年12月1日", "183,402,117", "USD 2,962.66", "按密钥"],
        ),
    ];
    for (language, expected) in rows {
        let document = sample::branded(language);
        let bytes = printed(&document);
        assert_eq!(bytes, printed(&document), "{language}: the same bytes twice");
        let Some(text) = text_of(&bytes) else { return };
        // Readers put a blank between Chinese and other characters, as the typesetter sets them apart.
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        for words in expected {
            assert!(plain(&text).contains(&plain(words)), "{language}: `{words}` is missing in:\n{text}");
        }
        if language == DocumentLanguage::Chinese {
            let period = text.lines().find(|line| plain(line).contains("服务期间")).unwrap_or_default();
            assert!(plain(period).contains("2026年11月30日"), "the service period has one line, in:\n{text}");
        }
        let greeting = document.look.greeting.lines().next().unwrap().to_owned();
        for own in [&greeting, &document.look.closing] {
            assert!(plain(&text).contains(&plain(own)), "{language}: `{own}` is missing");
        }
        if language != DocumentLanguage::English {
            for english in ["Invoice", "Subtotal", "Requests", "page", " Nov ", "Unit price"] {
                assert!(!text.contains(english), "{language}: `{english}` is English, in:\n{text}");
            }
        }
    }
}

#[test]
fn the_keys_add_up_to_the_lines_or_nothing_is_printed() {
    let mut document = sample::branded(DocumentLanguage::English);
    let Some(text) = text_of(&printed(&document)) else { return };
    assert!(text.contains("(no key)") && text.contains("largest remainder"), "{text}");
    let keys = document.keys.as_mut().unwrap();
    let charge = keys.rows[0].charge.unwrap();
    keys.rows[0].charge = Some(Money::from_minor(charge.minor() + 1, Currency::USD));
    let refused = pdf(&document, &PdfOptions::default()).unwrap_err();
    assert!(matches!(refused, RenderError::DoesNotAddUp { what: "the charge by key", .. }), "{refused}");
    let counted = text_of(&printed(&sample::many_keys())).unwrap();
    assert!(counted.contains("Nur Mengen"), "counts alone say why: {counted}");
}

/// Writes to the gallery as well: `RENDER_GALLERY=dir cargo test -p render --test invoices`.
#[test]
fn a_logo_is_drawn_wide_or_tall_and_its_colour_is_used() {
    for (name, svg) in [("logo-wide", WIDE), ("logo-tall", TALL)] {
        let document = sample::branded(DocumentLanguage::German);
        let bytes = pdf(&document, &with_logo(svg)).unwrap();
        assert_eq!(bytes, pdf(&document, &with_logo(svg)).unwrap(), "{name}: the same bytes twice");
        assert_eq!(count(&bytes, "<pdfaid:part>3</pdfaid:part>"), 1, "{name}: still for the archive");
        let page = preview(&document, &with_logo(svg)).unwrap();
        assert!(page.starts_with("<svg") && page.contains("#7c2d12"), "{name}: the page shows the colour");
        if let Some(folder) = std::env::var_os("RENDER_GALLERY") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), bytes).unwrap();
        }
    }
    let mut pale = sample::normal();
    pale.look.accent = "#ffff00".to_owned();
    assert!(matches!(pdf(&pale, &PdfOptions::default()), Err(RenderError::Brand(_))), "too pale to print");
}

/// The ordinary month in euro.
fn in_euro() -> InvoiceDocument {
    let mut document = sample::document(vec![], None);
    let total = Money::from_minor(123_456, Currency::EUR);
    document.currency = Currency::EUR;
    document.usage = None;
    let mut line = sample::words("Retainer", 123_456);
    line.exact = domain::ExactAmount::new(total.to_decimal(), Currency::EUR);
    (line.net, document.net, document.total) = (total, total, total);
    document.lines = vec![line];
    document
}

/// The first page in grey, as `pdftoppm` draws it; `None` where that is not installed.
fn drawn(bytes: &[u8]) -> Option<(usize, usize, Vec<u8>)> {
    let args = ["-gray", "-r", "150", "-f", "1", "-l", "1", "-"];
    let mut tool = Command::new("pdftoppm").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let (mut stdin, bytes) = (tool.stdin.take()?, bytes.to_vec());
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let picture = tool.wait_with_output().ok()?.stdout;
    writer.join().unwrap().unwrap();
    let mut parts = picture.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut number = |_| std::str::from_utf8(parts.next().unwrap()).unwrap().to_owned();
    let [kind, width, height] = [0, 1, 2].map(&mut number);
    assert_eq!(kind, "P5");
    let rest = parts.next().unwrap();
    let pixels = rest.splitn(2, |byte| byte.is_ascii_whitespace()).nth(1).unwrap();
    Some((width.parse().unwrap(), height.parse().unwrap(), pixels.to_vec()))
}

#[test]
fn the_payment_code_is_read_off_the_page() {
    let Some((width, height, pixels)) = drawn(&printed(&in_euro())) else { return };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let found = image.detect_grids();
    assert_eq!(found.len(), 1, "one code on the page");
    let (_, content) = found[0].decode().unwrap();
    let lines: Vec<&str> = content.split('\n').collect();
    let expected = [
        "BCD",
        "002",
        "1",
        "SCT",
        "",
        "Northwind AI Services GmbH",
        "DE89370400440532013000",
        "EUR1234.56",
        "",
        "",
        "2026-0042",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_nobody_is_to_pay_has_no_code() {
    let codes = |document: &InvoiceDocument| {
        let (width, height, pixels) = drawn(&printed(document))?;
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
        Some(image.detect_grids().len())
    };
    let mut draft = in_euro();
    draft.number = None;
    let mut abroad = in_euro();
    abroad.iban = String::new();
    for (why, document) in [("a draft", draft), ("no account", abroad), ("another currency", sample::normal())] {
        assert!(codes(&document).is_none_or(|found| found == 0), "{why} has no code");
    }
}
