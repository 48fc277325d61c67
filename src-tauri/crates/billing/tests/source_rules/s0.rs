//! S0, the FAQ of a service for agencies.

use billing::ledger::{LedgerError, LotKind, Pot};
use billing::reconcile::{Cause, Measure, Place, Split, TotalCell};
use billing::{Adjustment, Conditions, InvoiceError, Ledger, PriceBook, PriceBookError, PriceRule, rate_month};
use domain::{Currency, Meter, Nanos};

use super::{CLIENT, cents, deposit, due, fixed, held, invoice, number, rated, request, taken, usd};

#[test]
fn s0_13_no_charge_brings_money_in_and_only_a_deposit_of_a_person_does() {
    let mut ledger = Ledger::open(Currency::USD);
    deposit(&mut ledger, "5");
    taken(&mut ledger, &due("a", usd("8")));
    taken(&mut ledger, &due("b", usd("40")));
    assert_eq!(held(&ledger), ["0", "0", "0", "43"], "what credit does not cover is owed");
    assert_eq!(ledger.balance(Pot::Cash), usd("5"), "nobody was charged for it");
    assert_eq!(ledger.lots().count(), 1, "and no credit came about");
    deposit(&mut ledger, "50");
    assert_eq!((held(&ledger), ledger.balance(Pot::Cash)), (["7", "0", "0", "0"].map(str::to_owned), usd("55")));
}

#[test]
fn s0_19_a_plan_is_charged_whole_until_its_month_ends_and_not_after() {
    let conditions = Conditions { flat_fee: Some(number("49")), ..Conditions::default() };
    let plan = PriceRule { client: Some(CLIENT), conditions, ..fixed(&[(Meter::InputTokens, "1")]) };
    let general = fixed(&[(Meter::InputTokens, "3")]);
    let with_plan = super::version(1, "2026-10-01", vec![general.clone(), plan]);
    let book = PriceBook::new(Currency::USD, vec![with_plan]).unwrap();
    let cancelled = |on: &str| book.with_version(super::version(2, on, vec![general.clone()]));
    assert!(matches!(cancelled("2026-11-16"), Err(PriceBookError::WithinMonth { .. })), "not in the middle of one");
    let book = cancelled("2026-12-01").unwrap();
    let month = |text: &str, day: &str| {
        let used = request("m", &[(Meter::InputTokens, 1_000_000)], "0");
        let usage = [billing::MeteredUsage { day: day.parse().unwrap(), ..used }];
        let rated = rate_month(&usage, CLIENT, &book, text.parse().unwrap()).unwrap();
        let fees: Vec<String> = rated.fees.iter().map(|fee| fee.charge.to_string()).collect();
        (fees, rated.lines[0].charge.to_string())
    };
    assert_eq!(month("2026-11", "2026-11-30"), (vec!["49 USD".to_owned()], "1 USD".to_owned()), "to the last day");
    assert_eq!(month("2026-12", "2026-12-01"), (vec![], "3 USD".to_owned()), "then as for everyone");
}

#[test]
fn s0_21_credit_for_a_miss_is_a_persons_adjustment_with_its_reason() {
    let month = rated(fixed(&[(Meter::InputTokens, "3")]), &[request("m", &[(Meter::InputTokens, 4_000_000)], "1")]);
    assert!(matches!(Adjustment::new("  ", cents(-120)), Err(InvoiceError::Reason { .. })), "not without a reason");
    let credit = Adjustment::new("99.7 % instead of 99.9 % in November", cents(-120)).unwrap();
    let body = invoice(&month, vec![credit], None).body;
    let nets: Vec<i64> = body.lines.iter().map(|line| line.net.minor()).collect();
    assert_eq!((nets, body.totals.total), (vec![1200, -120], cents(1080)), "a line of its own, usage stays as it was");
    let ledger = Ledger::open(Currency::USD);
    let refused = ledger.adjust(super::at(0), LotKind::Free, usd("1.20"), " ").unwrap_err();
    assert!(matches!(refused, LedgerError::NoReason(_)), "nor for a client that pays in advance: {refused}");
}

#[test]
fn s0_23_the_one_bill_is_what_clients_used_and_what_nobody_owns() {
    let measure = |requests, cost| Measure { requests, tokens: requests * 100, cost: Nanos(cost) };
    let account = |owned, cost| {
        let (used, none) = (measure(10, cost), Measure::default());
        let place = Place { named: Some(format!("{owned} {cost}")), ..Place::default() };
        TotalCell { place, owned, key_gone: false, told: used, rows: used, twins: none, aborted: none, billed: None }
    };
    let cells = [account(true, 7_000), account(true, 2_500), account(false, 400)];
    let clients: i64 = cells.iter().map(|cell| cell.counted().0).sum();
    let found = || cells.iter().flat_map(TotalCell::findings);
    let split = |bill| Split::new(Nanos(bill), Nanos(clients), 20, found()).unwrap();
    let parts = |split: &Split| -> Vec<(Cause, i64)> {
        let parts = split.parts().into_iter().filter(|part| part.amount != Nanos::ZERO);
        parts.map(|part| (part.cause, part.amount.0)).collect()
    };
    assert_eq!(clients, 9_500);
    assert_eq!(parts(&split(9_900)), [(Cause::Unattributed, 400)], "clients and nobody's are the whole bill");
    let dearer = parts(&split(10_300));
    assert_eq!(dearer, [(Cause::Unattributed, 400), (Cause::Unexplained, 400)], "any other difference is shown");
}
