//! How a client's credit and debt moved in a period, kind by kind.

use std::collections::BTreeMap;

use domain::{Currency, ExactAmount, MoneyError, Period};

use super::entry::{Entry, EntryKind, Posting, Pot};
use super::fold::Balances;
use super::lot::{LotKind, LotNumber};

/// What a client had and owed when a period began and when it ended, and what came between. An entry counts from the
/// instant it is valued at, so the charge of a day is in the period of that day, whenever it was posted. Opening and lines
/// add up to closing, in each kind by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movements {
    /// When the period began.
    pub opening: Balances,
    /// What each kind of entry changed, in the order of [`EntryKind`]; kinds that changed nothing are left out.
    pub lines: Vec<(EntryKind, Balances)>,
    /// When it ended.
    pub closing: Balances,
}

impl Movements {
    /// The movements of a period, from every entry of a ledger.
    ///
    /// # Errors
    /// A sum has more digits than can be kept, or two currencies met.
    pub fn between(currency: Currency, entries: &[Entry], period: &Period) -> Result<Self, MoneyError> {
        let mut lots = BTreeMap::new();
        let mut opening = Balances::none(currency);
        let mut kinds: BTreeMap<EntryKind, Balances> = BTreeMap::new();
        for entry in entries {
            let parts = entry.parts();
            lots.extend(parts.lot.as_ref().map(|lot| (lot.number(), lot.kind())));
            if parts.valued_at >= period.end() {
                continue;
            }
            let sums = if parts.valued_at < period.start() {
                &mut opening
            } else {
                kinds.entry(parts.kind).or_insert_with(|| Balances::none(currency))
            };
            for posting in &parts.postings {
                sums.add(posting, &lots)?;
            }
        }
        let lines: Vec<_> = kinds.into_iter().filter(|(_, sums)| !sums.is_zero()).collect();
        let closing = lines.iter().try_fold(opening, |sum, (_, line)| sum.plus(line))?;
        Ok(Self { opening, lines, closing })
    }
}

impl Balances {
    fn none(currency: Currency) -> Self {
        let zero = ExactAmount::zero(currency);
        Self { paid: zero, bonus: zero, free: zero, owed: zero, carried: zero }
    }

    fn is_zero(&self) -> bool {
        [self.paid, self.bonus, self.free, self.owed, self.carried].iter().all(|amount| amount.amount().is_zero())
    }

    fn plus(self, other: &Self) -> Result<Self, MoneyError> {
        Ok(Self {
            paid: self.paid.checked_add(other.paid)?,
            bonus: self.bonus.checked_add(other.bonus)?,
            free: self.free.checked_add(other.free)?,
            owed: self.owed.checked_add(other.owed)?,
            carried: self.carried.checked_add(other.carried)?,
        })
    }

    /// A credit to a lot is more to spend, a debit to what is owed is more to pay.
    fn add(&mut self, posting: &Posting, lots: &BTreeMap<LotNumber, LotKind>) -> Result<(), MoneyError> {
        let (slot, amount) = match posting.pot {
            Pot::Owed => (&mut self.owed, posting.amount),
            Pot::Carried => (&mut self.carried, posting.amount),
            Pot::Lot(number) => {
                let slot = match lots.get(&number) {
                    Some(LotKind::Bonus) => &mut self.bonus,
                    Some(LotKind::Free) => &mut self.free,
                    _ => &mut self.paid,
                };
                (slot, super::money::negated(posting.amount))
            }
            _ => return Ok(()),
        };
        *slot = slot.checked_add(amount)?;
        Ok(())
    }
}
