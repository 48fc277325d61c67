//! One invoice with a marked-up, a fixed-price and a credited line.

use billing::{
    Adjustment, ChargeModel, DraftInvoice, Invoice, InvoiceDocument, InvoiceFacts, MeteredUsage, PriceBook,
    PriceBookVersion, PriceRule, PriceRules, Seller, TaxCategory, TaxFacts, TaxRate, rate,
};
use domain::{
    BillingAddress, Client, ClientId, ClientStatus, Currency, GatewayId, Invoicing, Meter, ModelName, Money, Month,
    Nanos, PaymentTerms, PriceVersionId, Quantities, TaxTreatment,
};

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

fn client(treatment: TaxTreatment, currency: Currency) -> Client {
    Client {
        name: "Client".parse().unwrap(),
        currency,
        zone: "Europe/Vienna".parse().unwrap(),
        status: ClientStatus::Active,
        address: BillingAddress {
            legal_name: "Öl & Søn <GmbH>".to_owned(),
            street: "Ring 1".to_owned(),
            postal_code: "1010".to_owned(),
            city: "Wien".to_owned(),
            country: "AT".to_owned(),
            vat_id: "ATU13585627".to_owned(),
            endpoint: "0088:4012345000009".to_owned(),
            reference: "04011000-1234512345-06".to_owned(),
            ..BillingAddress::default()
        },
        terms: PaymentTerms(30),
        invoicing: Invoicing { tax: treatment, ..Invoicing::default() },
    }
}

fn month() -> Month {
    "2026-11".parse().unwrap()
}

fn prices(currency: Currency) -> PriceBook {
    let rule = |selector: &str, charge| PriceRule::new(None, selector.parse().unwrap(), charge);
    let fixed = ChargeModel::FixedPrice { prices: vec![(Meter::InputTokens, "0.0375".parse().unwrap())] };
    let rules = vec![rule("*", ChargeModel::MarkupOnCost { per_cent: "25".parse().unwrap() }), rule("fixed", fixed)];
    let version = PriceBookVersion::new(PriceVersionId(1), month().first(), PriceRules::new(rules).unwrap(), "");
    PriceBook::new(currency, vec![version]).unwrap()
}

fn used(model: &str, currency: Currency) -> MeteredUsage {
    MeteredUsage {
        day: month().first(),
        gateway: GatewayId(1),
        model: ModelName::new(model),
        quantities: Quantities::NONE.with(Meter::InputTokens, 2_500_000),
        failed_requests: 0,
        cost: Nanos::parse("1234.567891").unwrap(),
        currency,
        private: false,
    }
}

/// A final invoice.
pub fn invoice(treatment: TaxTreatment, currency: Currency) -> InvoiceDocument {
    issued(treatment, currency).document().clone()
}

/// What takes it back.
pub fn credit_note(treatment: TaxTreatment, currency: Currency) -> InvoiceDocument {
    let number = "CN-2026-0001".parse().unwrap();
    let note = issued(treatment, currency).credit(number, "2026-12-15".parse().unwrap(), "Charged twice").unwrap();
    note.document().clone()
}

fn issued(treatment: TaxTreatment, currency: Currency) -> Invoice {
    let client = client(treatment, currency);
    let rated = rate(&[used("gpt-4o", currency), used("fixed", currency)], ClientId(1), &prices(currency)).unwrap();
    let mut facts = InvoiceFacts::new(seller(), ClientId(1), &client, month().into());
    let vat = TaxRate::new("VAT", "19".parse().unwrap()).unwrap();
    facts.tax = TaxCategory::decide(&TaxFacts {
        treatment,
        reason: if treatment == TaxTreatment::Exempt { "§ 4 Nr. 21 UStG" } else { "" },
        rate: Some(&vat),
        exemption: "",
        seller: &facts.seller.party.address,
        buyer: &client.address,
    });
    let credit = Adjustment::new("Goodwill", Money::from_minor(-150, currency)).unwrap();
    let draft = DraftInvoice::assemble(facts, &rated, vec![credit]).unwrap();
    draft.finalize("2026-0007".parse().unwrap(), "2026-12-01".parse().unwrap()).unwrap()
}
