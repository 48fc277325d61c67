//! Writes invoices and credit notes for the official validators: categories of VAT, currencies, scripts, and 1 to 1,000
//! lines, as XML in every format they qualify for, and some as PDF. `cargo run -p render --example e_invoices -- FOLDER`; the validators
//! are in `tests/validators`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a matrix that cannot be made fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use billing::{
    Adjustment, ChargeModel, DraftInvoice, Invoice, InvoiceDocument, InvoiceFacts, MeteredUsage, PriceBook,
    PriceBookVersion, PriceRule, PriceRules, Seller, TaxCategory, TaxFacts, TaxRate, rate,
};
use domain::{
    BillingAddress, Client, ClientId, ClientStatus, Currency, DocumentLanguage, GatewayId, Invoicing, Meter, ModelName,
    Money, Month, Nanos, PaymentTerms, PriceVersionId, Quantities, TaxTreatment,
};
use render::XmlFormat;

/// What one invoice of the matrix is like.
struct Case {
    treatment: TaxTreatment,
    currency: Currency,
    script: &'static Script,
    lines: u32,
}

/// Names in one script.
struct Script {
    name: &'static str,
    buyer: &'static str,
    street: &'static str,
    city: &'static str,
    note: &'static str,
    model: &'static str,
}

const SCRIPTS: [Script; 6] = [
    Script {
        name: "latin",
        buyer: "Žluťoučký & Søn <GmbH> \"Öl\"",
        street: "Straße 1",
        city: "Łódź",
        note: "Merci — à bientôt",
        model: "gpt-4o",
    },
    Script {
        name: "greek",
        buyer: "Ελληνική Εταιρεία",
        street: "Οδός 5",
        city: "Αθήνα",
        note: "Ευχαριστούμε",
        model: "μοντέλο",
    },
    Script {
        name: "cyrillic",
        buyer: "Общество Пример",
        street: "улица 7",
        city: "Москва",
        note: "Спасибо",
        model: "модель",
    },
    Script {
        name: "cjk",
        buyer: "株式会社ハーバー",
        street: "丸の内1丁目",
        city: "東京",
        note: "谢谢",
        model: "通义千问-max",
    },
    Script {
        name: "arabic", buyer: "شركة الميناء", street: "شارع 9", city: "دبي", note: "شكرا", model: "نموذج"
    },
    Script {
        name: "hebrew", buyer: "חברת הנמל", street: "רחוב 3", city: "תל אביב", note: "תודה", model: "מודל"
    },
];

const TREATMENTS: [TaxTreatment; 7] = [
    TaxTreatment::Agency,
    TaxTreatment::Zero,
    TaxTreatment::Exempt,
    TaxTreatment::ReverseCharge,
    TaxTreatment::IntraCommunity,
    TaxTreatment::Export,
    TaxTreatment::OutOfScope,
];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, treatment) in TREATMENTS.into_iter().enumerate() {
        for (shift, code) in ["EUR", "USD", "JPY", "CHF", "GBP", "PLN"].into_iter().enumerate() {
            let script = &SCRIPTS[(place + shift) % SCRIPTS.len()];
            cases.push(Case { treatment, currency: code.parse().unwrap(), script, lines: [1, 3, 7][shift % 3] });
        }
    }
    for script in &SCRIPTS {
        for lines in [2, 40, 200] {
            cases.push(Case { treatment: TaxTreatment::Agency, currency: Currency::EUR, script, lines });
        }
    }
    let long =
        |lines| Case { treatment: TaxTreatment::ReverseCharge, currency: Currency::EUR, script: &SCRIPTS[0], lines };
    cases.extend([500, 1000].map(long));
    cases
}

