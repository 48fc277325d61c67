//! What can happen to a ledger. Each method answers the entry that would record it; nothing is posted here.

use domain::{ExactAmount, ModelScope, Month, Quantities, Timestamp};
use rust_decimal::Decimal;

use super::LedgerError;
use super::entry::{Entry, EntryKind, EntryParts, Posting, Pot, Receipt};
use super::fold::{HeldLot, Ledger, Posted};
use super::lot::{Lot, LotKind, LotNumber};
use super::money::{is_negative, is_positive, is_zero, least, negated, sum};
use super::promotion::Promotions;
use super::spending::opening;

const SIGN_UP: &str = "promotion:sign_up";
const FIRST_DEPOSIT: &str = "promotion:first_deposit";

/// What rating says a receipt comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What it is for.
    pub receipt: Receipt,
    /// What was consumed.
    pub quantities: Quantities,
    /// What it comes to; not what is new of it.
    pub charge: ExactAmount,
    /// When the day began: credit that was good then may pay for it.
    pub valued_at: Timestamp,
}

/// What is refunded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refund {
    /// A charge, back to where it was taken from.
    Charge(Receipt),
    /// Paid credit, out to the client.
    PaidCredit,
}

/// What the end of a month does with what is owed (S2-08).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// Nothing is owed, or it was carried before.
    Nothing,
    /// It is enough for an invoice.
    Invoice(ExactAmount),
    /// It is too little and goes on into the next month.
    CarryForward(Box<Entry>),
}

/// A plain entry, valued when it is posted.
pub(super) fn parts(kind: EntryKind, at: Timestamp, key: String) -> EntryParts {
    let (reason, postings) = (String::new(), Vec::new());
    let (receipt, lot, quantities) = (None, None, Quantities::NONE);
    EntryParts { at, valued_at: at, kind, key, reason, receipt, quantities, lot, postings }
}

impl Ledger {
    /// A deposit, which first pays what is owed; and the promotion that goes with a first one (S0-16, S1-15). A
    /// `reference` of the payment keeps it from being noted twice.
    ///
    /// # Errors
    /// Below the minimum, another currency, the same reference again.
    pub fn deposit(
        &self,
        at: Timestamp,
        amount: ExactAmount,
        (reference, reason): (&str, &str),
        (minimum, promotions): (Decimal, &Promotions),
    ) -> Result<Vec<Entry>, LedgerError> {
        let minimum = self.amount(minimum);
        self.positive(amount)?;
        if amount.amount() < minimum.amount() {
            return Err(LedgerError::BelowMinimum(minimum));
        }
        let key = if reference.is_empty() { self.own_key() } else { format!("deposit:{reference}") };
        if self.has(&key) {
            return Err(LedgerError::Again(key));
        }
        let (postings, lot) = self.received(LotKind::Paid, amount, at)?;
        let postings = [vec![Posting { pot: Pot::Cash, amount }], postings].concat();
        let deposit =
            Entry::new(EntryParts { reason: reason.to_owned(), lot, postings, ..parts(EntryKind::Deposit, at, key) })?;
        let number = LotNumber(self.next_lot().0 + u32::from(deposit.parts().lot.is_some()));
        let bonus = if self.had_deposit() { None } else { self.first_deposit(at, (number, amount), promotions)? };
        Ok([Some(deposit), bonus].into_iter().flatten().collect())
    }

    fn first_deposit(
        &self,
        at: Timestamp,
        (number, deposited): (LotNumber, ExactAmount),
        promotions: &Promotions,
    ) -> Result<Option<Entry>, LedgerError> {
        let Some(rule) = &promotions.first_deposit else { return Ok(None) };
        let bonus = deposited.checked_mul(rule.per_cent)?.checked_mul(Decimal::new(1, 2))?;
        let ends = at.plus_days(i64::from(rule.days));
        let lot = Lot::new(number, LotKind::Bonus, bonus, (at, Some(ends)), rule.models.clone())?;
        self.given(at, FIRST_DEPOSIT, lot).map(Some)
    }

    /// The credit of a client that begins to pay in advance; none where there is no such promotion, or it was given
    /// before (S1-01).
    ///
    /// # Errors
    /// A promotion of nothing.
    pub fn sign_up(&self, at: Timestamp, promotions: &Promotions) -> Result<Option<Entry>, LedgerError> {
        let Some(amount) = promotions.sign_up.filter(|_| !self.has(SIGN_UP)) else { return Ok(None) };
        let lot = Lot::new(self.next_lot(), LotKind::Free, self.amount(amount), (at, None), ModelScope::All)?;
        self.given(at, SIGN_UP, lot).map(Some)
    }

