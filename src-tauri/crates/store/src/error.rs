//! What can go wrong with the file, as sentences with a next step.

use std::path::PathBuf;

/// An error of the store. `Display` is a sentence for people; it never holds a stored value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another program holds the write lock for longer than we wait.
    #[error("the database is in use by another program: close the other Purser window or command, then try again")]
    Busy,
    /// No room to write.
    #[error("the disk is full, so nothing was saved: free some space, then try again")]
    Full,
    /// The file is damaged.
    #[error("{}", corrupt(.file.as_ref(), .backup.as_ref()))]
    Corrupt {
        /// The damaged file, where it is known.
        file: Option<PathBuf>,
        /// The latest backup beside it, if there is one.
        backup: Option<PathBuf>,
    },
    /// A later release wrote the file.
    #[error(
        "the database was written by a newer Purser (format {file}); this one reads up to format {app}: update Purser, or open another database"
    )]
    TooNew {
        /// Format of the file.
        file: i64,
        /// Newest format that this release knows.
        app: i64,
    },
    /// A rule of the books was about to be broken.
    #[error("{rule}")]
    Rule {
        /// The rule as a sentence.
        rule: String,
    },
    /// The row does not exist.
    #[error("there is no {noun} `{id}` in the database: it may have been removed, reload and try again")]
    NotFound {
        /// What was looked for.
        noun: &'static str,
        /// Its identifier.
        id: String,
    },
    /// A stored value cannot be read back as what it should be.
    #[error("the {noun} {id} in the database cannot be read ({what}): restore the latest backup, or report this")]
    Unreadable {
        /// Which kind of row.
        noun: &'static str,
        /// Which row.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// Anything else the operating system or SQLite refused.
    #[error("the database could not be used: {cause}; check that the folder exists and may be written")]
    Io {
        /// The cause in the system's words.
        cause: String,
    },
}

fn corrupt(file: Option<&PathBuf>, backup: Option<&PathBuf>) -> String {
    let file = file.map_or_else(String::new, |file| format!(" `{}`", file.display()));
    match backup {
        Some(backup) => format!(
            "the database{file} is damaged: close Purser, put the backup `{}` in its place, then sync again",
            backup.display()
        ),
        None => format!(
            "the database{file} is damaged: close Purser, put the latest backup (a `.bak` file beside it, or your own) \
             in its place, then sync again"
        ),
    }
}

/// The sentence for a broken rule, from SQLite's message, which names columns and never values.
fn rule(message: &str) -> String {
    const TAKEN: [(&str, &str); 9] = [
        ("client.name", "there is already a client of this name: choose another name"),
        ("gateway.name", "there is already a gateway of this name: choose another name"),
        ("invoice.first_day", "this client already has such a document for this period: use it, or credit it first"),
        ("invoice.number", "this invoice number is already in use: take the next one"),
        ("invoice_document", "this invoice already has a document of this kind: documents are never replaced"),
        ("ledger_entry.key", "this is in the ledger already: nothing is posted twice"),
        ("ledger_entry.number", "the ledger was posted to meanwhile: try again"),
        ("FOREIGN KEY", "this refers to something that is not in the database: reload and try again"),
        ("gross = net + tax", "the document's total is not the sum of its net amount and tax: calculate it again"),
    ];
    if let Some((_, rule)) = message.split_once("rule: ") {
        return rule.to_owned();
    }
    let known = TAKEN.iter().find(|(part, _)| message.contains(part));
    known.map_or_else(
        || format!("the database refused an impossible value ({message}): report this"),
        |(_, s)| (*s).to_owned(),
    )
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(refused) => {
                let code = refused.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(1);
                from_code(code, refused.message())
            }
            _ => Self::Io { cause: error.to_string() },
        }
    }
}

/// By SQLite's primary result code, the low byte of the extended one.
fn from_code(code: i32, message: &str) -> StoreError {
    match code & 0xff {
        5 | 6 => StoreError::Busy,
        13 => StoreError::Full,
        11 | 26 => StoreError::Corrupt { file: None, backup: None },
        19 => StoreError::Rule { rule: rule(message) },
        _ => StoreError::Io { cause: message.to_owned() },
    }
}

impl StoreError {
    /// A broken rule, as a sentence.
    pub(crate) fn rule(rule: &str) -> Self {
        Self::Rule { rule: rule.to_owned() }
    }

    /// A row that does not exist.
    pub(crate) fn not_found(noun: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound { noun, id: id.to_string() }
    }

    /// The same error with the file it is about.
    pub(crate) fn about(self, path: &std::path::Path, latest: Option<PathBuf>) -> Self {
        match self {
            Self::Corrupt { .. } => Self::Corrupt { file: Some(path.to_owned()), backup: latest },
            other => other,
        }
    }
}
