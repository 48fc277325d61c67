//! What is printed: tables for people, the wire types as JSON for programs. Answers go to standard output, everything else
//! to standard error.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use crate::fault::Fault;

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    json: bool,
}

impl Out {
    /// Tables, or JSON.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// The answer as JSON where that was asked for, else as a person reads it.
    ///
    /// # Errors
    /// Standard output is gone.
    pub fn answer<T: Serialize>(self, value: &T, people: impl FnOnce(&T) -> String) -> Result<(), Fault> {
        if !self.json {
            return self.line(&people(value));
        }
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.line(&text),
            Err(problem) => Err(Fault::usage(format!("the answer cannot be written as JSON: {problem}"))),
        }
    }

    /// A line on standard output.
    ///
    /// # Errors
    /// Standard output is gone.
    pub fn line(self, text: &str) -> Result<(), Fault> {
        let mut stdout = std::io::stdout().lock();
        match writeln!(stdout, "{}", text.trim_end()) {
            // `purser … | head` is no fault.
            Err(problem) if problem.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Fault::io("the answer cannot be printed", &problem))
            }
            _ => Ok(()),
        }
    }

    /// A remark on standard error, for people only.
    pub fn remark(self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// An error, and the exit code that goes with it.
    pub fn fault(self, fault: &Fault) -> ExitCode {
        let mut stderr = std::io::stderr().lock();
        let view = &fault.view;
        let _ = if self.json {
            writeln!(stderr, "{}", serde_json::to_string(view).unwrap_or_default())
        } else {
            let hints: String = view.hints.iter().map(|hint| format!("\n  hint: {hint}")).collect();
            writeln!(stderr, "error: {}{hints}", view.message)
        };
        ExitCode::from(fault.exit_code())
    }
}

/// A table; columns whose header starts with `>` hold figures and are aligned to the right.
pub fn table(headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width().filter(|_| std::io::stdout().is_terminal()) {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    let right: Vec<bool> = headers.iter().map(|header| header.starts_with('>')).collect();
    let aligned = |(text, right): (String, &bool)| {
        let alignment = if *right { CellAlignment::Right } else { CellAlignment::Left };
        Cell::new(text).set_alignment(alignment)
    };
    let names = headers.iter().map(|header| header.trim_start_matches('>').to_uppercase());
    table.set_header(names.zip(&right).map(aligned).collect::<Vec<_>>());
    for row in rows {
        table.add_row(row.into_iter().zip(&right).map(aligned).collect::<Vec<_>>());
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Columns of the terminal, if the environment tells.
pub fn width() -> Option<u16> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}
