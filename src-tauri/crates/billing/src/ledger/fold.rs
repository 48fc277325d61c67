//! The state of a ledger: a fold of its entries, each checked against what came before.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Currency, ExactAmount, MoneyError, Timestamp};

use super::LedgerError;
use super::entry::{Entry, EntryKind, EntryNumber, Posting, Pot, Receipt};
use super::lot::{Lot, LotKind, LotNumber};
use super::money::{is_negative, is_positive, is_zero, least, negated, sum};

/// What a client has and owes. The kinds are apart and stay apart: nothing here adds them up, because one total would
/// promise that all of it can be spent on everything (S4-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balances {
    /// Credit that the client paid in; good for every model, for ever.
    pub paid: ExactAmount,
    /// Credit given on top of deposits.
    pub bonus: ExactAmount,
    /// Credit given without one.
    pub free: ExactAmount,
    /// Charges that no credit covered.
    pub owed: ExactAmount,
    /// The same from earlier months, carried forward.
    pub carried: ExactAmount,
}

/// A lot and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldLot<'l> {
    /// The lot.
    pub lot: &'l Lot,
    /// What is left.
    pub left: ExactAmount,
}

/// What was posted for a receipt so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// What rating came to when it was last charged: charges less reversals. Refunds are not in it, so that one is not
    /// charged again.
    pub rated: ExactAmount,
    /// Where it was taken from and not given back, first taken first.
    pub drawn: Vec<(Pot, ExactAmount)>,
    /// Its entries, first posted first.
    pub entries: Vec<EntryNumber>,
}

/// A client's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    currency: Currency,
    entries: u32,
    pots: BTreeMap<Pot, ExactAmount>,
    lots: BTreeMap<LotNumber, Lot>,
    receipts: BTreeMap<Receipt, Posted>,
    keys: BTreeSet<String>,
}

impl Ledger {
    /// A ledger without entries.
    #[must_use]
    pub fn open(currency: Currency) -> Self {
        Self {
            currency,
            entries: 0,
            pots: BTreeMap::new(),
            lots: BTreeMap::new(),
            receipts: BTreeMap::new(),
            keys: BTreeSet::new(),
        }
    }

    /// The state after some entries, in their order.
    ///
    /// # Errors
    /// An entry that breaks a rule: the entries are not what this ledger posted.
    pub fn replay<'e>(currency: Currency, entries: impl IntoIterator<Item = &'e Entry>) -> Result<Self, LedgerError> {
        let mut ledger = Self::open(currency);
        for entry in entries {
            ledger.post(entry)?;
        }
        Ok(ledger)
    }

    /// Folds an entry in.
    ///
    /// # Errors
    /// It breaks a rule; the ledger is as it was.
    pub fn post(&mut self, entry: &Entry) -> Result<EntryNumber, LedgerError> {
        let parts = entry.parts();
        if entry.currency() != self.currency {
            return Err(LedgerError::Currency { ledger: self.currency, other: entry.currency() });
        }
        if self.keys.contains(&parts.key) {
            return Err(LedgerError::Again(parts.key.clone()));
        }
        if let Some(lot) = parts.lot.as_ref().filter(|lot| lot.number() != self.next_lot()) {
            return Err(LedgerError::Order(lot.number()));
        }
        let mut balances = Vec::with_capacity(parts.postings.len());
        for posting in &parts.postings {
            balances.push((posting.pot, self.after(entry, posting)?));
        }
        let number = self.next_entry();
        if let Some(receipt) = &parts.receipt {
            let posted = self.receipt_after(entry, receipt, number)?;
            self.receipts.insert(receipt.clone(), posted);
        }
        self.lots.extend(parts.lot.clone().map(|lot| (lot.number(), lot)));
        self.pots.extend(balances);
        self.keys.insert(parts.key.clone());
        self.entries = number.0;
        Ok(number)
    }

    /// The balance of a pot after a posting, which must be one it can have.
    fn after(&self, entry: &Entry, posting: &Posting) -> Result<ExactAmount, LedgerError> {
        let balance = self.balance(posting.pot).checked_add(posting.amount)?;
        match posting.pot {
            Pot::Lot(number) => {
                let opened = entry.parts().lot.as_ref().filter(|lot| lot.number() == number);
                let lot = opened.or_else(|| self.lots.get(&number)).ok_or(LedgerError::NoLot(number))?;
                if is_positive(balance) || balance.amount() < -lot.amount().amount() {
                    return Err(LedgerError::Overdrawn(posting.pot));
                }
                match entry.parts().kind {
                    EntryKind::Charge => may_pay(lot, entry)?,
                    EntryKind::Expiry if !lot.is_expired(entry.parts().at) => {
                        return Err(LedgerError::Lot("credit cannot expire before its end"));
                    }
                    _ => {}
                }
            }
            Pot::Owed | Pot::Carried | Pot::Invoiced if is_negative(balance) => {
                return Err(LedgerError::Overdrawn(posting.pot));
            }
            _ => {}
        }
        Ok(balance)
    }

    fn receipt_after(&self, entry: &Entry, receipt: &Receipt, number: EntryNumber) -> Result<Posted, LedgerError> {
        let none = || Posted { rated: ExactAmount::zero(self.currency), drawn: Vec::new(), entries: Vec::new() };
        let mut posted = self.receipts.get(receipt).cloned().unwrap_or_else(none);
        posted.entries.push(number);
        let earned = negated(entry.on(Pot::Revenue));
        if entry.parts().kind == EntryKind::Charge {
            let sides = entry.parts().postings.iter().filter(|posting| posting.pot != Pot::Revenue);
            posted.drawn.extend(sides.map(|posting| (posting.pot, posting.amount)));
        } else {
            give_up(&mut posted.drawn, negated(earned))?;
        }
        if entry.parts().kind != EntryKind::Refund {
            posted.rated = posted.rated.checked_add(earned)?;
        }
        Ok(posted)
    }
}

