//! A difference and its parts.

use std::collections::BTreeMap;

use domain::{AccountId, Date, KeyId, ModelName, MoneyError, Nanos};

/// Why what is told differs from the rows of clients. A cause is given where the figures show it; whatever they do not
/// show is [`Cause::Unexplained`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// Told, and not among the rows.
    Missing,
    /// Counted more than once on one side: the same request billed again, or one request kept as two rows.
    Duplicate,
    /// A stream that ended without a final statement of usage and is told at another amount than its row.
    Aborted,
    /// Usage of an account or a key that no client owns, or of a key that the gateway has deleted.
    Unattributed,
    /// A counter that disagrees with its rows by more than rounding, while the rows agree with the bill or the counter is
    /// a whole multiple of them in every meter.
    CounterError,
    /// What is left below one nano-unit per row.
    Rounding,
    /// What none of these explains. Never hidden in rounding.
    Unexplained,
}

impl Cause {
    /// Every cause, in the order in which it is looked for and shown.
    pub const ALL: [Self; 7] = [
        Self::Missing,
        Self::Duplicate,
        Self::Aborted,
        Self::Unattributed,
        Self::CounterError,
        Self::Rounding,
        Self::Unexplained,
    ];

    /// The stable name used in JSON and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Duplicate => "duplicate",
            Self::Aborted => "aborted",
            Self::Unattributed => "unattributed",
            Self::CounterError => "counter_error",
            Self::Rounding => "rounding",
            Self::Unexplained => "unexplained",
        }
    }
}

/// What a finding is about, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// UTC day, as gateways count.
    pub day: Option<Date>,
    /// The account.
    pub account: Option<AccountId>,
    /// The key.
    pub key: Option<KeyId>,
    /// The key or account as a bill calls it, where we know none of that name.
    pub named: Option<String>,
    /// The model.
    pub model: Option<ModelName>,
}

/// A part of a difference in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Why.
    pub cause: Cause,
    /// Where.
    pub place: Place,
    /// How many requests; 0 where only an amount is known.
    pub count: u64,
    /// What it adds to the difference, in nano-units; negative where the rows say more.
    pub amount: Nanos,
    /// One of the requests, by its identifier.
    pub example: Option<String>,
}

/// One cause's share of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Why.
    pub cause: Cause,
    /// How many requests.
    pub count: u64,
    /// Nano-units.
    pub amount: Nanos,
}

/// A difference with its parts, which sum to it exactly. [`Split::new`] is the only way to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    told: Nanos,
    rows: Nanos,
    difference: Nanos,
    findings: Vec<Finding>,
}

impl Split {
    /// Splits `told` less `rows`. Findings of one cause and place become one. What they leave is rounding as long as all
    /// rounding together stays within a nano-unit for each of `row_count` rows; beyond that it is unexplained.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] for amounts beyond the range.
    pub fn new(
        told: Nanos,
        rows: Nanos,
        row_count: u64,
        found: impl IntoIterator<Item = Finding>,
    ) -> Result<Self, MoneyError> {
        let difference = nanos(i128::from(told.0) - i128::from(rows.0))?;
        let mut findings = merged(found)?;
        let explained: i128 = findings.iter().map(|finding| i128::from(finding.amount.0)).sum();
        let rest = i128::from(difference.0) - explained;
        if rest != 0 {
            findings.push(Finding {
                cause: Cause::Rounding,
                place: Place::default(),
                count: 0,
                amount: nanos(rest)?,
                example: None,
            });
        }
        let rounding = |finding: &&mut Finding| finding.cause == Cause::Rounding;
        let all: u128 = findings.iter_mut().filter(rounding).map(|one| u128::from(one.amount.0.unsigned_abs())).sum();
        if all > u128::from(row_count) {
            findings.iter_mut().filter(rounding).for_each(|finding| finding.cause = Cause::Unexplained);
            findings = merged(findings)?;
        }
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.amount.0.unsigned_abs()), finding.cause));
        Ok(Self { told, rows, difference, findings })
    }

    /// What is told.
    #[must_use]
    pub const fn told(&self) -> Nanos {
        self.told
    }

    /// What the rows of clients come to.
    #[must_use]
    pub const fn rows(&self) -> Nanos {
        self.rows
    }

    /// Told less rows.
    #[must_use]
    pub const fn difference(&self) -> Nanos {
        self.difference
    }

    /// Every cause with its share, in the order of [`Cause::ALL`]; the amounts sum to [`Split::difference`].
    #[must_use]
    pub fn parts(&self) -> [Part; 7] {
        Cause::ALL.map(|cause| {
            let of = self.findings.iter().filter(|finding| finding.cause == cause);
            let (count, amount) = of.fold((0, 0_i64), |(count, amount), one| {
                (u64::saturating_add(count, one.count), amount.wrapping_add(one.amount.0))
            });
            Part { cause, count, amount: Nanos(amount) }
        })
    }

    /// Where each part lies, greatest amount first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

fn nanos(amount: i128) -> Result<Nanos, MoneyError> {
    i64::try_from(amount).map(Nanos).map_err(|_| MoneyError::Overflow)
}

/// One finding per cause and place; those that say nothing are left out.
fn merged(found: impl IntoIterator<Item = Finding>) -> Result<Vec<Finding>, MoneyError> {
    let mut places: BTreeMap<(Cause, Place), Finding> = BTreeMap::new();
    for finding in found.into_iter().filter(|finding| finding.count > 0 || finding.amount.0 != 0) {
        match places.entry((finding.cause, finding.place.clone())) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(finding);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.amount = known.amount.checked_add(finding.amount)?;
                known.count = known.count.saturating_add(finding.count);
                known.example = known.example.take().or(finding.example);
            }
        }
    }
    // No cause's sum may leave the range, so that parts need no error.
    for cause in Cause::ALL {
        let of = places.values().filter(|finding| finding.cause == cause);
        nanos(of.map(|finding| i128::from(finding.amount.0)).sum())?;
    }
    Ok(places.into_values().collect())
}