fn seller() -> Seller {
    let address = BillingAddress {
        street: "Torstraße 140\nHinterhaus".to_owned(),
        postal_code: "10119".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        tax_id: "37/123/45678".to_owned(),
        email: "billing@northwind.example".to_owned(),
        vat_id: "DE136695976".to_owned(),
        registration: "HRB 123456".to_owned(),
        endpoint: "9930:DE136695976".to_owned(),
        ..BillingAddress::default()
    };
    Seller {
        party: billing::Party { name: "Northwind AI Services GmbH".to_owned(), address },
        iban: "DE89370400440532013000".to_owned(),
        payment_text: "Please pay by bank transfer and quote the invoice number.".to_owned(),
        contact: "Accounts".to_owned(),
        phone: "+49 30 1234567".to_owned(),
        footer: String::new(),
    }
}

fn client(case: &Case) -> Client {
    let (country, vat_id) = match case.treatment {
        TaxTreatment::ReverseCharge | TaxTreatment::IntraCommunity => ("AT", "ATU13585627"),
        TaxTreatment::Export | TaxTreatment::OutOfScope => ("US", ""),
        _ => ("DE", "DE123456788"),
    };
    let script = case.script;
    Client {
        name: "Client".parse().unwrap(),
        currency: case.currency,
        zone: "Europe/Vienna".parse().unwrap(),
        status: ClientStatus::Active,
        address: BillingAddress {
            legal_name: script.buyer.to_owned(),
            street: script.street.to_owned(),
            postal_code: "1010".to_owned(),
            city: script.city.to_owned(),
            country: country.to_owned(),
            vat_id: vat_id.to_owned(),
            endpoint: "0088:4012345000009".to_owned(),
            reference: "04011000-1234512345-06".to_owned(),
            ..BillingAddress::default()
        },
        terms: PaymentTerms(30),
        invoicing: Invoicing { tax: case.treatment, tax_reason: "§ 4 Nr. 21 UStG".to_owned(), ..Invoicing::default() },
    }
}

/// A fixed price for every other model, a markup for the rest, two prices for one.
fn prices(currency: Currency) -> PriceBook {
    let rule = |selector: &str, charge| PriceRule::new(None, selector.parse().unwrap(), charge);
    let fixed = |prices: &[(Meter, &str)]| ChargeModel::FixedPrice {
        prices: prices.iter().map(|(meter, price)| (*meter, price.parse().unwrap())).collect(),
    };
    let rules = vec![
        rule("*", ChargeModel::MarkupOnCost { per_cent: "25".parse().unwrap() }),
        rule("fixed*", fixed(&[(Meter::InputTokens, "0.0375")])),
        rule("spoken*", fixed(&[(Meter::AudioMillis, "0.009")])),
        rule("both*", fixed(&[(Meter::InputTokens, "3"), (Meter::OutputTokens, "15")])),
    ];
    let from = "2026-01-01".parse().unwrap();
    let version = PriceBookVersion::new(PriceVersionId(1), from, PriceRules::new(rules).unwrap(), "");
    PriceBook::new(currency, vec![version]).unwrap()
}

fn used(case: &Case, place: u32) -> MeteredUsage {
    let kind = ["", "fixed-", "both-", "spoken-"][place as usize % 4];
    let count = u64::from(place) * 1_234_567 + 999_999;
    MeteredUsage {
        day: month().first().plus_days(i32::try_from(place % 30).unwrap()),
        gateway: GatewayId(1 + i64::from(place % 2)),
        model: ModelName::new(format!("{kind}{}-{place}", case.script.model)),
        quantities: Quantities::NONE
            .with(Meter::InputTokens, count)
            .with(Meter::OutputTokens, count / 7)
            .with(Meter::AudioMillis, count / 100),
        failed_requests: 0,
        cost: Nanos::parse(&format!("{}.{:06}", place % 97 + 1, place * 7919 % 1_000_000)).unwrap(),
        currency: case.currency,
        private: false,
    }
}

fn month() -> Month {
    "2026-11".parse().unwrap()
}

