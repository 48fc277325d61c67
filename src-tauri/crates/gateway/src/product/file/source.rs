//! Files as rows of named texts, one at a time, each with the number of its first line.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::value::RawValue;

use super::read::RowProblem;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns under headings, separated by comma, semicolon or tab, as the first line shows.
    Csv,
    /// One JSON object a line; nested objects give columns such as `usage.prompt_tokens`.
    JsonLines,
}

impl Format {
    /// The format that a file's name says; `None` for a name that says nothing.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" | "json" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// The stable name used in storage and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }
}

/// Longest row, in bytes: a file of another kind is one endless line.
const ROW_MAX: u64 = 1 << 20;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The number of its first line, from 1.
    pub line: u64,
    /// Headings and texts, in the order of the file; blanks around a text are dropped.
    pub cells: Vec<(String, String)>,
}

impl Row {
    /// The text under a heading; `None` when there is none or it is empty.
    pub fn get(&self, heading: &str) -> Option<&str> {
        let cell = self.cells.iter().find(|(name, text)| name == heading && !text.is_empty());
        cell.map(|(_, text)| text.as_str())
    }
}

/// What comes out of a file.
pub enum Event {
    /// The headings of a CSV file, first of all.
    Headings(Vec<String>),
    /// A row.
    Row(Row),
    /// A row that cannot be read.
    Problem(RowProblem),
}

impl From<Result<Row, RowProblem>> for Event {
    fn from(row: Result<Row, RowProblem>) -> Self {
        row.map_or_else(Self::Problem, Self::Row)
    }
}

/// Reads every row and gives it to `each`. Only one row is held at a time.
pub fn rows(reader: impl Read, format: Format, each: &mut dyn FnMut(Event)) {
    let mut lines = Lines { reader: BufReader::new(reader), number: 0 };
    match format {
        Format::Csv => csv_rows(&mut lines, each),
        Format::JsonLines => json_rows(&mut lines, each),
    }
}

/// Physical lines with their numbers.
struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
}

impl<R: Read> Lines<R> {
    /// The next line with its line break, `None` at the end.
    fn next(&mut self) -> Result<Option<String>, RowProblem> {
        let mut bytes = Vec::new();
        let line = self.number + 1;
        let problem = |reason: String| RowProblem { line, column: None, reason };
        let read = (&mut self.reader).take(ROW_MAX).read_until(b'\n', &mut bytes);
        let read = read.map_err(|why| problem(format!("the file cannot be read on: {why}")))?;
        if read == 0 {
            return Ok(None);
        }
        self.number = line;
        if read as u64 == ROW_MAX {
            return Err(problem("the line is longer than a million characters: is this the right file?".to_owned()));
        }
        if line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let text = String::from_utf8(bytes);
        text.map(Some).map_err(|_| problem("the line is not UTF-8: save the file as UTF-8 and try again".to_owned()))
    }
}

/// A CSV record may span lines: lines are joined while a quote is open.
fn record<R: Read>(lines: &mut Lines<R>) -> Result<Option<(u64, String)>, RowProblem> {
    let (mut text, mut first) = (String::new(), 0);
    loop {
        let Some(line) = lines.next()? else {
            if text.is_empty() {
                return Ok(None);
            }
            let reason = "a quotation mark is opened and never closed".to_owned();
            return Err(RowProblem { line: first, column: None, reason });
        };
        if text.is_empty() {
            first = lines.number;
        }
        text.push_str(&line);
        if text.len() as u64 > ROW_MAX {
            let reason = "a quotation mark is opened and not closed for a million characters".to_owned();
            return Err(RowProblem { line: first, column: None, reason });
        }
        // Quotes inside a quoted field are doubled, so an even number of them means that none is open.
        if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 0 {
            return Ok(Some((first, text)));
        }
    }
}

