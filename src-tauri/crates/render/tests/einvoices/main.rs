//! E-invoices: what they say, what is said when something is missing, and that PDF and XML agree to the cent. The official
//! rules run on the matrix of `examples/e_invoices.rs` (tests/validators).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a sample that cannot be made fails the test")]

mod sample;

use std::io::Write as _;
use std::process::{Command, Stdio};

use domain::{BillingAddress, Currency, DocumentLanguage, TaxTreatment};
use render::einvoice::{endpoint, xml};
use render::{InvoiceDocument, PdfOptions, XmlFormat, csv, json, pdf};
use sample::{credit_note, invoice};

/// The text of the first element of a name.
fn value<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let at = xml.find(&format!("<{name}>")).or_else(|| xml.find(&format!("<{name} ")))?;
    let rest = &xml[at..];
    let from = rest.find('>')? + 1;
    Some(&rest[from..from + rest[from..].find('<')?])
}

fn hybrid(invoice: &billing::InvoiceDocument) -> (String, Vec<u8>) {
    let cii = xml(invoice, XmlFormat::Cii).unwrap();
    let options = PdfOptions { factur_x: Some(cii.clone()), ..PdfOptions::default() };
    (cii, pdf(&InvoiceDocument::from(invoice), &options).unwrap())
}

