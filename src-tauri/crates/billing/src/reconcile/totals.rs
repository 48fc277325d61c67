//! A gateway's own day totals against its single requests.

use domain::Nanos;

use super::{Cause, Finding, Place};

/// How much there is of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// Requests, the failed ones included.
    pub requests: u64,
    /// Tokens of every kind.
    pub tokens: u64,
    /// Nano-units.
    pub cost: Nanos,
}

impl Measure {
    /// Whether both cost the same but for a nano-unit for each of our requests.
    pub(super) fn agrees(&self, rows: &Self) -> bool {
        self.cost.0.abs_diff(rows.cost.0) <= rows.requests
    }

    /// Whether this is a whole multiple of `rows`, twice or more, in every meter. No set of missing requests looks so.
    pub(super) fn is_multiple_of(&self, rows: &Self) -> bool {
        let times = self.requests.checked_div(rows.requests).unwrap_or(0);
        let cost = i128::from(rows.cost.0) * i128::from(times);
        times >= 2
            && rows.requests.checked_mul(times) == Some(self.requests)
            && rows.tokens.checked_mul(times) == Some(self.tokens)
            && (i128::from(self.cost.0) - cost).unsigned_abs() <= u128::from(self.requests)
    }
}

/// A UTC day of one account, key and model: the gateway's total beside the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalCell {
    /// Which.
    pub place: Place,
    /// Whether a client owns the account.
    pub owned: bool,
    /// Whether the gateway has deleted the key.
    pub key_gone: bool,
    /// What the gateway's counter says.
    pub told: Measure,
    /// What the rows come to.
    pub rows: Measure,
    /// Rows that repeat another one in everything but their identifier.
    pub twins: Measure,
    /// Rows that failed and cost all the same.
    pub aborted: Measure,
    /// What a bill says of the same, where one does.
    pub billed: Option<Nanos>,
}

impl TotalCell {
    /// The rows that count against what is told: none, where no client owns them.
    #[must_use]
    pub fn counted(&self) -> Nanos {
        if self.owned { self.rows.cost } else { Nanos::ZERO }
    }

    /// Why the total is not what the rows of clients come to. The amounts sum to the difference.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let difference = Nanos(self.told.cost.0.saturating_sub(self.counted().0));
        if !self.owned {
            return vec![self.found(Cause::Unattributed, self.told.requests, difference)];
        }
        if difference == Nanos::ZERO {
            return vec![];
        }
        let (told, rows) = (&self.told, &self.rows);
        let one_side = told.requests == 0 || rows.requests == 0;
        if self.key_gone && one_side {
            return vec![self.found(Cause::Unattributed, told.requests.max(rows.requests), difference)];
        }
        if told.agrees(rows) {
            return vec![self.found(Cause::Rounding, 0, difference)];
        }
        let billed = self.billed.is_some_and(|billed| rows.agrees(&Measure { cost: billed, ..*rows }));
        if told.is_multiple_of(rows) || (billed && !one_side) {
            return vec![self.found(Cause::CounterError, 1, difference)];
        }
        if difference > Nanos::ZERO {
            let missing = told.requests.saturating_sub(rows.requests);
            return vec![self.found(Cause::Missing, missing, difference)];
        }
        self.too_much(difference)
    }

    /// The rows say more than the total.
    fn too_much(&self, difference: Nanos) -> Vec<Finding> {
        for (cause, part) in [(Cause::Duplicate, self.twins), (Cause::Aborted, self.aborted)] {
            let amount = Nanos(-part.cost.0);
            let rest = Nanos(difference.0.saturating_sub(amount.0));
            if part.cost > Nanos::ZERO && rest.0.unsigned_abs() <= self.rows.requests {
                return vec![self.found(cause, part.requests, amount), self.found(Cause::Rounding, 0, rest)];
            }
        }
        vec![self.found(Cause::Unexplained, self.rows.requests.saturating_sub(self.told.requests), difference)]
    }

    fn found(&self, cause: Cause, count: u64, amount: Nanos) -> Finding {
        Finding { cause, place: self.place.clone(), count, amount, example: None }
    }
}