fn csv_rows<R: Read>(lines: &mut Lines<R>, each: &mut dyn FnMut(Event)) {
    let (mut headings, mut separator) = (None::<Vec<String>>, ',');
    loop {
        let (line, text) = match record(lines) {
            Ok(Some(found)) => found,
            Ok(None) => return,
            // What follows cannot be told apart any more.
            Err(problem) => return each(Event::Problem(problem)),
        };
        if text.trim().is_empty() {
            continue;
        }
        if headings.is_none() {
            separator = guess_separator(&text);
        }
        match (split(&text, separator), &headings) {
            (Some(cells), None) => {
                each(Event::Headings(cells.clone()));
                headings = Some(cells);
            }
            (Some(cells), Some(headings)) => each(row(line, headings, cells).into()),
            (None, _) => each(Event::Problem(unreadable(line))),
        }
    }
}

fn unreadable(line: u64) -> RowProblem {
    let reason = "the line cannot be split into columns: check its quotation marks".to_owned();
    RowProblem { line, column: None, reason }
}

fn row(line: u64, headings: &[String], cells: Vec<String>) -> Result<Row, RowProblem> {
    if cells.len() != headings.len() {
        let reason = format!("the line has {} columns, the first line {}", cells.len(), headings.len());
        return Err(RowProblem { line, column: None, reason });
    }
    Ok(Row { line, cells: headings.iter().cloned().zip(cells).collect() })
}

/// The separator that the first line has most of.
fn guess_separator(text: &str) -> char {
    let count = |separator: char| text.matches(separator).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(',')
}

/// The cells of a record; `None` when something follows a closing quotation mark.
fn split(text: &str, separator: char) -> Option<Vec<String>> {
    let mut cells = Vec::new();
    let mut rest = text.trim_end_matches(['\r', '\n']);
    loop {
        let (cell, after) = match rest.trim_start_matches(' ').strip_prefix('"') {
            Some(inside) => quoted_cell(inside)?,
            None => plain_cell(rest, separator),
        };
        cells.push(cell.trim().to_owned());
        let after = after.trim_start_matches(' ');
        if after.is_empty() {
            return Some(cells);
        }
        rest = after.strip_prefix(separator)?;
    }
}

fn plain_cell(rest: &str, separator: char) -> (String, &str) {
    let end = rest.find(separator).unwrap_or(rest.len());
    (rest[..end].to_owned(), &rest[end..])
}

/// A cell up to its closing quotation mark; two in a row stand for one.
fn quoted_cell(mut rest: &str) -> Option<(String, &str)> {
    let mut cell = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        cell.push_str(before);
        let Some(more) = after.strip_prefix('"') else { return Some((cell, after)) };
        cell.push('"');
        rest = more;
    }
}

fn json_rows<R: Read>(lines: &mut Lines<R>, each: &mut dyn FnMut(Event)) {
    loop {
        match lines.next() {
            Ok(None) => return,
            Ok(Some(text)) if text.trim().is_empty() => {}
            Ok(Some(text)) => each(json_row(lines.number, &text).into()),
            Err(problem) => return each(Event::Problem(problem)),
        }
    }
}

fn json_row(line: u64, text: &str) -> Result<Row, RowProblem> {
    let mut cells = Vec::new();
    let flat = serde_json::from_str::<&RawValue>(text.trim()).ok().and_then(|raw| flatten("", raw, &mut cells));
    flat.ok_or_else(|| {
        let reason = "the line is not one JSON object: write one object on each line".to_owned();
        RowProblem { line, column: None, reason }
    })?;
    Ok(Row { line, cells })
}

type Object<'a> = std::collections::BTreeMap<String, &'a RawValue>;

/// Writes an object's values under their names; numbers keep their text, so that no amount passes through a float.
fn flatten(prefix: &str, raw: &RawValue, cells: &mut Vec<(String, String)>) -> Option<()> {
    let object: Object<'_> = serde_json::from_str(raw.get()).ok()?;
    for (name, value) in object {
        let name = format!("{prefix}{name}");
        let text = value.get();
        match text.as_bytes().first()? {
            b'{' => flatten(&format!("{name}."), value, cells)?,
            b'"' => cells.push((name, serde_json::from_str::<String>(text).ok()?.trim().to_owned())),
            b'n' => cells.push((name, String::new())),
            _ => cells.push((name, text.to_owned())),
        }
    }
    Some(())
}
