//! A whole file through a mapping: every row, or none and every reason.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use domain::{ExternalId, UsageRecord};
use sha2::{Digest, Sha256};

use super::mapping::{Column, ColumnMapping};
use super::row;
use super::source::{self, Event, Format, Row};

/// Most problems that are kept; the rest is counted.
const PROBLEMS_MAX: usize = 200;
/// Rows that are looked at for further columns: a JSON object need not have them all.
const COLUMNS_FROM: u64 = 1000;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The number of its first line, from 1, as an editor shows it.
    pub line: u64,
    /// The heading of the column, where it is one column's fault.
    pub column: Option<String>,
    /// A sentence that says why and what to do.
    pub reason: String,
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, column `{column}`: {}", self.line, self.reason),
            None => write!(f, "line {}: {}", self.line, self.reason),
        }
    }
}

/// What was found in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Headings, in the order in which they first came.
    pub columns: Vec<String>,
    /// Rows, good and bad, the headings aside.
    pub rows: u64,
    /// Rows that say again, word for word, what an earlier row with the same request id said. They count once.
    pub repeated: u64,
    /// The first problems.
    pub problems: Vec<RowProblem>,
    /// All problems.
    pub problem_count: u64,
}

impl Scan {
    fn note(&mut self, problem: RowProblem) {
        self.problem_count += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}

/// Reads a file row by row and gives each good one, with its line, to `each`. Holds one row at a time, and some 50 bytes
/// for each to tell repeated ones. A second pass over the same file gives the same rows.
pub fn scan(
    reader: impl Read,
    format: Format,
    mapping: &ColumnMapping,
    each: &mut dyn FnMut(u64, UsageRecord),
) -> Scan {
    let mut once = |row: &Row, record, _| each(row.line, record);
    pass(reader, format, (mapping, Repeats::Once), &mut once)
}

/// What becomes of a request id that comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// Word for word it counts once, otherwise it is a problem: usage is told once.
    Once,
    /// Each is told, the later ones as repeated: who bills a request twice asks for it twice.
    Told,
}

/// Gets a row, what it says, and whether an earlier one has the same request id.
pub type Each<'a> = &'a mut dyn FnMut(&Row, UsageRecord, bool);

/// As [`scan`], with a choice of what becomes of repeated request ids.
pub fn pass(reader: impl Read, format: Format, (mapping, repeats): (&ColumnMapping, Repeats), each: Each<'_>) -> Scan {
    let mut pass = Pass { mapping, repeats, seen: HashMap::new(), found: Scan::default(), each };
    let missing = mapping.missing();
    for column in &missing {
        let reason = format!("no column is chosen for the {}: choose one", column.code());
        pass.found.note(RowProblem { line: 1, column: None, reason });
    }
    let readable = missing.is_empty();
    source::rows(reader, format, &mut |event| match event {
        Event::Headings(names) => pass.headings(names),
        Event::Row(row) => pass.row(&row, readable),
        Event::Problem(problem) => pass.bad(problem),
    });
    pass.found
}

/// The headings of a file: what [`ColumnMapping::guess`] wants to know.
pub fn columns(reader: impl Read, format: Format) -> Vec<String> {
    scan(reader, format, &ColumnMapping::default(), &mut |_, _| {}).columns
}

/// Reads a whole file.
///
/// # Errors
/// Every row that cannot be read (the first 200 of them), with its line and the reason; then nothing is read.
pub fn read(reader: impl Read, format: Format, mapping: &ColumnMapping) -> Result<Vec<UsageRecord>, Vec<RowProblem>> {
    let mut records = Vec::new();
    let found = scan(reader, format, mapping, &mut |_, record| records.push(record));
    if found.problems.is_empty() { Ok(records) } else { Err(found.problems) }
}

/// One pass over a file.
struct Pass<'a> {
    mapping: &'a ColumnMapping,
    repeats: Repeats,
    /// How often each row, or in which row each request id, was seen.
    seen: HashMap<[u8; 32], Seen>,
    found: Scan,
    each: Each<'a>,
}

#[derive(Clone, Copy)]
struct Seen {
    times: u32,
    line: u64,
    row: [u8; 8],
}

impl Pass<'_> {
    fn headings(&mut self, names: Vec<String>) {
        for (column, heading) in self.mapping.columns() {
            if !names.iter().any(|name| name == heading) {
                let reason = format!("the file has no such column; it was chosen for the {}", column.code());
                self.found.note(RowProblem { line: 1, column: Some(heading.to_owned()), reason });
            }
        }
        for (at, name) in names.iter().enumerate() {
            if names[..at].contains(name) && self.mapping.columns().any(|(_, heading)| heading == name) {
                let reason = "two columns have this heading: rename one of them".to_owned();
                self.found.note(RowProblem { line: 1, column: Some(name.clone()), reason });
            }
        }
        self.found.columns = names;
    }

    fn bad(&mut self, problem: RowProblem) {
        self.found.rows += 1;
        self.found.note(problem);
    }

    fn row(&mut self, row: &Row, readable: bool) {
        self.found.rows += 1;
        if self.found.rows <= COLUMNS_FROM {
            let new = row.cells.iter().map(|(name, _)| name).filter(|name| !self.found.columns.contains(name));
            let new: Vec<String> = new.cloned().collect();
            self.found.columns.extend(new);
        }
        if !readable {
            return;
        }
        let record = |(id, repeated)| row::record(row, self.mapping, id).map(|record| (record, repeated));
        match self.origin(row).and_then(|id| id.map(record).transpose()) {
            Ok(Some((record, repeated))) => (self.each)(row, record, repeated),
            Ok(None) => self.found.repeated += 1,
            Err(problem) => self.found.note(problem),
        }
    }

    /// What identifies a row: its own request id, else its content and how often that came before. `None` for a row
    /// that repeats another word for word under the same request id. And whether that id came before.
    fn origin(&mut self, row: &Row) -> Result<Option<(ExternalId, bool)>, RowProblem> {
        let digest = row::digest(row);
        let heading = self.mapping.heading(Column::RequestId);
        let own = heading.and_then(|heading| row.get(heading));
        let slot = own.map_or(digest, |id| Sha256::digest(id.as_bytes()).into());
        let mut short = [0; 8];
        short.copy_from_slice(&digest[..8]);
        let seen = self.seen.entry(slot).or_insert(Seen { times: 0, line: row.line, row: short });
        seen.times += 1;
        match own {
            None => Ok(Some((ExternalId::new(format!("row-{}-{}", row::hex(&digest), seen.times)), false))),
            Some(id) if seen.times == 1 || self.repeats == Repeats::Told => {
                Ok(Some((ExternalId::new(id), seen.times > 1)))
            }
            Some(_) if seen.row == short => Ok(None),
            Some(_) => {
                let reason = format!("line {} has the same request id and says something else: keep one", seen.line);
                Err(RowProblem { line: row.line, column: heading.map(str::to_owned), reason })
            }
        }
    }
}
