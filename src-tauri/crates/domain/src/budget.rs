//! Budgets: a ceiling per period, who enforces it, and when it warns.

use std::fmt;

use crate::{Currency, Date, Nanos};

/// How often a budget starts again from zero (S0-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BudgetPeriod {
    /// Each calendar day.
    Daily,
    /// Each week, from Monday.
    Weekly,
    /// Each calendar month.
    Monthly,
    /// Never: the ceiling is for the lifetime of the key or account.
    Total,
}

impl BudgetPeriod {
    /// Every period.
    pub const ALL: [Self; 4] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Total];

    /// The stable name used in storage, JSON and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Total => "total",
        }
    }

    /// The period with this [`BudgetPeriod::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.code() == code)
    }

    /// The first day of the period that holds `day`; `None` for [`BudgetPeriod::Total`], which has no start.
    /// Computed from the date, so that a reset cannot be missed by a job that did not run (product.md D1).
    #[must_use]
    pub fn first_day(self, day: Date) -> Option<Date> {
        match self {
            Self::Daily => Some(day),
            Self::Weekly => Some(day.plus_days(-i32::from(day.days_from_monday()))),
            Self::Monthly => Some(day.month().first()),
            Self::Total => None,
        }
    }

    /// The first day of the period after the one that holds `day`.
    #[must_use]
    pub fn next_reset(self, day: Date) -> Option<Date> {
        match self {
            Self::Daily => Some(day.plus_days(1)),
            Self::Weekly => self.first_day(day).map(|monday| monday.plus_days(7)),
            Self::Monthly => Some(day.month().next().first()),
            Self::Total => None,
        }
    }
}

/// A ceiling, or none. Never a magic zero: on one gateway 0 means "nothing", on another "everything" (S3-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit<T> {
    /// No ceiling of its own.
    Unlimited,
    /// At most this much; zero refuses everything.
    Limited(T),
}

impl<T> Limit<T> {
    /// The ceiling, if there is one.
    pub fn as_option(self) -> Option<T> {
        match self {
            Self::Unlimited => None,
            Self::Limited(value) => Some(value),
        }
    }
}

impl<T> From<Option<T>> for Limit<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unlimited, Self::Limited)
    }
}

/// Why a budget was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// Below zero.
    #[error("a budget cannot be negative: {0} is below zero, use 0 or more")]
    Negative(Nanos),
    /// Above [`Budget::MAX`].
    #[error("a budget of {0} is beyond what gateways can hold: use at most 1,000,000,000, or no budget at all")]
    Absurd(Nanos),
    /// A warning outside 1 to 100 %.
    #[error("a warning at {0} % makes no sense: use values from 1 to 100")]
    Threshold(u8),
}

/// A ceiling on *cost* (what the gateway counts, not what the client is charged) per period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    amount: Nanos,
    currency: Currency,
    period: BudgetPeriod,
    warn_at: Vec<u8>,
}

impl Budget {
    /// The largest budget, 10⁹ currency units.
    pub const MAX: Nanos = Nanos::units(1_000_000_000);
    /// Where a budget warns unless told otherwise (S0-11).
    pub const WARN_AT: [u8; 3] = [50, 75, 90];

    /// A budget with the default warnings.
    ///
    /// # Errors
    /// The amount is negative or above [`Budget::MAX`].
    pub fn new(amount: Nanos, currency: Currency, period: BudgetPeriod) -> Result<Self, BudgetError> {
        if amount < Nanos::ZERO {
            return Err(BudgetError::Negative(amount));
        }
        if amount > Self::MAX {
            return Err(BudgetError::Absurd(amount));
        }
        Ok(Self { amount, currency, period, warn_at: Self::WARN_AT.to_vec() })
    }

    /// The same budget with other warnings, in per cent; sorted, without repeats.
    ///
    /// # Errors
    /// A warning outside 1 to 100.
    pub fn warning_at(mut self, mut per_cent: Vec<u8>) -> Result<Self, BudgetError> {
        if let Some(bad) = per_cent.iter().find(|p| !(1..=100).contains(*p)) {
            return Err(BudgetError::Threshold(*bad));
        }
        per_cent.sort_unstable();
        per_cent.dedup();
        self.warn_at = per_cent;
        Ok(self)
    }

