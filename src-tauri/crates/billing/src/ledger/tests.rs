//! The source systems' rules of credit, each by its id.

mod low;
mod properties;

use domain::{Currency, Date, ExactAmount, GatewayId, ModelName, ModelScope, PriceVersionId, Quantities, Timestamp};
use rust_decimal::Decimal;

use super::*;

pub(super) fn usd(text: &str) -> ExactAmount {
    ExactAmount::new(number(text), Currency::USD)
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// So many days after the beginning.
pub(super) fn day(days: i64) -> Timestamp {
    "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap().plus_days(days)
}

pub(super) fn receipt(on: i32, model: &str) -> Receipt {
    Receipt {
        day: "2026-03-01".parse::<Date>().unwrap().plus_days(on),
        gateway: GatewayId(1),
        model: ModelName::new(model),
        version: PriceVersionId(1),
        rule: "*".to_owned(),
    }
}

pub(super) fn due(on: i32, model: &str, charge: &str) -> Due {
    let charge = usd(charge);
    Due { receipt: receipt(on, model), quantities: Quantities::NONE, charge, valued_at: day(i64::from(on)) }
}

fn fast_chat() -> ModelScope {
    ModelScope::Only(vec![ModelName::new("fast-chat")])
}

fn doubled() -> Promotions {
    let first_deposit = FirstDeposit { per_cent: number("100"), models: fast_chat(), days: 90 };
    Promotions { first_deposit: Some(first_deposit), ..Promotions::default() }
}

fn deposit(ledger: &mut Ledger, at: i64, amount: &str, promotions: &Promotions) {
    for entry in ledger.deposit(day(at), usd(amount), ("", ""), (number("5"), promotions)).unwrap() {
        ledger.post(&entry).unwrap();
    }
}

fn charge(ledger: &mut Ledger, due: &Due) -> Option<Entry> {
    let entry = ledger.charge(due.valued_at.plus_days(1), due).unwrap()?;
    ledger.post(&entry).unwrap();
    Some(entry)
}

/// Paid, bonus, free, owed, carried.
fn told(ledger: &Ledger, at: i64) -> [String; 5] {
    let Balances { paid, bonus, free, owed, carried } = ledger.balances(day(at)).unwrap();
    [paid, bonus, free, owed, carried].map(|amount| amount.amount().normalize().to_string())
}

fn holding(lots: &[(LotKind, &str, Option<i64>, ModelScope)]) -> Ledger {
    let mut ledger = Ledger::open(Currency::USD);
    for (place, (kind, amount, ends, scope)) in lots.iter().enumerate() {
        let number = LotNumber(u32::try_from(place).unwrap() + 1);
        let times = (day(i64::try_from(place).unwrap()), ends.map(day));
        let lot = Lot::new(number, *kind, usd(amount), times, scope.clone()).unwrap();
        let pot = if *kind == LotKind::Paid { Pot::Adjustment } else { Pot::Promotion };
        let kind = if *kind == LotKind::Paid { EntryKind::Adjustment } else { EntryKind::Promotion };
        let sides = [(pot, usd(amount)), (Pot::Lot(number), usd(&format!("-{amount}")))];
        ledger.post(&entry(kind, &format!("k{place}"), Some(lot), &sides).unwrap()).unwrap();
    }
    ledger
}

fn entry(kind: EntryKind, key: &str, lot: Option<Lot>, sides: &[(Pot, ExactAmount)]) -> Result<Entry, LedgerError> {
    Entry::new(EntryParts {
        at: day(0),
        valued_at: day(0),
        kind,
        key: key.to_owned(),
        reason: "because".to_owned(),
        receipt: None,
        quantities: Quantities::NONE,
        lot,
        postings: sides.iter().map(|(pot, amount)| Posting { pot: *pot, amount: *amount }).collect(),
    })
}

#[test]
fn s0_16_s0_18_j5_the_first_deposit_is_doubled_for_named_models_and_ends_after_90_days() {
    let mut ledger = Ledger::open(Currency::USD);
    deposit(&mut ledger, 0, "10", &doubled());
    assert_eq!(told(&ledger, 0), ["10", "10", "0", "0", "0"]);
    charge(&mut ledger, &due(1, "fast-chat", "4"));
    charge(&mut ledger, &due(1, "smart-chat", "3"));
    assert_eq!(
        told(&ledger, 2),
        ["7", "6", "0", "0", "0"],
        "S0-17: the bonus pays for its model, paid credit for others"
    );
    deposit(&mut ledger, 3, "10", &doubled());
    assert_eq!(told(&ledger, 3), ["17", "6", "0", "0", "0"], "only the first deposit is doubled");
    assert!(ledger.expire(day(89)).unwrap().is_empty(), "not a day too early");
    assert_eq!(told(&ledger, 90)[1], "0", "what has ended is not shown as credit");
    let entries = ledger.expire(day(91)).unwrap();
    assert_eq!((entries.len(), entries[0].parts().kind), (1, EntryKind::Expiry), "an entry, never a silent change");
    assert_eq!((entries[0].on(Pot::Promotion), entries[0].parts().valued_at), (usd("-6"), day(90)));
    ledger.post(&entries[0]).unwrap();
    assert!(ledger.expire(day(91)).unwrap().is_empty(), "once");
    assert_eq!(told(&ledger, 4000)[0], "17", "S0-20: paid credit has no end");
}

#[test]
fn s0_17_credit_for_named_models_first_by_its_end_then_for_all_then_paid_oldest_first() {
    let ledger = holding(&[
        (LotKind::Paid, "1", None, ModelScope::All),
        (LotKind::Free, "1", None, ModelScope::All),
        (LotKind::Bonus, "1", Some(50), ModelScope::All),
        (LotKind::Bonus, "1", Some(90), fast_chat()),
        (LotKind::Bonus, "1", Some(20), fast_chat()),
        (LotKind::Paid, "1", None, ModelScope::All),
        (LotKind::Bonus, "1", Some(10), ModelScope::Only(vec![ModelName::new("other")])),
    ]);
    let order = |at, amount| {
        let entry = ledger.charge(day(100), &due(at, "fast-chat", amount)).unwrap().unwrap();
        let pots = entry.parts().postings.iter().skip(1).map(|posting| posting.pot.code());
        pots.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(7, "7.5"), "lot:5 lot:4 lot:3 lot:2 lot:1 lot:6 owed");
    assert_eq!(order(20, "2"), "lot:4 lot:3", "a lot that ends at midnight does not pay for the day after");
    assert_eq!(order(19, "0.4"), "lot:5", "it pays for the day before, also when that is charged later");
}

#[test]
fn s0_20_paid_credit_cannot_be_made_to_expire_or_be_kept_from_a_model() {
    for (ends, scope) in [(Some(day(9)), ModelScope::All), (None, fast_chat())] {
        let refused = Lot::new(LotNumber(1), LotKind::Paid, usd("1"), (day(0), ends), scope).unwrap_err();
        assert_eq!(refused.to_string(), "paid credit never expires and is good for every model");
    }
}

#[test]
fn s1_01_the_sign_up_credit_is_off_until_said_and_given_once() {
    let mut ledger = Ledger::open(Currency::USD);
    assert_eq!(ledger.sign_up(day(0), &Promotions::default()).unwrap(), None);
    let promotions = Promotions { sign_up: Some(number("10")), ..Promotions::default() };
    let given = ledger.sign_up(day(0), &promotions).unwrap().unwrap();
    ledger.post(&given).unwrap();
    assert_eq!(told(&ledger, 0), ["0", "0", "10", "0", "0"]);
    assert_eq!(ledger.sign_up(day(1), &promotions).unwrap(), None, "once");
    assert!(matches!(ledger.post(&given), Err(LedgerError::Again(_))), "also when it is posted twice");
}

#[test]
fn s1_15_a_deposit_has_a_minimum_and_its_payment_is_noted_once() {
    let mut ledger = Ledger::open(Currency::USD);
    let off = Promotions::default();
    let terms = (number("5"), &off);
    let refused = ledger.deposit(day(0), usd("4.99"), ("", ""), terms).unwrap_err();
    assert_eq!(refused.to_string(), "a deposit is at least 5 USD: pay in 5 USD or more");
    let euro = ExactAmount::new(number("9"), Currency::EUR);
    assert!(matches!(ledger.deposit(day(0), euro, ("", ""), terms), Err(LedgerError::Currency { .. })));
    let entries = ledger.deposit(day(0), usd("5"), ("pi_1", ""), terms).unwrap();
    ledger.post(&entries[0]).unwrap();
    assert!(matches!(ledger.deposit(day(1), usd("5"), ("pi_1", ""), terms), Err(LedgerError::Again(_))));
}

#[test]
fn late_and_restated_usage_makes_entries_and_charging_twice_charges_once() {
    let mut ledger = Ledger::open(Currency::USD);
    deposit(&mut ledger, 0, "10", &Promotions::default());
    assert!(charge(&mut ledger, &due(1, "m", "4.000000000001")).is_some());
    assert_eq!(charge(&mut ledger, &due(1, "m", "4.000000000001")), None, "the same again is nothing");
    let late = charge(&mut ledger, &due(1, "m", "12")).unwrap();
    assert_eq!((late.on(Pot::Revenue), late.on(Pot::Owed)), (usd("-7.999999999999"), usd("2")), "the difference only");
    let restated = charge(&mut ledger, &due(1, "m", "9")).unwrap();
    assert_eq!(restated.parts().kind, EntryKind::Reversal);
    assert_eq!((restated.on(Pot::Owed), restated.on(Pot::Lot(LotNumber(1)))), (usd("-2"), usd("-1")), "in reverse");
    assert_eq!(told(&ledger, 3), ["1", "0", "0", "0", "0"]);
    let posted = ledger.posted(&receipt(1, "m")).unwrap();
    assert_eq!((posted.rated, posted.entries.len()), (usd("9"), 3), "the receipt names its entries (S4-09)");
}

#[test]
fn s3_05_a_refund_needs_a_reason_returns_in_reverse_and_is_not_charged_again() {
    let mut ledger = Ledger::open(Currency::USD);
    deposit(&mut ledger, 0, "10", &doubled());
    charge(&mut ledger, &due(1, "fast-chat", "13"));
    assert_eq!(told(&ledger, 2), ["7", "0", "0", "0", "0"]);
    let of = Refund::Charge(receipt(1, "fast-chat"));
    let refused = ledger.refund(day(2), &of, usd("1"), "  ").unwrap_err();
    assert_eq!(refused.to_string(), "a refund needs a reason: say in a few words why");
    let refund = ledger.refund(day(2), &of, usd("4"), "an outage of the gateway").unwrap();
    ledger.post(&refund).unwrap();
    assert_eq!(told(&ledger, 2), ["10", "1", "0", "0", "0"], "paid credit was taken last, so it comes back first");
    assert_eq!(charge(&mut ledger, &due(1, "fast-chat", "13")), None, "what was refunded is not charged again");
    let much = ledger.refund(day(2), &of, usd("9.5"), "more").unwrap_err();
    assert_eq!(much.to_string(), "there is only 9 USD of this charge left: use at most that");
    charge(&mut ledger, &due(1, "fast-chat", "2"));
    assert_eq!(told(&ledger, 2), ["10", "10", "0", "0", "0"], "no more is taken back than was left of it");
    let out = ledger.refund(day(3), &Refund::PaidCredit, usd("10"), "the account is closed").unwrap();
    ledger.post(&out).unwrap();
    assert_eq!((told(&ledger, 3)[0].as_str(), ledger.balance(Pot::Cash)), ("0", usd("0")));
    let none = ledger.refund(day(3), &Refund::PaidCredit, usd("0.01"), "again").unwrap_err();
    assert_eq!(
        none.to_string(),
        "there is only 0 USD of the paid credit left: use at most that",
        "a bonus is no money"
    );
}

#[test]
fn a_deposit_pays_what_is_owed_and_a_reversal_of_that_comes_back_as_paid_credit() {
    let mut ledger = Ledger::open(Currency::USD);
    charge(&mut ledger, &due(1, "m", "8"));
    assert_eq!(told(&ledger, 2), ["0", "0", "0", "8", "0"], "S0-13: nothing is charged to a card");
    deposit(&mut ledger, 2, "10", &doubled());
    assert_eq!(told(&ledger, 2), ["2", "10", "0", "0", "0"], "S1-14: credit counts at once");
    charge(&mut ledger, &due(1, "m", "5"));
    assert_eq!(told(&ledger, 2), ["5", "10", "0", "0", "0"]);
}

#[test]
fn adjustments_need_a_reason_and_go_both_ways() {
    let mut ledger = Ledger::open(Currency::USD);
    assert!(matches!(ledger.adjust(day(0), LotKind::Free, usd("3"), ""), Err(LedgerError::NoReason(_))));
    for (kind, amount) in [(LotKind::Free, "3"), (LotKind::Free, "-1"), (LotKind::Paid, "2")] {
        let entry = ledger.adjust(day(0), kind, usd(amount), "goodwill").unwrap();
        ledger.post(&entry).unwrap();
    }
    assert_eq!(told(&ledger, 0), ["2", "0", "2", "0", "0"]);
    let refused = ledger.adjust(day(0), LotKind::Paid, usd("-2.5"), "wrong").unwrap_err();
    assert_eq!(refused.to_string(), "there is only 2 USD of the paid credit left: use at most that");
    assert!(matches!(ledger.adjust(day(0), LotKind::Paid, usd("0"), "x"), Err(LedgerError::NotPositive)));
}

#[test]
fn s2_08_below_the_threshold_the_month_is_carried_and_from_it_on_invoiced() {
    let mut ledger = Ledger::open(Currency::USD);
    let (march, april) = ("2026-03".parse().unwrap(), "2026-04".parse().unwrap());
    assert_eq!(ledger.close(day(31), march, number("20")).unwrap(), Closing::Nothing);
    charge(&mut ledger, &due(1, "m", "19.999999999"));
    charge(&mut ledger, &due(31, "m", "0.5"));
    let Closing::CarryForward(carried) = ledger.close(day(31), march, number("20")).unwrap() else { panic!("carried") };
    ledger.post(&carried).unwrap();
    assert_eq!(told(&ledger, 31), ["0", "0", "0", "0.5", "19.999999999"], "April's first day is not March's debt");
    assert_eq!(ledger.close(day(31), march, number("20")).unwrap(), Closing::Nothing, "once");
    charge(&mut ledger, &due(31, "m", "0.000000001"));
    assert_eq!(ledger.close(day(61), april, number("20")).unwrap(), Closing::Invoice(usd("20")), "20.00 is enough");
    deposit(&mut ledger, 62, "19.999999999", &Promotions::default());
    assert_eq!(told(&ledger, 62)[3..], ["0.000000001", "0"], "the older debt is paid first");
}

#[test]
fn an_entry_that_does_not_balance_cannot_be_made() {
    let (cash, lot) = (Pot::Cash, Lot::paid(LotNumber(1), usd("5"), day(0)).unwrap());
    let one = |sides: &[(Pot, ExactAmount)]| entry(EntryKind::Deposit, "k", Some(lot.clone()), sides).unwrap_err();
    let open = Pot::Lot(LotNumber(1));
    let off = one(&[(cash, usd("5.000000001")), (open, usd("-5"))]);
    assert!(matches!(off, LedgerError::Unbalanced(by) if by == usd("0.000000001")), "{off}");
    assert!(matches!(one(&[]), LedgerError::Shape));
    assert!(matches!(one(&[(cash, usd("0"))]), LedgerError::Shape));
    assert!(matches!(one(&[(cash, usd("5")), (open, usd("-4")), (open, usd("-1"))]), LedgerError::Shape));
    let euro = ExactAmount::new(number("-5"), Currency::EUR);
    assert!(matches!(one(&[(cash, usd("5")), (open, euro)]), LedgerError::Currency { .. }));
    assert!(
        matches!(one(&[(Pot::Revenue, usd("5")), (open, usd("-5"))]), LedgerError::Kind(_)),
        "no deposit is earned"
    );
    assert!(matches!(one(&[(cash, usd("4")), (open, usd("-4"))]), LedgerError::Kind(_)), "the lot is not that large");
}

#[test]
fn replay_refuses_entries_that_the_rules_did_not_make() {
    let ledger = holding(&[(LotKind::Bonus, "5", Some(10), fast_chat())]);
    let forged = |on: i32, model: &str, amount: &str| {
        let sides = [
            Posting { pot: Pot::Lot(LotNumber(1)), amount: usd(amount) },
            Posting { pot: Pot::Revenue, amount: usd(&format!("-{amount}")) },
        ];
        let parts = EntryParts {
            receipt: Some(receipt(on, model)),
            valued_at: day(i64::from(on)),
            ..entry(EntryKind::Adjustment, "x", None, &[(Pot::Adjustment, usd("1")), (Pot::Owed, usd("-1"))])
                .unwrap()
                .parts()
                .clone()
        };
        let entry = Entry::new(EntryParts { kind: EntryKind::Charge, postings: sides.to_vec(), ..parts }).unwrap();
        ledger.clone().post(&entry)
    };
    assert_eq!(forged(9, "fast-chat", "5"), Ok(EntryNumber(2)));
    assert_eq!(forged(9, "smart-chat", "5"), Err(LedgerError::OutOfScope(LotNumber(1))));
    assert_eq!(forged(10, "fast-chat", "5"), Err(LedgerError::Expired(LotNumber(1))));
    assert_eq!(forged(9, "fast-chat", "5.1"), Err(LedgerError::Overdrawn(Pot::Lot(LotNumber(1)))));
}

#[test]
fn a_day_below_zero_is_taken_off_the_days_before() {
    let rows = [
        (vec!["3", "2", "-4", "1"], vec!["1", "0", "0", "1"]),
        (vec!["1", "1"], vec!["1", "1"]),
        (vec!["2", "-5"], vec!["-3", "0"]),
        (vec![], vec![]),
    ];
    for (days, wanted) in rows {
        let days: Vec<_> = days
            .iter()
            .enumerate()
            .map(|(on, charge)| (receipt(i32::try_from(on).unwrap(), "m").day, usd(charge)))
            .collect();
        let told = none_below_zero(&days).unwrap();
        assert_eq!(
            told.iter().map(|(_, charge)| *charge).collect::<Vec<_>>(),
            wanted.iter().map(|text| usd(text)).collect::<Vec<_>>(),
            "{days:?}"
        );
        assert!(told.iter().map(|(day, _)| day).eq(days.iter().map(|(day, _)| day)), "the days stay");
    }
}

#[test]
fn what_is_owed_goes_on_an_invoice_once_and_comes_back_with_its_credit_note() {
    let mut ledger = Ledger::open(Currency::USD);
    deposit(&mut ledger, 0, "10", &Promotions::default());
    charge(&mut ledger, &due(1, "smart-chat", "34.005"));
    charge(&mut ledger, &due(35, "smart-chat", "3"));
    let owing = ledger.owing("2026-03".parse().unwrap()).unwrap();
    assert_eq!((owing.owed, owing.total().unwrap()), (usd("24.005"), usd("24.005")), "April is not March's");
    let taken = ledger.invoice(day(40), ("invoice:7", "2026-0007"), &owing).unwrap();
    let before = ledger.clone();
    ledger.post(&taken).unwrap();
    assert_eq!(told(&ledger, 40), ["0", "0", "0", "3", "0"]);
    assert_eq!(ledger.balance(Pot::Invoiced), usd("24.005"), "exactly: the invoice rounds");
    assert!(matches!(ledger.post(&taken), Err(LedgerError::Again(_))), "once");
    let more = ledger.invoice(day(40), ("invoice:8", "2026-0008"), &owing).unwrap();
    assert_eq!(ledger.post(&more), Err(LedgerError::Overdrawn(Pot::Owed)), "no more than is owed");
    assert_eq!(ledger.owing("2026-03".parse().unwrap()).unwrap().total().unwrap(), usd("0.000"));
    let nothing = Owing { owed: usd("0"), carried: usd("0") };
    assert_eq!(ledger.invoice(day(40), ("invoice:9", "2026-0009"), &nothing), Err(LedgerError::Shape));
    ledger.post(&ledger.uninvoice(day(41), ("credit:7", "CN-2026-0001"), &taken).unwrap()).unwrap();
    assert_eq!(told(&ledger, 41), told(&before, 41), "all of it is owed again");
    assert!(ledger.trial_balance().unwrap().amount().is_zero());
}

#[test]
fn usage_restated_after_it_was_invoiced_comes_back_as_credit() {
    let mut ledger = Ledger::open(Currency::USD);
    charge(&mut ledger, &due(1, "smart-chat", "30"));
    let owing = ledger.owing("2026-03".parse().unwrap()).unwrap();
    ledger.post(&ledger.invoice(day(32), ("invoice:1", "2026-0001"), &owing).unwrap()).unwrap();
    charge(&mut ledger, &due(1, "smart-chat", "28"));
    assert_eq!(told(&ledger, 33), ["2", "0", "0", "0", "0"], "the invoice stays what it is");
}