/// The output of a tool that reads a file from standard input; `None` where it is not installed.
fn read_by(tool: &str, args: &[&str], bytes: &[u8]) -> Option<String> {
    let mut tool = Command::new(tool).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut stdin = tool.stdin.take()?;
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = tool.wait_with_output().ok()?;
    writer.join().unwrap().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Labels of the subtotal and the total on paper.
fn labels(language: DocumentLanguage) -> [&'static str; 2] {
    match language {
        DocumentLanguage::English => ["Subtotal", "Total due"],
        DocumentLanguage::German => ["Zwischensumme", "Zu zahlen"],
        DocumentLanguage::Chinese => ["小计", "应付总额"],
    }
}

/// Every category of tax in every language, in three currencies by turns: subtotal, tax, total and each line.
#[test]
fn pdf_and_xml_agree_to_the_cent() {
    let treatments = [
        TaxTreatment::Agency,
        TaxTreatment::Zero,
        TaxTreatment::Exempt,
        TaxTreatment::ReverseCharge,
        TaxTreatment::IntraCommunity,
        TaxTreatment::OutOfScope,
    ];
    for (place, treatment) in treatments.into_iter().enumerate() {
        for (turn, language) in DocumentLanguage::ALL.into_iter().enumerate() {
            let currency = ["EUR", "USD", "JPY"][(place + turn) % 3].parse().unwrap();
            let mut invoice = invoice(treatment, currency);
            let neutral = XmlFormat::ALL.map(|format| xml(&invoice, format).ok());
            invoice.body.look.language = language;
            assert_eq!(XmlFormat::ALL.map(|format| xml(&invoice, format).ok()), neutral, "no language in XML");
            let (cii, bytes) = hybrid(&invoice);
            assert_eq!(bytes, hybrid(&invoice).1, "{treatment:?} {language}: the same bytes twice");
            let Some(text) = read_by("pdftotext", &["-layout", "-enc", "UTF-8", "-", "-"], &bytes) else { return };
            agrees(&invoice, &cii, &text.replace('\u{a0}', " "));
        }
    }
}

fn agrees(invoice: &billing::InvoiceDocument, cii: &str, text: &str) {
    let language = invoice.body.look.language;
    let summary = &cii[cii.find("<ram:SpecifiedTradeSettlementHeaderMonetarySummation>").unwrap()..];
    let amount = |element: &str| {
        let amount: rust_decimal::Decimal = value(summary, element).unwrap().parse().unwrap();
        let money = domain::ExactAmount::new(amount, invoice.body.currency).round().unwrap();
        assert_eq!(money.to_decimal(), amount, "{element} has the decimals of its currency");
        render::figures::localised(render::figures::amount(money), language)
    };
    let elements = ["ram:LineTotalAmount", "ram:GrandTotalAmount"];
    for (element, label) in elements.into_iter().zip(labels(language)) {
        let (printed, code) = (amount(element), invoice.body.currency.code());
        let ends = |line: &str| line.trim_end().trim_end_matches(code).trim_end().ends_with(&printed);
        let found = text.lines().any(|line| line.contains(label) && ends(line));
        assert!(found, "{language}: {label} {printed} of the XML is not in the PDF:\n{text}");
    }
    for line in &invoice.body.lines {
        let printed = render::figures::localised(render::figures::amount(line.net), language);
        assert!(text.contains(&printed), "{language}: a line of {printed} is not in the PDF:\n{text}");
    }
    let tax = invoice.body.tax.as_ref();
    if let (Some(note), DocumentLanguage::English) = (tax.and_then(billing::TaxCategory::reason), language) {
        let start: String = note.chars().take(30).collect();
        assert!(text.contains(&start), "the note is printed:\n{text}");
        assert!(csv::invoice(&InvoiceDocument::from(invoice)).unwrap().contains(&start), "and in the CSV");
    }
}

#[test]
fn a_credit_note_says_what_it_takes_back_in_every_format() {
    let note = credit_note(TaxTreatment::Agency, Currency::EUR);
    let total = invoice(TaxTreatment::Agency, Currency::EUR).body.totals.total.to_decimal().to_string();
    let cii = xml(&note, XmlFormat::Cii).unwrap();
    assert_eq!(value(&cii, "ram:TypeCode"), Some("381"), "BT-3: {cii}");
    assert!(cii.contains(">2026-0007<") && cii.contains(">20261201<"), "BG-3: {cii}");
    assert_eq!(value(&cii, "ram:DuePayableAmount"), Some(total.as_str()), "not negative: {cii}");
    let ubl = xml(&note, XmlFormat::Ubl).unwrap();
    assert!(ubl.contains("<CreditNote ") && ubl.contains("Charged twice"), "{ubl}");
    let (_, bytes) = hybrid(&note);
    let Some(text) = read_by("pdftotext", &["-layout", "-enc", "UTF-8", "-", "-"], &bytes) else { return };
    for expected in ["Credit note", "CN-2026-0001", "2026-0007", "Total credited", "Charged twice"] {
        assert!(text.contains(expected), "{expected} is printed:\n{text}");
    }
    for absent in ["Total due", "Due date", "IBAN", "Please pay"] {
        assert!(!text.contains(absent), "{absent} asks for money:\n{text}");
    }
}

#[test]
fn a_hybrid_is_one_file_with_one_bag_of_schemas_and_the_same_bytes() {
    let invoice = invoice(TaxTreatment::Agency, Currency::EUR);
    let (cii, bytes) = hybrid(&invoice);
    assert_eq!(bytes, hybrid(&invoice).1, "the same document gives the same bytes");
    let raw = String::from_utf8_lossy(&bytes);
    for expected in ["<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>", "/AFRelationship/Alternative"] {
        let plain = raw.replace("/AFRelationship /Alternative", "/AFRelationship/Alternative");
        assert_eq!(plain.matches(expected).count(), 1, "{expected}");
    }
    assert_eq!(raw.matches("<pdfaExtension:schemas>").count(), 1, "there may be one bag only");
    assert!(cii.contains("urn:cen.eu:en16931:2017<"), "the profile is EN 16931");
    let plain = pdf(&InvoiceDocument::from(&invoice), &PdfOptions::default()).unwrap();
    assert!(!String::from_utf8_lossy(&plain).contains("factur-x"), "a plain PDF says nothing of XML");
}

#[test]
fn lines_say_price_and_quantity_where_one_price_made_them() {
    let cii = xml(&invoice(TaxTreatment::Agency, Currency::EUR), XmlFormat::Cii).unwrap();
    assert!(cii.contains(r#"<ram:BilledQuantity unitCode="MIO">2.5</ram:BilledQuantity>"#), "{cii}");
    assert!(cii.contains("<ram:ChargeAmount>0.0375</ram:ChargeAmount>"), "a price is never rounded: {cii}");
    assert!(
        cii.contains(r#"<ram:BilledQuantity unitCode="C62">1</ram:BilledQuantity>"#),
        "a markup is one piece: {cii}"
    );
    assert!(cii.contains(r#"<ram:BilledQuantity unitCode="C62">-1</ram:BilledQuantity>"#), "a credit is taken back");
    assert!(!cii.contains("<ram:ChargeAmount>-"), "BR-27: no price is negative");
}

#[test]
fn br_o_02_outside_the_scope_names_no_vat_id() {
    for format in [XmlFormat::Cii, XmlFormat::Ubl, XmlFormat::Peppol] {
        let xml = xml(&invoice(TaxTreatment::OutOfScope, Currency::USD), format).unwrap();
        let parties = xml.replace("9930:DE136695976", "").replace(">DE136695976</ram:URIID", "");
        let vat = parties.matches("schemeID=\"VA\"").count();
        assert_eq!(vat, 0, "{format:?}: {xml}");
    }
}

#[test]
fn what_is_missing_is_said_with_its_rule_and_its_place() {
    type Spoil = fn(&mut billing::InvoiceDocument);
    let rows: [(XmlFormat, Spoil, &str, &str); 6] = [
        (XmlFormat::Cii, |i| i.body.tax = None, "BR-CO-04", "rate"),
        (
            XmlFormat::Cii,
            |i| i.body.seller.party.address.country = String::new(),
            "BR-09",
            "your country under Settings",
        ),
        (XmlFormat::Cii, |i| i.body.buyer.address = BillingAddress::default(), "BR-11", "the client's country"),
        (XmlFormat::XRechnung, |i| i.body.buyer.address.reference = String::new(), "BR-DE-15", "reference"),
        (XmlFormat::XRechnung, |i| i.body.seller.phone = String::new(), "BR-DE-6", "telephone"),
        (
            XmlFormat::Peppol,
            |i| i.body.buyer.address.endpoint = String::new(),
            "PEPPOL-EN16931-R010",
            "electronic address",
        ),
    ];
    for (format, spoil, rule, words) in rows {
        let mut invoice = invoice(TaxTreatment::Agency, Currency::EUR);
        spoil(&mut invoice);
        let error = xml(&invoice, format).unwrap_err();
        let found = error.problems().iter().find(|problem| problem.rule == rule);
        let told = found.unwrap_or_else(|| panic!("{rule} is not among: {error}")).to_string();
        assert!(told.contains(words) && error.to_string().contains(format.name()), "{told}");
    }
}

/// product.md R29, S0-25: what the agency paid, 1234.567891 for each model, is in no XML.
#[test]
fn r29_no_cost_and_no_markup_in_the_xml() {
    for format in XmlFormat::ALL {
        let xml = xml(&invoice(TaxTreatment::Agency, Currency::EUR), format).unwrap().to_lowercase();
        for canary in ["1234.56", "1234.57", "markup", "margin", "cost", "25 %"] {
            assert!(!xml.contains(canary), "R29: `{canary}` in {format:?}: {xml}");
        }
    }
}

#[test]
fn electronic_addresses_have_a_known_scheme() {
    assert_eq!(endpoint("9930:DE136695976"), Ok(()));
    for wrong in ["DE136695976", "1234:x", "0088:12", "9930:", "9958:991-01234-56"] {
        let said = endpoint(wrong).unwrap_err().to_string();
        assert!(said.contains("scheme:identifier") && said.contains("BR-CL-25"), "{wrong}: {said}");
    }
}

#[test]
fn json_says_what_the_pdf_says() {
    let invoice = invoice(TaxTreatment::ReverseCharge, Currency::EUR);
    let read: serde_json::Value =
        serde_json::from_str(&json::invoice(&InvoiceDocument::from(&invoice)).unwrap()).unwrap();
    assert_eq!(read["total"], invoice.body.totals.total.to_decimal().to_string());
    assert_eq!(read["taxes"][0]["category"], "AE");
    assert_eq!(read["lines"].as_array().unwrap().len(), invoice.body.lines.len());
}