fn invoice(case: &Case, number: u32) -> Invoice {
    let usage: Vec<_> = (0..case.lines).map(|place| used(case, place)).collect();
    let client = client(case);
    let rated = rate(&usage, ClientId(1), &prices(case.currency)).unwrap();
    let mut facts = InvoiceFacts::new(seller(), ClientId(1), &client, month().into());
    let vat = TaxRate::new("VAT", "19".parse().unwrap()).unwrap();
    facts.note = case.script.note.to_owned();
    facts.look.language = DocumentLanguage::ALL[number as usize % 3];
    facts.gateways = [(GatewayId(1), "North".to_owned()), (GatewayId(2), "South".to_owned())].into();
    facts.tax = TaxCategory::decide(&TaxFacts {
        treatment: case.treatment,
        reason: &client.invoicing.tax_reason,
        rate: Some(&vat),
        exemption: "",
        seller: &facts.seller.party.address,
        buyer: &client.address,
    });
    let credit = Adjustment::new("Goodwill -5 %", Money::from_minor(-1, case.currency)).unwrap();
    let draft = DraftInvoice::assemble(facts, &rated, vec![credit]).unwrap();
    let number = format!("2026-{number:04}").parse().unwrap();
    draft.finalize(number, "2026-12-01".parse().unwrap()).unwrap()
}

/// The invoice, and where it is short and in one of two currencies also what takes it back: every category has both.
fn documents(case: &Case, number: u32) -> Vec<InvoiceDocument> {
    let invoice = invoice(case, number);
    let credited = case.lines <= 3 && [Currency::EUR, Currency::USD].contains(&case.currency);
    let note = credited.then(|| {
        let own = format!("CN-2026-{number:04}").parse().unwrap();
        invoice.credit(own, "2026-12-15".parse().unwrap(), "Charged twice").unwrap()
    });
    [invoice].into_iter().chain(note).map(|document| document.document().clone()).collect()
}

fn main() {
    let folder: PathBuf = std::env::args_os().nth(1).expect("name the folder to write to").into();
    fs::create_dir_all(&folder).unwrap();
    let cases: Vec<(Case, u32)> = cases().into_iter().zip(1..).collect();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let share = cases.iter().skip(worker).step_by(workers);
            let folder = &folder;
            scope.spawn(move || share.for_each(|(case, number)| write(folder, case, *number)));
        }
    });
}

fn write(folder: &Path, case: &Case, number: u32) {
    for document in documents(case, number) {
        let category = document.body.tax.as_ref().map_or("none", TaxCategory::code);
        let kind = if document.corrects.is_some() { "-credit" } else { "" };
        let stem = format!("{number:03}-{category}-{}-{}-{}{kind}", case.currency, case.script.name, case.lines);
        write_all(folder, &stem, &document, case);
    }
}

fn write_all(folder: &Path, stem: &str, invoice: &InvoiceDocument, case: &Case) {
    for format in XmlFormat::ALL {
        // XRechnung demands a rate (BR-DE-14), and what is outside the scope of VAT has none (BR-O-05).
        if format == XmlFormat::XRechnung && case.treatment == TaxTreatment::OutOfScope {
            let refused = render::einvoice::xml(invoice, format).unwrap_err();
            assert_eq!(refused.problems().iter().map(|one| one.rule.as_str()).collect::<Vec<_>>(), ["BR-DE-14"]);
            continue;
        }
        let xml = render::einvoice::xml(invoice, format).unwrap_or_else(|error| panic!("{stem}: {error}"));
        assert_eq!(xml, render::einvoice::xml(invoice, format).unwrap(), "{stem}: the same bytes twice");
        let kind = format!("{format:?}").to_lowercase();
        fs::write(folder.join(format!("{stem}.{kind}.xml")), &xml).unwrap();
        if format == XmlFormat::Cii && case.lines <= 7 {
            let document = render::InvoiceDocument::from(invoice);
            let options = render::PdfOptions { factur_x: Some(xml), ..render::PdfOptions::default() };
            fs::write(folder.join(format!("{stem}.pdf")), render::pdf(&document, &options).unwrap()).unwrap();
        }
    }
    println!("{stem}");
}
