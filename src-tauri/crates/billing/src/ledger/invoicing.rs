//! What is owed, on an invoice: it leaves the ledger when the invoice is final, and comes back with its credit note.

use domain::{ExactAmount, MoneyError, Month, Timestamp};

use super::LedgerError;
use super::entry::{Entry, EntryKind, EntryParts, Posting, Pot};
use super::fold::Ledger;
use super::money::{is_zero, least, negated, sum};
use super::propose::parts;

/// What a client owes for days until a month's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owing {
    /// Charges that no credit covered.
    pub owed: ExactAmount,
    /// The same that was carried from earlier months.
    pub carried: ExactAmount,
}

impl Owing {
    /// Both, before rounding.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn total(&self) -> Result<ExactAmount, MoneyError> {
        self.owed.checked_add(self.carried)
    }
}

impl Ledger {
    /// What is owed for days until a month's end. Deposits pay older debts first, so what later days owe is the last part.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn owing(&self, month: Month) -> Result<Owing, MoneyError> {
        let later = self.receipts().filter(|(receipt, _)| receipt.day > month.last());
        let drawn = later.flat_map(|(_, posted)| &posted.drawn).filter(|(pot, _)| *pot == Pot::Owed);
        let later = sum(self.currency(), drawn.map(|(_, amount)| *amount))?;
        let owed = self.balance(Pot::Owed);
        Ok(Owing { owed: owed.checked_sub(least(owed, later))?, carried: self.balance(Pot::Carried) })
    }

    /// Takes what an invoice charges off what is owed. `key` names the invoice, `label` is its number for people.
    ///
    /// # Errors
    /// Nothing is owed. Whether as much is owed still is said when it is posted.
    pub fn invoice(&self, at: Timestamp, (key, label): (&str, &str), owing: &Owing) -> Result<Entry, LedgerError> {
        let debts = [(Pot::Carried, negated(owing.carried)), (Pot::Owed, negated(owing.owed))];
        let sides = debts.into_iter().chain([(Pot::Invoiced, owing.total()?)]);
        let postings = sides.filter(|(_, amount)| !is_zero(*amount)).map(|(pot, amount)| Posting { pot, amount });
        let entry = EntryParts { reason: label.to_owned(), ..parts(EntryKind::Invoice, at, key.to_owned()) };
        Entry::new(EntryParts { postings: postings.collect(), ..entry })
    }

    /// Puts back what an invoice took over, when a credit note takes the invoice back. `key` and `label` are the note's.
    ///
    /// # Errors
    /// An entry of another kind.
    pub fn uninvoice(&self, at: Timestamp, (key, label): (&str, &str), taken: &Entry) -> Result<Entry, LedgerError> {
        let back = |posting: &Posting| Posting { amount: negated(posting.amount), ..*posting };
        let postings = taken.parts().postings.iter().map(back).collect();
        let entry = EntryParts { reason: label.to_owned(), ..parts(EntryKind::Invoice, at, key.to_owned()) };
        Entry::new(EntryParts { postings, ..entry })
    }
}
