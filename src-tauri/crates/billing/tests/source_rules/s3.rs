//! S3, the FAQ of a relay.

use billing::{ChargeModel, PriceRule};
use domain::Meter;

use super::{cents, invoice, list, number, rated, request, usd};

#[test]
fn s3_04_usage_at_a_discount_off_the_list_becomes_an_invoice() {
    let prices = list(&[(Meter::InputTokens, "2.50"), (Meter::OutputTokens, "10")]);
    let charge = ChargeModel::DiscountOffList { list: prices, per_cent: number("15") };
    let used = [(Meter::InputTokens, 3_000_000), (Meter::OutputTokens, 700_001)];
    let month = rated(PriceRule::new(None, "*".parse().unwrap(), charge), &[request("gpt-4o", &used, "9.99")]);
    let document = invoice(&month, vec![], None);
    assert_eq!((document.number.to_string(), document.body.lines.len()), ("2026-0001".to_owned(), 1));
    assert_eq!(document.body.lines[0].exact, usd("12.3250085"), "0.85 x list, whatever it cost");
    assert_eq!(document.body.totals.total, cents(1233), "a half cent and more is a cent");
    assert!(month.fees.is_empty(), "and no monthly fee");
}
