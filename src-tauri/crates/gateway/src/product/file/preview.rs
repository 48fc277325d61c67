//! What an import would do, before it does it.

use std::collections::HashSet;
use std::io::Read;

use domain::{Nanos, Quantities, Timestamp, UsageRecord};

use super::mapping::ColumnMapping;
use super::read::{RowProblem, scan};
use super::source::Format;

/// Rows shown.
pub(super) const SHOWN: usize = 20;

/// A row as it would be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedRow {
    /// The number of its first line, from 1.
    pub line: u64,
    /// What it would become.
    pub record: UsageRecord,
}

/// What all good rows of a file add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Statements.
    pub records: u64,
    /// What was consumed.
    pub quantities: Quantities,
    /// Requests that failed.
    pub failed_requests: u64,
    /// What it cost, in the file's currency units.
    pub cost: Nanos,
    /// The earliest time.
    pub first: Option<Timestamp>,
    /// The latest time.
    pub last: Option<Timestamp>,
    /// Different accounts, the unnamed one not counted.
    pub accounts: usize,
    /// Different models.
    pub models: usize,
}

/// What an import would do. It may be done when there are no problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Headings, in the order of the file.
    pub columns: Vec<String>,
    /// The first rows as they would be imported.
    pub rows: Vec<MappedRow>,
    /// Rows in the file, good and bad.
    pub total_rows: u64,
    /// Rows that repeat an earlier one word for word under the same request id; they count once.
    pub repeated: u64,
    /// The first 200 problems.
    pub problems: Vec<RowProblem>,
    /// All problems.
    pub problem_count: u64,
    /// What the good rows add up to.
    pub totals: Totals,
}

/// Reads a whole file and tells what importing it would do; keeps the first rows only.
pub fn preview(reader: impl Read, format: Format, mapping: &ColumnMapping) -> Preview {
    let mut rows = Vec::new();
    let mut totals = Totals::default();
    let (mut accounts, mut models) = (HashSet::new(), HashSet::new());
    let found = scan(reader, format, mapping, &mut |line, record| {
        totals.add(&record);
        if !models.contains(&record.model) {
            models.insert(record.model.clone());
        }
        if let Some(account) = record.account.as_ref().filter(|account| !accounts.contains(*account)) {
            accounts.insert(account.clone());
        }
        if rows.len() < SHOWN {
            rows.push(MappedRow { line, record });
        }
    });
    totals.accounts = accounts.len();
    totals.models = models.len();
    Preview {
        columns: found.columns,
        rows,
        total_rows: found.rows,
        repeated: found.repeated,
        problems: found.problems,
        problem_count: found.problem_count,
        totals,
    }
}

impl Totals {
    pub(super) fn add(&mut self, record: &UsageRecord) {
        self.records += 1;
        self.quantities = self.quantities.plus(&record.quantities);
        self.failed_requests = self.failed_requests.saturating_add(record.failed_requests);
        self.cost = Nanos(self.cost.0.saturating_add(record.cost.0));
        let at = record.occurred_at;
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}
