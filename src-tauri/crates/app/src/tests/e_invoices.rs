//! Master data as it is typed, and e-invoices from it.

use super::rig::{Rig, WINDOW, client};
use crate::command::client::{client_create, client_update};
use crate::command::invoice::{invoice_draft, invoice_edit, invoice_finalise, invoice_save};
use crate::command::setting::settings_agency;
use crate::query::client::client_get;
use crate::wire::{
    AdjustmentInput, AgencyInput, ClientInput, Code, DocumentKind, EInvoiceChoice, InvoiceView, TaxChoice,
};

fn austrian(name: &str) -> ClientInput {
    let text = str::to_owned;
    ClientInput {
        street: text("Ring 1"),
        postal_code: text("1010"),
        city: text("Wien"),
        country: text("at"),
        vat_id: text("atu 13585627"),
        tax: TaxChoice::ReverseCharge,
        email: text("ap@client.example"),
        ..client(name, &[])
    }
}

async fn agency(rig: &Rig) -> AgencyInput {
    let text = str::to_owned;
    AgencyInput {
        name: text("Northwind AI"),
        street: text("Torstraße 140"),
        postal_code: text("10119"),
        city: text("Berlin"),
        country: text("DE"),
        vat_id: text("DE 136 695 976"),
        email: text("billing@northwind.example"),
        iban: text("DE89 3704 0044 0532 0130 00"),
        ..rig.app.agency().await.unwrap()
    }
}

/// A draft of one fee.
async fn draft(rig: &Rig, client: &str) -> InvoiceView {
    let made = invoice_draft(&rig.app, WINDOW, client, "2026-10").await.unwrap();
    let fee = AdjustmentInput { reason: "Onboarding".to_owned(), amount: "100".to_owned() };
    invoice_edit(&rig.app, WINDOW, &made.row.id, vec![fee], String::new()).await.unwrap()
}

#[tokio::test]
async fn master_data_is_refused_with_its_field_and_rule() {
    type Spoil = fn(&mut ClientInput);
    let rows: [(Spoil, &str, &str); 8] = [
        (|c| c.vat_id = "ATU13585628".to_owned(), "vatId", "BR-CO-09"),
        (|c| c.vat_id = String::new(), "vatId", "BR-AE-02"),
        (|c| c.country = "XX".to_owned(), "country", "BR-CL-14"),
        (|c| c.postal_code = "10119".to_owned(), "postalCode", "AT"),
        (|c| c.endpoint = "nowhere".to_owned(), "endpoint", "BR-CL-25"),
        (|c| c.reference = "04011000-1234512345-07".to_owned(), "reference", "BR-DE-15"),
        (|c| c.tax = TaxChoice::Exempt, "taxReason", "BR-E-10"),
        (|c| c.tax = TaxChoice::Export, "country", "category G"),
    ];
    let rig = Rig::new().await;
    for (spoil, field, words) in rows {
        let mut typed = austrian("Odd");
        spoil(&mut typed);
        let error = client_create(&rig.app, WINDOW, typed).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some(field)), "{error}");
        assert!(error.message.contains(words), "{words}: {}", error.message);
    }
    let row = client_create(&rig.app, WINDOW, austrian("Fine")).await.unwrap();
    let kept = client_get(&rig.app, &row.id).await.unwrap().details;
    assert_eq!((kept.vat_id.as_str(), kept.country.as_str()), ("ATU13585627", "AT"), "kept without blanks");
    assert_eq!((kept.tax, kept.e_invoice), (TaxChoice::ReverseCharge, EInvoiceChoice::Automatic));
}

#[tokio::test]
async fn the_agencys_own_data_is_checked() {
    type Spoil = fn(&mut AgencyInput);
    let rows: [(Spoil, &str, &str); 4] = [
        (|a| a.iban = "DE89 3704 0044 0532 0130 01".to_owned(), "iban", "BR-50"),
        (|a| a.vat_id = "DE136695970".to_owned(), "vatId", "BR-CO-09"),
        (|a| a.postal_code = "1011".to_owned(), "postalCode", "DE"),
        (|a| (a.tax_percent, a.tax_exemption) = ("19".to_owned(), "§ 19 UStG".to_owned()), "taxExemption", "BR-E-05"),
    ];
    let rig = Rig::new().await;
    for (spoil, field, words) in rows {
        let mut typed = agency(&rig).await;
        spoil(&mut typed);
        let error = settings_agency(&rig.app, WINDOW, typed).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{error}");
        assert!(error.message.contains(words), "{words}: {}", error.message);
    }
}

