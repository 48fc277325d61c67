//! What holds after every one of a million operations on ledgers.
//!
//! `PURSER_LEDGER_OPERATIONS=1000000 cargo test --release -p billing ledger::tests::properties` is the whole run; without the
//! variable a smaller one.

use std::collections::BTreeMap;

use domain::{Currency, ExactAmount, ModelName, ModelScope};
use rust_decimal::Decimal;

use super::{day, receipt};
use crate::ledger::*;

/// Operations on one ledger, so that replaying it does not grow with the whole run.
const PER_LEDGER: u64 = 200;
const USUAL: u64 = 20_000;
const MODELS: [&str; 4] = ["fast-chat", "smart-chat", "image", "speech"];

/// A small reproducible source of draws (splitmix64).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn amount(&mut self) -> ExactAmount {
        let scale = [0, 2, 9, 15][usize::try_from(self.below(4)).unwrap()];
        let digits = i64::try_from(self.below(40 * 10_u64.pow(scale)) + 1).unwrap();
        ExactAmount::new(Decimal::new(digits, scale), Currency::USD)
    }

    fn model(&mut self) -> &'static str {
        MODELS[usize::try_from(self.below(4)).unwrap()]
    }
}

fn promotions() -> Promotions {
    let models = ModelScope::Only(vec![ModelName::new("fast-chat"), ModelName::new("image")]);
    Promotions {
        sign_up: Some(Decimal::TEN),
        first_deposit: Some(FirstDeposit { per_cent: Decimal::ONE_HUNDRED, models, days: 9 }),
    }
}

/// A bonus as a promotion of its own, so that lots of every kind, scope and end are about.
fn bonus(ledger: &Ledger, draws: &mut Draws, at: i64) -> Entry {
    let number = LotNumber(u32::try_from(ledger.lots().count()).unwrap() + 1);
    let scope = match draws.below(3) {
        0 => ModelScope::All,
        _ => ModelScope::Only(vec![ModelName::new(draws.model())]),
    };
    let ends = (draws.below(4) > 0).then(|| day(at + 1 + i64::try_from(draws.below(12)).unwrap()));
    let lot = Lot::new(number, LotKind::Bonus, draws.amount(), (day(at), ends), scope).unwrap();
    let sides = [(Pot::Promotion, lot.amount().amount()), (Pot::Lot(number), -lot.amount().amount())];
    Entry::new(EntryParts {
        at: day(at),
        valued_at: day(at),
        kind: EntryKind::Promotion,
        key: format!("bonus:{number}"),
        reason: String::new(),
        receipt: None,
        quantities: domain::Quantities::NONE,
        lot: Some(lot),
        postings: sides
            .into_iter()
            .map(|(pot, amount)| Posting { pot, amount: ExactAmount::new(amount, Currency::USD) })
            .collect(),
    })
    .unwrap()
}

/// Takes the last invoice back, unless it was.
fn taken_back(ledger: &Ledger, entries: &[Entry], at: i64) -> Option<Entry> {
    let taken = entries.iter().rfind(|entry| entry.parts().key.starts_with("invoice:"))?;
    let key = taken.parts().key.replace("invoice:", "credit:");
    if ledger.has(&key) { None } else { Some(ledger.uninvoice(day(at), (&key, "CN-1"), taken).unwrap()) }
}

