//! A file as a bill: the same columns as usage, but what is billed twice is told twice, and a stream that was billed
//! although it ended early says so.

use std::collections::HashSet;
use std::io::Read;

use domain::UsageRecord;

use super::field;
use super::mapping::{Column, ColumnMapping};
use super::preview::{MappedRow, Preview, SHOWN, Totals};
use super::read::{Repeats, pass};
use super::source::Format;

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillRow {
    /// The number of its first line, from 1.
    pub line: u64,
    /// What it says. Its origin identifies a request only where [`BillRow::named`].
    pub record: UsageRecord,
    /// Whether it names its request.
    pub named: bool,
    /// Whether an earlier line bills the same request.
    pub repeated: bool,
    /// Whether it says that the answer was not taken to its end.
    pub aborted: bool,
}

/// A bill that was read. It may be kept when there are no problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// What it holds, to look at.
    pub preview: Preview,
    /// Its good lines.
    pub lines: Vec<BillRow>,
}

/// Reads a whole file as a bill.
pub fn bill(reader: impl Read, format: Format, mapping: &ColumnMapping) -> Bill {
    let mut lines = Vec::new();
    let says = |column| mapping.heading(column);
    let found = pass(reader, format, (mapping, Repeats::Told), &mut |row, record, repeated| {
        let status = says(Column::Status).and_then(|heading| row.get(heading));
        let named = says(Column::RequestId).and_then(|heading| row.get(heading)).is_some();
        let aborted = status.is_some_and(field::ended_early);
        lines.push(BillRow { line: row.line, record, named, repeated, aborted });
    });
    let mut totals = Totals::default();
    lines.iter().for_each(|line| totals.add(&line.record));
    totals.accounts = lines.iter().filter_map(|line| line.record.account.as_ref()).collect::<HashSet<_>>().len();
    totals.models = lines.iter().map(|line| &line.record.model).collect::<HashSet<_>>().len();
    let sample = lines.iter().take(SHOWN).map(|line| MappedRow { line: line.line, record: line.record.clone() });
    let preview = Preview {
        columns: found.columns,
        rows: sample.collect(),
        total_rows: found.rows,
        repeated: lines.iter().filter(|line| line.repeated).count() as u64,
        problems: found.problems,
        problem_count: found.problem_count,
        totals,
    };
    Bill { preview, lines }
}
