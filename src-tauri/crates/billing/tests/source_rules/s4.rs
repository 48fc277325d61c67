//! S4, what a key's page and a statement must say.

use billing::ledger::{EntryNumber, LotKind};
use billing::{Ledger, MeteredUsage};
use domain::{Currency, Meter, Quantities};

use super::{at, charge, deposit, due, fixed, give, post, rated, request, taken, usd};

#[test]
fn s4_02_every_charge_says_which_credit_paid_how_much_of_it() {
    let mut ledger = Ledger::open(Currency::USD);
    deposit(&mut ledger, "5");
    give(&mut ledger, LotKind::Free, "2");
    let parts = taken(&mut ledger, &due("m", usd("8.25")));
    let told: Vec<_> = parts.iter().map(|(pot, amount)| (pot.as_str(), amount.as_str())).collect();
    assert_eq!(told, [("lot:2", "2 USD"), ("lot:1", "5 USD"), ("owed", "1.25 USD")], "in order, and adding up");
}

#[test]
fn s4_07_a_failed_request_is_charged_for_what_it_used_and_never_for_being_one() {
    let failed = |used: &[(Meter, u64)]| {
        let quantities = used.iter().fold(Quantities::NONE, |sum, (meter, amount)| sum.with(*meter, *amount));
        MeteredUsage { quantities, failed_requests: 9, ..request("m", &[], "0") }
    };
    let rule = fixed(&[(Meter::Requests, "0.01"), (Meter::InputTokens, "3")]);
    assert_eq!(charge(&rated(rule.clone(), &[failed(&[])])), usd("0"), "nothing used, nothing charged");
    let month = rated(rule, &[failed(&[(Meter::InputTokens, 1_000_000)]), request("m", &[], "0")]);
    assert_eq!((charge(&month), month.lines[0].failed_requests), (usd("3.01"), 9), "shown beside what is charged");
}

#[test]
fn s4_09_a_charge_leads_to_its_receipt_and_the_receipt_to_its_entries() {
    let mut ledger = Ledger::open(Currency::USD);
    deposit(&mut ledger, "5");
    let first = due("m", usd("1"));
    taken(&mut ledger, &first);
    taken(&mut ledger, &due("other", usd("1")));
    let late = ledger.charge(at(2), &due("m", usd("1.5"))).unwrap().expect("half a dollar more");
    let late = post(&mut ledger, late);
    assert_eq!(late.parts().receipt.as_ref(), Some(&first.receipt), "there");
    let posted = ledger.posted(&first.receipt).expect("a receipt");
    assert_eq!(posted.entries, [EntryNumber(2), EntryNumber(4)], "and back, with both of its entries");
    assert_eq!(posted.rated, usd("1.5"));
    assert_eq!(first.receipt.version.to_string(), "pv_1", "it names the prices it was charged by");
}