/// Whether a lot may pay for what is charged (S0-17, S0-18).
fn may_pay(lot: &Lot, entry: &Entry) -> Result<(), LedgerError> {
    let parts = entry.parts();
    let covered = parts.receipt.as_ref().is_some_and(|receipt| lot.covers(&receipt.model));
    if !covered {
        return Err(LedgerError::OutOfScope(lot.number()));
    }
    if lot.is_expired(parts.valued_at) {
        return Err(LedgerError::Expired(lot.number()));
    }
    Ok(())
}

/// Takes an amount off the end of what was drawn: what was taken last is given back first.
fn give_up(drawn: &mut Vec<(Pot, ExactAmount)>, amount: ExactAmount) -> Result<(), LedgerError> {
    let mut left = amount;
    while is_positive(left) {
        let Some((pot, taken)) = drawn.pop() else { return Err(LedgerError::NoCharge) };
        let back = least(taken, left);
        left = left.checked_sub(back)?;
        let kept = taken.checked_sub(back)?;
        if !is_zero(kept) {
            drawn.push((pot, kept));
        }
    }
    Ok(())
}

impl Ledger {
    /// The currency of everything in it.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.entries
    }

    /// Whether nothing was ever posted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// What was posted under a key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// The balance of a pot, debits above zero. Credit that a client holds is a credit, so below zero.
    #[must_use]
    pub fn balance(&self, pot: Pot) -> ExactAmount {
        self.pots.get(&pot).copied().unwrap_or_else(|| ExactAmount::zero(self.currency))
    }

    /// Every debit less every credit; zero, always.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn trial_balance(&self) -> Result<ExactAmount, MoneyError> {
        sum(self.currency, self.pots.values().copied())
    }

    /// Every lot, oldest first, used up and expired ones included.
    pub fn lots(&self) -> impl Iterator<Item = HeldLot<'_>> {
        self.lots.values().map(|lot| HeldLot { lot, left: negated(self.balance(Pot::Lot(lot.number()))) })
    }

    /// What was posted for each receipt.
    pub fn receipts(&self) -> impl Iterator<Item = (&Receipt, &Posted)> {
        self.receipts.iter()
    }

    /// What was posted for a receipt.
    #[must_use]
    pub fn posted(&self, receipt: &Receipt) -> Option<&Posted> {
        self.receipts.get(receipt)
    }

    /// What a client has and owes at an instant: what has ended is not in it, also before its expiry is posted.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn balances(&self, at: Timestamp) -> Result<Balances, MoneyError> {
        let of = |kind| {
            let good = self.lots().filter(move |held| held.lot.kind() == kind && !held.lot.is_expired(at));
            sum(self.currency, good.map(|held| held.left))
        };
        Ok(Balances {
            paid: of(LotKind::Paid)?,
            bonus: of(LotKind::Bonus)?,
            free: of(LotKind::Free)?,
            owed: self.balance(Pot::Owed),
            carried: self.balance(Pot::Carried),
        })
    }

    /// Whether anything was ever paid in.
    pub(super) fn had_deposit(&self) -> bool {
        self.pots.contains_key(&Pot::Cash)
    }

    pub(super) fn next_lot(&self) -> LotNumber {
        LotNumber(self.lots.last_key_value().map_or(1, |(last, _)| last.0 + 1))
    }

    pub(super) fn next_entry(&self) -> EntryNumber {
        EntryNumber(self.entries + 1)
    }
}
