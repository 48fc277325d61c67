//! The money rules of the five source systems, each in a test named by its id: those that are arithmetic. Rules that need a
//! gateway, a database or a window are named by tests there; `tests/it/tidy/money_rules.rs` holds the list of all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a rule that cannot be set up fails its test"
)]

mod s0;
mod s1;
mod s2;
mod s3;
mod s4;

use billing::ledger::{Due, Entry, LotKind, Promotions, Receipt};
use billing::{
    Adjustment, ChargeModel, Commission, DraftInvoice, InvoiceDocument, InvoiceFacts, Ledger, ListPrices, MeteredUsage,
    Party, Payer, PriceBook, PriceBookVersion, PriceRule, PriceRules, Rated, Seller, TaxCategory, rate_month,
};
use domain::{
    BillingAddress, Client, ClientId, ClientStatus, Currency, ExactAmount, GatewayId, Invoicing, Meter, ModelName,
    Money, Month, Nanos, PaymentTerms, PriceVersionId, Quantities, Timestamp,
};
use rust_decimal::Decimal;

const CLIENT: ClientId = ClientId(1);

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn usd(text: &str) -> ExactAmount {
    ExactAmount::new(number(text), Currency::USD)
}

fn cents(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

fn november() -> Month {
    "2026-11".parse().unwrap()
}

/// So many days after the beginning of November.
fn at(days: i64) -> Timestamp {
    "2026-11-01T00:00:00Z".parse::<Timestamp>().unwrap().plus_days(days)
}

/// A request of the first of November, by what it used and cost.
fn request(model: &str, used: &[(Meter, u64)], cost: &str) -> MeteredUsage {
    let counted = |sum: Quantities, (meter, amount): &(Meter, u64)| sum.with(*meter, *amount);
    MeteredUsage {
        day: november().first(),
        gateway: GatewayId(1),
        model: ModelName::new(model),
        quantities: used.iter().fold(Quantities::NONE.with(Meter::Requests, 1), counted),
        failed_requests: 0,
        cost: Nanos::parse(cost).unwrap(),
        currency: Currency::USD,
        private: false,
    }
}

fn fixed(prices: &[(Meter, &str)]) -> PriceRule {
    let prices = prices.iter().map(|(meter, price)| (*meter, number(price))).collect();
    PriceRule::new(None, "*".parse().unwrap(), ChargeModel::FixedPrice { prices })
}

fn list(prices: &[(Meter, &str)]) -> ListPrices {
    let prices = prices.iter().map(|(meter, price)| (*meter, number(price))).collect();
    ListPrices { currency: Currency::USD, prices, exchange: None }
}

/// 20 % of what is saved against one dollar per million input tokens, on everything but Claude.
fn commission(payer: Payer) -> PriceRule {
    let free = vec!["claude-*".parse().unwrap()];
    let standard = list(&[(Meter::InputTokens, "1")]);
    let commission = Commission { share: number("20"), standard, payer, free };
    PriceRule::new(None, "*".parse().unwrap(), ChargeModel::CommissionOnSavings(commission))
}

fn version(id: i64, from: &str, rules: Vec<PriceRule>) -> PriceBookVersion {
    PriceBookVersion::new(PriceVersionId(id), from.parse().unwrap(), PriceRules::new(rules).unwrap(), "")
}

fn book(rules: Vec<PriceRule>) -> PriceBook {
    PriceBook::new(Currency::USD, vec![version(1, "2026-01-01", rules)]).unwrap()
}

/// November by one rule.
fn rated(rule: PriceRule, usage: &[MeteredUsage]) -> Rated {
    rate_month(usage, CLIENT, &book(vec![rule]), november()).unwrap()
}

fn charge(rated: &Rated) -> ExactAmount {
    rated.margin().unwrap().charge
}

/// What an invoice of November says.
fn invoice(rated: &Rated, by_hand: Vec<Adjustment>, tax: Option<TaxCategory>) -> InvoiceDocument {
    let client = Client {
        name: "Harborlight Dental".parse().unwrap(),
        currency: Currency::USD,
        zone: "America/New_York".parse().unwrap(),
        status: ClientStatus::Active,
        address: BillingAddress::default(),
        terms: PaymentTerms(14),
        invoicing: Invoicing::default(),
    };
    let party = Party { name: "North Quay Agency".to_owned(), address: BillingAddress::default() };
    let seller = Seller { party, ..Seller::default() };
    let facts = InvoiceFacts { tax: Ok(tax), ..InvoiceFacts::new(seller, CLIENT, &client, november().into()) };
    let draft = DraftInvoice::assemble(facts, rated, by_hand).unwrap();
    let issued = "2026-12-01".parse().unwrap();
    draft.finalize("2026-0001".parse().unwrap(), issued).unwrap().document().clone()
}

/// A charge of the first of November.
fn due(model: &str, charge: ExactAmount) -> Due {
    let receipt = Receipt {
        day: november().first(),
        gateway: GatewayId(1),
        model: ModelName::new(model),
        version: PriceVersionId(1),
        rule: "*".to_owned(),
    };
    Due { receipt, quantities: Quantities::NONE, charge, valued_at: at(0) }
}

fn post(ledger: &mut Ledger, entry: Entry) -> Entry {
    ledger.post(&entry).unwrap();
    entry
}

fn deposit(ledger: &mut Ledger, amount: &str) {
    for entry in ledger.deposit(at(0), usd(amount), ("", ""), (number("5"), &Promotions::default())).unwrap() {
        post(ledger, entry);
    }
}

fn give(ledger: &mut Ledger, kind: LotKind, amount: &str) {
    let entry = ledger.adjust(at(0), kind, usd(amount), "agreed by phone").unwrap();
    post(ledger, entry);
}

/// Charges usage and says where it was taken from: the pot's code and the amount, in order.
fn taken(ledger: &mut Ledger, due: &Due) -> Vec<(String, String)> {
    let entry = ledger.charge(at(1), due).unwrap().expect("something to charge");
    let entry = post(ledger, entry);
    let parts = entry.parts().postings.iter().filter(|posting| posting.pot.code() != "revenue");
    parts.map(|posting| (posting.pot.code(), posting.amount.to_string())).collect()
}

/// Paid, bonus, free, owed.
fn held(ledger: &Ledger) -> [String; 4] {
    let balances = ledger.balances(at(1)).unwrap();
    [balances.paid, balances.bonus, balances.free, balances.owed].map(|amount| amount.amount().normalize().to_string())
}
