//! Entries: what happened, as postings that balance.

use std::fmt;

use domain::{Date, ExactAmount, GatewayId, ModelName, PriceVersionId, Quantities, Timestamp};

use super::LedgerError;
use super::lot::{Lot, LotNumber};
use super::money::{is_positive, is_zero, negated, sum};

/// What an entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// The client paid in.
    Deposit,
    /// Credit was given (S0-16, S1-01).
    Promotion,
    /// Usage was charged.
    Charge,
    /// A charge was given back, or paid credit paid out, by a person with a reason (S3-05).
    Refund,
    /// A person corrected a balance, with a reason.
    Adjustment,
    /// What is owed is too little to invoice and is carried into the next month (S2-08).
    CarryForward,
    /// Credit ended (S0-18).
    Expiry,
    /// A charge was taken back because its usage was restated.
    Reversal,
    /// What is owed went on an invoice, or came back with its credit note.
    Invoice,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Deposit,
        Self::Promotion,
        Self::Charge,
        Self::Refund,
        Self::Adjustment,
        Self::CarryForward,
        Self::Expiry,
        Self::Reversal,
        Self::Invoice,
    ];

    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Promotion => "promotion",
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Adjustment => "adjustment",
            Self::CarryForward => "carry_forward",
            Self::Expiry => "expiry",
            Self::Reversal => "reversal",
            Self::Invoice => "invoice",
        }
    }

    /// The kind with this [`EntryKind::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// With its article, for sentences.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Deposit => "a deposit",
            Self::Promotion => "a promotion",
            Self::Charge => "a charge",
            Self::Refund => "a refund",
            Self::Adjustment => "an adjustment",
            Self::CarryForward => "a carry-forward",
            Self::Expiry => "an expiry",
            Self::Reversal => "a reversal",
            Self::Invoice => "an invoice",
        }
    }

    const fn needs_reason(self) -> bool {
        matches!(self, Self::Refund | Self::Adjustment)
    }

    const fn has_receipt(self) -> bool {
        matches!(self, Self::Charge | Self::Reversal)
    }
}

/// An entry's place in its client's ledger, from 1 without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryNumber(pub u32);

impl fmt::Display for EntryNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where an amount lies: one of the places a posting can be to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pot {
    /// Money received from the client.
    Cash,
    /// Credit that the client holds.
    Lot(LotNumber),
    /// Charges that no credit covered.
    Owed,
    /// The same from earlier months, too little to invoice (S2-08).
    Carried,
    /// What is charged on invoices instead, before they round it.
    Invoiced,
    /// What was earned.
    Revenue,
    /// What was given away.
    Promotion,
    /// What a person corrected.
    Adjustment,
}

impl Pot {
    /// The stable name used in storage: `lot:3`, `owed`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Cash => "cash".to_owned(),
            Self::Lot(number) => format!("lot:{number}"),
            Self::Owed => "owed".to_owned(),
            Self::Carried => "carried".to_owned(),
            Self::Invoiced => "invoiced".to_owned(),
            Self::Revenue => "revenue".to_owned(),
            Self::Promotion => "promotion".to_owned(),
            Self::Adjustment => "adjustment".to_owned(),
        }
    }

    /// The pot with this [`Pot::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        if let Some(number) = code.strip_prefix("lot:") {
            return number.parse().ok().map(|number| Self::Lot(LotNumber(number)));
        }
        let debts = [Self::Owed, Self::Carried, Self::Invoiced];
        let plain = [Self::Cash, Self::Revenue, Self::Promotion, Self::Adjustment];
        debts.into_iter().chain(plain).find(|pot| pot.code() == code)
    }
}

impl fmt::Display for Pot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code())
    }
}

/// One side of an entry: a debit is above zero, a credit below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Where.
    pub pot: Pot,
    /// How much.
    pub amount: ExactAmount,
}

/// What a charge is for: usage of one model on one local day, by one rule (S4-09).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Receipt {
    /// The day in the client's zone.
    pub day: Date,
    /// The gateway that served it.
    pub gateway: GatewayId,
    /// The model as the client called it.
    pub model: ModelName,
    /// The price version.
    pub version: PriceVersionId,
    /// The rule of that version, by its selector; versions never change, so this names it for good.
    pub rule: String,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {} {}", self.day, self.gateway, self.version, self.rule, self.model)
    }
}

/// An entry's content, before it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryParts {
    /// When it was posted.
    pub at: Timestamp,
    /// The instant it counts from: the beginning of the day that is charged, the end of credit; else when it was posted.
    pub valued_at: Timestamp,
    /// What it records.
    pub kind: EntryKind,
    /// What must not happen twice, in the ledger of one client.
    pub key: String,
    /// Why, where a person said so.
    pub reason: String,
    /// What was charged or given back.
    pub receipt: Option<Receipt>,
    /// What had been consumed, as far as was known; nothing without a receipt.
    pub quantities: Quantities,
    /// The lot it opens.
    pub lot: Option<Lot>,
    /// Its sides.
    pub postings: Vec<Posting>,
}

