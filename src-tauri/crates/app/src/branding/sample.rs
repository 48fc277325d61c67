//! An invoice to look at before there is one: the agency's own data, an invented client, two models.

use billing::Seller;
use domain::{Date, DocumentLanguage, ExactAmount, Meter, ModelName, Money, Quantities};
use render::InvoiceDocument;
use render::document::{DocumentLine, LineSubject, Look, Party};

use super::Branding;

/// Models with their input tokens, output tokens and charge in minor units.
const USED: [(&str, u64, u64, i64); 3] = [
    ("gpt-4.1", 18_340_211, 2_620_030, 128_437),
    ("claude-sonnet-4", 9_200_455, 1_314_350, 90_312),
    ("gemini-2.5-flash", 24_177_702, 3_453_957, 8_800),
];

/// The sample, drawn up on a day.
pub(crate) fn document(
    seller: Seller,
    branding: &Branding,
    language: DocumentLanguage,
    today: Date,
) -> InvoiceDocument {
    let mut seller = seller;
    let look = branding.look(language, &mut seller);
    let month = today.month();
    let currency = domain::Currency::EUR;
    let lines: Vec<DocumentLine> = USED.into_iter().map(|used| line(used, (month.first(), month.last()))).collect();
    let net = Money::from_minor(USED.iter().map(|(.., charge)| charge).sum(), currency);
    let address = &seller.party.address;
    let place = [address.postal_code.as_str(), &address.city].join(" ");
    let lines_of =
        address.street.lines().chain([place.trim(), &address.country]).filter(|line| !line.trim().is_empty());
    InvoiceDocument {
        corrects: None,
        number: Some(format!("{}-0042", month.first().parts().0)),
        issued: today,
        due: Some(today.plus_days(14)),
        period: (month.first(), month.last()),
        zone: "Europe/Berlin".to_owned(),
        buyer: Party {
            name: "Harborlight Dental Group".to_owned(),
            address: ["12 Pier Road", "04101 Portland", "US"].map(str::to_owned).to_vec(),
            ..Party::default()
        },
        currency,
        lines,
        net,
        taxes: Vec::new(),
        total: net,
        reference: String::new(),
        iban: seller.iban.clone(),
        payment: seller.payment_text.clone(),
        note: String::new(),
        footer: seller.footer.clone(),
        usage: None,
        keys: None,
        look: Look { language, accent: look.accent, greeting: look.greeting, closing: look.closing },
        seller: Party {
            name: seller.party.name.clone(),
            address: lines_of.map(str::to_owned).collect(),
            tax_id: address.tax_id.clone(),
            vat_id: address.vat_id.clone(),
            email: address.email.clone(),
        },
    }
}

fn line((model, input, output, charge): (&str, u64, u64, i64), days: (Date, Date)) -> DocumentLine {
    let net = Money::from_minor(charge, domain::Currency::EUR);
    DocumentLine {
        subject: LineSubject::Model(ModelName::new(model)),
        via: None,
        days: Some(days),
        quantities: Quantities::NONE.with(Meter::InputTokens, input).with(Meter::OutputTokens, output),
        prices: Vec::new(),
        exact: ExactAmount::new(net.to_decimal(), net.currency()),
        net,
    }
}
