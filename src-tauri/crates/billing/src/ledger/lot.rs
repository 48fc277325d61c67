//! Lots: credit that came in one piece, and is spent, and may end, as one.

use std::fmt;

use domain::{ExactAmount, ModelName, ModelScope, Timestamp};

use super::LedgerError;
use super::money::is_positive;

/// Where credit comes from. Balances of different kinds are never added up (S4-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LotKind {
    /// The client paid it in.
    Paid,
    /// Given on top of a deposit (S0-16).
    Bonus,
    /// Given without one (S1-01).
    Free,
}

impl LotKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Paid, Self::Bonus, Self::Free];

    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Bonus => "bonus",
            Self::Free => "free",
        }
    }

    /// The kind with this [`LotKind::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A lot's place in its client's ledger, from 1 without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LotNumber(pub u32);

impl fmt::Display for LotNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Credit as it was given. What is left of it is the ledger's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    number: LotNumber,
    kind: LotKind,
    amount: ExactAmount,
    credited_at: Timestamp,
    expires_at: Option<Timestamp>,
    scope: ModelScope,
}

impl Lot {
    /// Paid credit: for every model, without an end (S0-20).
    ///
    /// # Errors
    /// [`LedgerError::NotPositive`].
    pub fn paid(number: LotNumber, amount: ExactAmount, credited_at: Timestamp) -> Result<Self, LedgerError> {
        Self::new(number, LotKind::Paid, amount, (credited_at, None), ModelScope::All)
    }

    /// A lot of any kind, credited at the first instant and ending at the second.
    ///
    /// # Errors
    /// Not above zero; paid credit with an end or a scope (S0-20); an end before the beginning; a scope of no model.
    pub fn new(
        number: LotNumber,
        kind: LotKind,
        amount: ExactAmount,
        (credited_at, expires_at): (Timestamp, Option<Timestamp>),
        scope: ModelScope,
    ) -> Result<Self, LedgerError> {
        if !is_positive(amount) {
            return Err(LedgerError::NotPositive);
        }
        if kind == LotKind::Paid && (expires_at.is_some() || scope != ModelScope::All) {
            return Err(LedgerError::Lot("paid credit never expires and is good for every model"));
        }
        if expires_at.is_some_and(|end| end <= credited_at) {
            return Err(LedgerError::Lot("credit has to end after it was given"));
        }
        if matches!(&scope, ModelScope::Only(models) if models.is_empty()) {
            return Err(LedgerError::Lot(
                "credit for no model can never be spent: name the models, or give it for all",
            ));
        }
        Ok(Self { number, kind, amount, credited_at, expires_at, scope })
    }

    /// Its place.
    #[must_use]
    pub fn number(&self) -> LotNumber {
        self.number
    }

    /// Where it comes from.
    #[must_use]
    pub fn kind(&self) -> LotKind {
        self.kind
    }

    /// What it was opened with.
    #[must_use]
    pub fn amount(&self) -> ExactAmount {
        self.amount
    }

    /// Since when.
    #[must_use]
    pub fn credited_at(&self) -> Timestamp {
        self.credited_at
    }

    /// Until when; `None` is without an end.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The models it may be spent on, by the names clients call them.
    #[must_use]
    pub fn scope(&self) -> &ModelScope {
        &self.scope
    }

    /// Whether a model may be paid from it.
    #[must_use]
    pub fn covers(&self, model: &ModelName) -> bool {
        match &self.scope {
            ModelScope::All => true,
            ModelScope::Only(models) => models.contains(model),
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_expired(&self, at: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= at)
    }

    /// Sorts what is spent first (S0-17): credit for named models, then credit for all, each by its end; paid credit last,
    /// oldest first.
    pub(super) fn turn(&self) -> (u8, bool, Option<Timestamp>, Timestamp, LotNumber) {
        let class = match (self.kind, &self.scope) {
            (LotKind::Paid, _) => 2,
            (_, ModelScope::Only(_)) => 0,
            (_, ModelScope::All) => 1,
        };
        (class, self.expires_at.is_none(), self.expires_at, self.credited_at, self.number)
    }
}