    fn given(&self, at: Timestamp, key: &str, lot: Lot) -> Result<Entry, LedgerError> {
        let postings = vec![Posting { pot: Pot::Promotion, amount: lot.amount() }, opening(&lot)];
        Entry::new(EntryParts { lot: Some(lot), postings, ..parts(EntryKind::Promotion, at, key.to_owned()) })
    }

    /// Charges what is new of a receipt, or takes back what is too much of it; nothing where it is posted as it is. So
    /// charging twice charges once, and usage that came late or was restated makes an entry of its own. A receipt never
    /// charges less than nothing.
    ///
    /// # Errors
    /// Another currency; more digits than can be kept.
    pub fn charge(&self, at: Timestamp, due: &Due) -> Result<Option<Entry>, LedgerError> {
        let wanted = if is_negative(due.charge) { self.amount(Decimal::ZERO) } else { due.charge };
        self.same(wanted)?;
        let posted = self.posted(&due.receipt);
        let zero = self.amount(Decimal::ZERO);
        let change = wanted.checked_sub(posted.map_or(zero, |posted| posted.rated))?;
        let key = format!("charge:{}#{}", due.receipt, posted.map_or(0, |posted| posted.entries.len()));
        let shared = EntryParts {
            receipt: Some(due.receipt.clone()),
            quantities: due.quantities,
            ..parts(EntryKind::Charge, at, key)
        };
        if is_positive(change) {
            let mut postings = vec![Posting { pot: Pot::Revenue, amount: negated(change) }];
            postings.extend(self.draw(&due.receipt.model, due.valued_at, change)?);
            return Entry::new(EntryParts { valued_at: due.valued_at, postings, ..shared }).map(Some);
        }
        let Some(posted) = posted else { return Ok(None) };
        // What a person refunded is not there to be taken back again.
        let back = least(negated(change), self.drawn(posted)?);
        if is_zero(back) {
            return Ok(None);
        }
        let (postings, lot) = self.returned(posted, back, at)?;
        Entry::new(EntryParts { kind: EntryKind::Reversal, lot, postings, ..shared }).map(Some)
    }

    /// Gives a charge back to the credit it was taken from, or pays paid credit out (S3-05).
    ///
    /// # Errors
    /// No reason, more than there is, no such charge.
    pub fn refund(&self, at: Timestamp, of: &Refund, amount: ExactAmount, reason: &str) -> Result<Entry, LedgerError> {
        self.positive(amount)?;
        let mut refund = EntryParts { reason: reason.to_owned(), ..parts(EntryKind::Refund, at, self.own_key()) };
        match of {
            Refund::Charge(receipt) => {
                let posted = self.posted(receipt).ok_or(LedgerError::NoCharge)?;
                let left = self.drawn(posted)?;
                if amount.amount() > left.amount() {
                    return Err(LedgerError::TooMuch { what: "this charge", left });
                }
                (refund.postings, refund.lot) = self.returned(posted, amount, at)?;
                refund.receipt = Some(receipt.clone());
            }
            Refund::PaidCredit => {
                refund.postings = self.taken_by_hand(LotKind::Paid, amount, at)?;
                refund.postings.push(Posting { pot: Pot::Cash, amount: negated(amount) });
            }
        }
        Entry::new(refund)
    }

    /// A correction by hand: above zero in the client's favour, below zero against it. Paid credit first pays what is
    /// owed, as a deposit does.
    ///
    /// # Errors
    /// No reason, nothing, more taken than there is of this kind.
    pub fn adjust(
        &self,
        at: Timestamp,
        kind: LotKind,
        amount: ExactAmount,
        reason: &str,
    ) -> Result<Entry, LedgerError> {
        self.same(amount)?;
        let mut postings = vec![Posting { pot: Pot::Adjustment, amount }];
        let mut lot = None;
        if is_negative(amount) {
            postings.extend(self.taken_by_hand(kind, negated(amount), at)?);
        } else {
            self.positive(amount)?;
            let (received, opened) = self.received(kind, amount, at)?;
            postings.extend(received);
            lot = opened;
        }
        let reason = reason.to_owned();
        Entry::new(EntryParts { reason, lot, postings, ..parts(EntryKind::Adjustment, at, self.own_key()) })
    }

