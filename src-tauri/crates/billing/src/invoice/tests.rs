use domain::{
    BillingAddress, Client, ClientStatus, ExactAmount, GatewayId, Meter, ModelName, Month, Nanos, PriceVersionId,
    Quantities, Zone,
};
use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::price_book::{ChargeModel, Conditions, ModelSelector, PriceBook, PriceBookVersion, PriceRule, PriceRules};
use crate::rating::{MeteredUsage, Rated, rate, rate_month};

const CLIENT: ClientId = ClientId(1);

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

fn november() -> ServicePeriod {
    "2026-11".parse::<Month>().unwrap().into()
}

fn client() -> Client {
    Client {
        name: "Harborlight Dental".parse().unwrap(),
        currency: Currency::USD,
        zone: "America/New_York".parse::<Zone>().unwrap(),
        status: ClientStatus::Active,
        address: BillingAddress { legal_name: "Harborlight Dental LLC".to_owned(), ..BillingAddress::default() },
        terms: PaymentTerms(30),
        invoicing: domain::Invoicing::default(),
    }
}

fn facts() -> InvoiceFacts {
    let party = Party { name: "North Quay Agency".to_owned(), address: BillingAddress::default() };
    InvoiceFacts::new(Seller { party, ..Seller::default() }, CLIENT, &client(), november())
}

fn used(day: i32, model: &str, cost: &str) -> MeteredUsage {
    MeteredUsage {
        day: november().first().plus_days(day - 1),
        gateway: GatewayId(1),
        model: ModelName::new(model),
        quantities: Quantities::NONE.with(Meter::InputTokens, 1_500_000),
        failed_requests: 0,
        cost: Nanos::parse(cost).unwrap(),
        currency: Currency::USD,
        private: false,
    }
}

/// 25 % on everything, 40 % on gpt-4o, a fixed price for llama, and no rule for o3.
fn prices() -> PriceBook {
    let rule = |selector: &str, charge| PriceRule::new(None, selector.parse().unwrap(), charge);
    let markup = |per_cent: i64| ChargeModel::MarkupOnCost { per_cent: Decimal::from(per_cent) };
    let fixed = ChargeModel::FixedPrice { prices: vec![(Meter::InputTokens, "0.35".parse().unwrap())] };
    let rules = [rule("g*", markup(25)), rule("gpt-4o", markup(40)), rule("llama", fixed)];
    let rules = PriceRules::new(rules.to_vec()).unwrap();
    let version = PriceBookVersion::new(PriceVersionId(3), november().first(), rules, "");
    PriceBook::new(Currency::USD, vec![version]).unwrap()
}

fn rated(usage: &[MeteredUsage]) -> Rated {
    rate(usage, CLIENT, &prices()).unwrap()
}

fn vat(per_cent: &str) -> Result<Option<TaxCategory>, TaxError> {
    Ok(Some(TaxCategory::Standard(TaxRate::new("VAT", per_cent.parse().unwrap()).unwrap())))
}

fn number() -> InvoiceNumber {
    "2026-0007".parse().unwrap()
}

fn by_hand(amounts: &[i64]) -> Vec<Adjustment> {
    amounts.iter().map(|minor| Adjustment::new("agreed by phone", usd(*minor)).unwrap()).collect()
}

fn shown(body: &InvoiceBody) -> String {
    let mut rows = String::new();
    for line in &body.lines {
        rows.push_str(&match &line.subject {
            LineSubject::Usage { model, first_day, last_day, .. } => {
                format!("{model} {first_day}..{last_day} {} -> {}\n", line.exact, line.net)
            }
            LineSubject::FlatFee { models } => format!("flat fee for {models} -> {}\n", line.net),
            LineSubject::Minimum { models } => format!("minimum for {models} -> {}\n", line.net),
            LineSubject::Adjustment { reason } => format!("{reason} -> {}\n", line.net),
        });
    }
    let Totals { net, taxes, tax, total } = &body.totals;
    for Tax { category, base, amount } in taxes {
        let per_cent = category.per_cent().unwrap_or_default();
        rows.push_str(&format!("{} {per_cent} % of {base} = {amount}\n", category.label()));
    }
    rows + &format!("net {net} + tax {tax} = {total}\n")
}

