//! Ledgers as they are kept: read back as they were posted, posted once, never changed.

use billing::ledger::{
    Due, Entry, EntryKind, EntryParts, FirstDeposit, Ledger, Lot, LotKind, LotNumber, Posting, Pot, Promotions,
    Receipt, Refund,
};
use domain::{ClientId, Currency, ExactAmount, Meter, ModelName, ModelScope, PriceVersionId, Quantities};
use rust_decimal::Decimal;

use crate::table::Prepaid;
use crate::testing::{add_gateway, at, client, temporary};
use crate::{Origin, StoreError, Writer};

const NOON: &str = "2026-03-01T12:00:00Z";

fn eur(text: &str) -> ExactAmount {
    ExactAmount::new(text.parse().unwrap(), Currency::EUR)
}

async fn post(writer: &mut Writer, client: ClientId, ledger: &mut Ledger, entry: &Entry) {
    let number = ledger.post(entry).unwrap();
    writer.ledger().post(client, number, entry).await.unwrap();
}

/// A ledger with a deposit and its bonus, a charge on both, and a refund.
async fn filled(writer: &mut Writer) -> (ClientId, Ledger, Vec<Entry>) {
    let id = writer.client().add(&client("One", "UTC"), at(NOON)).await.unwrap();
    let gateway = add_gateway(writer, "Main").await;
    let version = writer.price().add("2026-01-01".parse().unwrap(), "", &[], at(NOON)).await.unwrap();
    let models = ModelScope::Only(vec![ModelName::new("fast-chat"), ModelName::new("a, b")]);
    let first_deposit = Some(FirstDeposit { per_cent: Decimal::ONE_HUNDRED, models, days: 90 });
    let promotions = Promotions { first_deposit, sign_up: None };
    let mut ledger = Ledger::open(Currency::EUR);
    let terms = (Decimal::from(5), &promotions);
    let mut entries = ledger.deposit(at(NOON), eur("10"), ("pi_1", "by card"), terms).unwrap();
    for entry in &entries {
        post(writer, id, &mut ledger, entry).await;
    }
    let receipt = Receipt {
        day: "2026-03-01".parse().unwrap(),
        gateway,
        model: ModelName::new("fast-chat"),
        version: PriceVersionId(version.0),
        rule: "fast-*".to_owned(),
    };
    let quantities = Quantities::NONE.with(Meter::Requests, 3).with(Meter::InputTokens, u64::MAX);
    let due = Due { receipt: receipt.clone(), quantities, charge: eur("12.000000000000000001"), valued_at: at(NOON) };
    let charge = ledger.charge(at(NOON), &due).unwrap().unwrap();
    post(writer, id, &mut ledger, &charge).await;
    let refund = ledger.refund(at(NOON), &Refund::Charge(receipt), eur("1"), "an outage").unwrap();
    post(writer, id, &mut ledger, &refund).await;
    entries.extend([charge, refund]);
    (id, ledger, entries)
}

#[tokio::test]
async fn a_ledger_is_read_as_it_was_posted() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let (id, ledger, entries) = filled(&mut writer).await;
    let read = writer.ledger().read().entries(id).await.unwrap();
    assert_eq!(read, entries, "to the last digit, quantity and posting");
    assert_eq!(Ledger::replay(Currency::EUR, &read).unwrap(), ledger);
    assert_eq!(writer.ledger().read().entries(ClientId(99)).await.unwrap(), [], "of another client there is nothing");
    let prepaid = Prepaid { client: id, first: "2026-03-01".parse().unwrap(), last: None };
    writer.ledger().set_prepaid(prepaid).await.unwrap();
    let ended = Prepaid { last: Some("2026-02-28".parse().unwrap()), ..prepaid };
    writer.ledger().set_prepaid(ended).await.unwrap();
    assert_eq!(writer.ledger().read().prepaid(id).await.unwrap(), Some(ended));
    assert!(prepaid.covers(prepaid.first) && !ended.covers(prepaid.first), "an empty span covers no day");
    assert_eq!(
        writer.ledger().read().prepaid(ClientId(99)).await.unwrap(),
        None,
        "invoiced, until something else is said"
    );
    assert_eq!(writer.ledger().read().clients().await.unwrap(), [id]);
}

