//! Which credit pays for what (S0-17), and where it goes when a charge is given back.

use std::collections::BTreeMap;

use domain::{ExactAmount, ModelName, Timestamp};

use super::LedgerError;
use super::entry::{Posting, Pot};
use super::fold::{HeldLot, Ledger, Posted};
use super::lot::{Lot, LotKind};
use super::money::{is_positive, is_zero, least, negated};

impl Ledger {
    /// Where an amount for a model is taken from: credit for named models that ends soonest, then credit for all by its
    /// end, then paid credit, oldest first; what is not covered is owed. Credit has to be good at `valued_at`.
    pub(super) fn draw(
        &self,
        model: &ModelName,
        valued_at: Timestamp,
        amount: ExactAmount,
    ) -> Result<Vec<Posting>, LedgerError> {
        let good = |held: &HeldLot| held.lot.covers(model) && !held.lot.is_expired(valued_at);
        let (mut drawn, left) = self.take(good, amount)?;
        if !is_zero(left) {
            drawn.push(Posting { pot: Pot::Owed, amount: left });
        }
        Ok(drawn)
    }

    /// Takes an amount from the lots that may be used, in their turn; what they do not hold is left.
    pub(super) fn take(
        &self,
        may: impl Fn(&HeldLot) -> bool,
        amount: ExactAmount,
    ) -> Result<(Vec<Posting>, ExactAmount), LedgerError> {
        let mut lots: Vec<HeldLot> = self.lots().filter(|held| is_positive(held.left) && may(held)).collect();
        lots.sort_by_key(|held| held.lot.turn());
        let (mut drawn, mut left) = (Vec::new(), amount);
        for held in lots {
            if is_zero(left) {
                break;
            }
            let part = least(held.left, left);
            left = left.checked_sub(part)?;
            drawn.push(Posting { pot: Pot::Lot(held.lot.number()), amount: part });
        }
        Ok((drawn, left))
    }

    /// Gives part of a charge back to where it was taken from, in reverse. What had been owed and was paid since comes
    /// back as paid credit.
    pub(super) fn give_back(
        &self,
        posted: &Posted,
        amount: ExactAmount,
        at: Timestamp,
    ) -> Result<(Vec<Posting>, Option<Lot>), LedgerError> {
        let (mut back, mut left) = (BTreeMap::new(), amount);
        for (pot, taken) in posted.drawn.iter().rev() {
            let part = least(*taken, left);
            if is_zero(part) {
                break;
            }
            left = left.checked_sub(part)?;
            let given = back.entry(*pot).or_insert(ExactAmount::zero(self.currency()));
            *given = given.checked_add(part)?;
        }
        let owed = back.remove(&Pot::Owed);
        let mut postings: Vec<Posting> =
            back.into_iter().map(|(pot, amount)| Posting { pot, amount: negated(amount) }).collect();
        let Some(owed) = owed else { return Ok((postings, None)) };
        let (settled, rest) = self.settle(owed, [Pot::Owed, Pot::Carried])?;
        postings.extend(settled);
        let lot = self.lot_of(LotKind::Paid, rest, at)?;
        postings.extend(lot.as_ref().map(opening));
        Ok((postings, lot))
    }

    /// Pays off what is owed, in this order; what is too much is left.
    pub(super) fn settle(
        &self,
        amount: ExactAmount,
        pots: [Pot; 2],
    ) -> Result<(Vec<Posting>, ExactAmount), LedgerError> {
        let (mut postings, mut left) = (Vec::new(), amount);
        for pot in pots {
            let part = least(self.balance(pot), left);
            if is_positive(part) {
                left = left.checked_sub(part)?;
                postings.push(Posting { pot, amount: negated(part) });
            }
        }
        Ok((postings, left))
    }

    /// A new lot for every model and without an end; none for nothing.
    pub(super) fn lot_of(&self, kind: LotKind, amount: ExactAmount, at: Timestamp) -> Result<Option<Lot>, LedgerError> {
        if is_zero(amount) {
            return Ok(None);
        }
        Lot::new(self.next_lot(), kind, amount, (at, None), domain::ModelScope::All).map(Some)
    }
}

/// The side that opens a lot.
pub(super) fn opening(lot: &Lot) -> Posting {
    Posting { pot: Pot::Lot(lot.number()), amount: negated(lot.amount()) }
}