fn month() -> Vec<MeteredUsage> {
    vec![
        used(1, "gpt-4o", "3.333"),
        used(2, "gpt-4o-mini", "1.234"),
        used(2, "llama", "9"),
        used(30, "gpt-4o-mini", "0.7"),
    ]
}

#[test]
fn a_month_becomes_an_invoice() {
    let facts = InvoiceFacts { tax: vat("19"), ..facts() };
    let adjustments = vec![Adjustment::new(" Outage on 12 November ", usd(-150)).unwrap()];
    let draft = DraftInvoice::assemble(facts, &rated(&month()), adjustments).unwrap();
    assert!(draft.notices("2026-12-01".parse().unwrap()).is_empty());
    let invoice = draft.finalize(number(), "2026-12-02".parse().unwrap()).unwrap();
    let InvoiceDocument { number, issued, due, body, .. } = invoice.document();
    expect![[r#"
        2026-0007 issued 2026-12-02 due 2027-01-01 from North Quay Agency to Harborlight Dental LLC in America/New_York
        gpt-4o 2026-11-01..2026-11-01 4.6662 USD -> 4.67 USD
        gpt-4o-mini 2026-11-02..2026-11-30 2.4175 USD -> 2.42 USD
        llama 2026-11-02..2026-11-02 0.525 USD -> 0.53 USD
        Outage on 12 November -> -1.50 USD
        VAT 19 % of 6.12 USD = 1.16 USD
        net 6.12 USD + tax 1.16 USD = 7.28 USD
    "#]]
    .assert_eq(&format!(
        "{number} issued {issued} due {due} from {} to {} in {}\n{}",
        body.seller.party.name,
        body.buyer.name,
        body.zone,
        shown(body)
    ));
    let days: Vec<_> = body.daily().unwrap().iter().map(|one| format!("{} {}", one.day, one.charge)).collect();
    assert_eq!(days, ["2026-11-01 4.6662 USD", "2026-11-02 2.0675 USD", "2026-11-30 0.875 USD"]);
    assert_eq!(body.lines[2].details[0].price.to_string(), "0.35", "a fixed price is the client's to see");
    assert!(body.lines[0].details.is_empty(), "a markup is not");
}

#[test]
fn s0_25_the_document_knows_no_cost_and_the_agency_knows_its_margin() {
    let draft = DraftInvoice::assemble(facts(), &rated(&month()), vec![]).unwrap();
    let invoice = draft.finalize(number(), november().last()).unwrap();
    let printed = format!("{:?}", invoice.document());
    for secret in ["3.333", "1.934", "pv_3", "PriceVersionId", "+40 %", "1.4 "] {
        assert!(!printed.contains(secret), "{secret} would tell the client what it costs the agency");
    }
    let trails: Vec<_> = invoice.agency().iter().map(|line| line.trail.as_str()).collect();
    expect![[r#"
        cost 3.333 USD x 1.4 = 4.6662 USD (rule gpt-4o +40 % of price version pv_3)
        cost 1.934 USD x 1.25 = 2.4175 USD (rule g* +25 % of price version pv_3)
        1500000 input_tokens at 0.35 USD per 1000000 = 0.525 USD (rule llama at fixed prices of price version pv_3)"#]]
    .assert_eq(&trails.join("\n"));
    let margin = invoice.margin().unwrap();
    assert_eq!((margin.charge.to_string(), margin.cost.to_string()), ("7.62 USD".to_owned(), "14.267 USD".to_owned()));
    assert_eq!(margin.amount().unwrap().to_string(), "-6.647 USD");
}

#[test]
fn br_co_10_and_17_sums_of_rounded_lines_and_tax_once() {
    type Row = (&'static [i64], Result<Option<TaxCategory>, TaxError>);
    let rows: [Row; 7] = [
        (&[9_750], vat("19")),
        (&[33, 33, 33], vat("19")),
        (&[1, 1, 1, 1, 1], vat("10")),
        (&[10_050, -50], vat("7.7")),
        (&[12_345], Ok(None)),
        (&[1], vat("0.0001")),
        (&[50], vat("1")),
    ];
    let shown = rows.map(|(amounts, tax)| {
        let draft = DraftInvoice::assemble(InvoiceFacts { tax, ..facts() }, &rated(&[]), by_hand(amounts)).unwrap();
        let Totals { net, tax, total, .. } = &draft.body().totals;
        format!("{amounts:?}: {net} + {tax} = {total}")
    });
    expect![[r#"
        [9750]: 97.50 USD + 18.53 USD = 116.03 USD
        [33, 33, 33]: 0.99 USD + 0.19 USD = 1.18 USD
        [1, 1, 1, 1, 1]: 0.05 USD + 0.01 USD = 0.06 USD
        [10050, -50]: 100.00 USD + 7.70 USD = 107.70 USD
        [12345]: 123.45 USD + 0.00 USD = 123.45 USD
        [1]: 0.01 USD + 0.00 USD = 0.01 USD
        [50]: 0.50 USD + 0.01 USD = 0.51 USD"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn a_month_without_usage_says_so_and_may_be_final() {
    let refused = MeteredUsage { quantities: Quantities::NONE, failed_requests: 9, ..used(3, "gpt-4o", "0") };
    let draft = DraftInvoice::assemble(facts(), &rated(&[refused]), vec![]).unwrap();
    assert!(draft.is_without_usage() && draft.body().lines.is_empty(), "refused requests make no line");
    let notices: Vec<_> = draft.notices(november().last()).iter().map(ToString::to_string).collect();
    expect![[r#"
        nothing was used in this period
        the period runs through 2026-11-30: usage until then will be missing"#]]
    .assert_eq(&notices.join("\n"));
    let invoice = draft.finalize(number(), november().last()).unwrap();
    assert_eq!(invoice.document().body.totals.total, usd(0));
}

#[test]
fn what_is_missing_keeps_a_draft_from_being_final() {
    let nameless = InvoiceFacts { seller: Seller::default(), ..facts() };
    let unknown = InvoiceFacts { buyer: Party::default(), ..facts() };
    let drafts = [
        DraftInvoice::assemble(facts(), &rated(&[used(1, "o3", "1"), used(1, "gpt-4o", "1")]), vec![]),
        DraftInvoice::assemble(nameless, &rated(&month()), vec![]),
        DraftInvoice::assemble(unknown, &rated(&month()), vec![]),
        DraftInvoice::assemble(facts(), &rated(&[]), by_hand(&[-1])),
    ];
    let said = drafts.map(|draft| {
        let draft = draft.unwrap();
        let error = draft.ready().unwrap_err();
        assert_eq!(draft.finalize(number(), november().last()), Err(error.clone()), "ready and finalize agree");
        error.to_string()
    });
    expect![[r#"
        no price rule covers o3: add a rule for each, or one for * (every model)
        the invoice does not say who it is from: fill in the agency's name in Settings
        the invoice does not say who it is to: fill in the client's name
        the invoice comes to -0.01 USD, less than nothing: lower its credits and carry the rest to the next invoice"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let euro = Adjustment::new("x", Money::from_minor(1, Currency::EUR)).unwrap();
    let other = InvoiceFacts { client: ClientId(2), ..facts() };
    let huge = by_hand(&[i64::MAX, 1]);
    let taxed = InvoiceFacts { tax: vat("19"), ..facts() };
    let errors = [
        DraftInvoice::assemble(other, &rated(&[]), vec![]).unwrap_err(),
        DraftInvoice::assemble(facts(), &rated(&[used(31, "gpt-4o", "1")]), vec![]).unwrap_err(),
        DraftInvoice::assemble(facts(), &rated(&[]), vec![euro]).unwrap_err(),
        DraftInvoice::assemble(facts(), &rated(&[]), huge).unwrap_err(),
        DraftInvoice::assemble(taxed, &rated(&[]), by_hand(&[i64::MAX])).unwrap_err(),
        Adjustment::new(" \t ", usd(5)).unwrap_err(),
        Adjustment::new("two\nlines", usd(5)).unwrap_err(),
        Adjustment::new("free", usd(0)).unwrap_err(),
        ServicePeriod::new(november().last(), november().first()).unwrap_err(),
        TaxRate::new("", Decimal::ONE).unwrap_err(),
        TaxRate::new("VAT", Decimal::ZERO).unwrap_err(),
        TaxRate::new("VAT", Decimal::from(101)).unwrap_err(),
    ];
    expect![[r#"
        the usage belongs to cl_1, but the invoice is for cl_2: rate the usage of cl_2
        there is usage on 2026-12-01, outside the invoice period 2026-11-01 to 2026-11-30: rate the period's usage only
        the client's invoices are in USD, but its charges are in EUR: set the client's currency to EUR
        the invoice cannot be added up: the amount is too large or has too many decimals to be kept exactly: use a smaller one, or fewer decimals
        the invoice cannot be added up: the amount is too large or has too many decimals to be kept exactly: use a smaller one, or fewer decimals
        an adjustment of 0.05 USD needs a reason of 1 to 300 characters on one line: say what it is for
        an adjustment of 0.05 USD needs a reason of 1 to 300 characters on one line: say what it is for
        the adjustment `free` is zero: give it an amount or leave it out
        the invoice period ends on 2026-11-01, before it starts on 2026-11-30: exchange the dates
        a tax needs a name of 1 to 40 characters for the invoice: for example VAT
        a tax of 0 % makes no sense: use more than 0 and at most 100, with at most 4 decimals, or no tax
        a tax of 101 % makes no sense: use more than 0 and at most 100, with at most 4 decimals, or no tax"#]]
    .assert_eq(&errors.map(|error| error.to_string()).join("\n"));
}

#[test]
fn a_stored_invoice_comes_back_whole_or_not_at_all() {
    let facts = InvoiceFacts { tax: vat("19"), ..facts() };
    let draft = DraftInvoice::assemble(facts, &rated(&month()), by_hand(&[500])).unwrap();
    let invoice = draft.finalize(number(), november().last()).unwrap();
    assert_eq!(Invoice::restore(invoice.parts().clone()), Ok(invoice.clone()));

    let damage: [fn(&mut InvoiceParts); 6] = [
        |parts| parts.agency.truncate(1),
        |parts| parts.document.body.lines[1].net = usd(243),
        |parts| parts.document.body.lines[0].exact = ExactAmount::new(Decimal::from(5), Currency::USD),
        |parts| parts.document.body.lines[1].days.truncate(1),
        |parts| parts.document.body.totals.total = usd(1),
        |parts| parts.document.due = november().last(),
    ];
    let said = damage.map(|damage| {
        let mut parts = invoice.parts().clone();
        damage(&mut parts);
        Invoice::restore(parts).unwrap_err().to_string()
    });
    expect![[r#"
        the stored invoice 2026-0007 has 4 lines, but costs for 1: restore it from a backup
        line 2 of the stored invoice 2026-0007 does not add up: restore it from a backup
        line 1 of the stored invoice 2026-0007 does not add up: restore it from a backup
        line 2 of the stored invoice 2026-0007 does not add up: restore it from a backup
        the totals or the due date of the stored invoice 2026-0007 do not add up: restore it from a backup
        the totals or the due date of the stored invoice 2026-0007 do not add up: restore it from a backup"#]]
    .assert_eq(&said.join("\n"));
}

proptest! {
    /// What a credit note relies on: the same usage with every cost negated comes to the same total, negated.
    #[test]
    fn a_credit_mirrors_its_invoice_to_the_cent(
        costs in prop::collection::vec((1..31_i32, 0..4_u8, 0..9_000_000_000_000_i64), 0..20),
        amounts in prop::collection::vec(1..1_000_000_i64, 0..4),
        rate_per_10_000 in 1..1_000_000_i64,
    ) {
        let totals = |sign: i64| {
            let row = |(day, model, cost): &(i32, u8, i64)| MeteredUsage {
                cost: Nanos(sign * cost),
                quantities: Quantities::NONE,
                ..used(*day, &format!("g{model}"), "0")
            };
            let usage: Vec<_> = costs.iter().map(row).collect();
            let signed: Vec<_> = amounts.iter().map(|amount| sign * amount).collect();
            let rate = TaxRate::new("VAT", Decimal::new(rate_per_10_000, 4)).unwrap();
            let tax = Ok(Some(TaxCategory::Standard(rate)));
            let draft = DraftInvoice::assemble(InvoiceFacts { tax, ..facts() }, &rated(&usage), by_hand(&signed));
            let Totals { net, tax, total, .. } = draft.unwrap().body().totals.clone();
            [net, tax, total].map(|amount| amount.minor())
        };
        prop_assert_eq!(totals(1), totals(-1).map(|minor| -minor));
    }

    /// The chart on page two tells the same story as the lines: its days add up to the exact usage lines.
    #[test]
    fn days_reconcile_with_lines(costs in prop::collection::vec((1..31_i32, 0..4_u8, 0..9_000_000_000_i64), 0..30)) {
        let row = |(day, model, cost): &(i32, u8, i64)| {
            MeteredUsage { cost: Nanos(*cost), ..used(*day, &format!("g{model}"), "0") }
        };
        let usage: Vec<_> = costs.iter().map(row).collect();
        let draft = DraftInvoice::assemble(facts(), &rated(&usage), by_hand(&[500])).unwrap();
        let zero = ExactAmount::zero(Currency::USD);
        let add = |sum: ExactAmount, more: ExactAmount| sum.checked_add(more).unwrap();
        let lines = draft.body().lines.iter().filter(|line| !line.days.is_empty());
        let lines = lines.map(|line| line.exact).fold(zero, add);
        let days = draft.body().daily().unwrap().into_iter().map(|one| one.charge).fold(zero, add);
        prop_assert_eq!(days, lines);
        let net: i64 = draft.body().lines.iter().map(|line| line.net.minor()).sum();
        prop_assert_eq!(draft.body().totals.total.minor(), net, "BR-CO-10");
    }
}

#[test]
fn each_line_keeps_the_name_of_its_gateway() {
    let other = MeteredUsage { gateway: GatewayId(2), ..used(3, "gpt-4o", "1") };
    let gateways = [(GatewayId(1), "North".to_owned()), (GatewayId(2), "South".to_owned())].into();
    let facts = InvoiceFacts { gateways, ..facts() };
    let draft = DraftInvoice::assemble(facts, &rated(&[used(1, "gpt-4o", "1"), other]), vec![]).unwrap();
    let names = draft.body().lines.iter().map(|line| match &line.subject {
        LineSubject::Usage { gateway_name, .. } => gateway_name.clone(),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), [Some("North".to_owned()), Some("South".to_owned())]);
    assert!(draft.body().has_several_gateways(), "two gateways served the model");
}

#[test]
fn s0_14_private_usage_is_on_the_invoice_with_its_quantity_and_nothing_to_pay() {
    let private = MeteredUsage { private: true, ..used(3, "private-llama", "0") };
    let draft = DraftInvoice::assemble(facts(), &rated(&[private]), vec![]).unwrap();
    assert!(!draft.is_without_usage(), "it was used");
    draft.ready().unwrap();
    let [line] = draft.body().lines.as_slice() else { panic!("one line: {:?}", draft.body().lines) };
    assert!(matches!(&line.subject, LineSubject::Usage { model, .. } if model.as_str() == "private-llama"));
    assert!(line.quantities != Quantities::NONE);
    assert_eq!(line.net.minor(), 0);
    assert_eq!(draft.agency()[0].trail, "private node: no charge");
}

#[test]
fn fees_are_lines_that_come_back_from_the_store() {
    let rule = PriceRule {
        conditions: Conditions {
            minimum: Some(Decimal::from(50)),
            flat_fee: Some(Decimal::new(990, 2)),
            ..Conditions::default()
        },
        ..PriceRule::new(Some(CLIENT), ModelSelector::Any, ChargeModel::MarkupOnCost { per_cent: Decimal::from(10) })
    };
    let version =
        PriceBookVersion::new(PriceVersionId(1), november().first(), PriceRules::new(vec![rule]).unwrap(), "");
    let book = PriceBook::new(Currency::USD, vec![version]).unwrap();
    let month = "2026-11".parse().unwrap();
    let draft = |usage: &[MeteredUsage]| {
        DraftInvoice::assemble(facts(), &rate_month(usage, CLIENT, &book, month).unwrap(), vec![]).unwrap()
    };
    assert!(draft(&[]).is_without_usage(), "a fee is no usage");
    let invoice = draft(&[used(1, "gpt-4o", "1")]).finalize(number(), "2026-12-02".parse().unwrap()).unwrap();
    expect![[r#"
        gpt-4o 2026-11-01..2026-11-01 1.1 USD -> 1.10 USD
        flat fee for * -> 9.90 USD
        minimum for * -> 48.90 USD
        net 59.90 USD + tax 0.00 USD = 59.90 USD
    "#]]
    .assert_eq(&shown(&invoice.document().body));
    assert_eq!(Invoice::restore(invoice.clone().into_parts()).unwrap(), invoice);
}

/// November, issued in December.
fn issued() -> Invoice {
    let draft = DraftInvoice::assemble(InvoiceFacts { tax: vat("19"), ..facts() }, &rated(&month()), by_hand(&[-150]));
    draft.unwrap().finalize(number(), "2026-12-02".parse().unwrap()).unwrap()
}

#[test]
fn a_credit_note_mirrors_its_invoice_to_the_cent() {
    let invoice = issued();
    let note = invoice.credit("CN-2026-0001".parse().unwrap(), "2026-12-05".parse().unwrap(), " Wrong month ").unwrap();
    let (before, after) = (invoice.document(), note.document());
    assert_eq!(after.body, before.body, "it says what the invoice said");
    assert_eq!((after.issued, after.due), ("2026-12-05".parse().unwrap(), "2026-12-05".parse().unwrap()));
    let corrects = after.corrects.clone().unwrap();
    assert_eq!((corrects.number, corrects.issued, corrects.reason.as_str()), (number(), before.issued, "Wrong month"));
    let (charged, taken_back) = (invoice.margin().unwrap(), note.margin().unwrap());
    assert_eq!(taken_back, -charged, "charge and cost are taken back");
    assert_eq!(Invoice::restore(note.parts().clone()), Ok(note), "and it can be read back");
}

#[test]
fn what_cannot_be_credited_is_refused_with_a_sentence() {
    let (invoice, day) = (issued(), "2026-12-05".parse().unwrap());
    let own: InvoiceNumber = "CN-2026-0001".parse().unwrap();
    let note = invoice.credit(own.clone(), day, "Wrong month").unwrap();
    let long = "x".repeat(REASON_MAX + 1);
    let rows = [
        (note.credit(own.clone(), day, "Again"), "is a credit note"),
        (invoice.credit(own.clone(), day, " "), "needs a reason"),
        (invoice.credit(own.clone(), day, &long), "needs a reason"),
        (invoice.credit("2026-0008".parse().unwrap(), day, "Wrong"), "series of their own"),
        (invoice.credit(own, "2026-12-01".parse().unwrap(), "Wrong"), "older than invoice 2026-0007"),
    ];
    for (result, told) in rows {
        let sentence = result.unwrap_err().to_string();
        assert!(sentence.contains(told), "{sentence} should say {told}");
    }
}

#[test]
fn drift_is_what_an_invoice_would_say_today() {
    let (invoice, frozen) = (issued(), &issued().document().body.clone());
    let mut restated = month();
    restated[1].cost = Nanos::parse("2.234").unwrap();
    restated.remove(3);
    restated.push(used(30, "gpt-5", "1"));
    let now = DraftInvoice::assemble(facts(), &rated(&restated), vec![]).unwrap();
    let drift = Drift::between(frozen, now.body()).unwrap();
    let shown: Vec<_> = drift
        .lines()
        .iter()
        .map(|line| match &line.subject {
            LineSubject::Usage { model, .. } => format!("{model} {} -> {}", line.was, line.now),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, ["gpt-4o-mini 2.42 USD -> 2.79 USD", "gpt-5 0.00 USD -> 1.25 USD"]);
    assert_eq!(drift.amount(), Ok(usd(162)));
    let same = DraftInvoice::assemble(facts(), &rated(&month()), by_hand(&[77])).unwrap();
    let none = Drift::between(&invoice.document().body, same.body()).unwrap();
    assert_eq!((none.lines(), none.amount()), (&[][..], Ok(usd(0))), "what was typed by hand does not drift");
}