#[tokio::test]
async fn credit_that_ended_is_found_until_its_end_is_posted() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let (id, mut ledger, _) = filled(&mut writer).await;
    let end = at(NOON).plus_days(90);
    assert_eq!(writer.ledger().read().ended(end.plus_millis(-1)).await.unwrap(), []);
    assert_eq!(writer.ledger().read().ended(end).await.unwrap(), [id]);
    let models = ModelScope::Only(vec![ModelName::new("fast-chat")]);
    let lot = Lot::new(LotNumber(3), LotKind::Bonus, eur("1"), (at(NOON), Some(end)), models).unwrap();
    let bonus = EntryParts { lot: Some(lot), ..given(&[(Pot::Promotion, "1"), (Pot::Lot(LotNumber(3)), "-1")]) };
    post(&mut writer, id, &mut ledger, &Entry::new(bonus).unwrap()).await;
    for entry in ledger.expire(end).unwrap() {
        post(&mut writer, id, &mut ledger, &entry).await;
    }
    let unspent = writer.ledger().read().ended(end).await.unwrap();
    assert_eq!(unspent, [id], "lot 2 was used up, so it has no entry: replaying tells");
}

fn given(sides: &[(Pot, &str)]) -> EntryParts {
    EntryParts {
        at: at(NOON),
        valued_at: at(NOON),
        kind: EntryKind::Promotion,
        key: "given".to_owned(),
        reason: String::new(),
        receipt: None,
        quantities: Quantities::NONE,
        lot: None,
        postings: sides.iter().map(|(pot, amount)| Posting { pot: *pot, amount: eur(amount) }).collect(),
    }
}

#[tokio::test]
async fn nothing_is_posted_twice_or_out_of_turn() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let (id, ledger, entries) = filled(&mut writer).await;
    let again = writer.ledger().post(id, billing::ledger::EntryNumber(5), &entries[0]).await.unwrap_err();
    assert_eq!(again, StoreError::rule("this is in the ledger already: nothing is posted twice"));
    let fresh = ledger.refund(at(NOON), &Refund::PaidCredit, eur("1"), "closed").unwrap();
    for number in [4, 6] {
        let refused = writer.ledger().post(id, billing::ledger::EntryNumber(number), &fresh).await.unwrap_err();
        assert!(refused.to_string().contains("posted to meanwhile"), "{number}: {refused}");
    }
}

#[tokio::test]
async fn entries_postings_and_lots_never_change() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    filled(&mut writer).await;
    for change in [
        "UPDATE ledger_entry SET reason = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_posting SET amount = '1'",
        "DELETE FROM ledger_posting",
        "INSERT INTO ledger_posting (entry, place, pot, amount) VALUES (1, 9, 'owed', '1')",
        "UPDATE ledger_lot SET expires_at = 1",
        "DELETE FROM ledger_lot",
    ] {
        let error = StoreError::from(sqlx::query(change).execute(&mut *writer.tx).await.unwrap_err());
        assert!(error.to_string().contains("never changes"), "{change}: {error}");
    }
}

#[tokio::test]
async fn an_entry_that_was_tampered_with_is_not_read() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    let (id, ..) = filled(&mut writer).await;
    sqlx::query("DROP TRIGGER ledger_posting_is_final").execute(&mut *writer.tx).await.unwrap();
    let change = "UPDATE ledger_posting SET amount = '11' WHERE pot = 'cash'";
    sqlx::query(change).execute(&mut *writer.tx).await.unwrap();
    let error = writer.ledger().read().entries(id).await.unwrap_err().to_string();
    assert!(error.contains("ledger entry 1") && error.contains("debits and credits differ by 1 EUR"), "{error}");
}