    /// The ceiling.
    #[must_use]
    pub fn amount(&self) -> Nanos {
        self.amount
    }

    /// The currency of the ceiling.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// When it starts again.
    #[must_use]
    pub fn period(&self) -> BudgetPeriod {
        self.period
    }

    /// Warnings in per cent, ascending.
    #[must_use]
    pub fn warn_at(&self) -> &[u8] {
        &self.warn_at
    }

    /// The highest warning that `spent` has reached, compared in integers (S0-11).
    #[must_use]
    pub fn warning(&self, spent: Nanos) -> Option<u8> {
        let reached = |p: &&u8| i128::from(spent.0) * 100 >= i128::from(self.amount.0) * i128::from(**p);
        self.warn_at.iter().rev().find(reached).copied()
    }

    /// Spent over budget, in whole per cent rounded down; above 100 when overrun, 100 for a budget of zero.
    #[must_use]
    pub fn per_cent(&self, spent: Nanos) -> u32 {
        if self.amount.0 == 0 {
            return 100;
        }
        let per_cent = i128::from(spent.0.max(0)) * 100 / i128::from(self.amount.0);
        u32::try_from(per_cent).unwrap_or(u32::MAX)
    }
}

/// Who stops a key at its cap. Never shown stronger than it is (design.md §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Enforcement {
    /// The gateway stops it.
    Gateway,
    /// Purser funds one period's allowance and funds it again at the boundary; while Purser is closed the stop holds
    /// and only the refill is late.
    App,
    /// Nobody stops it: Purser tells you.
    Advisory,
}

impl Enforcement {
    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::App => "app",
            Self::Advisory => "advisory",
        }
    }
}

impl fmt::Display for Enforcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten_dollars(period: BudgetPeriod) -> Budget {
        Budget::new(Nanos::units(10), Currency::USD, period).unwrap()
    }

    #[test]
    fn s0_10_periods_start_where_the_calendar_says() {
        let thursday: Date = "2026-11-19".parse().unwrap();
        let rows = [
            (BudgetPeriod::Daily, Some("2026-11-19"), Some("2026-11-20")),
            (BudgetPeriod::Weekly, Some("2026-11-16"), Some("2026-11-23")),
            (BudgetPeriod::Monthly, Some("2026-11-01"), Some("2026-12-01")),
            (BudgetPeriod::Total, None, None),
        ];
        for (period, first, next) in rows {
            assert_eq!(period.first_day(thursday).map(|d| d.to_string()).as_deref(), first, "{period:?}");
            assert_eq!(period.next_reset(thursday).map(|d| d.to_string()).as_deref(), next, "{period:?}");
        }
    }

    #[test]
    fn s0_11_warnings_compare_integers() {
        let budget = ten_dollars(BudgetPeriod::Daily);
        let rows = [
            (4_999_999_999, None),
            (5_000_000_000, Some(50)),
            (7_500_000_000, Some(75)),
            (9_000_000_000, Some(90)),
            (20_000_000_000, Some(90)),
        ];
        for (spent, warning) in rows {
            assert_eq!(budget.warning(Nanos(spent)), warning, "{spent}");
        }
        assert_eq!(budget.per_cent(Nanos(20_000_000_000)), 200);
    }

    #[test]
    fn absurd_budgets_are_refused_with_a_sentence() {
        let new = |amount| Budget::new(amount, Currency::USD, BudgetPeriod::Monthly);
        assert!(matches!(new(Nanos(-1)), Err(BudgetError::Negative(_))));
        assert!(matches!(new(Nanos(i64::MAX)), Err(BudgetError::Absurd(_))));
        assert!(new(Nanos::ZERO).is_ok(), "a budget of zero stops everything, which is a wish like any other");
        assert!(ten_dollars(BudgetPeriod::Daily).warning_at(vec![0]).is_err());
    }
}