    /// An entry for each lot that has ended and was not used up (S0-18), in the order of the lots.
    ///
    /// # Errors
    /// None that a ledger of whole lots can give.
    pub fn expire(&self, at: Timestamp) -> Result<Vec<Entry>, LedgerError> {
        let due = self.lots().filter(|held| held.lot.is_expired(at) && is_positive(held.left));
        due.map(|held| self.expiry(at, &held)).collect()
    }

    fn expiry(&self, at: Timestamp, held: &HeldLot) -> Result<Entry, LedgerError> {
        // Credit can come back to a lot after its end, and then ends again.
        let key = format!("expiry:{}#{}", held.lot.number(), self.len());
        let lot = Posting { pot: Pot::Lot(held.lot.number()), amount: held.left };
        let postings = vec![lot, Posting { pot: Pot::Promotion, amount: negated(held.left) }];
        let valued_at = held.lot.expires_at().unwrap_or(at);
        Entry::new(EntryParts { valued_at, postings, ..parts(EntryKind::Expiry, at, key) })
    }

    /// What the end of a month does with what is owed for its days and earlier ones: an invoice from the threshold on, else
    /// it is carried (S2-08). It may be asked late, when days of the next month are charged already.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn close(&self, at: Timestamp, month: Month, threshold: Decimal) -> Result<Closing, LedgerError> {
        let (owing, key) = (self.owing(month)?, format!("carry:{month}"));
        let (owed, total) = (owing.owed, owing.total()?);
        if is_zero(total) {
            return Ok(Closing::Nothing);
        }
        if total.amount() >= threshold {
            return Ok(Closing::Invoice(total));
        }
        if is_zero(owed) || self.has(&key) {
            return Ok(Closing::Nothing);
        }
        let postings =
            vec![Posting { pot: Pot::Carried, amount: owed }, Posting { pot: Pot::Owed, amount: negated(owed) }];
        let entry = Entry::new(EntryParts { postings, ..parts(EntryKind::CarryForward, at, key) })?;
        Ok(Closing::CarryForward(Box::new(entry)))
    }
}

impl Ledger {
    /// What came in: it pays what is owed where it is paid credit, oldest debt first, and the rest is a lot.
    fn received(
        &self,
        kind: LotKind,
        amount: ExactAmount,
        at: Timestamp,
    ) -> Result<(Vec<Posting>, Option<Lot>), LedgerError> {
        let (mut postings, rest) = match kind {
            LotKind::Paid => self.settle(amount, [Pot::Carried, Pot::Owed])?,
            LotKind::Bonus | LotKind::Free => (Vec::new(), amount),
        };
        let lot = self.lot_of(kind, rest, at)?;
        postings.extend(lot.as_ref().map(opening));
        Ok((postings, lot))
    }

    /// The sides of a charge given back.
    fn returned(
        &self,
        posted: &Posted,
        amount: ExactAmount,
        at: Timestamp,
    ) -> Result<(Vec<Posting>, Option<Lot>), LedgerError> {
        let (back, lot) = self.give_back(posted, amount, at)?;
        Ok(([vec![Posting { pot: Pot::Revenue, amount }], back].concat(), lot))
    }

    /// Takes credit of one kind, whatever it is for.
    fn taken_by_hand(&self, kind: LotKind, amount: ExactAmount, at: Timestamp) -> Result<Vec<Posting>, LedgerError> {
        let (taken, missing) = self.take(|held| held.lot.kind() == kind && !held.lot.is_expired(at), amount)?;
        if is_zero(missing) {
            return Ok(taken);
        }
        Err(LedgerError::too_much(kind, amount.checked_sub(missing)?))
    }

    fn drawn(&self, posted: &Posted) -> Result<ExactAmount, LedgerError> {
        Ok(sum(self.currency(), posted.drawn.iter().map(|(_, amount)| *amount))?)
    }

    fn amount(&self, amount: Decimal) -> ExactAmount {
        ExactAmount::new(amount, self.currency())
    }

    fn same(&self, amount: ExactAmount) -> Result<(), LedgerError> {
        if amount.currency() == self.currency() {
            return Ok(());
        }
        Err(LedgerError::Currency { ledger: self.currency(), other: amount.currency() })
    }

    fn positive(&self, amount: ExactAmount) -> Result<(), LedgerError> {
        self.same(amount)?;
        if is_positive(amount) { Ok(()) } else { Err(LedgerError::NotPositive) }
    }

    /// A key for what may well happen twice.
    fn own_key(&self) -> String {
        format!("entry:{}", self.next_entry())
    }
}
