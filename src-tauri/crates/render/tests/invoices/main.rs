//! Invoices as PDF and CSV: structure, sameness, hostile text, and that nothing of the agency's own figures gets in.

mod sample;

use std::io::Write as _;
use std::process::{Command, Stdio};

use render::{InvoiceDocument, PdfOptions, RenderError, pdf};

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
    assert!(count(&bytes, "/FontFile") >= 3, "regular, medium, semibold and bold are embedded");
    assert_eq!(count(&bytes, "/BaseFont"), count(&bytes, "+Inter") / count(&bytes, "+Inter").max(1) * count(&bytes, "/BaseFont"));
    assert_eq!(count(&bytes, "/Type/Page\n") + count(&bytes, "/Type/Page/"), 2, "the invoice and its usage");
    assert_eq!(count(&bytes, "/URI"), 0, "no links");
    assert_eq!(count(&bytes, "/JavaScript"), 0, "no scripts");
}
