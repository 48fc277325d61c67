//! From `billing` to paper, with canaries in everything the client must not see.

use billing::{
    Adjustment, ChargeModel, DraftInvoice, Invoice, InvoiceFacts, MeteredUsage, PriceBook, PriceBookVersion, PriceRule,
    PriceRules, Seller, TaxCategory, TaxRate, rate,
};
use domain::{
    BillingAddress, Client, ClientId, ClientStatus, Currency, GatewayId, Meter, ModelName, Money, Month, Nanos,
    PaymentTerms, PriceVersionId, Quantities,
};
use render::{InvoiceDocument, csv};
use rust_decimal::Decimal;

use super::{count, printed, text_of};

/// What each day's use of the marked-up model costs the agency. No other figure on the invoice looks like it.
const COST: &str = "71.313131313";
/// The markup on it, in per cent, and a note to the price version: neither is for the client.
const MARKUP: &str = "37.77";
const VERSION_NOTE: &str = "CANARY-NOTE-5551";

fn prices() -> PriceBook {
    let rule = |selector: &str, charge| PriceRule::new(None, selector.parse().unwrap(), charge);
    let markup = ChargeModel::MarkupOnCost { per_cent: MARKUP.parse().unwrap() };
    let fixed = ChargeModel::FixedPrice { prices: vec![(Meter::InputTokens, "0.35".parse().unwrap())] };
    let rules = PriceRules::new(vec![rule("*", markup), rule("llama", fixed)]).unwrap();
    let version = PriceBookVersion::new(PriceVersionId(887_766), "2026-01-01".parse().unwrap(), rules, VERSION_NOTE);
    PriceBook::new(Currency::USD, vec![version]).unwrap()
}

fn client() -> Client {
    Client {
        name: "Harborlight".parse().unwrap(),
        currency: Currency::USD,
        zone: "Asia/Kolkata".parse().unwrap(),
        status: ClientStatus::Active,
        address: BillingAddress {
            legal_name: "Harborlight Dental LLC".to_owned(),
            street: "12 Pier Road\nFloor 3".to_owned(),
            postal_code: "04101".to_owned(),
            city: "Portland".to_owned(),
            ..BillingAddress::default()
        },
        terms: PaymentTerms(30),
        invoicing: domain::Invoicing::default(),
    }
}

fn month() -> Month {
    "2026-11".parse().unwrap()
}

fn used(day: i32, model: &str) -> MeteredUsage {
    MeteredUsage {
        day: month().first().plus_days(day - 1),
        gateway: GatewayId(1),
        model: ModelName::new(model),
        quantities: Quantities::NONE.with(Meter::InputTokens, 1_500_000).with(Meter::Requests, 12),
        failed_requests: 444,
        cost: Nanos::parse(COST).unwrap(),
        currency: Currency::USD,
        private: false,
    }
}

fn invoice() -> Invoice {
    let usage: Vec<_> = (1..=30).flat_map(|day| [used(day, "gpt-4o"), used(day, "llama"), used(day, "")]).collect();
    let rated = rate(&usage, ClientId(9), &prices()).unwrap();
    let seller = billing::Party { name: "Northwind AI".to_owned(), address: BillingAddress::default() };
    let seller = Seller { party: seller, iban: "DE89370400440532013000".to_owned(), ..Seller::default() };
    let tax = Ok(Some(TaxCategory::Standard(TaxRate::new("VAT", Decimal::from(19)).unwrap())));
    let facts = InvoiceFacts { tax, ..InvoiceFacts::new(seller, ClientId(9), &client(), month().into()) };
    let credit = Adjustment::new("Outage on 12 November", Money::from_minor(-150, Currency::USD)).unwrap();
    let draft = DraftInvoice::assemble(facts, &rated, vec![credit]).unwrap();
    draft.finalize("2026-0007".parse().unwrap(), "2026-12-01".parse().unwrap()).unwrap()
}

#[test]
fn an_invoice_is_printed_as_billed() {
    let invoice = invoice();
    let document = InvoiceDocument::from(&invoice);
    document.check().expect("what billing adds up, adds up on paper");
    assert_eq!(document.total, invoice.document().body.totals.total);
    assert_eq!(document.buyer.address, ["12 Pier Road", "Floor 3", "04101 Portland"]);
    let (daily, table) = document.usage.as_ref().unwrap();
    assert_eq!((daily.days.len(), table.rows.len()), (30, 3), "every day of the month, every model");
    assert_eq!(table.rows[2].name, "llama", "dearest first");
    let Some(text) = text_of(&printed(&document)) else { return };
    let due = format!("USD\u{a0}{}", render::figures::amount(document.total));
    let seen = text.replace(due.as_str(), &due.replace('\u{a0}', " "));
    for expected in [
        &due.replace('\u{a0}', " "),
        "2026-0007",
        "31 Dec 2026",
        "Asia/Kolkata",
        "0.35 / 1M",
        "(no model)",
        "45,000,000",
    ] {
        let plain = seen.replace('\u{a0}', " ");
        assert!(plain.contains(expected), "`{expected}` is missing in:\n{plain}");
    }
}

#[test]
fn a_draft_is_printed_without_a_number() {
    let invoice = invoice();
    let document = InvoiceDocument::draft(&invoice.document().body, "2026-11-30".parse().unwrap());
    assert_eq!((document.number.as_ref(), document.due), (None, None));
    assert!(count(&printed(&document), "Draft invoice") > 0, "its title says so");
}

/// Figures and words that would give the agency's side away, in every way they could be written.
fn canaries() -> Vec<String> {
    let cost: Decimal = COST.parse().unwrap();
    let month = cost * Decimal::from(30);
    let mut canaries = vec![VERSION_NOTE.to_owned(), MARKUP.to_owned(), "1.3777".to_owned(), "887766".to_owned()];
    for amount in [cost, month, month * Decimal::from(3), month * "0.3777".parse::<Decimal>().unwrap()] {
        let cents = amount.trunc_with_scale(2);
        canaries.extend([cents.to_string(), render::figures::grouped(cents)]);
    }
    canaries.extend(["pv_", "markup", "cost", "margin"].map(str::to_owned));
    canaries
}

/// product.md R29, S0-25: 0 hits in the PDF's text and metadata, the CSV, the file name.
#[test]
fn r29_no_cost_and_no_markup_in_what_the_client_gets() {
    let invoice = invoice();
    let kept = format!("{:?}", invoice.agency());
    assert!(
        kept.contains(COST.split_once('.').unwrap().0) || kept.contains("2139"),
        "the canary sits in the invoice: {kept}"
    );
    let document = InvoiceDocument::from(&invoice);
    let bytes = printed(&document);
    let metadata = String::from_utf8_lossy(&bytes).into_owned();
    let written = csv::invoice(&document).unwrap();
    let artefacts = [
        ("PDF text", text_of(&bytes)),
        ("PDF bytes", Some(metadata)),
        ("CSV", Some(written)),
        ("JSON", Some(render::json::invoice(&document).unwrap())),
        ("name", Some(document.file_stem())),
    ];
    for (place, artefact) in artefacts {
        let artefact = artefact.unwrap_or_default().to_lowercase();
        for canary in canaries() {
            // Random compressed bytes may spell four letters; words are looked for where words can be read.
            if place != "PDF bytes" || canary.len() > 6 {
                assert!(!artefact.contains(&canary.to_lowercase()), "R29: `{canary}` in the {place}");
            }
        }
    }
}
