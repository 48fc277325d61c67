//! S2, a commission on what flexible requests save.

use billing::{Ledger, MeteredUsage, Payer, RatingError, Settlement, Standing, TaxCategory, TaxRate, rate};
use domain::{Currency, Meter};

use super::{
    CLIENT, book, cents, charge, commission, deposit, due, fixed, held, invoice, number, rated, request, taken, usd,
};

/// A million tokens, a dollar by the list.
fn million(model: &str, cost: &str) -> MeteredUsage {
    request(model, &[(Meter::InputTokens, 1_000_000)], cost)
}

#[test]
fn s2_01_a_fifth_of_what_was_really_saved_is_all_that_is_charged() {
    let of = |usage: &[MeteredUsage]| charge(&rated(commission(Payer::Client), usage));
    assert_eq!(of(&[million("m", "0.40")]), usd("0.12"), "20 % of 0.60");
    assert_eq!(of(&vec![million("m", "1"); 500]), usd("0"), "routing alone is free, however many requests");
    assert_eq!(of(&vec![million("m", "0.40"); 500]), usd("60"), "no fee per request, no markup on tokens");
    assert!(rated(commission(Payer::Client), &[]).fees.is_empty(), "no subscription");
}

#[test]
fn s2_03_claude_is_free_and_so_is_a_model_without_a_price() {
    let usage = [million("claude-haiku-4-5", "0.10"), million("gpt-5", "0.10")];
    let lines = rated(commission(Payer::Client), &usage).lines;
    let told: Vec<_> = lines.iter().map(|line| (line.model.as_str(), line.charge)).collect();
    assert_eq!(told, [("claude-haiku-4-5", usd("0")), ("gpt-5", usd("0.18"))]);
    let unpriced = request("gpt-5", &[(Meter::Images, 4)], "0");
    assert_eq!(charge(&rated(commission(Payer::Client), &[unpriced])), usd("0"), "what no list prices saves nothing");
}

#[test]
fn s2_06_with_a_key_of_its_own_a_client_pays_the_commission_and_its_provider_the_tokens() {
    let usage = [million("gpt-5", "0.40")];
    let [own, ours] = [Payer::Client, Payer::Agency].map(|payer| rated(commission(payer), &usage).lines[0].clone());
    assert_eq!((own.charge, own.cost), (usd("0.12"), usd("0")), "the tokens are not the agency's cost");
    assert_eq!((ours.charge, ours.cost), (usd("0.52"), usd("0.4")), "where the agency pays them they are passed on");
    assert!(own.trail.to_string().contains("cost 0.4 USD paid by the client"), "shown all the same: {}", own.trail);
    let mut ledger = Ledger::open(Currency::USD);
    deposit(&mut ledger, "5");
    taken(&mut ledger, &due("gpt-5", own.charge));
    assert_eq!(held(&ledger)[0], "4.88", "credit that was paid in is not drawn for them");
}

#[test]
fn s2_07_it_accrues_by_request_and_is_billed_by_the_month() {
    let on = |day: &str| MeteredUsage { day: day.parse().unwrap(), ..million("gpt-5", "0.98") };
    let month = rated(commission(Payer::Client), &["2026-11-02", "2026-11-02", "2026-11-30"].map(on));
    let days: Vec<String> = month.lines[0].days.iter().map(|(day, charge)| format!("{day} {charge}")).collect();
    assert_eq!(days, ["2026-11-02 0.008 USD", "2026-11-30 0.004 USD"], "request by request");
    let body = invoice(&month, vec![], None).body;
    assert_eq!((body.lines.len(), body.lines[0].exact, body.totals.total), (1, usd("0.012"), cents(1)), "rounded once");
}

#[test]
fn s2_09_what_a_processor_collected_settles_an_invoice_once_and_the_rest_is_past_due() {
    let due = "2026-12-15".parse().unwrap();
    let of = |paid| Settlement { total: cents(2000), paid: cents(paid), due, credited: false, credit_note: false };
    let on = |paid, day: &str| of(paid).standing(day.parse().unwrap());
    assert_eq!([on(0, "2026-12-15"), on(0, "2026-12-16")], [Standing::Open, Standing::Overdue]);
    assert_eq!(of(0).accept(cents(2000)), Ok(()), "the card on file was charged");
    assert_eq!(on(2000, "2026-12-16"), Standing::Paid);
    assert!(of(2000).accept(cents(2000)).is_err(), "not twice");
    assert_eq!(of(2000).accept(cents(-2000)), Ok(()), "it bounced");
    assert_eq!(on(0, "2026-12-16"), Standing::Overdue);
}

#[test]
fn s2_12_in_the_currency_of_the_prices_and_without_a_tax_until_one_is_decided() {
    let month = rated(commission(Payer::Client), &vec![million("gpt-5", "0"); 50]);
    let plain = invoice(&month, vec![], None).body.totals;
    assert_eq!((plain.net, plain.taxes.len(), plain.tax, plain.total), (cents(1000), 0, cents(0), cents(1000)));
    let vat = TaxCategory::Standard(TaxRate::new("VAT", number("19")).unwrap());
    let taxed = invoice(&month, vec![], Some(vat)).body.totals;
    assert_eq!((taxed.net, taxed.tax, taxed.total), (cents(1000), cents(190), cents(1190)), "the client's, on top");
    let euro = MeteredUsage { currency: Currency::EUR, ..million("m", "1") };
    let refused = rate(&[euro], CLIENT, &book(vec![fixed(&[(Meter::InputTokens, "1")])])).unwrap_err();
    assert!(matches!(refused, RatingError::CurrencyMismatch { .. }), "nothing is converted on the way: {refused}");
}