/// A random operation; none where it is refused, which must leave everything as it was.
fn operation(ledger: &Ledger, draws: &mut Draws, at: i64) -> Vec<Entry> {
    let now = day(at);
    let one = |entry: Result<Entry, LedgerError>| entry.into_iter().collect();
    match draws.below(22) {
        20 => {
            let owing = ledger.owing("2026-03".parse().unwrap()).unwrap();
            one(ledger.invoice(now, (&format!("invoice:{}", ledger.len()), "2026-0001"), &owing))
        }
        0 | 1 => {
            let terms = (Decimal::new(5, 0), &promotions());
            ledger.deposit(now, draws.amount(), ("", ""), terms).unwrap_or_default()
        }
        2 => vec![bonus(ledger, draws, at)],
        3 => ledger.sign_up(now, &promotions()).unwrap().into_iter().collect(),
        4 | 5 => {
            let on = i32::try_from(at).unwrap() - i32::try_from(draws.below(4)).unwrap();
            one(ledger.refund(now, &Refund::Charge(receipt(on, draws.model())), draws.amount(), "outage"))
        }
        6 => one(ledger.refund(now, &Refund::PaidCredit, draws.amount(), "closed")),
        7 => {
            let sign = if draws.below(2) == 0 { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
            let kind = LotKind::ALL[usize::try_from(draws.below(3)).unwrap()];
            one(ledger.adjust(now, kind, draws.amount().checked_mul(sign).unwrap(), "corrected"))
        }
        8 => ledger.expire(now).unwrap(),
        9 => match ledger.close(now, "2026-03".parse().unwrap(), Decimal::new(20, 0)).unwrap() {
            Closing::CarryForward(entry) => vec![*entry],
            Closing::Nothing | Closing::Invoice(_) => Vec::new(),
        },
        _ => {
            let on = at - i64::try_from(draws.below(4)).unwrap();
            let receipt = receipt(i32::try_from(on).unwrap(), draws.model());
            let quantities = domain::Quantities::NONE;
            let due = Due { receipt, quantities, charge: draws.amount(), valued_at: day(on) };
            ledger.charge(now, &due).unwrap().into_iter().collect()
        }
    }
}

/// The figures that a test of its own keeps, knowing nothing of how the ledger folds.
#[derive(Default)]
struct Book {
    sums: BTreeMap<Pot, Decimal>,
    lots: BTreeMap<LotNumber, Lot>,
}

impl Book {
    fn check(&mut self, entry: &Entry) {
        let parts = entry.parts();
        let of = |sign: Decimal| {
            let side = parts.postings.iter().map(|posting| posting.amount.amount());
            side.filter(|amount| amount.is_sign_positive() == sign.is_sign_positive())
                .map(|a| a * sign)
                .sum::<Decimal>()
        };
        assert_eq!(of(Decimal::ONE), of(Decimal::NEGATIVE_ONE), "debits are credits: {entry:?}");
        self.lots.extend(parts.lot.clone().map(|lot| (lot.number(), lot)));
        for posting in &parts.postings {
            let sum = self.sums.entry(posting.pot).or_default();
            *sum += posting.amount.amount();
            let Pot::Lot(number) = posting.pot else { continue };
            let lot = &self.lots[&number];
            assert!(*sum <= Decimal::ZERO && -*sum <= lot.amount().amount(), "lot {number} below zero or overfull");
            if parts.kind == EntryKind::Charge {
                let model = &parts.receipt.as_ref().unwrap().model;
                assert!(lot.covers(model), "a lot for others paid for {model}");
                assert!(!lot.is_expired(parts.valued_at), "a lot paid after its end");
            }
        }
    }
}

#[test]
fn debits_are_credits_and_every_lot_holds_in_a_million_random_operations() {
    let wanted = std::env::var("PURSER_LEDGER_OPERATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(USUAL);
    let (mut done, mut seed) = (0, 0);
    while done < wanted {
        let (mut draws, mut ledger, mut book) = (Draws(seed), Ledger::open(Currency::USD), Book::default());
        let mut entries = Vec::new();
        for step in 0..PER_LEDGER.min(wanted - done) {
            let at = 4 + i64::try_from(step / 12).unwrap();
            let back = (draws.below(20) == 0).then(|| taken_back(&ledger, &entries, at)).flatten();
            for entry in back.map_or_else(|| operation(&ledger, &mut draws, at), |back| vec![back]) {
                ledger.post(&entry).unwrap();
                book.check(&entry);
                entries.push(entry);
            }
            assert!(ledger.trial_balance().unwrap().amount().is_zero(), "seed {seed}, step {step}");
        }
        let told = book.sums.iter().map(|(pot, sum)| (*pot, ledger.balance(*pot).amount() == *sum));
        assert!(told.into_iter().all(|(_, same)| same), "the ledger's figures are those of its postings");
        assert_eq!(
            Ledger::replay(Currency::USD, &entries).unwrap(),
            ledger,
            "replay is the running state, seed {seed}"
        );
        (done, seed) = (done + PER_LEDGER, seed + 1);
    }
}