#[tokio::test]
async fn a_reverse_charge_becomes_every_document_and_stays() {
    let rig = Rig::new().await;
    let typed = agency(&rig).await;
    settings_agency(&rig.app, WINDOW, typed).await.unwrap();
    let row = client_create(&rig.app, WINDOW, austrian("Harborlight")).await.unwrap();
    let view = draft(&rig, &row.id).await;
    assert_eq!(view.row.obstacles, Vec::<String>::new());
    let done = invoice_finalise(&rig.app, WINDOW, &view.row.id).await.unwrap();
    assert!(done.tax.as_ref().is_some_and(|(label, _)| label == "Reverse charge"), "{:?}", done.tax);
    let stored = done.documents;
    for kind in [DocumentKind::Pdf, DocumentKind::Csv, DocumentKind::Json, DocumentKind::Cii, DocumentKind::Ubl] {
        assert!(stored.contains(&kind), "{kind:?} is not among {stored:?}");
    }
    let dir = rig.dir.path().join("out");
    let to = || Some(dir.display().to_string());
    let file = invoice_save(&rig.app, &view.row.id, DocumentKind::Cii, to()).await.unwrap();
    let xml = std::fs::read_to_string(file.path).unwrap();
    assert!(xml.contains("VATEX-EU-AE") && xml.contains("ATU13585627"), "{xml}");
    let pdf = invoice_save(&rig.app, &view.row.id, DocumentKind::Pdf, to()).await.unwrap();
    let bytes = std::fs::read(pdf.path).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("fx:ConformanceLevel"), "the PDF carries it");
    let missing = invoice_save(&rig.app, &view.row.id, DocumentKind::Xrechnung, to()).await.unwrap_err();
    assert!(missing.message.contains("BR-DE-15"), "it says why there is none: {missing}");
}

#[tokio::test]
async fn who_asks_for_an_e_invoice_gets_one_or_no_number_is_taken() {
    let rig = Rig::new().await;
    let typed = agency(&rig).await;
    settings_agency(&rig.app, WINDOW, typed).await.unwrap();
    let wants = ClientInput { e_invoice: EInvoiceChoice::XRechnung, ..austrian("Authority") };
    let row = client_create(&rig.app, WINDOW, wants.clone()).await.unwrap();
    let view = draft(&rig, &row.id).await;
    assert!(view.row.obstacles.iter().any(|told| told.contains("BR-DE-15")), "{:?}", view.row.obstacles);
    let refused = invoice_finalise(&rig.app, WINDOW, &view.row.id).await.unwrap_err();
    assert!(refused.message.contains("XRechnung") && refused.message.contains("under Settings"), "{refused}");
    let plain = ClientInput { e_invoice: EInvoiceChoice::None, ..wants };
    client_update(&rig.app, WINDOW, &row.id, plain).await.unwrap();
    let done = invoice_finalise(&rig.app, WINDOW, &view.row.id).await.unwrap();
    assert_eq!(done.row.number.as_deref(), Some("2026-0001"), "the refusal took no number");
    assert_eq!(done.documents.len(), 3, "PDF, CSV and JSON: {:?}", done.documents);
}

#[tokio::test]
async fn a_treatment_whose_facts_went_away_keeps_a_draft_readable_and_unfinished() {
    let rig = Rig::new().await;
    let row = client_create(&rig.app, WINDOW, austrian("Harborlight")).await.unwrap();
    let view = draft(&rig, &row.id).await;
    let told = view.row.obstacles.join(" ");
    assert!(told.contains("your own VAT ID") && told.contains("BR-AE-02"), "{told}");
    let refused = invoice_finalise(&rig.app, WINDOW, &view.row.id).await.unwrap_err();
    assert_eq!(refused.code, Code::Conflict);
}
