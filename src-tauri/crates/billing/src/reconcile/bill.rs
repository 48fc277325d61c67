//! An upstream bill against the rows, request by request where both name requests.

use domain::Nanos;

use super::{Cause, Finding, Measure, Place};

/// The row of a request that a bill names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownRow {
    /// What it cost.
    pub cost: Nanos,
    /// Whether it failed.
    pub failed: bool,
    /// Whether a client owns its account.
    pub owned: bool,
}

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// What it is about.
    pub place: Place,
    /// The request, as the bill calls it.
    pub request: Option<String>,
    /// What it costs.
    pub cost: Nanos,
    /// Whether the bill says that it ended early.
    pub aborted: bool,
    /// Whether an earlier line bills the same request.
    pub repeated: bool,
    /// Whether it names a key that the gateway has deleted.
    pub key_gone: bool,
    /// Whether a client owns the account it names; `None` where it names none we know.
    pub owned: Option<bool>,
    /// The row of the same request.
    pub row: Option<KnownRow>,
    /// Whether the rows of its day may be day totals, in which no request can be found.
    pub by_day: bool,
}

impl BillLine {
    /// Why the line is not what its row says; `None` where it is. `Err` is a line that can only be compared with the
    /// totals of its day.
    ///
    /// # Errors
    /// The line itself, for its [`DayPool`].
    pub fn finding(self) -> Result<Option<Finding>, Box<Self>> {
        let delta = Nanos(self.cost.0.saturating_sub(self.row.map_or(0, |row| row.cost.0)));
        let aborted = self.aborted || self.row.is_some_and(|row| row.failed && delta != Nanos::ZERO);
        let found = match self.row {
            _ if self.repeated => Some((Cause::Duplicate, self.cost)),
            Some(row) if !row.owned => Some((Cause::Unattributed, self.cost)),
            None if self.key_gone || self.owned == Some(false) => Some((Cause::Unattributed, self.cost)),
            None if self.by_day => return Err(Box::new(self)),
            _ if aborted => Some((Cause::Aborted, delta)),
            Some(_) if delta == Nanos::ZERO => None,
            Some(_) if delta.0.unsigned_abs() <= 1 => Some((Cause::Rounding, delta)),
            Some(_) => Some((Cause::Unexplained, delta)),
            None => Some((Cause::Missing, self.cost)),
        };
        Ok(found.map(|(cause, amount)| {
            let count = u64::from(cause != Cause::Rounding);
            Finding { cause, place: self.place, count, amount, example: self.request }
        }))
    }
}

/// A row of a client that the bill does not name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpareRow {
    /// What it is about.
    pub place: Place,
    /// What it cost.
    pub cost: Nanos,
    /// Whether a row that the bill does name says the same in everything but its identifier.
    pub twin: bool,
}

impl SpareRow {
    /// One request kept as two rows, or a row nobody bills. A row that cost nothing is no difference.
    #[must_use]
    pub fn finding(self) -> Option<Finding> {
        let cause = if self.twin { Cause::Duplicate } else { Cause::Unexplained };
        let amount = Nanos(-self.cost.0);
        (amount != Nanos::ZERO).then_some(Finding { cause, place: self.place, count: 1, amount, example: None })
    }
}

/// A UTC day whose rows are day totals, or a key's or an account's part of it: what is billed against what is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayPool {
    /// Which day.
    pub place: Place,
    /// Lines of the bill that are about no single request we know.
    pub billed: Measure,
    /// Day totals of clients.
    pub counted: Measure,
}

impl DayPool {
    /// Why they differ, as one finding.
    #[must_use]
    pub fn finding(&self) -> Option<Finding> {
        let (billed, counted) = (&self.billed, &self.counted);
        let amount = Nanos(billed.cost.0.saturating_sub(counted.cost.0));
        let without_tokens = |measure: &Measure| Measure { tokens: 0, ..*measure };
        let (cause, count) = if billed.agrees(counted) {
            (Cause::Rounding, 0)
        } else if without_tokens(counted).is_multiple_of(&without_tokens(billed)) {
            (Cause::CounterError, 1)
        } else if amount > Nanos::ZERO {
            (Cause::Missing, billed.requests.saturating_sub(counted.requests))
        } else {
            (Cause::Unexplained, counted.requests.saturating_sub(billed.requests))
        };
        let place = self.place.clone();
        (amount != Nanos::ZERO).then_some(Finding { cause, place, count, amount, example: None })
    }
}
