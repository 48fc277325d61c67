//! The month end of an agency: invoices of six models and thirty days each, all different, and every document of each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use billing::{
    ChargeModel, DraftInvoice, InvoiceDocument, InvoiceFacts, KeyShare, MeteredUsage, PriceBook, PriceBookVersion,
    PriceRule, PriceRules, Seller, TaxCategory, TaxRate, rate,
};
use domain::{
    BillingAddress, Client, ClientId, ClientStatus, Currency, DocumentLanguage, GatewayId, Invoicing, Meter, ModelName,
    Month, Nanos, PaymentTerms, PriceVersionId, Quantities,
};
use render::{PdfOptions, XmlFormat};

/// Threads that draw up documents: the machines this is for have two cores at least.
const WORKERS: usize = 2;
const MODELS: [&str; 6] =
    ["gpt-4o", "claude-sonnet-4", "gemini-2.5-flash", "deepseek-chat", "llama-3.3-70b", "whisper-1"];

fn address(street: &str, code: &str, city: &str, country: &str, vat_id: &str) -> BillingAddress {
    let text = str::to_owned;
    BillingAddress {
        street: text(street),
        postal_code: text(code),
        city: text(city),
        country: text(country),
        vat_id: text(vat_id),
        email: text("billing@northwind.example"),
        reference: text("04011000-1234512345-06"),
        endpoint: format!("9930:{vat_id}"),
        ..BillingAddress::default()
    }
}

fn seller() -> Seller {
    let address = address("Torstraße 140", "10119", "Berlin", "DE", "DE136695976");
    Seller {
        party: billing::Party { name: "Northwind AI Services GmbH".to_owned(), address },
        iban: "DE89370400440532013000".to_owned(),
        payment_text: "Please pay by bank transfer and quote the invoice number.".to_owned(),
        contact: "Accounts".to_owned(),
        phone: "+49 30 1234567".to_owned(),
        footer: "Amtsgericht Charlottenburg HRB 123456".to_owned(),
    }
}

fn client(number: u32) -> Client {
    Client {
        name: format!("Client {number}").parse().unwrap(),
        currency: Currency::EUR,
        zone: "Europe/Berlin".parse().unwrap(),
        status: ClientStatus::Active,
        address: address("Ring 1", "10117", "Berlin", "DE", "DE123456788"),
        terms: PaymentTerms(14),
        invoicing: Invoicing::default(),
    }
}

fn month() -> Month {
    "2026-11".parse().unwrap()
}

fn prices() -> PriceBook {
    let rule = |selector: &str, charge| PriceRule::new(None, selector.parse().unwrap(), charge);
    let fixed = ChargeModel::FixedPrice {
        prices: vec![(Meter::InputTokens, "3.75".parse().unwrap()), (Meter::OutputTokens, "15".parse().unwrap())],
    };
    let markup = ChargeModel::MarkupOnCost { per_cent: "25".parse().unwrap() };
    let rules = PriceRules::new(vec![rule("*", markup), rule("claude*", fixed)]).unwrap();
    let version = PriceBookVersion::new(PriceVersionId(1), month().first(), rules, "");
    PriceBook::new(Currency::EUR, vec![version]).unwrap()
}

fn used(client: u32, day: i32, model: usize, key: u32) -> MeteredUsage {
    let count = u64::from(client * 7919 + key * 104_729) + u64::try_from(day).unwrap() * 31_337;
    MeteredUsage {
        day: month().first().plus_days(day),
        gateway: GatewayId(1),
        model: ModelName::new(MODELS[model]),
        quantities: Quantities::NONE
            .with(Meter::Requests, count / 997 + 1)
            .with(Meter::InputTokens, count * 13)
            .with(Meter::CacheReadTokens, count * 3)
            .with(Meter::OutputTokens, count),
        failed_requests: 0,
        cost: Nanos(i64::try_from(count).unwrap() * 4_321),
        currency: Currency::EUR,
        private: false,
    }
}

/// What the clients of a month used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Four models, no keys, English: an invoice and its usage on a page each.
    Ordinary,
    /// Six models and four keys, in the three languages by turns: three pages.
    Large,
}

/// Final invoices, each of another client.
pub fn invoices(count: u32, size: Size) -> Vec<InvoiceDocument> {
    let book = prices();
    (1..=count).map(|number| invoice(number, size, &book)).collect()
}

fn invoice(number: u32, size: Size, book: &PriceBook) -> InvoiceDocument {
    let models = if size == Size::Large { MODELS.len() } else { 4 };
    let share = |key: u32| KeyShare {
        name: Some(format!("production-{key}")),
        usage: (0..30).flat_map(|day| (0..models).map(move |model| used(number, day, model, key))).collect(),
    };
    let shares: Vec<KeyShare> = (1..=4).map(share).collect();
    let usage: Vec<MeteredUsage> = shares.iter().flat_map(|share| share.usage.clone()).collect();
    let id = ClientId(i64::from(number));
    let rated = rate(&usage, id, book).unwrap();
    let mut facts = InvoiceFacts::new(seller(), id, &client(number), month().into());
    facts.tax = Ok(Some(TaxCategory::Standard(TaxRate::new("VAT", "19".parse().unwrap()).unwrap())));
    let large = size == Size::Large;
    facts.look.language = DocumentLanguage::ALL[if large { number as usize % 3 } else { 0 }];
    let draft = DraftInvoice::assemble(facts, &rated, vec![]).unwrap();
    let draft = if large { draft.by_key(&shares, book).unwrap() } else { draft };
    let number = format!("2026-{number:04}").parse().unwrap();
    draft.finalize(number, "2026-12-01".parse().unwrap()).unwrap().document().clone()
}

/// Draws up every document of each invoice on a few threads, as a month end does; gives their bytes.
pub fn documents(invoices: &[InvoiceDocument]) -> usize {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut bytes = 0;
        while let Some(invoice) = invoices.get(next.fetch_add(1, Ordering::Relaxed)) {
            bytes += every_document(invoice);
        }
        bytes
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    })
}

/// Every document of one invoice; gives their bytes.
pub fn every_document(invoice: &InvoiceDocument) -> usize {
    let document = render::InvoiceDocument::from(invoice);
    let xmls = XmlFormat::ALL.map(|format| render::einvoice::xml(invoice, format).unwrap());
    let factur_x = XmlFormat::ALL.iter().position(|format| *format == XmlFormat::Cii).map(|at| xmls[at].clone());
    let pdf = render::pdf(&document, &PdfOptions { factur_x, ..PdfOptions::default() }).unwrap();
    let texts = [render::csv::invoice(&document).unwrap(), render::json::invoice(&document).unwrap()];
    pdf.len() + xmls.iter().chain(&texts).map(String::len).sum::<usize>()
}
