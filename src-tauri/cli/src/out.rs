//! What is printed: tables for people, the wire types as JSON for programs. Answers go to standard output, everything else
//! to standard error.

mod table;

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

pub use self::table::Table;

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

    /// A heading between answers, for people only.
    ///
    /// # Errors
    /// Standard output is gone.
    pub fn heading(self, text: &str) -> Result<(), Fault> {
        if self.json { Ok(()) } else { self.line(&heading(text)) }
    }

    /// A remark on standard error, for people only.
    pub fn remark(self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// The exit code of a command that ended, its error printed.
    pub fn ended(self, result: Result<(), Fault>) -> ExitCode {
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(fault) => self.fault(&fault),
        }
    }

    /// An error, and the exit code that goes with it.
    fn fault(self, fault: &Fault) -> ExitCode {
        let mut stderr = std::io::stderr().lock();
        let view = &fault.view;
        let _ = if self.json {
            writeln!(stderr, "{}", serde_json::to_string(view).unwrap_or_default())
        } else {
            let hint = console::style("hint:").cyan().for_stderr();
            let hints: String = view.hints.iter().map(|text| format!("\n  {hint} {text}")).collect();
            writeln!(stderr, "{} {}{hints}", console::style("error:").red().bold().for_stderr(), view.message)
        };
        ExitCode::from(fault.exit_code())
    }
}

/// A table. Headers start with `<` for names, `>` for figures and `~` for prose.
pub fn table(headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    Table::new(headers, rows).draw(width())
}

/// A table with a last row that sums up the others.
pub fn table_with_total(headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>, total: Vec<String>) -> String {
    Table::new(headers, rows).total(total).draw(width())
}

/// A heading above a part of an answer.
pub fn heading(text: &str) -> String {
    console::style(text).bold().to_string()
}

/// Columns of the terminal: what `COLUMNS` says, else what the terminal says; `None` where the answer goes to a file or
/// another program.
pub fn width() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok()).filter(|columns| *columns > 0);
    said.or_else(|| console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns)))
}