/// Whether an entry of this kind can have this side.
fn may_post(parts: &EntryParts, posting: &Posting) -> bool {
    let debit = is_positive(posting.amount);
    let (lot, open) = (matches!(posting.pot, Pot::Lot(_)), matches!(posting.pot, Pot::Owed | Pot::Carried));
    match (parts.kind, posting.pot) {
        (EntryKind::Deposit, Pot::Cash) | (EntryKind::Promotion, Pot::Promotion) => debit,
        (EntryKind::Deposit, _) => (lot || open) && !debit,
        (EntryKind::Promotion, _) => lot && !debit,
        (EntryKind::Charge, Pot::Revenue) => !debit,
        (EntryKind::Charge, pot) => (lot || pot == Pot::Owed) && debit,
        (EntryKind::Reversal | EntryKind::Refund, Pot::Revenue) => debit && parts.receipt.is_some(),
        (EntryKind::Refund, Pot::Cash) => !debit && parts.receipt.is_none(),
        (EntryKind::Refund, _) if parts.receipt.is_none() => lot && debit,
        (EntryKind::Reversal | EntryKind::Refund, _) => (lot || open) && !debit,
        (EntryKind::Adjustment, pot) => lot || open || pot == Pot::Adjustment,
        (EntryKind::CarryForward, pot) => (pot == Pot::Owed && !debit) || (pot == Pot::Carried && debit),
        (EntryKind::Expiry, pot) => (lot && debit) || (pot == Pot::Promotion && !debit),
        (EntryKind::Invoice, pot) => open || pot == Pot::Invoiced,
    }
}

/// An entry whose debits are its credits. It has no setter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry(EntryParts);

impl Entry {
    /// Checks what can be checked without the ledger.
    ///
    /// # Errors
    /// Debits that are not credits, more than one currency, fewer than two sides, an amount of nothing, a missing reason
    /// or receipt, a lot that its postings do not open.
    pub fn new(parts: EntryParts) -> Result<Self, LedgerError> {
        let Some(first) = parts.postings.first() else { return Err(LedgerError::Shape) };
        let currency = first.amount.currency();
        if let Some(other) = parts.postings.iter().find(|posting| posting.amount.currency() != currency) {
            return Err(LedgerError::Currency { ledger: currency, other: other.amount.currency() });
        }
        let repeated = |at: usize, pot: Pot| parts.postings.iter().take(at).any(|earlier| earlier.pot == pot);
        let idle = |(at, posting): (usize, &Posting)| is_zero(posting.amount) || repeated(at, posting.pot);
        if parts.postings.len() < 2 || parts.postings.iter().enumerate().any(idle) {
            return Err(LedgerError::Shape);
        }
        let difference = sum(currency, parts.postings.iter().map(|posting| posting.amount))?;
        if !is_zero(difference) {
            return Err(LedgerError::Unbalanced(difference));
        }
        if parts.kind.needs_reason() && parts.reason.trim().is_empty() {
            return Err(LedgerError::NoReason(parts.kind));
        }
        let opened = parts.lot.as_ref().is_none_or(|lot| {
            let opening = Posting { pot: Pot::Lot(lot.number()), amount: negated(lot.amount()) };
            parts.postings.contains(&opening)
        });
        let fits = parts.postings.iter().all(|posting| may_post(&parts, posting));
        if !opened || !fits || (parts.kind.has_receipt() && parts.receipt.is_none()) {
            return Err(LedgerError::Kind(parts.kind));
        }
        Ok(Self(parts))
    }

    /// What it says.
    #[must_use]
    pub fn parts(&self) -> &EntryParts {
        &self.0
    }

    /// What it posts to a pot; zero where it does not.
    #[must_use]
    pub fn on(&self, pot: Pot) -> ExactAmount {
        let posting = self.0.postings.iter().find(|posting| posting.pot == pot);
        posting.map_or_else(|| ExactAmount::zero(self.currency()), |posting| posting.amount)
    }

    /// The currency of every posting.
    #[must_use]
    pub fn currency(&self) -> domain::Currency {
        // `new` refuses an entry without postings.
        self.0.postings.first().map_or(domain::Currency::USD, |posting| posting.amount.currency())
    }

    /// The sum of its debits: how much it moved.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn moved(&self) -> Result<ExactAmount, domain::MoneyError> {
        sum(self.currency(), self.0.postings.iter().map(|posting| posting.amount).filter(|amount| is_positive(*amount)))
    }
}
